//! What only the whole file shows: a line number, a payee or an account that comes twice.
//!
//! The first walk keeps 16 bytes a line (a keyed fingerprint of the account). Where two of them
//! are equal, or a line number came twice, a second walk compares the values themselves, so a
//! collision of fingerprints can never make a finding.

use super::judge::{Judge, Values};
use super::line_numbers::LineNumbers;
use super::raw::{RawHead, RawLine, Receiver, Stop, Tally};
use crate::finding::{Finding, FindingCode};
use crate::value::{AccountNo, Fen, IdNumber, Purpose};
use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hasher;

/// What the first walk keeps.
pub(super) struct Suspicions {
    key: [u8; 16],
    numbers: LineNumbers,
    repeated_numbers: BTreeSet<u32>,
    accounts: Vec<u128>,
}

impl Suspicions {
    /// The key comes from the file's own digest: a sender can't aim at collisions without
    /// inverting it, and the same file is judged the same way every time.
    pub(super) fn new(digest: &[u8; 32]) -> Self {
        Self {
            key: *digest.first_chunk().unwrap_or(&[0; 16]),
            numbers: LineNumbers::default(),
            repeated_numbers: BTreeSet::new(),
            accounts: Vec::new(),
        }
    }

    /// Takes a line; true when its number stands on an earlier one.
    pub(super) fn take(&mut self, values: &Values<'_>) -> bool {
        if let Some(account) = &values.account {
            self.accounts.push(fingerprint(&self.key, account));
        }
        let Some(number) = values.line_no.map(|number| number.0) else {
            return false;
        };
        let repeated = !self.numbers.insert(number);
        if repeated {
            self.repeated_numbers.insert(number);
        }
        repeated
    }

    /// The second walk, where one is needed.
    pub(super) fn second_look(mut self, judge: Judge) -> Option<SecondLook> {
        self.accounts.sort_unstable();
        let same = self.accounts.windows(2).filter(|pair| pair[0] == pair[1]);
        let mut repeated: Vec<u128> = same.map(|pair| pair[0]).collect();
        repeated.dedup();
        let needed = !repeated.is_empty() || !self.repeated_numbers.is_empty();
        needed.then(|| SecondLook {
            key: self.key,
            repeated,
            numbers: self.repeated_numbers.into_iter().map(|n| (n, 0)).collect(),
            judge,
            index: 0,
            seen: HashMap::new(),
            scratch: Vec::new(),
            late: Vec::new(),
        })
    }
}

fn fingerprint(key: &[u8; 16], account: &AccountNo) -> u128 {
    let mut hasher = SipHasher13::new_with_key(key);
    hasher.write(account.reveal(Purpose::Matching).as_bytes());
    hasher.finish128().as_u128()
}

/// A finding that needs the whole file, small enough to keep one for every line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Late {
    pub(super) row: u32,
    line: u32,
    first_row: u32,
    code: FindingCode,
    shown: Shown,
}

#[derive(Clone, Copy, Debug)]
enum Shown {
    Number,
    Id(IdNumber),
    Account(AccountNo),
}

impl Late {
    pub(super) fn finding(&self) -> Finding {
        let finding = Finding::of_line(self.code, self.line, self.row);
        let finding = match &self.shown {
            Shown::Number => finding.field("line_no").value(self.line.to_string()),
            Shown::Id(id) => finding.field("id_number").value(id.masked()),
            Shown::Account(account) => finding.field("account").value(account.masked()),
        };
        finding.with("first_row", self.first_row)
    }
}

/// Compares exactly, on the second walk, the lines under suspicion.
pub(super) struct SecondLook {
    key: [u8; 16],
    repeated: Vec<u128>,
    /// Row of the first line with the number; 0 before it came.
    numbers: BTreeMap<u32, u32>,
    judge: Judge,
    index: u32,
    /// Never iterated, so its order decides nothing.
    seen: HashMap<AccountNo, Account>,
    scratch: Vec<Finding>,
    pub(super) late: Vec<Late>,
}

/// What stood on earlier lines with one account.
struct Account {
    /// Row of the first line and its person.
    first: (IdNumber, u32),
    /// Row of the first line of another person.
    other: Option<u32>,
    /// Row of the first line by person and amount.
    wages: BTreeMap<(IdNumber, Fen), u32>,
}

impl SecondLook {
    fn number(&mut self, values: &Values<'_>, row: u32) {
        let Some(number) = values.line_no.map(|number| number.0) else {
            return;
        };
        match self.numbers.get_mut(&number) {
            Some(first_row) if *first_row == 0 => *first_row = row,
            Some(first_row) => self.late.push(Late {
                row,
                line: number,
                first_row: *first_row,
                code: FindingCode::LineNoDuplicate,
                shown: Shown::Number,
            }),
            None => {}
        }
    }

    fn payee(&mut self, account: AccountNo, values: &Values<'_>, row: u32) {
        let print = fingerprint(&self.key, &account);
        let Some(id_number) = values.id_number else {
            return;
        };
        if self.repeated.binary_search(&print).is_err() {
            return;
        }
        let seen = self.seen.entry(account).or_insert_with(|| Account {
            first: (id_number, row),
            other: None,
            wages: BTreeMap::new(),
        });
        let late = |code, first_row, shown| Late {
            row,
            line: values.number(),
            first_row,
            code,
            shown,
        };
        if let Some(amount) = values.amount {
            let first_row = *seen.wages.entry((id_number, amount)).or_insert(row);
            if first_row != row {
                let shown = Shown::Id(id_number);
                self.late
                    .push(late(FindingCode::PayeeDuplicate, first_row, shown));
            }
        }
        let (first_person, first_row) = seen.first;
        let shared_with = if first_person == id_number {
            seen.other
        } else {
            seen.other.get_or_insert(row);
            Some(first_row)
        };
        if let Some(first_row) = shared_with {
            let shown = Shown::Account(account);
            self.late
                .push(late(FindingCode::AccountShared, first_row, shown));
        }
    }
}

impl Receiver for SecondLook {
    fn head(&mut self, _head: &RawHead) -> Result<(), Stop> {
        Ok(())
    }

    fn line(&mut self, line: &RawLine<'_>) -> Result<(), Stop> {
        self.index += 1;
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let values = self.judge.judge(self.index, line, &mut scratch);
        self.number(&values, line.row);
        if let Some(account) = values.account {
            self.payee(account, &values, line.row);
        }
        self.scratch = scratch;
        Ok(())
    }

    fn finding(&mut self, _finding: Finding) -> Result<(), Stop> {
        Ok(())
    }

    fn tally(&self) -> Tally {
        Tally::default()
    }
}
