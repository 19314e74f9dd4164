//! What the status of the whole says of its rows.

use super::batch_code;
use crate::adapter::BankAdapter;
use crate::codes::CodeTable;
use crate::definition::dialect::CodeNames;
use crate::exchange::{LineOutcome, Outcome};
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::totals::Flaw;
use schemas::FailureReason;

/// A batch that failed, beside rows that did not: of these nobody knows. A row that was not begun
/// failed with its batch, where no other contradicts it.
pub(super) fn reach_rows(
    batch: Outcome,
    (table, values): (Option<&CodeTable>, &Values),
    lines: &mut [LineOutcome],
) -> Vec<Flaw> {
    let Outcome::Failed(_) = batch else {
        return Vec::new();
    };
    let (mut flaws, mut not_begun) = (Vec::new(), Vec::new());
    for ((line, row), place) in lines.iter_mut().zip(values.rows.iter()).zip(1u32..) {
        let status = row.get(&Field::RowStatus);
        let entry = status.and_then(|status| table?.find(status));
        match line.outcome {
            Outcome::Failed(_) | Outcome::Unknown => {}
            Outcome::Accepted if entry.is_some_and(|entry| entry.not_begun) => not_begun.push(line),
            Outcome::Paid | Outcome::Accepted | Outcome::Returned | Outcome::NotFound => {
                line.outcome = Outcome::Unknown;
                flaws.push(Flaw::RowAgainstBatch { row: place });
            }
        }
    }
    for line in not_begun {
        line.outcome = match flaws.is_empty() {
            true => batch,
            false => Outcome::Unknown,
        };
    }
    flaws
}

impl BankAdapter {
    /// Where a batch is refused for a reason of which nobody knows what it means, a row that failed
    /// and says no other reason is refused for the same.
    pub(super) fn doubt_unreasoned(
        &self,
        names: &CodeNames,
        values: &Values,
        lines: &mut [LineOutcome],
    ) {
        let table = self.table(names.batch.as_ref());
        let code = batch_code(values);
        let entry = code.and_then(|code| table?.find(&code));
        if !entry.is_some_and(|entry| entry.reaches_rows) {
            return;
        }
        for (line, row) in lines.iter_mut().zip(values.rows.iter()) {
            if matches!(line.outcome, Outcome::Failed(_)) && row.get(&Field::RowCode).is_none() {
                line.outcome = Outcome::Unknown;
            }
        }
    }
}

/// Rows of a receipt that are cancelled or expired are as unknown as the whole would be.
pub(super) fn doubt_rows(
    (table, values): (Option<&CodeTable>, &Values),
    lines: &mut [LineOutcome],
) {
    for (line, row) in lines.iter_mut().zip(values.rows.iter()) {
        let status = row.get(&Field::RowStatus);
        let entry = status.and_then(|status| table?.find(status));
        if entry.is_some_and(|entry| of_receipt(entry.outcome) != entry.outcome) {
            line.outcome = Outcome::Unknown;
        }
    }
}

/// What a receipt says. What was sent a moment ago can't be over: who cancelled it, or what
/// expired, nobody knows.
pub(super) fn of_receipt(batch: Outcome) -> Outcome {
    match batch {
        Outcome::Failed(FailureReason::CancelledAtBank | FailureReason::ExpiredAtBank) => {
            Outcome::Unknown
        }
        Outcome::Paid
        | Outcome::Failed(_)
        | Outcome::Accepted
        | Outcome::Unknown
        | Outcome::Returned
        | Outcome::NotFound => batch,
    }
}
