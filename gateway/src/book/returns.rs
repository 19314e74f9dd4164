//! Files with paid lines, in the order in which their banks are asked what came back. Derived, kept
//! with every step so that nobody searches all files.

use super::{BankFile, Batch, Book, FileState};
use schemas::LineState;
use schemas::value::BankCode;
use std::collections::{BTreeMap, BTreeSet};

/// Questions asked for returns, since when the next one is waited for (Unix milliseconds), file.
type Key = (u32, i64, u64);

/// Files that have paid lines, by bank.
#[derive(Debug, Default)]
pub(super) struct Returns {
    waiting: BTreeMap<BankCode, BTreeSet<Key>>,
    keys: BTreeMap<u64, Key>,
}

impl Book {
    /// Files of a bank with paid lines about which so many questions for returns were asked, by
    /// the moment since which the next one is waited for: that of the last question, before the
    /// first one that of the last payment. From the moment `from_ms` on.
    pub fn paid_files_at(
        &self,
        bank: BankCode,
        asked: u32,
        from_ms: i64,
    ) -> impl DoubleEndedIterator<Item = &BankFile> {
        let waiting = self.returns.waiting.get(&bank).into_iter();
        let keys = (asked, from_ms, u64::MIN)..=(asked, i64::MAX, u64::MAX);
        let keys = waiting.flat_map(move |waiting| waiting.range(keys.clone()));
        keys.filter_map(|(_, _, file_no)| self.files.get(file_no))
    }

    pub(super) fn refresh_returns(&mut self, file_no: u64) {
        let Some(file) = self.files.get_mut(&file_no) else {
            return;
        };
        let bank = file.intent.bank;
        let batch = self.batches.get(&file.intent.batch);
        file.paid_ms = batch.and_then(|batch| last_paid(file, batch));
        let key = file.paid_ms.map(|paid_ms| {
            let since_ms = file.returns_asked_ms.unwrap_or(paid_ms);
            (file.returns_asked, since_ms, file_no)
        });
        let before = match key {
            Some(key) => self.returns.keys.insert(file_no, key),
            None => self.returns.keys.remove(&file_no),
        };
        if before == key {
            return;
        }
        let waiting = self.returns.waiting.entry(bank).or_default();
        if let Some(before) = before {
            waiting.remove(&before);
        }
        waiting.extend(key);
    }
}

/// When the last of a file's lines became paid that still are.
fn last_paid(file: &BankFile, batch: &Batch) -> Option<i64> {
    let at_bank = file.state == FileState::AtBank;
    if !at_bank || batch.sums.of(LineState::Paid).count == 0 {
        return None;
    }
    let lines = file.intent.lines.iter();
    let lines = lines.filter_map(|index| batch.line(*index));
    let own = lines.filter(|line| line.file_no == file.intent.file_no);
    let paid = own.filter(|line| line.state == LineState::Paid);
    paid.map(|line| line.since_ms).max()
}
