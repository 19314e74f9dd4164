//! A bank that says definitively that it knows no such file: believed of a file of which it never
//! said a word, a contradiction of any other (decision 010).

use super::{Interpreter, of_whole};
use crate::book::Line;
use adapters::exchange::Outcome;
use schemas::{FailureReason, LineEvent, LineState};
use std::collections::BTreeSet;

impl<'a> Interpreter<'a> {
    pub(super) fn not_found(&mut self, bank_code: Option<&str>) {
        if !self.never_heard() || !self.out.mismatches.is_empty() {
            return self.disowned(bank_code);
        }
        // Those that another file carries by now are left out.
        let own: BTreeSet<u32> = self.carried().map(|(index, _)| index).collect();
        let moved_on = self.file.intent.lines.iter().copied();
        self.named.extend(moved_on.filter(|i| !own.contains(i)));
        let outcome = Outcome::Failed(FailureReason::BankUnavailable);
        self.rest(outcome, bank_code, false);
    }

    /// Whether "not found" may be believed: the bank never said a word of the file, and of no
    /// line of it do we hold that the bank has it.
    fn never_heard(&self) -> bool {
        let mut lines = self.carried();
        !self.file.heard
            && lines.all(|(_, line)| match line.state {
                LineState::Intended | LineState::Unknown | LineState::Failed => {
                    line.disputed.is_none()
                }
                LineState::Held
                | LineState::Released
                | LineState::Accepted
                | LineState::Paid
                | LineState::Returned
                | LineState::Cancelled
                | LineState::Refused => false,
            })
    }

    /// The bank disowns a file that it has known: a contradiction, which fails nothing.
    fn disowned(&mut self, bank_code: Option<&str>) {
        let lines: Vec<(u32, LineState)> = self
            .carried()
            .map(|(index, line)| (index, line.state))
            .collect();
        for (index, state) in lines {
            let step = of_whole(index, LineEvent::LoseTrack, None, bank_code);
            match state {
                LineState::Intended | LineState::Accepted | LineState::Unknown => {
                    self.step(step.clone(), false);
                    self.dispute(step);
                }
                LineState::Paid | LineState::Returned => self.dispute(step),
                // It agrees with these.
                LineState::Held
                | LineState::Released
                | LineState::Failed
                | LineState::Cancelled
                | LineState::Refused => {}
            }
        }
    }

    /// The lines that the file carries: those that moved on are another file's, or free.
    pub(super) fn carried(&self) -> impl Iterator<Item = (u32, &'a Line)> {
        let (file, batch) = (self.file, self.batch);
        let lines = file.intent.lines.iter();
        let lines = lines.filter_map(|index| Some((*index, batch.line(*index)?)));
        lines.filter(|(_, line)| line.file_no == file.intent.file_no)
    }

    pub(super) fn carries(&self, index: u32) -> bool {
        let line = self.batch.line(index);
        line.is_some_and(|line| line.file_no == self.file.intent.file_no)
    }

    /// The file's own word contradicts a refusal of the whole file, and not that of single lines
    /// beside others that the bank has.
    pub(super) fn all_failed(&self) -> bool {
        self.carried()
            .all(|(_, line)| line.state == LineState::Failed)
    }
}
