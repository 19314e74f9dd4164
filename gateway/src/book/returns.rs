//! Files with paid lines, in the order in which their banks are asked what came back. Derived, kept
//! with every step so that nobody searches all files.

use super::{BankFile, Book, FileState};
use schemas::LineState;
use schemas::value::BankCode;
use std::collections::{BTreeMap, BTreeSet};

/// Questions for returns since the last payment, since when the next one is waited for (Unix
/// milliseconds), file.
type Key = (u32, i64, u64);

/// A bank, and the dialect that the intents of its files recorded: each has its own pace.
type Spoken = (BankCode, Option<String>);

/// Files that have paid lines.
#[derive(Debug, Default)]
pub(super) struct Returns {
    waiting: BTreeMap<Spoken, BTreeSet<Key>>,
    keys: BTreeMap<u64, Key>,
}

impl Book {
    /// The dialects by which a bank's files with paid lines were instructed, as recorded.
    pub fn paid_by(&self, bank: BankCode) -> impl Iterator<Item = Option<&str>> {
        let spoken = self.returns.waiting.range((bank, None)..);
        let spoken = spoken.take_while(move |((of, _), _)| *of == bank);
        spoken.map(|((_, dialect), _)| dialect.as_deref())
    }

    /// Files of a bank and dialect with paid lines about which so many questions for returns were
    /// asked since the last payment, by the moment since which the next one is waited for: that of
    /// the last question, before the first one that of the payment. From the moment `from_ms` on.
    pub fn paid_files_at(
        &self,
        (bank, dialect): (BankCode, Option<&str>),
        asked: u32,
        from_ms: i64,
    ) -> impl DoubleEndedIterator<Item = &BankFile> {
        let spoken = (bank, dialect.map(str::to_owned));
        let waiting = self.returns.waiting.get(&spoken).into_iter();
        let keys = (asked, from_ms, u64::MIN)..=(asked, i64::MAX, u64::MAX);
        let keys = waiting.flat_map(move |waiting| waiting.range(keys.clone()));
        keys.filter_map(|(_, _, file_no)| self.files.get(file_no))
    }

    pub(super) fn refresh_returns(&mut self, file_no: u64) {
        let Some(file) = self.files.get(&file_no) else {
            return;
        };
        let key = file.returns_key();
        let before = match key {
            Some(key) => self.returns.keys.insert(file_no, key),
            None => self.returns.keys.remove(&file_no),
        };
        if before == key {
            return;
        }
        let spoken = (file.intent.bank, file.intent.dialect.clone());
        let waiting = self.returns.waiting.entry(spoken).or_default();
        if let Some(before) = before {
            waiting.remove(&before);
        }
        waiting.extend(key);
    }
}

impl BankFile {
    /// A line of it went from one state to another.
    pub(super) fn line_moved(&mut self, (before, now): (LineState, LineState), at_ms: i64) {
        let paid = LineState::Paid;
        self.paid = match (before == paid, now == paid) {
            (false, true) => {
                self.paid_ms = Some(at_ms);
                self.returns_since_paid = 0;
                self.paid.saturating_add(1)
            }
            (true, false) => self.paid.saturating_sub(1),
            (true, true) | (false, false) => self.paid,
        };
    }

    /// Since when the next question for returns is waited for, Unix milliseconds: the last one, or
    /// the last payment where none was asked since.
    #[must_use]
    pub fn returns_wait_since(&self) -> Option<i64> {
        match self.returns_since_paid {
            0 => self.paid_ms,
            _ => self.returns_asked_ms,
        }
    }

    /// Where it stands among the files that may be asked about; nowhere without a paid line.
    fn returns_key(&self) -> Option<Key> {
        let may_be = self.state == FileState::AtBank && self.paid > 0;
        let since_ms = self.returns_wait_since().filter(|_| may_be)?;
        Some((self.returns_since_paid, since_ms, self.intent.file_no))
    }
}
