//! A bank that works again on what it has just refused, and says so while the refusal is under way:
//! when that comes it is an old word, and what it refuses is paid all the same.

use super::faults::FaultKind;
use super::line::SimLine;
use super::outside::{BankBook, Told, Way};
use super::teller::Teller;
use adapters::exchange::{LineOutcome, Outcome};
use schemas::FailureReason;

/// Once in so many refusals of a world.
const ONE_IN: u64 = 4;

/// What the bank said at `place` goes on its way. False where it is lost: its connection does not
/// live longer than the word that should have overtaken it.
pub(super) async fn lets_pass(line: &SimLine, place: usize) -> bool {
    match works_again(line, place) {
        Some((teller, rows)) => teller.says_processing(rows).await,
        None => true,
    }
}

/// The bank may work again on what it refuses at `place`. Gives the lines, and who says so.
fn works_again(line: &SimLine, place: usize) -> Option<(Teller, Vec<LineOutcome>)> {
    let code = line.adapter.code();
    let (teller, file_no) = {
        let outside = line.stage.outside();
        let book = outside.banks.get(&code)?;
        let file_no = refused_first(book, place)?;
        (
            Teller::of(line, file_no, book.files.get(&file_no)?),
            file_no,
        )
    };
    let strikes = || {
        let kind = FaultKind::BankWorksAgain;
        line.stage.strikes(kind, &line.dice, ONE_IN)
    };
    if !teller.can_say_processing() || !strikes() {
        return None;
    }
    let mut outside = line.stage.outside();
    let book = outside.banks.get_mut(&code)?;
    book.told.get_mut(place)?.lie = Some(FaultKind::BankWorksAgain);
    let file = book.files.get_mut(&file_no)?;
    file.is_refused = false;
    let mut rows = Vec::new();
    for row in &mut file.lines {
        if matches!(row.fate, Outcome::Failed(_)) {
            row.fate = Outcome::Paid;
            rows.push(row.line.told(Outcome::Accepted));
        }
    }
    Some((teller, rows))
}

/// The file of which an answer refuses something, and nothing that the bank said before does:
/// whoever heard of a refusal already may rely on it.
fn refused_first(book: &BankBook, place: usize) -> Option<u64> {
    let told = book.told.get(place)?;
    let is_first = told.way == Way::Answer && told.lie.is_none() && refuses(told);
    let mut others = (0..).zip(&book.told).filter(|(at, _)| *at != place);
    let is_told = others.any(|(_, other)| other.file_no == told.file_no && refuses(other));
    told.file_no.filter(|_| is_first && !is_told)
}

fn refuses(told: &Told) -> bool {
    let is_refusal = |outcome: Outcome| match outcome {
        // That it has the number already is no refusal.
        Outcome::Failed(reason) => reason != FailureReason::Duplicate,
        Outcome::Accepted
        | Outcome::Paid
        | Outcome::Returned
        | Outcome::Unknown
        | Outcome::NotFound => false,
    };
    told.whole.is_some_and(is_refusal) || told.lines.iter().any(|row| is_refusal(row.outcome))
}
