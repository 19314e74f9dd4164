//! What only the whole file shows: a line number, a reference, a payee or an account that comes
//! twice.
//!
//! The first walk keeps 8 bytes a line (a keyed fingerprint of the account), and 8 more where it
//! has a reference. Where two of them
//! are equal, or a line number came twice, a second walk compares the values themselves, so a
//! collision of fingerprints can never make a finding.

use super::judge::{Judge, Values};
use super::line_numbers::LineNumbers;
use super::payees::{Payee, Payees};
use super::raw::{RawHead, RawLine, Receiver, Stop, Tally};
use crate::finding::{Finding, FindingCode};
use crate::value::{AccountNo, IdNumber};
use siphasher::sip::SipHasher13;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::thread::{Builder, scope};

/// Fingerprints of one half for which no second thread is worth its start.
const ALONE_MAX: usize = 16_384;

/// What the first walk keeps.
pub(super) struct Suspicions {
    key: [u8; 16],
    numbers: LineNumbers,
    repeated_numbers: BTreeSet<u32>,
    /// Fingerprints of the sender's references.
    references: Vec<u64>,
    /// By the highest bit, so that two threads can sort them.
    accounts: [Vec<u64>; 2],
}

impl Suspicions {
    /// The key comes from the file's own digest: a sender can't aim at collisions without
    /// inverting it, and the same file is judged the same way every time.
    pub(super) fn new(digest: &[u8; 32]) -> Self {
        Self {
            key: *digest.first_chunk().unwrap_or(&[0; 16]),
            numbers: LineNumbers::default(),
            repeated_numbers: BTreeSet::new(),
            references: Vec::new(),
            accounts: Default::default(),
        }
    }

    /// Takes a line; true when its number stands on an earlier one.
    pub(super) fn take(&mut self, values: &Values<'_>) -> bool {
        if let Some(account) = &values.account {
            let print = fingerprint(&self.key, account.as_bytes());
            self.accounts[(print >> 63) as usize].push(print);
        }
        if let Some(reference) = own_reference(values) {
            self.references.push(fingerprint(&self.key, reference));
        }
        let Some(number) = values.own_number() else {
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
        sort_both(&mut self.accounts);
        let halves = self.accounts.iter();
        let groups = halves.flat_map(|half| half.chunk_by(|one, other| one == other));
        let repeated = groups.filter(|group| group.len() > 1);
        let lines = repeated.clone().map(<[u64]>::len).sum();
        let repeated: Vec<u64> = repeated
            .filter_map(|group| group.first().copied())
            .collect();
        let references = repeated_once(&mut self.references);
        let again = !repeated.is_empty() || !references.is_empty();
        let needed = again || !self.repeated_numbers.is_empty();
        self.accounts = Default::default();
        needed.then(|| SecondLook {
            key: self.key,
            numbers: self.repeated_numbers.into_iter().map(|n| (n, 0)).collect(),
            references,
            referred: BTreeMap::new(),
            judge,
            index: 0,
            payees: Payees::new(repeated.len(), lines),
            repeated,
            scratch: Vec::new(),
            late: Vec::new(),
        })
    }
}

/// Sorts both halves; large ones at the same time.
fn sort_both([low, high]: &mut [Vec<u64>; 2]) {
    if low.len() > ALONE_MAX {
        scope(|scope| {
            // Where no thread is to be had, nothing is lost but time.
            drop(Builder::new().spawn_scoped(scope, || low.sort_unstable()));
            high.sort_unstable();
        });
    }
    // At once where they are sorted already.
    low.sort_unstable();
    high.sort_unstable();
}

/// Each fingerprint that comes more than once, sorted.
fn repeated_once(prints: &mut [u64]) -> Vec<u64> {
    prints.sort_unstable();
    let groups = prints.chunk_by(|one, other| one == other);
    let several = groups.filter(|group| group.len() > 1);
    several.filter_map(|group| group.first().copied()).collect()
}

/// What ISO 20022 writes where there is no reference.
const NO_REFERENCE: &str = "NOTPROVIDED";

/// The reference of a line, which no other one should have.
fn own_reference<'v>(values: &Values<'v>) -> Option<&'v [u8]> {
    let reference = values.reference.filter(|text| *text != NO_REFERENCE)?;
    Some(reference.as_bytes())
}

fn fingerprint(key: &[u8; 16], text: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_key(key);
    hasher.write(text);
    hasher.finish()
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
    /// Not shown: the sender's own text, as long as it likes.
    Reference,
    Id(IdNumber),
    Account(AccountNo),
}

impl Late {
    pub(super) fn finding(&self) -> Finding {
        let finding = Finding::of_line(self.code, self.line, self.row);
        let finding = match &self.shown {
            Shown::Number => finding.field("line_no").value(self.line.to_string()),
            Shown::Reference => finding.field("line_no"),
            Shown::Id(id) => finding.field("id_number").value(id.masked()),
            Shown::Account(account) => finding.field("account").value(account.masked()),
        };
        finding.with("first_row", self.first_row)
    }
}

/// Compares exactly, on the second walk, the lines under suspicion.
pub(super) struct SecondLook {
    key: [u8; 16],
    repeated: Vec<u64>,
    /// Row of the first line with the number; 0 before it came.
    numbers: BTreeMap<u32, u32>,
    /// Fingerprints of references that came more than once.
    references: Vec<u64>,
    /// Row of the first line with such a reference, by two fingerprints and its length: the texts
    /// may be too many and too long to keep.
    referred: BTreeMap<(u64, u64, usize), u32>,
    judge: Judge,
    index: u32,
    payees: Payees,
    scratch: Vec<Finding>,
    pub(super) late: Vec<Late>,
}

impl SecondLook {
    fn number(&mut self, values: &Values<'_>, row: u32) {
        let Some(number) = values.own_number() else {
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

    fn reference(&mut self, values: &Values<'_>, row: u32) {
        let Some(text) = own_reference(values) else {
            return;
        };
        let print = fingerprint(&self.key, text);
        if self.references.binary_search(&print).is_err() {
            return;
        }
        let mut other_key = self.key;
        other_key.reverse();
        let told = (print, fingerprint(&other_key, text), text.len());
        let first_row = *self.referred.entry(told).or_insert(row);
        if first_row != row {
            self.late.push(Late {
                row,
                line: values.number(),
                first_row,
                code: FindingCode::ReferenceDuplicate,
                shown: Shown::Reference,
            });
        }
    }

    fn payee(&mut self, account: AccountNo, values: &Values<'_>, row: u32) {
        let print = fingerprint(&self.key, account.as_bytes());
        let Some(id_number) = values.id_number else {
            return;
        };
        let Ok(group) = self.repeated.binary_search(&print) else {
            return;
        };
        let payee = Payee {
            account,
            id_number,
            amount: values.amount,
            row,
        };
        let earlier = self.payees.take(group, payee);
        let mut late = |code, first_row: Option<u32>, shown| {
            self.late.extend(first_row.map(|first_row| Late {
                row,
                line: values.number(),
                first_row,
                code,
                shown,
            }));
        };
        let (wage, person) = (earlier.same_wage, earlier.other_person);
        late(FindingCode::PayeeDuplicate, wage, Shown::Id(id_number));
        late(FindingCode::AccountShared, person, Shown::Account(account));
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
        self.reference(&values, line.row);
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
