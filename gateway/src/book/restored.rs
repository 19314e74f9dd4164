//! What a journal that was restored from a copy does not know: whether the original sent what the
//! copy shows as waiting. The machine never does (decision 023).

use super::{Batch, Book, LineState};
use schemas::value::{BatchId, Uscc};

/// At least so many numbers of bank files are left to the original, whatever the clock said.
const NUMBERS_APART: u64 = 100_000;

/// The last restore.
#[derive(Clone, Copy, Debug)]
pub(super) struct Restored {
    /// The record that tells of it.
    sequence: u64,
    time_ms: i64,
    /// The copy's last record.
    record: u64,
    /// No gateway has started since.
    is_unused: bool,
}

impl Book {
    /// Follows a restore: from here on nothing that waited is sent, and numbers that the original
    /// may have given are not given again.
    pub(super) fn set_apart(
        &mut self,
        (record, first_file_no): (u64, u64),
        sequence: u64,
        time_ms: i64,
    ) {
        self.restored = Some(Restored {
            sequence,
            time_ms,
            record,
            is_unused: true,
        });
        // With the time since the copy's end: a later restore of the same copy goes on higher.
        let passed_s = time_ms.saturating_sub(self.latest_ms) / 1_000;
        let has_records = self.latest_ms > 0;
        let passed = u64::try_from(passed_s).ok().filter(|_| has_records);
        let apart = NUMBERS_APART.saturating_add(passed.unwrap_or(0));
        self.file_no_max = self.file_no_max.saturating_add(apart);
        self.count_files_from(first_file_no);
        let employers: Vec<Uscc> = self.moved.keys().copied().collect();
        for employer in employers {
            self.moved.insert(employer, sequence);
        }
    }

    /// A gateway has started.
    pub(super) fn taken_into_use(&mut self) {
        if let Some(restored) = &mut self.restored {
            restored.is_unused = false;
        }
    }

    /// The last record of the copy from which the journal was restored, where no gateway has
    /// started since.
    #[must_use]
    pub fn restored_unused(&self) -> Option<u64> {
        let restored = self.restored.filter(|restored| restored.is_unused);
        restored.map(|restored| restored.record)
    }

    /// Whether a batch came before the journal was restored: no line of it is approved or
    /// intended any more.
    #[must_use]
    pub fn is_set_apart(&self, batch: BatchId) -> bool {
        self.restored
            .is_some_and(|restored| batch.sequence() < restored.sequence)
    }

    /// Since when a batch waits for its employer to take back what may have been sent.
    pub(super) fn withdrawal_wanted(&self, batch: &Batch) -> Option<i64> {
        let restored = self.restored?;
        let waits = |state| batch.sums.of(state).count > 0;
        let has_any = waits(LineState::Held) || waits(LineState::Released);
        (has_any && self.is_set_apart(batch.id())).then_some(restored.time_ms)
    }
}
