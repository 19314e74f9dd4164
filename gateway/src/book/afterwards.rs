//! Files with final lines about which their banks are asked all the same, in the order in which
//! they are. Derived, kept with every step so that nobody searches all files.

use super::{BankFile, Book, FileState};
use crate::event::{Move, Origin};
use schemas::value::BankCode;
use schemas::{LineEvent, LineState};
use std::collections::{BTreeMap, BTreeSet};

/// Why a bank is asked about a file whose lines are final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Afterwards {
    /// It refused the whole file when it was instructed: perhaps only a second copy (decision 024).
    Refusal,
    /// A line of it is paid, and may come back (decision 019).
    Returns,
}

/// How a file waits for such a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// When the refusal came, or when a line of it last became paid: Unix milliseconds.
    pub began_ms: i64,
    /// Questions since then.
    pub asked: u32,
    /// When the last message of a question left, Unix milliseconds.
    pub asked_ms: Option<i64>,
}

impl Waiting {
    /// Since when the next question is waited for, Unix milliseconds: the last one, or where none
    /// was asked the beginning.
    #[must_use]
    pub fn since_ms(&self) -> i64 {
        match self.asked {
            0 => self.began_ms,
            _ => self.asked_ms.unwrap_or(self.began_ms),
        }
    }
}

/// Questions, since when the next one is waited for (Unix milliseconds), file.
type Key = (u32, i64, u64);

/// Why, the bank, and the dialect that the intents of its files recorded: each has its own pace.
type Spoken = (Afterwards, BankCode, Option<String>);

/// Files about which may be asked.
#[derive(Debug, Default)]
pub(super) struct Files {
    waiting: BTreeMap<Spoken, BTreeSet<Key>>,
    keys: BTreeMap<(Afterwards, u64), Key>,
}

impl Files {
    fn refresh(&mut self, why: Afterwards, file: &BankFile) {
        let file_no = file.intent.file_no;
        let key = file.waits_for(why);
        let key = key.map(|waiting| (waiting.asked, waiting.since_ms(), file_no));
        let before = match key {
            Some(key) => self.keys.insert((why, file_no), key),
            None => self.keys.remove(&(why, file_no)),
        };
        if before == key {
            return;
        }
        let spoken = (why, file.intent.bank, file.intent.dialect.clone());
        let waiting = self.waiting.entry(spoken).or_default();
        if let Some(before) = before {
            waiting.remove(&before);
        }
        waiting.extend(key);
    }
}

impl Book {
    /// The dialects by which a bank's files that wait were instructed, as recorded.
    pub fn spoken_afterwards(
        &self,
        why: Afterwards,
        bank: BankCode,
    ) -> impl Iterator<Item = Option<&str>> {
        let spoken = self.afterwards.waiting.range((why, bank, None)..);
        let spoken = spoken.take_while(move |((of, at, _), _)| (*of, *at) == (why, bank));
        spoken.map(|((_, _, dialect), _)| dialect.as_deref())
    }

    /// Files of a bank and dialect about which so many questions were asked, by the moment since
    /// which the next one is waited for. From the moment `from_ms` on.
    pub fn files_afterwards(
        &self,
        why: Afterwards,
        (bank, dialect): (BankCode, Option<&str>),
        asked: u32,
        from_ms: i64,
    ) -> impl DoubleEndedIterator<Item = &BankFile> {
        let spoken = (why, bank, dialect.map(str::to_owned));
        let waiting = self.afterwards.waiting.get(&spoken).into_iter();
        let keys = (asked, from_ms, u64::MIN)..=(asked, i64::MAX, u64::MAX);
        let keys = waiting.flat_map(move |waiting| waiting.range(keys.clone()));
        keys.filter_map(|(_, _, file_no)| self.files.get(file_no))
    }

    pub(super) fn refresh_afterwards(&mut self, file_no: u64) {
        if let Some(file) = self.files.get(&file_no) {
            self.afterwards.refresh(Afterwards::Refusal, file);
            self.afterwards.refresh(Afterwards::Returns, file);
        }
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

    /// What the answer to its instruction says may refuse it as a whole.
    pub(super) fn refused(&mut self, origin: Origin, moves: &[Move], at_ms: i64) {
        let all_fail = moves.iter().all(|step| step.event == LineEvent::Fail);
        let is_whole = moves.len() >= self.intent.lines.len();
        if origin == Origin::Receipt && all_fail && is_whole {
            self.refused_ms = Some(at_ms);
            self.asked_since_refusal = 0;
        }
    }

    /// How it waits for a question of a kind; `None` where there is nothing to ask.
    #[must_use]
    pub fn waits_for(&self, why: Afterwards) -> Option<Waiting> {
        if self.state != FileState::AtBank {
            return None;
        }
        match why {
            Afterwards::Refusal => Some(Waiting {
                began_ms: self.refused_ms?,
                asked: self.asked_since_refusal,
                asked_ms: self.queried_ms,
            }),
            Afterwards::Returns if self.paid > 0 => Some(Waiting {
                began_ms: self.paid_ms?,
                asked: self.returns_since_paid,
                asked_ms: self.returns_asked_ms,
            }),
            Afterwards::Returns => None,
        }
    }
}
