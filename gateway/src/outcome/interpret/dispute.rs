//! Which lines a message disputes, each once, and what it must have said before to be no news.

use super::Interpreter;
use crate::event::{Dispute, Move};
use crate::outcome::verdict;
use schemas::LineState;
use std::collections::BTreeSet;

/// What a message calls into doubt beside the lines of which it speaks.
#[derive(Default)]
pub(super) struct Doubts {
    /// Lines that are disputed already.
    listed: BTreeSet<u32>,
    /// The word that contradicts a failure.
    pub(super) refusal: Option<Move>,
    /// The bank has a file that we hold to be unsent, and its lines are disputed.
    pub(super) is_revealed: bool,
}

impl Interpreter<'_> {
    pub(super) fn dispute(&mut self, step: Move) {
        if !self.doubts.listed.contains(&step.index) && !self.disputed_before(&step) {
            self.list(Dispute::ResultContradiction, step);
        }
    }

    fn list(&mut self, kind: Dispute, step: Move) {
        self.doubts.listed.insert(step.index);
        self.out.disputes.push((step.index, kind, step));
    }

    /// Another amount or account than ours: whatever it says of the line is not believed.
    pub(super) fn mismatched(&mut self, step: Move) {
        let state = self.state_of(step.index);
        let money = verdict::tells_of_money(step.event);
        if money && state == Some(LineState::Failed) {
            self.doubts.refusal.get_or_insert_with(|| step.clone());
        }
        let line = self.batch.line(step.index);
        let same = line.is_some_and(|line| {
            // The contract's alarm for money of a line that failed is not silenced by people.
            let decided = line.disputed.is_none() && money && line.state == LineState::Failed;
            line.reported_fen == step.reported_fen.or(line.reported_fen) && !decided
        });
        if !(same && self.file.disputed.contains(&(step.index, step.event))) {
            self.list(Dispute::ResultMismatch, step);
        }
    }

    /// The same contradiction again, of a line that still is disputed. Where two people decided
    /// meanwhile, they had it before them; money is an alarm all the same.
    fn disputed_before(&self, step: &Move) -> bool {
        let line = self.batch.line(step.index);
        let disputed = line.is_some_and(|line| line.disputed.is_some());
        self.file.disputed.contains(&(step.index, step.event))
            && (disputed || !verdict::tells_of_money(step.event))
    }

    /// A bank that failed every line of a file and now speaks otherwise of one has not refused
    /// the file: of the others, too, nobody can say that they were not paid. Rows that the message
    /// itself names stand by their own words.
    pub(super) fn doubt_the_refused(&mut self) {
        let Some(step) = self.doubts.refusal.take() else {
            return;
        };
        if !self.all_failed() {
            return;
        }
        for index in self.unnamed() {
            if self.carries(index) {
                self.dispute(Move {
                    index,
                    reported_fen: None,
                    ..step.clone()
                });
            }
        }
    }
}
