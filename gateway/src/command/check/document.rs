//! The JSON of `anxin check` (INTERFACE section 6).

use super::summary::{evidence_of, other_bank};
use crate::command::words::cause;
use adapters::Evidence;
use schemas::employer_files::{Format, Summary};
use schemas::value::{BankCode, BatchNo, Uscc};
use schemas::{Finding, FindingCode, HeadDraft, Lang};
use serde_json::{Value, json};
use std::io::ErrorKind;

/// What could be read of the head, accounts and names masked; what could not is null.
fn head_document(head: &HeadDraft) -> Value {
    json!({
        "batch_no": head.batch_no.as_ref().map(BatchNo::as_str),
        "employer_uscc": head.employer_uscc.as_ref().map(Uscc::as_str),
        "employer_name": head.employer_name,
        "project_code": head.project_code,
        "pay_month": head.pay_month.map(|month| month.to_string()),
        "paying_bank": head.paying_bank.as_ref().map(BankCode::as_str),
        "payer_account": head.payer_account.map(|account| account.masked()),
        "payer_name": head.payer_name.as_ref().map(|name| name.masked()),
        "line_count": head.line_count,
        "total_fen": head.total.map(|total| total.0),
    })
}

/// The document of the contract, without its findings.
pub(super) fn document(summary: &Summary, bank: Option<BankCode>) -> Value {
    json!({
        "format": summary.format.map(Format::as_str),
        "encoding": summary.encoding,
        "batch": summary.draft.as_ref().map(head_document),
        "line_count": summary.line_count,
        "total_fen": summary.total.map(|total| total.0),
        "lines_ok": summary.lines_ok,
        "errors": summary.errors,
        "warnings": summary.warnings,
        "notes": summary.notes,
        "digest": crate::hex(&summary.digest),
        "checked_bank": bank.map(|bank| bank.to_string()),
        "checked_bank_evidence": bank.and_then(evidence_of).map(Evidence::as_str),
        "checked_bank_is_stated": bank.and_then(|_| Some(other_bank(summary, bank)?.is_none())),
    })
}

/// The same for a file that could not be opened.
#[must_use]
pub fn unreadable_document(finding: &Finding, lang: Lang) -> Value {
    json!({
        "format": null, "encoding": null, "batch": null, "line_count": 0, "total_fen": 0,
        "lines_ok": 0, "findings": [finding.to_json(lang)], "errors": 1, "warnings": 0,
        "notes": 0, "digest": null,
    })
}

/// A file that can't be opened, as a finding: the reason in the reader's language.
#[must_use]
pub fn unopened(error: &std::io::Error, lang: Lang) -> Finding {
    let words = [
        (ErrorKind::NotFound, "not_found"),
        (ErrorKind::PermissionDenied, "no_permission"),
        (ErrorKind::IsADirectory, "is_folder"),
    ];
    let finding = Finding::of_file(FindingCode::Unreadable);
    match words.into_iter().find(|(kind, _)| *kind == error.kind()) {
        Some((_, word)) => finding.with("reason", word).with("remedy", "check_path"),
        None => {
            let detail = cause(error).in_lang(lang).to_owned();
            finding.with("detail", detail).with("remedy", "check_path")
        }
    }
}
