//! M1 by the banks' own books: what a bank has paid is not held to have failed, no payment is
//! booked as paid twice, and none is paid again by a correction.
//!
//! Nothing here is taken from what the gateway made of a bank's words. Where a bank said itself,
//! wrongly, that a payment failed, or two people did, the gateway could not know better.

use super::cursor::sheet_of;
use super::reading::Reading;
use crate::simulation::checker::{Looks, View};
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{LineAtBank, Outside, Told};
use adapters::exchange::{LineOutcome, Outcome};
use schemas::LineState;
use schemas::value::{BankCode, PaymentId, Purpose};
use std::collections::BTreeMap;

/// A payment in a bank's book, with its file.
type Booked<'o> = (BankCode, u64, &'o LineAtBank);

/// Holds the banks' books against what the gateway believes.
pub(super) fn look(view: &View<'_>, reading: &Reading, looks: &mut Looks) {
    let booked = booked(view.outside, reading);
    for (payment, all) in &booked {
        let paid: Vec<&Booked<'_>> = all.iter().filter(|one| is_paid(one)).collect();
        let times = paid.len();
        let Some((bank, file_no, row)) = paid.first() else {
            continue;
        };
        looks.hold(times <= 1, || {
            format!("{payment} is paid in {times} files of the bank")
        });
        let line = reading.auditor.book().line(*payment).map(|(_, line)| line);
        let is_failed =
            line.is_some_and(|line| line.state == LineState::Failed && line.disputed.is_none());
        let excused = || is_excused(view.outside, reading, (*payment, (*bank, *file_no, row)));
        looks.hold(!is_failed || excused(), || {
            format!("{payment} counts as failed; {bank} paid it by file {file_no}")
        });
    }
    for (payment, original) in corrections(view.outside, reading) {
        let paid = |of: &PaymentId| booked.get(of)?.iter().find(|one| is_paid(one)).copied();
        let Some(first) = paid(&original).filter(|(.., row)| row.fate == Outcome::Paid) else {
            continue;
        };
        let excused = || is_excused(view.outside, reading, (original, first));
        looks.hold(paid(&payment).is_none() || excused(), || {
            format!("{payment} pays again what {original} has paid")
        });
    }
}

fn is_paid((.., row): &Booked<'_>) -> bool {
    matches!(row.fate, Outcome::Paid | Outcome::Returned)
}

/// The banks' books by payment: the rows of a file are the lines of its intent, in their order.
fn booked<'o>(outside: &'o Outside, reading: &Reading) -> BTreeMap<PaymentId, Vec<Booked<'o>>> {
    let mut booked: BTreeMap<PaymentId, Vec<Booked<'o>>> = BTreeMap::new();
    for (bank, book) in &outside.banks {
        for (file_no, file) in &book.files {
            let intent = reading.intent(*file_no).filter(|one| one.bank == *bank);
            let Some(intent) = intent else { continue };
            for (row, line) in intent.lines.iter().zip(&file.lines) {
                let payment = PaymentId {
                    batch: intent.batch,
                    row: *row,
                };
                let of = booked.entry(payment).or_default();
                of.push((*bank, *file_no, line));
            }
        }
    }
    booked
}

/// Whether somebody outside said, wrongly, that the payment failed.
fn is_excused(
    outside: &Outside,
    reading: &Reading,
    (payment, (bank, file_no, row)): (PaymentId, Booked<'_>),
) -> bool {
    let told = outside.banks.get(&bank).map(|book| &book.told);
    let lies = |told: &Told| {
        let of_it = told.file_no == Some(file_no);
        match told.lie {
            Some(FaultKind::BankContradicts | FaultKind::BankOtherFile) => {
                of_it && told.lines.iter().any(|said| fails(said, row))
            }
            // Of half an answer nobody knows what it says.
            Some(FaultKind::BankUnreadable) => of_it,
            Some(_) | None => false,
        }
    };
    reading.resolved.contains(&payment) || told.into_iter().flatten().any(lies)
}

fn fails(said: &LineOutcome, row: &LineAtBank) -> bool {
    let same = match said.row_no {
        Some(row_no) => row.line.row_no == Some(row_no),
        None => said.account.is_some_and(|account| {
            account.reveal(Purpose::Matching) == row.line.account.reveal(Purpose::Matching)
        }),
    };
    same && matches!(said.outcome, Outcome::Failed(_))
}

/// Each correction that was taken with the payment that it names, by the files as submitted.
fn corrections(outside: &Outside, reading: &Reading) -> Vec<(PaymentId, PaymentId)> {
    let mut found = Vec::new();
    for batch in reading.auditor.book().batches() {
        let Some(sheet) = sheet_of(outside, batch) else {
            continue;
        };
        for (row, wage) in (1u32..).zip(&sheet.wages) {
            let original = wage.corrects.as_deref().map(PaymentId::parse);
            if let Some(Ok(original)) = original {
                let batch = batch.id();
                found.push((PaymentId { batch, row }, original));
            }
        }
    }
    found
}
