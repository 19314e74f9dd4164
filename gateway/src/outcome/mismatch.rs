//! What of a message as a whole does not fit its rows or its file (M4): summed apart, and each
//! difference told. The rows count line by line all the same: they say where the money is.

use crate::book::BankFile;
use adapters::exchange::{Flaw, Outcome, ResultFile};
use std::collections::BTreeMap;

/// Name of the bank's own number of a batch among the references.
pub(super) const BANK_BATCH_NO: &str = adapters::order::BANK_BATCH_NO;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Which, in words of the program, with the numbers where they are not money.
    pub why: String,
    /// What should stand there, in fen.
    pub expected_fen: Option<i64>,
    /// What stands there, in fen.
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
        Self::of(&format!(
            "{total}_not_of_{whose}: {stated} stated, {right} counted"
        ))
    }

    fn sum(total: &str, whose: &str, stated: i64, right: i64) -> Self {
        Self {
            expected_fen: Some(right),
            reported_fen: Some(stated),
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
            Flaw::RowTwice { row_no } => Self::of(&format!("row_twice: row {row_no}")),
        }
    }
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
        if let Some(stated) = stated(count_name).filter(|stated| *stated != count) {
            found.push(Mismatch::count(count_name, "file", stated, count));
        }
        if let Some(stated) = stated(sum_name).filter(|stated| *stated != fen) {
            found.push(Mismatch::sum(sum_name, "file", stated, fen));
        }
    }
    let left_out = result.is_final && !result.failures_only && !result.lines.is_empty();
    if left_out && omitted.0 > 0 && !result.totals.contains_key("count") {
        found.push(Mismatch::of(&format!(
            "rows_left_out: {} of {count}",
            omitted.0
        )));
    }
    let day = file.intent.bank_date.replace('-', "");
    if names_other(&result.references, "file_date", Some(&day)) {
        found.push(Mismatch::of("other_file_date"));
    }
    if names_other(&result.references, BANK_BATCH_NO, given.get(BANK_BATCH_NO)) {
        found.push(Mismatch::of("other_bank_batch_no"));
    }
    found
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
