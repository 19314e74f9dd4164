//! What of a message as a whole does not fit its rows or its file (M4): summed apart, and each
//! difference told. The rows count line by line all the same: they say where the money is.

use super::code;
use crate::book::BankFile;
use adapters::exchange::{Flaw, Outcome, Receipt, ResultFile};
use schemas::FailureReason;
use std::collections::BTreeMap;

/// Name of the bank's own number of a batch among the references.
pub(super) const BANK_BATCH_NO: &str = adapters::order::BANK_BATCH_NO;

/// No sum of wages has 16 digits, and a card or a document number has as many at least.
const IN_CLEAR_BELOW_FEN: u64 = 1_000_000_000_000_000;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which, in words of the program, with the numbers where they are not money.
    pub why: String,
    /// What should stand there, in fen.
    pub expected_fen: Option<i64>,
    /// What stands there, in fen; `None` where it can be no sum.
    pub reported_fen: Option<i64>,
}

impl Mismatch {
    /// A difference that is no number.
    pub(super) fn of(why: &str) -> Self {
        Self {
            why: why.to_owned(),
            expected_fen: None,
            reported_fen: None,
        }
    }

    fn count(total: &str, whose: &str, stated: i64, right: i64) -> Self {
        let stated = number_in_clear(stated);
        Self::of(&format!(
            "{total}_not_of_{whose}: {stated} stated, {right} counted"
        ))
    }

    fn sum(total: &str, whose: &str, stated: i64, right: i64) -> Self {
        Self {
            expected_fen: Some(right),
            reported_fen: (stated.unsigned_abs() < IN_CLEAR_BELOW_FEN).then_some(stated),
            ..Self::of(&format!("{total}_not_of_{whose}"))
        }
    }

    /// What a message has against itself.
    pub(super) fn of_flaw(flaw: &Flaw) -> Self {
        match *flaw {
            Flaw::Count {
                total,
                stated,
                counted,
            } => Self::count(total, "rows", stated, counted),
            Flaw::Sum {
                total,
                stated,
                counted,
            } => Self::sum(total, "rows", stated, counted),
            Flaw::RowTwice { row_no } => {
                let row_no = number_in_clear(i64::from(row_no));
                Self::of(&format!("row_twice: row {row_no}"))
            }
            Flaw::ReferenceTwice { first, row } => {
                Self::of(&format!("reference_twice: {first} and {row}"))
            }
            Flaw::RowAgainstBatch { row } => Self::of(&format!("row_against_batch: {row}")),
            Flaw::PayeeTwice { first, row } => Self::of(&format!("payee_twice: {first} and {row}")),
        }
    }
}

/// A stated number as it may stand in clear: in a message whose columns are shifted an account or
/// a document number has its place (M9).
fn number_in_clear(number: i64) -> String {
    code::in_clear(Some(&number.to_string())).unwrap_or_default()
}

/// What a result has against itself and against the file that it is about. `omitted` are number
/// and sum of the lines that it does not name; `given` are the references that the bank gave for
/// the file before.
pub(super) fn of_result(
    result: &ResultFile,
    file: &BankFile,
    omitted: (i64, i64),
    given: &BTreeMap<String, String>,
) -> Vec<Mismatch> {
    let mut found: Vec<Mismatch> = result.flaws.iter().map(Mismatch::of_flaw).collect();
    let count = i64::try_from(file.intent.lines.len()).unwrap_or(i64::MAX);
    let mut instructed = vec![("count", "amount_fen", (count, file.intent.total_fen))];
    if result.failures_only {
        instructed.push(("paid_count", "paid_fen", omitted));
    }
    // An answer without rows has none yet, and a refusal echoes what it likes.
    let tells = !result.lines.is_empty() || pays_the_rest(result);
    for (count_name, sum_name, (count, fen)) in instructed.into_iter().filter(|_| tells) {
        let stated = |name: &str| result.totals.get(name).copied();
        // What the rows say against the total already is said once.
        let new = |name: &str, right: i64| {
            let differs = stated(name).filter(|stated| *stated != right);
            differs.filter(|_| !result.flaws.iter().any(|flaw| says(flaw, name, right)))
        };
        if let Some(stated) = new(count_name, count) {
            found.push(Mismatch::count(count_name, "file", stated, count));
        }
        if let Some(stated) = new(sum_name, fen) {
            found.push(Mismatch::sum(sum_name, "file", stated, fen));
        }
    }
    if let Some(failed) = fails_fewer(result, count) {
        found.push(Mismatch::count("failed_count", "file", failed, count));
    }
    let left_out = result.is_final && !result.failures_only && !result.lines.is_empty();
    if left_out && omitted.0 > 0 && !result.totals.contains_key("count") {
        found.push(Mismatch::of(&format!(
            "rows_left_out: {} of {count}",
            omitted.0
        )));
    }
    found.extend(of_references(&result.references, file, given));
    found
}

/// How many lines failed, where a word that fails the whole file stands beside a smaller number and
/// no row. What was cancelled or expired need not be among them: which banks count it so is public
/// of none.
fn fails_fewer(result: &ResultFile, count: i64) -> Option<i64> {
    use FailureReason::{CancelledAtBank, ExpiredAtBank};
    let Outcome::Failed(reason) = result.outcome else {
        return None;
    };
    let over = matches!(reason, CancelledAtBank | ExpiredAtBank);
    let failed = result.totals.get("failed_count").copied();
    failed.filter(|failed| !over && result.lines.is_empty() && *failed < count)
}

/// Whether a flaw says of a total that this is right.
fn says(flaw: &Flaw, name: &str, right: i64) -> bool {
    match flaw {
        Flaw::Count { total, counted, .. } | Flaw::Sum { total, counted, .. } => {
            *total == name && *counted == right
        }
        Flaw::RowTwice { .. }
        | Flaw::ReferenceTwice { .. }
        | Flaw::PayeeTwice { .. }
        | Flaw::RowAgainstBatch { .. } => false,
    }
}

/// What a receipt has against itself and against the file that it is about.
pub(super) fn of_receipt(
    receipt: &Receipt,
    file: &BankFile,
    given: &BTreeMap<String, String>,
) -> Vec<Mismatch> {
    let mut found: Vec<Mismatch> = receipt.flaws.iter().map(Mismatch::of_flaw).collect();
    found.extend(of_references(&receipt.references, file, given));
    found
}

/// References of a message that are not those of the file that it names.
fn of_references(
    said: &BTreeMap<String, String>,
    file: &BankFile,
    given: &BTreeMap<String, String>,
) -> Vec<Mismatch> {
    let day = file.intent.bank_date.replace('-', "");
    let known = [
        ("file_date", Some(&day), "other_file_date"),
        (
            BANK_BATCH_NO,
            given.get(BANK_BATCH_NO),
            "other_bank_batch_no",
        ),
    ];
    let other = known
        .into_iter()
        .filter(|(name, known, _)| names_other(said, name, *known));
    other.map(|(_, _, why)| Mismatch::of(why)).collect()
}

/// Whether the bank lists failures only and calls the file done: the rest would be paid.
pub(super) fn pays_the_rest(result: &ResultFile) -> bool {
    let done = match result.outcome {
        Outcome::Paid => true,
        Outcome::Accepted => result.is_final,
        Outcome::Failed(_) | Outcome::Unknown | Outcome::Returned | Outcome::NotFound => false,
    };
    result.failures_only && done
}

/// Whether a message gives another value than is known; where either is silent it does not.
pub(super) fn names_other(
    said: &BTreeMap<String, String>,
    name: &str,
    known: Option<&String>,
) -> bool {
    matches!((said.get(name), known), (Some(said), Some(known)) if said != known)
}

#[cfg(test)]
#[test]
fn what_may_be_an_account_is_not_shown() {
    let account = 6_222_021_202_000_000_019;
    let flaws = [
        Flaw::Count {
            total: "count",
            stated: account,
            counted: 3,
        },
        Flaw::Sum {
            total: "amount_fen",
            stated: account,
            counted: 300,
        },
        Flaw::RowTwice {
            row_no: 3_301_021_984,
        },
    ];
    let shown = flaws.map(|flaw| {
        let found = Mismatch::of_flaw(&flaw);
        (found.why, found.expected_fen, found.reported_fen)
    });
    let expected = [
        ("count_not_of_rows: ? stated, 3 counted", None),
        ("amount_fen_not_of_rows", Some(300)),
        ("row_twice: row ?", None),
    ];
    let expected = expected.map(|(why, right)| (why.to_owned(), right, None));
    assert_eq!(shown, expected);
}
