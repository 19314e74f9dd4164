//! The rules of decision 012 once more, line by line and without anything remembered: what the
//! fast answers are held against.

use super::super::wages::{Scoped, Wage, carries_the_wage};
use super::super::{CorrectionConflict, InFlight};
use super::*;
use crate::book::Scope;
use schemas::LineState;
use std::collections::BTreeMap;

/// The payments of a wage in a scope, in the order of the batches.
fn payments(book: &Book, scoped: &Scoped, wage: Wage) -> Vec<PaymentId> {
    let mut found = Vec::new();
    for id in &scoped.batches {
        for (row, line) in (1..).zip(&batch(book, *id).lines) {
            if line.state != LineState::Refused && (line.person, line.amount_fen) == wage {
                found.push(payment(*id, row));
            }
        }
    }
    found
}

fn carried_by(book: &Book, one: PaymentId) -> Option<(PaymentId, LineState)> {
    let (_, line) = book.line(one)?;
    if carries_the_wage(line.state) || line.disputed.is_some() {
        return Some((one, line.state));
    }
    let correction = book.live_correction(one)?;
    Some((correction, book.line(correction)?.1.state))
}

/// The first unfinished carrier, else the last.
fn carrier(
    book: &Book,
    payments: &[PaymentId],
    family: Option<PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Option<(PaymentId, LineState)> {
    let outside = payments
        .iter()
        .filter(|one| Some(book.root_of(**one)) != family);
    let carriers: Vec<_> = outside
        .filter_map(|one| carried_by(book, *one))
        .filter(|(one, state)| counts(*one, *state))
        .collect();
    let open = carriers.iter().find(|(_, state)| !state.is_final());
    open.or(carriers.last()).copied()
}

/// Where else the wages of lines are.
pub fn elsewhere(
    book: &Book,
    own: &Scope,
    lines: &[(u32, Wage)],
    corrects: &BTreeMap<u32, PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Vec<InFlight> {
    let mut found: BTreeMap<u32, InFlight> = BTreeMap::new();
    for (index, wage) in lines {
        let family = corrects.get(index).map(|one| book.root_of(*one));
        for (scope, scoped) in book.scopes_near(own) {
            let payments = payments(book, scoped, *wage);
            if let Some((earlier, state)) = carrier(book, &payments, family, counts) {
                let same_project = scope.is_project_of(own);
                let one = InFlight {
                    index: *index,
                    earlier,
                    state,
                    same_project,
                };
                if same_project || !found.contains_key(index) {
                    found.insert(*index, one);
                }
            }
        }
    }
    for (index, original) in corrects {
        if let Some((earlier, state, same_project)) = of_original(book, *original, counts) {
            let one = InFlight {
                index: *index,
                earlier,
                state,
                same_project,
            };
            found.entry(*index).or_insert(one);
        }
    }
    found.into_values().collect()
}

fn of_original(
    book: &Book,
    original: PaymentId,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Option<(PaymentId, LineState, bool)> {
    let family = Some(book.root_of(original));
    let mut suspected = None;
    for one in book.line_of_corrections(original) {
        let (of, line) = book.line(one)?;
        let own = Scope::of(&of.head);
        for (scope, scoped) in book.scopes_near(&own) {
            if scoped.places.is_none() {
                continue;
            }
            let payments = payments(book, scoped, (line.person, line.amount_fen));
            match carrier(book, &payments, family, counts) {
                Some((one, state)) if scope.is_project_of(&own) => return Some((one, state, true)),
                Some((one, state)) => suspected = Some((one, state, false)),
                None => {}
            }
        }
    }
    suspected
}

/// Whether a line may be sent.
pub fn bar(book: &Book, own: &Batch, row: u32) -> Result<(), CorrectionConflict> {
    let line = own.line(row).unwrap();
    let twin = barred(
        book,
        own,
        &Scope::of(&own.head),
        (line.person, line.amount_fen),
        None,
    );
    twin.map_or(Ok(()), Err)?;
    let Some(original) = own.corrects.get(&row) else {
        return Ok(());
    };
    book.correction_holds(*original, payment(own.id(), row))?;
    let family = Some(book.root_of(*original));
    for one in book.line_of_corrections(*original) {
        let (of, line) = book.line(one).unwrap();
        let wage = (line.person, line.amount_fen);
        barred(book, own, &Scope::of(&of.head), wage, family).map_or(Ok(()), Err)?;
    }
    Ok(())
}

fn barred(
    book: &Book,
    own: &Batch,
    scope: &Scope,
    wage: Wage,
    family: Option<PaymentId>,
) -> Option<CorrectionConflict> {
    let near = book
        .scopes_near(scope)
        .filter(|(_, scoped)| scoped.places.is_some());
    for one in near.flat_map(|(_, scoped)| payments(book, scoped, wage)) {
        if one.batch == own.id() || Some(book.root_of(one)) == family {
            continue;
        }
        let (_, line) = book.line(one).unwrap();
        if line.disputed.is_some() {
            return Some(CorrectionConflict::Disputed);
        }
        let unseen = book
            .revived
            .get(&one)
            .is_some_and(|at| *at > own.approved_at);
        if unseen && carries_the_wage(line.state) {
            return Some(CorrectionConflict::Elsewhere(one));
        }
    }
    None
}
