//! Answers that say nothing of what was asked.

use adapters::exchange::{Outcome, ResultFile};
use schemas::{Finding, FindingCode};

/// A question that was refused, or about a batch that the bank does not know.
pub(super) fn lacking(result: &ResultFile) -> Option<Finding> {
    if result.answered && result.outcome != Outcome::NotFound {
        return None;
    }
    let finding = Finding::of_file(FindingCode::QuestionNotAnswered);
    Some(match &result.bank_code {
        Some(code) => finding.with("found", code),
        None => finding,
    })
}
