//! Rows of one answer that are about the same line.

use crate::exchange::{LineOutcome, Outcome};
use crate::totals::Flaw;
use schemas::Purpose;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

/// By what a row tells its line.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    /// Our number.
    Number(u32),
    /// A text of the bank's, or ours in another form.
    Reference(&'a str),
    /// Account and fen, where there is nothing else.
    Payee(&'a str, Option<i64>),
}

/// One line twice is a flaw. Of one number, if any two of its rows differ, nobody knows which is
/// true; of a text that is not our number nobody knows either whether it names one line or two.
/// Rows with neither may be two wages of one person: only outcomes that differ tell nothing.
pub(super) fn refuse(lines: &mut [LineOutcome]) -> Vec<Flaw> {
    // As most banks write them; a row without a number comes before every other.
    if lines.is_sorted_by(|one, next| one.row_no < next.row_no) {
        return Vec::new();
    }
    let mut flaws = Vec::new();
    let mut unknown = BTreeSet::new();
    let mut rows_of: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(key) = key(line) else {
            continue;
        };
        let rows = rows_of.entry(key).or_default();
        rows.push(at);
        let Some(first) = rows.first().filter(|first| **first != at) else {
            continue;
        };
        let differs = lines
            .get(*first)
            .is_none_or(|first| differ(key, first, line));
        let told = differs || !matches!(key, Key::Payee(..));
        flaws.extend(told.then(|| flaw(key, *first, at)));
        if differs {
            unknown.insert(key);
        }
    }
    let unknown = rows_of
        .into_iter()
        .filter(|(key, _)| unknown.contains(key))
        .flat_map(|(_, rows)| rows);
    for at in unknown.collect::<Vec<_>>() {
        if let Some(line) = lines.get_mut(at) {
            line.outcome = Outcome::Unknown;
        }
    }
    flaws
}

fn key(line: &LineOutcome) -> Option<Key<'_>> {
    let number = line.row_no.map(Key::Number);
    let reference = || line.reference.as_deref().map(Key::Reference);
    let payee = || {
        let account = line.account.as_ref()?.reveal(Purpose::Matching);
        Some(Key::Payee(account, line.amount.map(|amount| amount.0)))
    };
    number.or_else(reference).or_else(payee)
}

fn differ(key: Key<'_>, first: &LineOutcome, line: &LineOutcome) -> bool {
    match key {
        Key::Number(_) => first != line,
        Key::Reference(_) => true,
        Key::Payee(..) => discriminant(&first.outcome) != discriminant(&line.outcome),
    }
}

fn flaw(key: Key<'_>, first: usize, at: usize) -> Flaw {
    let place = |at: usize| u32::try_from(at.saturating_add(1)).unwrap_or(u32::MAX);
    let (first, row) = (place(first), place(at));
    match key {
        Key::Number(row_no) => Flaw::RowTwice { row_no },
        Key::Reference(_) => Flaw::ReferenceTwice { first, row },
        Key::Payee(..) => Flaw::PayeeTwice { first, row },
    }
}

#[cfg(test)]
mod tests;
