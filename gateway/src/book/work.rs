//! What each bank has to do: batches with released lines, files that are not finished. Derived,
//! kept with every step so that nobody searches all batches.

use super::{BankFile, Batch, Book, FileState};
use schemas::LineState;
use schemas::value::{BankCode, BatchId};
use std::collections::{BTreeMap, BTreeSet};

/// Open work by bank.
#[derive(Debug, Default)]
pub(super) struct Work {
    released: BTreeMap<BankCode, BTreeSet<BatchId>>,
    files: BTreeMap<BankCode, BTreeSet<u64>>,
}

impl Book {
    /// Batches with lines to plan, oldest first.
    pub fn released_at(&self, bank: BankCode) -> impl Iterator<Item = &Batch> {
        let ids = self.work.released.get(&bank).into_iter().flatten();
        ids.filter_map(|id| self.batches.get(id))
    }

    /// Bank files that are not finished, oldest first.
    pub fn open_files_at(&self, bank: BankCode) -> impl Iterator<Item = &BankFile> {
        let numbers = self.work.files.get(&bank).into_iter().flatten();
        numbers.filter_map(|file_no| self.files.get(file_no))
    }

    /// Whether nothing of a file is open any more: each of its lines has ended, or it was given up.
    #[must_use]
    pub fn has_ended(&self, file: &BankFile) -> bool {
        let open = self.work.files.get(&file.intent.bank);
        !open.is_some_and(|open| open.contains(&file.intent.file_no))
    }

    /// How many batches have lines to be sent, and how many bank files are not finished.
    #[must_use]
    pub fn open_work(&self) -> (u64, u64) {
        let released = self.work.released.values().map(BTreeSet::len);
        let files = self.work.files.values().map(BTreeSet::len);
        (released.sum::<usize>() as u64, files.sum::<usize>() as u64)
    }

    pub(super) fn refresh_work(&mut self, id: BatchId, file_no: Option<u64>) {
        self.refresh_doubt(id);
        if let Some(file_no) = file_no {
            self.refresh_afterwards(file_no);
        }
        let Some(batch) = self.batches.get(&id) else {
            return;
        };
        let bank = batch.head.paying_bank;
        let released = self.work.released.entry(bank).or_default();
        if batch.sums.of(LineState::Released).count > 0 {
            released.insert(id);
        } else {
            released.remove(&id);
        }
        let Some(file) = file_no.and_then(|file_no| self.files.get(&file_no)) else {
            return;
        };
        let files = self.work.files.entry(bank).or_default();
        if is_open(file, batch) {
            files.insert(file.intent.file_no);
        } else {
            files.remove(&file.intent.file_no);
        }
    }
}

fn is_open(file: &BankFile, batch: &Batch) -> bool {
    let unfinished = |index: &u32| {
        batch
            .line(*index)
            .is_some_and(|line| !line.state.is_final())
    };
    file.state != FileState::Abandoned && file.intent.lines.iter().any(unfinished)
}
