//! The bank speaks of a file that we hold to be unsent: that is how a wage could be paid twice.
//! Whatever it says, no line of that file leaves before two people have decided.

use super::super::verdict::{Verdict, Word, tells_of_money, weigh};
use super::{Interpreter, events_of};
use crate::book::{FileState, Line};
use crate::event::Move;
use adapters::exchange::Outcome;
use schemas::{LineEvent, LineState};

impl Interpreter<'_> {
    /// The bank has a file that we hold to be unsent: none of its lines may be sent again.
    pub(super) fn dispute_file(&mut self, step: Move) {
        // A line that failed with another file, too, is contradicted in nothing.
        let agrees =
            step.event == LineEvent::Fail && self.state_of(step.index) == Some(LineState::Failed);
        let index = step.index;
        if !agrees {
            self.dispute(step);
        }
        self.dispute_unsent(Some(index));
    }

    /// Whether two people decided a line over this very word, and as it says: the line was given up
    /// with this file, and no other one carries it.
    pub(super) fn is_decided(
        &self,
        step: &Move,
        (state, line): (LineState, &Line),
        w: Word,
    ) -> bool {
        let heard = self.file.has_contradicted(step);
        let of_its_file = Word { carried: true, ..w };
        let agrees = match weigh(state, line.disputed.is_some(), of_its_file) {
            Verdict::Repeated | Verdict::Noted => true,
            Verdict::Applied(_) | Verdict::Disputed | Verdict::FileDisputed => false,
        };
        line.file_no == 0 && heard && agrees && self.batch.is_decided(step.index)
    }

    /// The bank speaks of the file in a record that fits none of its lines, or not in account and
    /// amount: it has the file all the same. A row that it does not know reveals nothing.
    pub(super) fn reveal(&mut self, outcome: Outcome) {
        if outcome == Outcome::NotFound {
            return;
        }
        let (events, _) = events_of(outcome);
        self.doubts.refusal |= events.iter().any(|event| tells_of_money(*event));
        self.has_the_file();
    }

    /// A word that shows that the bank has the file; nothing where we hold that it has it.
    pub(super) fn has_the_file(&mut self) {
        if self.doubts.is_revealed {
            return;
        }
        let held_unsent = match self.file.state {
            FileState::NotSent | FileState::Abandoned | FileState::Intended => true,
            FileState::Leaving | FileState::AtBank => false,
        };
        if held_unsent || self.is_given_up() {
            return self.dispute_unsent(None);
        }
        // Its message is under way, and this is no answer to it: however that ends, the file is
        // asked about and not sent again.
        if self.file.state == FileState::Leaving && self.asked_at.is_none() {
            self.doubts.is_revealed = true;
            self.rest(Outcome::Unknown, None, false);
        }
    }

    /// Disputes every line of the file that may still leave, whichever file carries it by now:
    /// a line that was given up with this file is free, or in a file that is under way, which may
    /// still fail it; one that failed may leave as its correction.
    fn dispute_unsent(&mut self, but: Option<u32>) {
        let file = self.file;
        if std::mem::replace(&mut self.doubts.is_revealed, true) {
            return;
        }
        for index in file.intent.lines.iter().filter(|i| Some(**i) != but) {
            let unsent = self.batch.line(*index).is_some_and(|line| {
                let elsewhere = line.file_no != file.intent.file_no;
                match line.state {
                    LineState::Released | LineState::Cancelled | LineState::Failed => true,
                    LineState::Intended => elsewhere || file.state == FileState::Intended,
                    LineState::Accepted | LineState::Unknown | LineState::Returned => elsewhere,
                    LineState::Held | LineState::Paid | LineState::Refused => false,
                }
            });
            if unsent {
                self.in_doubt(*index);
            }
        }
    }

    /// The bank spoke of the file before, and its lines are free or another file's all the same.
    fn is_given_up(&self) -> bool {
        let lines = self.file.intent.lines.iter();
        let mut lines = lines.filter_map(|index| self.batch.line(*index));
        lines.any(|line| {
            line.file_no != self.file.intent.file_no || line.state == LineState::Released
        })
    }
}
