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

/// A payment and its corrections, theirs too.
fn family(book: &Book, one: PaymentId) -> Vec<PaymentId> {
    let root = book.root_of(one);
    let all = book.batches().flat_map(|batch| {
        let rows = (1..).zip(&batch.lines);
        let taken = rows.filter(|(_, line)| line.state != LineState::Refused);
        taken.map(|(row, _)| payment(batch.id(), row))
    });
    all.filter(|one| book.root_of(*one) == root).collect()
}

/// Itself, else the newest of its family: what is not paid before what is.
fn carried_by(
    book: &Book,
    one: PaymentId,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Option<(PaymentId, LineState)> {
    let mut members = family(book, one);
    members.reverse();
    members.insert(0, one);
    let carriers: Vec<_> = members
        .into_iter()
        .filter_map(|one| {
            let (_, line) = book.line(one).unwrap();
            let may_be_paid = carries_the_wage(line.state) || line.disputed.is_some();
            (may_be_paid && counts(one, line.state)).then_some((one, line.state))
        })
        .collect();
    let open = carriers.iter().find(|(_, state)| *state != LineState::Paid);
    open.or(carriers.first()).copied()
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

/// Which payments are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// In scopes that have their lists.
    Listed,
    /// Of months that were assumed.
    Assumed,
}

/// Who carries a wage near a scope, as of a project and outside a family.
fn carriers(
    book: &Book,
    (near, of): (&Scope, &Option<String>),
    wage: Wage,
    family: Option<PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
    which: Which,
) -> Option<Found> {
    let mut found: Option<Found> = None;
    let scopes = book.scopes_near(near);
    let listed = which == Which::Listed;
    for (_, scoped) in scopes.filter(|(_, scoped)| !listed || scoped.places.is_some()) {
        for one in payments(book, scoped, wage) {
            let assumed = batch(book, one.batch).head.month_assumed == Some(true);
            let is_left_out = which == Which::Assumed && !assumed;
            if is_left_out || Some(book.root_of(one)) == family {
                continue;
            }
            let Some((carrier, state)) = carried_by(book, one, counts) else {
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

/// What is not finished or disputed of a wage in the months before and after.
fn months_beside(
    book: &Book,
    (own, of): (&Own<'_>, &Option<String>),
    wage: Wage,
    family: Option<PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Vec<Found> {
    let which = if own.assumed {
        Which::All
    } else {
        Which::Assumed
    };
    let unfinished = |one: PaymentId, state: LineState| {
        let (_, line) = book.line(one).unwrap();
        counts(one, state) && (state != LineState::Paid || line.disputed.is_some())
    };
    let beside = own.scope.months_beside();
    let found =
        beside.filter_map(|scope| carriers(book, (&scope, of), wage, family, &unfinished, which));
    found
        .map(|(_, open, carrier, state)| (false, open, carrier, state))
        .collect()
}

/// The file of which lines are asked for.
pub struct Own<'a> {
    pub scope: &'a Scope,
    pub project: Option<&'a str>,
    pub assumed: bool,
}

/// Where else the wages of lines are.
pub fn elsewhere(
    book: &Book,
    own: &Own<'_>,
    lines: &[(u32, Wage)],
    corrects: &BTreeMap<u32, PaymentId>,
    counts: &dyn Fn(PaymentId, LineState) -> bool,
) -> Vec<InFlight> {
    let mut all: BTreeMap<u32, (Found, bool)> = BTreeMap::new();
    let mut find = |index: u32, one: Option<Found>, same_month: bool| {
        let Some(one) = one else { return };
        let (told, of_month) = all.entry(index).or_insert((one, same_month));
        if (one.0, one.1) > (told.0, told.1) {
            (*told, *of_month) = (one, same_month);
        }
    };
    for (index, wage) in lines {
        let original = corrects.get(index).copied();
        let family = original.map(|one| book.root_of(one));
        let of = own.project.map(folded);
        let of = of.or_else(|| original.and_then(|one| project(book, one)));
        let near = (own.scope, &of);
        let found = carriers(book, near, *wage, family, counts, Which::All);
        find(*index, found, true);
        for found in months_beside(book, (own, &of), *wage, family, counts) {
            find(*index, Some(found), false);
        }
    }
    for (index, original) in corrects {
        let family = Some(book.root_of(*original));
        let mut weightiest: Option<Found> = None;
        // The payment itself, those that it corrects in turn, then the others, the newest first.
        let mut members: Vec<_> = book.line_of_corrections(*original).collect();
        let mut others = self::family(book, *original);
        others.retain(|one| !members.contains(one));
        members.extend(others.into_iter().rev());
        for one in members {
            let (of, line) = book.line(one).unwrap();
            let (scope, wage) = (Scope::of(&of.head), (line.person, line.amount_fen));
            let near = (&scope, &project(book, one));
            let found = carriers(book, near, wage, family, counts, Which::Listed);
            let weight = |found: &Option<Found>| found.map(|one| (one.0, one.1));
            if weight(&found) > weight(&weightiest) {
                weightiest = found;
            }
        }
        find(*index, weightiest, true);
    }
    let found = |(index, ((same_project, _, earlier, state), same_month))| InFlight {
        index,
        earlier,
        state,
        same_project,
        same_month,
    };
    all.into_iter().map(found).collect()
}

/// Whether a line may be sent.
pub fn bar(book: &Book, own: &Batch, row: u32) -> Result<(), CorrectionConflict> {
    let line = own.line(row).unwrap();
    let mut wages = vec![(Scope::of(&own.head), (line.person, line.amount_fen))];
    let original = own.corrects.get(&row).copied();
    if let Some(original) = original {
        book.correction_holds(original, payment(own.id(), row))?;
        let mut others = family(book, original);
        others.retain(|one| one.batch != own.id());
        for one in others {
            let (of, line) = book.line(one).unwrap();
            wages.push((Scope::of(&of.head), (line.person, line.amount_fen)));
        }
    }
    let of = original.map(|one| book.root_of(one));
    let mut newest = None;
    for (scope, wage) in wages {
        for twin in twins(book, &scope, wage) {
            if twin.batch == own.id() || Some(book.root_of(twin)) == of {
                continue;
            }
            for one in family(book, twin) {
                let (_, line) = book.line(one).unwrap();
                if line.disputed.is_some() {
                    return Err(CorrectionConflict::Disputed);
                }
            }
            let revived = family(book, twin).into_iter().filter_map(|one| {
                let (_, line) = book.line(one).unwrap();
                let at = *book.revived.get(&one)?;
                (at > own.approved_at && carries_the_wage(line.state)).then_some((at, one))
            });
            newest = newest.max(revived.max());
        }
    }
    newest.map_or(Ok(()), |(_, one)| Err(CorrectionConflict::Elsewhere(one)))
}

fn twins(book: &Book, scope: &Scope, wage: Wage) -> Vec<PaymentId> {
    let near = book.scopes_near(scope);
    let near = near.filter(|(_, scoped)| scoped.places.is_some());
    near.flat_map(|(_, scoped)| payments(book, scoped, wage))
        .collect()
}
