//! What a batch waits for beside its record: a connection, or something that this installation
//! lacks; and whether all that a bank left in its folder is taken in. None of it is a fact of the
//! journal: it is found out anew after each start.

use super::Core;
use crate::dispatch::first_bank_day;
use crate::dispatch::turn::Work;
use schemas::codes::BankCalendar;
use schemas::value::{BankCode, BatchId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why a batch can't be worked on: ours to put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// `mandate_missing`, `key_missing`, `record_unreadable` or [`JOURNAL`].
    pub why: &'static str,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
}

/// The journal takes no records.
pub const JOURNAL: &str = "journal";

/// To which banks the installation is connected, and when that was said, Unix milliseconds.
pub(super) type Connected = (BTreeSet<BankCode>, i64);

/// The hindrances that stand now, by batch and by the work that is hindered: that another file of
/// the batch can be asked about ends none of them.
pub(super) type Hindrances = Mutex<Standing>;

/// Banks to which the last message certainly did not leave, and since when none does, Unix
/// milliseconds.
pub(super) type Unreached = Mutex<BTreeMap<BankCode, i64>>;

/// Banks in whose folder something may lie that is not taken in.
pub(super) type Uncollected = Mutex<BTreeSet<BankCode>>;

type Standing = BTreeMap<BatchId, BTreeMap<Work, Hindrance>>;

impl Core {
    /// Says to which banks the installation is connected, once, before anybody asks.
    pub fn connect(&self, banks: BTreeSet<BankCode>) {
        // A second word would be the assembly's defect; the first one stands.
        drop(self.connected.set((banks, self.now_ms())));
    }

    /// Says on which days banks work, once, before anybody asks.
    pub fn follow_bank_days(&self, calendar: Arc<BankCalendar>) {
        drop(self.bank_days.set(calendar));
    }

    /// Whether no list says when this bank works next: then nothing is sent to it.
    #[must_use]
    pub fn lacks_bank_days(&self, bank: BankCode) -> bool {
        self.bank_days.get().is_some_and(|calendar| {
            let cut_off = crate::installation::cut_off(bank);
            first_bank_day(cut_off, calendar, self.clock.now()).is_none()
        })
    }

    /// Whether a batch of this bank can leave one day: it has a connection here, or nobody said.
    #[must_use]
    pub fn is_connected(&self, bank: BankCode) -> bool {
        self.unconnected_since(bank).is_none()
    }

    /// When it was said that there is no connection to this bank, Unix milliseconds: since then at
    /// the latest there is none. `None` where there is one, or nobody said.
    #[must_use]
    pub fn unconnected_since(&self, bank: BankCode) -> Option<i64> {
        let (banks, said_ms) = self.connected.get()?;
        (!banks.contains(&bank)).then_some(*said_ms)
    }

    /// Says of the folder in which a bank leaves files whether all that lay there at the last look
    /// is taken in. It is not before the first look, while one is under way, or where one failed.
    pub fn collected(&self, bank: BankCode, all: bool) {
        let mut uncollected = self.uncollected();
        if all {
            uncollected.remove(&bank);
        } else {
            uncollected.insert(bank);
        }
    }

    /// Whether something may lie in the bank's folder that is not taken in: nobody knows of what
    /// file it speaks, or what it says.
    #[must_use]
    pub fn has_uncollected(&self, bank: BankCode) -> bool {
        self.uncollected().contains(&bank)
    }

    /// Says whether a message could be brought to a bank just now. In vain again keeps the
    /// beginning.
    pub fn reached(&self, bank: BankCode, is_reached: bool) {
        let mut unreached = self
            .unreached
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if is_reached {
            unreached.remove(&bank);
        } else {
            unreached.entry(bank).or_insert_with(|| self.now_ms());
        }
    }

    /// Since when no message leaves to a bank, Unix milliseconds, as far as this process has seen;
    /// `None` where the last one did.
    #[must_use]
    pub fn unreached_since(&self, bank: BankCode) -> Option<i64> {
        let unreached = self
            .unreached
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        unreached.get(&bank).copied()
    }

    fn uncollected(&self) -> MutexGuard<'_, BTreeSet<BankCode>> {
        // Every change under the lock is whole.
        let uncollected = self.uncollected.lock();
        uncollected.unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this work on a batch is hindered. The same again keeps its beginning.
    pub(crate) fn hinder(&self, batch: BatchId, work: Work, why: &'static str) {
        let since_ms = self.now_ms();
        let mut standing = self.standing();
        let of_batch = standing.entry(batch).or_default();
        let one = of_batch.entry(work).or_insert(Hindrance { why, since_ms });
        if one.why != why {
            *one = Hindrance { why, since_ms };
        }
    }

    /// Only this work on a batch is hindered any more, as far as it is: the rest came to something
    /// or is not to be done.
    pub(crate) fn unhinder(&self, batch: BatchId, is_hindered: impl Fn(&Work) -> bool) {
        let mut standing = self.standing();
        if let Some(of_batch) = standing.get_mut(&batch) {
            of_batch.retain(|work, _| is_hindered(work));
            if of_batch.is_empty() {
                standing.remove(&batch);
            }
        }
    }

    /// Since when the journal takes no records, Unix milliseconds, as far as it was seen; `None`
    /// while it takes them. Then nothing goes on with any batch: not even people can decide.
    #[must_use]
    pub fn journal_failed_since(&self) -> Option<i64> {
        let failed = self.journal().health().is_err();
        failed.then(|| *self.journal_failed_ms.get_or_init(|| self.now_ms()))
    }

    /// The journal refused a record: from now on it may have failed.
    pub(super) fn note_journal(&self) {
        let _ = self.journal_failed_since();
    }

    /// What hinders work on a batch now, and has done so for the longest time.
    #[must_use]
    pub fn hindrance(&self, batch: BatchId) -> Option<Hindrance> {
        let standing = self.standing();
        let of_batch = standing.get(&batch)?.values();
        of_batch.min_by_key(|one| one.since_ms).copied()
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        // Every change under the lock is whole.
        self.hindrances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
