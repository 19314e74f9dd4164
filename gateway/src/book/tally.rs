//! Sums over all batches, and those that have not ended, kept with every record: whoever watches
//! the gateway does not look at all that was ever paid.

use super::{Batch, BatchState, Book, LineState, Sums};
use schemas::value::{BankCode, BatchId};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// What a batch adds to the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    state: BatchState,
    sums: Sums,
}

/// The sums.
#[derive(Debug, Default)]
pub(super) struct Tally {
    batches: BTreeMap<BatchState, u64>,
    lines: BTreeMap<LineState, u64>,
    open: BTreeSet<BatchId>,
    banks: BTreeSet<BankCode>,
}

impl Tally {
    fn add(&mut self, counted: &Counted) {
        *self.batches.entry(counted.state).or_default() += 1;
        for (state, sum) in counted.sums.iter().filter(|(_, sum)| sum.count > 0) {
            *self.lines.entry(state).or_default() += u64::from(sum.count);
        }
    }

    fn take(&mut self, counted: &Counted) {
        let less = |from: Option<&mut u64>, count: u32| {
            if let Some(from) = from {
                *from = from.saturating_sub(count.into());
            }
        };
        less(self.batches.get_mut(&counted.state), 1);
        for (state, sum) in counted.sums.iter().filter(|(_, sum)| sum.count > 0) {
            less(self.lines.get_mut(&state), sum.count);
        }
    }
}

impl Book {
    /// How many batches are in a state.
    #[must_use]
    pub fn batches_in(&self, state: BatchState) -> u64 {
        self.tally.batches.get(&state).copied().unwrap_or_default()
    }

    /// How many lines are in a state.
    #[must_use]
    pub fn lines_in(&self, state: LineState) -> u64 {
        self.tally.lines.get(&state).copied().unwrap_or_default()
    }

    /// Banks that ever had a batch to pay or sent a message.
    #[must_use]
    pub fn known_banks(&self) -> &BTreeSet<BankCode> {
        &self.tally.banks
    }

    /// Batches that wait for something, oldest first, after one of them.
    pub fn waiting(&self, after: Option<BatchId>) -> impl Iterator<Item = &Batch> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = self.tally.open.range((from, Bound::Unbounded));
        ids.filter_map(|id| self.batches.get(id))
    }

    /// A bank sends a message.
    pub(super) fn note_bank(&mut self, bank: BankCode) {
        self.tally.banks.insert(bank);
    }

    /// A record may have changed a batch.
    pub(super) fn recount(&mut self, id: BatchId) {
        let Some(batch) = self.batches.get_mut(&id) else {
            return;
        };
        let now = Counted {
            state: batch.state(),
            sums: batch.sums,
        };
        let has_ended = batch.waits_for().is_none() && batch.disputed_count() == 0;
        if let Some(before) = batch.counted.replace(now) {
            self.tally.take(&before);
        }
        self.tally.banks.insert(batch.head.paying_bank);
        self.tally.add(&now);
        if has_ended {
            self.tally.open.remove(&id);
        } else {
            self.tally.open.insert(id);
        }
    }
}
