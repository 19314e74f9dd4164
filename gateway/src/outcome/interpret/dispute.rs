//! Which lines a message disputes, each once, and what it must have said before to be no news.

use super::{Interpreter, of_whole};
use crate::book::FILE_IN_DOUBT;
use crate::event::{Dispute, Move};
use crate::outcome::verdict;
use schemas::{LineEvent, LineState};
use std::collections::{BTreeMap, BTreeSet};

/// What a message calls into doubt beside the lines of which it speaks.
#[derive(Default)]
pub(super) struct Doubts {
    /// Lines that are disputed already, and the place of the dispute.
    listed: BTreeMap<u32, usize>,
    /// Lines that this very message fails.
    pub(super) failed: BTreeSet<u32>,
    /// Some word contradicts a failure.
    pub(super) refusal: bool,
    /// The bank has a file that we hold to be unsent, and its lines are disputed.
    pub(super) is_revealed: bool,
}

impl Interpreter<'_> {
    pub(super) fn dispute(&mut self, step: Move) {
        if self.disputed_before(&step) {
            return;
        }
        let listed = self.doubts.listed.get(&step.index);
        match listed.and_then(|at| self.out.disputes.get_mut(*at)) {
            None => self.list(Dispute::ResultContradiction, step),
            // Its own word says more than the doubt about its file.
            Some((_, _, doubt)) if doubt.detail.as_deref() == Some(FILE_IN_DOUBT) => *doubt = step,
            Some(_) => {}
        }
    }

    fn list(&mut self, kind: Dispute, step: Move) {
        let at = self.out.disputes.len();
        self.doubts.listed.insert(step.index, at);
        self.out.disputes.push((step.index, kind, step));
    }

    /// Another amount or account than ours: whatever it says of the line is not believed.
    pub(super) fn mismatched(&mut self, step: Move) {
        let state = self.state_of(step.index);
        let money = verdict::tells_of_money(step.event);
        if money && state == Some(LineState::Failed) {
            self.doubts.refusal = true;
        }
        let line = self.batch.line(step.index);
        let same = line.is_some_and(|line| {
            // The alarm for money of a line that failed is not silenced by people.
            let decided = line.disputed.is_none() && money && line.state == LineState::Failed;
            line.reported_fen == step.reported_fen.or(line.reported_fen) && !decided
        });
        if !(same && self.file.mismatched.contains(&(step.index, step.event))) {
            self.list(Dispute::ResultMismatch, step);
        }
    }

    /// Whether a line is disputed, by this message or since before.
    pub(super) fn is_in_doubt(&self, index: u32) -> bool {
        let line = self.batch.line(index);
        line.is_some_and(|line| line.disputed.is_some()) || self.doubts.listed.contains_key(&index)
    }

    /// What is said of another row, or of the file, calls a line into doubt of which nothing is
    /// said: it is disputed once. Where two people have decided since, they had the doubt before
    /// them; what they decided earlier, over another file perhaps, does not silence it.
    pub(super) fn in_doubt(&mut self, index: u32) {
        let is_known = self.batch.is_decided(index) && self.file.doubted.contains(&index);
        if is_known || self.is_in_doubt(index) {
            return;
        }
        let step = Move {
            detail: Some(FILE_IN_DOUBT.to_owned()),
            ..of_whole(index, LineEvent::LoseTrack, None, None)
        };
        self.list(Dispute::ResultContradiction, step);
    }

    /// The same contradiction again, of a line that still is disputed. Where two people decided
    /// meanwhile, they had it before them; money is an alarm all the same.
    fn disputed_before(&self, step: &Move) -> bool {
        let line = self.batch.line(step.index);
        let disputed = line.is_some_and(|line| line.disputed.is_some());
        self.file.has_contradicted(step) && (disputed || !verdict::tells_of_money(step.event))
    }

    /// A bank that failed every line of a file and now speaks otherwise of one has not refused
    /// the file: of the others, too, nobody can say that they were not paid. Rows that the message
    /// fails again stand by that.
    pub(super) fn doubt_the_refused(&mut self) {
        if !std::mem::take(&mut self.doubts.refusal) || !self.all_failed() {
            return;
        }
        let own: Vec<u32> = self.carried().map(|(index, _)| index).collect();
        for index in own {
            if !self.doubts.failed.contains(&index) {
                self.in_doubt(index);
            }
        }
    }
}
