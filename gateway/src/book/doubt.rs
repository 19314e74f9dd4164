//! Lines that somebody must explain, kept in the order of their list with every step, so that
//! nobody searches the lines for them.

use super::{Batch, Book, Line};
use crate::event::Dispute;
use schemas::LineState;
use schemas::value::BatchId;
use std::collections::{BTreeMap, BTreeSet};

/// Why a line must be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A bank contradicts a final state, or knows a line that we hold to be unsent.
    Contradiction,
    /// A bank reports another amount or account.
    Mismatch,
    /// Nobody knows what became of it.
    Unknown,
}

impl Doubt {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Contradiction, Self::Mismatch, Self::Unknown];
}

impl Line {
    /// Why it must be explained; `None` where nothing is in doubt.
    #[must_use]
    pub fn doubt(&self) -> Option<Doubt> {
        match (self.disputed, self.state) {
            (Some(Dispute::ResultContradiction), _) => Some(Doubt::Contradiction),
            (Some(Dispute::ResultMismatch), _) => Some(Doubt::Mismatch),
            (None, LineState::Unknown) => Some(Doubt::Unknown),
            (
                None,
                LineState::Held
                | LineState::Released
                | LineState::Intended
                | LineState::Accepted
                | LineState::Paid
                | LineState::Failed
                | LineState::Returned
                | LineState::Cancelled
                | LineState::Refused,
            ) => None,
        }
    }
}

/// The lines of a batch that are in doubt: a few bytes each, because lines move in groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    counts: [u32; Doubt::ALL.len()],
    by_age: BTreeMap<(Doubt, i64), BTreeSet<u32>>,
    /// The disputed lines: few are, and a line has no room for it.
    disputed: BTreeMap<u32, Disputed>,
}

/// A dispute of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Disputed {
    kind: Dispute,
    /// Since when, Unix milliseconds; the same dispute again stays as old as it is.
    since_ms: i64,
    /// Journal sequence of the record that disputed it last.
    at: u64,
}

impl Doubts {
    /// How many lines are in such a doubt.
    #[must_use]
    pub fn count(&self, doubt: Doubt) -> u32 {
        self.counts[doubt as usize]
    }

    /// Since when and by index, those in such a doubt from a place on, in order.
    pub fn from(
        &self,
        doubt: Doubt,
        (since_ms, index): (i64, u32),
    ) -> impl Iterator<Item = (i64, u32)> + '_ {
        let groups = self.by_age.range((doubt, since_ms)..=(doubt, i64::MAX));
        groups.flat_map(move |((_, at_ms), lines)| {
            let first = if *at_ms == since_ms { index } else { 0 };
            lines.range(first..).map(move |index| (*at_ms, *index))
        })
    }

    /// Since when a line is disputed, Unix milliseconds.
    pub(super) fn disputed_ms(&self, index: u32) -> Option<i64> {
        self.disputed.get(&index).map(|of| of.since_ms)
    }

    /// Journal sequence of the record that disputes a line.
    #[must_use]
    pub fn disputed_at(&self, index: u32) -> Option<u64> {
        self.disputed.get(&index).map(|of| of.at)
    }

    /// A line is disputed, or resolved, by a record and at its time.
    pub(super) fn mark(&mut self, index: u32, dispute: Option<Dispute>, (at, at_ms): (u64, i64)) {
        let Some(kind) = dispute else {
            self.disputed.remove(&index);
            return;
        };
        let before = self.disputed.get(&index).filter(|of| of.kind == kind);
        let since_ms = before.map_or(at_ms, |of| of.since_ms);
        self.disputed.insert(index, Disputed { kind, since_ms, at });
    }

    fn is_empty(&self) -> bool {
        self.counts == [0; Doubt::ALL.len()]
    }

    /// A line was in one doubt or in none, and is in another or in none.
    pub(super) fn moved(&mut self, index: u32, before: Stand, now: Stand) {
        if before == now {
            return;
        }
        if let Some(doubt) = before.0 {
            let key = (doubt, before.1);
            if let Some(lines) = self.by_age.get_mut(&key)
                && lines.remove(&index)
            {
                self.counts[doubt as usize] -= 1;
                if lines.is_empty() {
                    self.by_age.remove(&key);
                }
            }
        }
        if let Some(doubt) = now.0
            && self.by_age.entry((doubt, now.1)).or_default().insert(index)
        {
            self.counts[doubt as usize] += 1;
        }
    }
}

/// A line's doubt, and since when it is in it.
pub(super) type Stand = (Option<Doubt>, i64);

/// What of a line its place among the doubts depends on. A dispute has a time of its own, whatever
/// state the line is in.
pub(super) fn stand(line: &Line, disputed_ms: Option<i64>) -> Stand {
    (line.doubt(), disputed_ms.unwrap_or(line.since_ms))
}

impl Batch {
    /// Lines that are disputed.
    #[must_use]
    pub fn disputed_count(&self) -> u32 {
        self.doubts.count(Doubt::Contradiction) + self.doubts.count(Doubt::Mismatch)
    }

    /// Since when the first of them is in its state, Unix milliseconds.
    pub(super) fn disputed_since(&self) -> Option<i64> {
        let disputes = [Doubt::Contradiction, Doubt::Mismatch].into_iter();
        let oldest = |doubt| self.doubts.from(doubt, (i64::MIN, 0)).next();
        disputes
            .filter_map(oldest)
            .map(|(since_ms, _)| since_ms)
            .min()
    }

    /// Whether its lines make what was accepted (M4).
    #[must_use]
    pub fn balances(&self) -> bool {
        let total = self.sums.instructed();
        (total.count, total.fen) == (self.head.line_count, self.head.total_fen)
    }
}

impl Book {
    /// Batches with a line in doubt, or whose sums do not balance; oldest first.
    pub fn batches_in_doubt(&self) -> impl Iterator<Item = &Batch> {
        self.in_doubt.iter().filter_map(|id| self.batches.get(id))
    }

    pub(super) fn refresh_doubt(&mut self, id: BatchId) {
        let batch = self.batches.get(&id);
        if batch.is_some_and(|batch| !batch.doubts.is_empty() || !batch.balances()) {
            self.in_doubt.insert(id);
        } else {
            self.in_doubt.remove(&id);
        }
    }

    /// After a record that the book could not follow to its end: what it changed is not known.
    pub(super) fn refresh_every_doubt(&mut self) {
        let every: Vec<BatchId> = self.batches.keys().copied().collect();
        for id in every {
            self.refresh_doubt(id);
        }
    }
}
