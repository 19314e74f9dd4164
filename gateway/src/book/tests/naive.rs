//! The rules of decision 012 once more, line by line and without anything remembered: what the
//! fast answers are held against.

use super::super::wages::{Scoped, Wage, carries_the_wage};
use super::super::{CorrectionConflict, InFlight};
use super::*;
use crate::book::Scope;
use schemas::LineState;
use schemas::value::folded;
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

/// The project of a payment: of a correction whose file names none, that of the next one up.
fn project(book: &Book, one: PaymentId) -> Option<String> {
    let of = batch(book, one.batch);
    let named = of.head.project_code.as_deref().map(folded);
    let original = of.corrects.get(&one.row);
    // Of two that correct each other, the later one corrects.
    let original = original.filter(|original| original.batch.sequence() < one.batch.sequence());
    named.or_else(|| original.and_then(|original| project(book, *original)))
}

/// What is found, weightiest last: the same project, unfinished.
type Found = (bool, bool, PaymentId, LineState);

/// Who carries a wage near a scope, as of a project and outside a family.
fn carriers(
    book: &Book,
    (near, of): (&Scope, &Option<String>),
    wage: Wage,
    family: Option<PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
    listed: bool,
) -> Option<Found> {
    let mut found: Option<Found> = None;
    let scopes = book.scopes_near(near);
    for (_, scoped) in scopes.filter(|(_, scoped)| !listed || scoped.places.is_some()) {
        for one in payments(book, scoped, wage) {
            if Some(book.root_of(one)) == family {
                continue;
            }
            let carrier = carried_by(book, one).filter(|(one, state)| counts(*one, *state));
            let Some((carrier, state)) = carrier else {
                continue;
            };
            let same = project(book, one) == *of;
            let new = (same, state != LineState::Paid, carrier, state);
            let is_more = match &found {
                None => true,
                // Of unfinished ones the first, of paid ones the last.
                Some(told) if state == LineState::Paid => (new.0, new.1) >= (told.0, told.1),
                Some(told) => (new.0, new.1) > (told.0, told.1),
            };
            if is_more {
                found = Some(new);
            }
        }
    }
    found
}

/// Where else the wages of lines are.
pub fn elsewhere(
    book: &Book,
    own: &Scope,
    own_project: Option<&str>,
    lines: &[(u32, Wage)],
    corrects: &BTreeMap<u32, PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Vec<InFlight> {
    let mut all: BTreeMap<u32, Found> = BTreeMap::new();
    let mut find = |index: u32, one: Option<Found>| {
        let Some(one) = one else { return };
        let told = all.entry(index).or_insert(one);
        if (one.0, one.1) > (told.0, told.1) {
            *told = one;
        }
    };
    for (index, wage) in lines {
        let original = corrects.get(index).copied();
        let family = original.map(|one| book.root_of(one));
        let of = own_project.map(folded);
        let of = of.or_else(|| original.and_then(|one| project(book, one)));
        find(
            *index,
            carriers(book, (own, &of), *wage, family, counts, false),
        );
    }
    for (index, original) in corrects {
        let family = Some(book.root_of(*original));
        let mut weightiest: Option<Found> = None;
        for one in book.line_of_corrections(*original) {
            let (of, line) = book.line(one).unwrap();
            let (scope, wage) = (Scope::of(&of.head), (line.person, line.amount_fen));
            let near = (&scope, &project(book, one));
            let found = carriers(book, near, wage, family, counts, true);
            let weight = |found: &Option<Found>| found.map(|one| (one.0, one.1));
            if weight(&found) > weight(&weightiest) {
                weightiest = found;
            }
        }
        find(*index, weightiest);
    }
    let found = |(index, (same_project, _, earlier, state))| InFlight {
        index,
        earlier,
        state,
        same_project,
    };
    all.into_iter().map(found).collect()
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
