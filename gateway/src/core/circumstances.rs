//! What a batch waits for beside its record: a connection, or something that this installation
//! lacks. None of it is a fact of the journal: it is found out anew after each start.

use super::Core;
use schemas::value::{BankCode, BatchId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// The hindrances that stand now, by batch.
pub(super) type Hindrances = Mutex<BTreeMap<BatchId, Hindrance>>;

impl Core {
    /// Says to which banks the installation is connected, once, before anybody asks.
    pub fn connect(&self, banks: BTreeSet<BankCode>) {
        // A second word would be the assembly's defect; the first one stands.
        drop(self.connected.set(banks));
    }

    /// Whether a batch of this bank can leave one day: it has a connection here, or nobody said.
    #[must_use]
    pub fn is_connected(&self, bank: BankCode) -> bool {
        let banks = self.connected.get();
        banks.is_none_or(|banks| banks.contains(&bank))
    }

    /// From now on work on a batch is hindered. The same again keeps its beginning.
    pub fn hinder(&self, batch: BatchId, why: &'static str) {
        let since_ms = self.now_ms();
        let mut standing = self.standing();
        let one = standing.entry(batch).or_insert(Hindrance { why, since_ms });
        if one.why != why {
            *one = Hindrance { why, since_ms };
        }
    }

    /// Work on a batch came to something.
    pub fn unhinder(&self, batch: BatchId) {
        self.standing().remove(&batch);
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

    /// What hinders work on a batch now.
    #[must_use]
    pub fn hindrance(&self, batch: BatchId) -> Option<Hindrance> {
        self.standing().get(&batch).copied()
    }

    fn standing(&self) -> MutexGuard<'_, BTreeMap<BatchId, Hindrance>> {
        // Every change under the lock is whole.
        self.hindrances
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
