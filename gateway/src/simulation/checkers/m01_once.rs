//! M1: a line is instructed to a bank at most once, unless the bank has definitively refused it;
//! `unknown` is never sent again by the machine.
//!
//! Compared: the instructions that banks received, copies made by the network left out, with the
//! wages that people submitted and that may have been taken. Of each wage no more can leave than
//! was submitted, and each file leaves once. At the end the banks' own books: what they paid is not
//! held to have failed, and is not paid again. Beside it the auditor's replay.

use super::cursor::Arrivals;
use super::paid_twice;
use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::{Arrived, Outside};
use adapters::BankLine;
use schemas::value::{BankCode, Purpose};
use std::collections::{BTreeMap, BTreeSet};

/// Account and amount: what a bank sees of a wage.
type Seen = (BankCode, String, i64);

/// Looks after M1.
pub(super) struct Once {
    reading: Shared,
    arrivals: Arrivals,
    files: BTreeSet<(BankCode, u64)>,
    instructed: BTreeMap<Seen, u64>,
}

impl Once {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            arrivals: Arrivals::default(),
            files: BTreeSet::new(),
            instructed: BTreeMap::new(),
        }
    }

    fn arrived(&mut self, view: &View<'_>, bank: BankCode, arrived: &Arrived, looks: &mut Looks) {
        // What the bank books and we did not mark would be sent again after any failure.
        looks.hold(arrived.is_flagged, || {
            format!("{bank}: {} instructs, and was not marked so", arrived.step)
        });
        let reading = self.reading.borrow();
        // A beginning of the bytes names no file: one conversation at a time is held with a bank.
        let of_bank = |file_no| reading.intent(file_no).is_some_and(|one| one.bank == bank);
        let last = || {
            let mut left = reading.left.iter().rev();
            let left = left.find(|left| {
                left.instructs && left.sequence <= arrived.head && of_bank(left.file_no)
            });
            left.map(|left| left.file_no)
        };
        let Some(file_no) = arrived.file_no.or_else(last) else {
            looks.hold(false, || format!("{bank} is instructed, and no file left"));
            return;
        };
        let again = !self.files.insert((bank, file_no));
        looks.hold(!again, || {
            format!("{bank}: file {file_no} is instructed again")
        });
        let known = view.outside.banks.get(&bank);
        let known = known.and_then(|book| book.files.get(&file_no));
        let lines: Vec<&BankLine> = match (arrived.lines.as_slice(), known) {
            ([], Some(file)) => file.lines.iter().map(|line| &line.line).collect(),
            (lines, _) => lines.iter().collect(),
        };
        if again || !arrived.is_whole || lines.is_empty() {
            return;
        }
        let submitted = submitted(view.outside);
        for line in lines {
            let account = line.account.reveal(Purpose::Matching).to_owned();
            let seen = (bank, account, line.amount.0);
            let times = self.instructed.entry(seen.clone()).or_default();
            *times += 1;
            let (times, most) = (*times, submitted.get(&seen).copied().unwrap_or(0));
            looks.hold(times <= most, || {
                let fen = line.amount.0;
                format!("{bank}: a wage of {fen} fen is instructed {times} times, taken {most}")
            });
        }
    }
}

/// How often each wage was submitted in a file that was, or may have been, taken.
fn submitted(outside: &Outside) -> BTreeMap<Seen, u64> {
    let mut taken = BTreeSet::new();
    let mut wages = BTreeMap::new();
    for call in outside.calls.iter().filter(|call| call.is_whole) {
        let Some(sheet) = &call.sheet else { continue };
        let refused = call
            .answer
            .as_ref()
            .is_some_and(|answer| (400..500).contains(&answer.status));
        // The same number is the same batch, whoever of two answers first.
        let number = (
            sheet.employer.as_str(),
            sheet.batch_no.as_str(),
            call.body.as_slice(),
        );
        if refused || !taken.insert(number) {
            continue;
        }
        for wage in &sheet.wages {
            let seen = (sheet.bank, wage.payee.account.clone(), wage.amount_fen);
            *wages.entry(seen).or_default() += 1;
        }
    }
    wages
}

impl Checker for Once {
    fn id(&self) -> &'static str {
        "M1"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        let news = self.arrivals.news(view.outside);
        let instructions = news
            .into_iter()
            .filter(|(_, one)| one.instructs() && !one.is_copy);
        self.reading.borrow_mut().follow(view, false);
        for (bank, arrived) in instructions {
            self.arrived(view, bank, arrived, looks);
        }
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
        paid_twice::look(view, &self.reading.borrow(), looks);
    }
}
