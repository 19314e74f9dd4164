//! Batches and their lines.

use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Count and sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SumOf {
    /// Lines.
    pub count: u64,
    /// Their sum in fen.
    pub fen: i64,
}

/// A finding, in the language of the call.
pub type FindingView = serde_json::Value;

/// The answer to a submission.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BatchReceipt {
    /// The gateway's number of the batch.
    pub batch_id: String,
    /// The employer's number.
    pub batch_no: String,
    /// Where the batch stands now.
    pub state: String,
    /// Lines that can be paid.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
    /// Warnings and notes; the errors of refused lines under the policy `good_lines`.
    pub findings: Vec<FindingView>,
    /// The bank day on which the earliest instruction can leave.
    pub next_bank_day: Option<String>,
    /// SHA-256 of the file; the approver states it.
    pub digest: String,
    /// Warnings that the approver must acknowledge.
    pub must_acknowledge: Vec<String>,
    /// The same number, bytes and policy came before: there was no second effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<bool>,
}

/// What a batch waits for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Waiting {
    /// `approval`, `dispatch`, `bank_connection`, `installation`, `other_payment`, `withdrawal`,
    /// `bank_answer`, `bank_result`, `bank_evidence_or_resolution`.
    pub what: String,
    /// Of `installation`, what is missing: `mandate_missing`, `key_missing`, `record_unreadable`
    /// or `journal`. Of `dispatch`: `bank_days_missing`, no list says when the bank works next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// In words.
    pub text: String,
    /// Since when.
    pub since: String,
    /// True where it has waited so since then at the latest: when it began is not known. Else left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_at_latest: Option<bool>,
}

/// Somebody did something at a time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Deed {
    /// The person, as the certificate says.
    pub person: String,
    /// When.
    pub at: String,
}

/// A bank file of a batch.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FileView {
    /// Bank-side number.
    pub file_no: u64,
    /// The bank day.
    pub bank_date: String,
    /// `intended`, `leaving`, `at_bank` (the bank has it, or may have it), `not_sent`, `abandoned`.
    pub state: String,
    /// In words, with what is known of it.
    pub state_text: String,
    /// Since when.
    pub since: String,
    /// Lines.
    pub line_count: u64,
    /// Their sum in fen.
    pub total_fen: i64,
    /// Times it was intended.
    pub attempts: u32,
    /// Queries asked.
    pub queries: u32,
    /// The bank's last word was final.
    pub is_final: bool,
}

/// A batch.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BatchView {
    /// The gateway's number of the batch.
    pub batch_id: String,
    /// The employer's number.
    pub batch_no: String,
    /// `held`, `released`, `in_progress`, `settled` or `withdrawn`.
    pub state: String,
    /// The employer.
    pub employer_uscc: String,
    /// Its name as written.
    pub employer_name: Option<String>,
    /// The project.
    pub project_code: Option<String>,
    /// The region that supervises it (GB/T 2260).
    pub region: Option<String>,
    /// The month for which is paid.
    pub pay_month: String,
    /// The bank that pays.
    pub paying_bank: String,
    /// Format of the file.
    pub format: String,
    /// Character set of the file.
    pub encoding: String,
    /// `all_or_nothing` or `good_lines`.
    pub policy: String,
    /// SHA-256 of the file.
    pub digest: String,
    /// Lines accepted.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
    /// Lines refused at intake, outside the sums: in `states` they count, and their sum is 0.
    pub refused_count: u32,
    /// Counts and sums by line state.
    pub states: BTreeMap<String, SumOf>,
    /// Lines that a bank disputes.
    pub disputed_count: u64,
    /// What it waits for; null when it has ended.
    pub waits_for: Option<Waiting>,
    /// Errors, warnings and notes of the file.
    pub findings: FindingCounts,
    /// Warnings that the approver must acknowledge.
    pub must_acknowledge: Vec<String>,
    /// When it was accepted.
    pub accepted_at: String,
    /// Who submitted it.
    pub submitted_by: String,
    /// Who approved it.
    pub approved: Option<Deed>,
    /// Who took it back.
    pub withdrawn: Option<Deed>,
    /// The bank day on which the earliest instruction can leave, as seen at intake.
    pub next_bank_day: Option<String>,
    /// Journal sequence of its acceptance.
    pub sequence: u64,
    /// The paying account, masked; in the list of batches left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_account: Option<String>,
    /// The name of the paying account, masked; in the list of batches left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payer_name: Option<String>,
    /// Other payments of its wages that two people called paid since it was last approved, or
    /// since it came: who approves it must have seen them. Null where there are none that the
    /// caller sees; in the list of batches left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_payments: Option<OtherPayments>,
    /// Its bank files; in the list of batches left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<Vec<FileView>>,
}

/// Other payments of the wages of a batch's unsent lines.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OtherPayments {
    /// Journal sequence of the last decision among them: the approver states it.
    pub as_of: u64,
    /// How many lines they concern.
    pub line_count: u64,
    /// The first 100 of them, in the order of the file.
    pub payments: Vec<OtherPayment>,
}

/// A line, and another payment of its wage.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OtherPayment {
    /// The payment that would be made.
    pub payment_id: String,
    /// The payment that is made already.
    pub other_payment_id: String,
}

/// Findings by severity.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct FindingCounts {
    /// Errors.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Notes.
    pub notes: u64,
}

/// A page of batches, the newest first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BatchPage {
    /// The batches.
    pub batches: Vec<BatchView>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// One line. The person prints masked, except where a disclosure was asked for and recorded.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LineView {
    /// The gateway's number of the payment.
    pub payment_id: String,
    /// The number as written.
    pub line_no: u32,
    /// The sender's reference, where the file has one that is no number (EndToEndId); null for a
    /// line refused at intake.
    pub reference: Option<String>,
    /// Position in the file.
    pub row: u32,
    /// Payee's name.
    pub name: Option<String>,
    /// Kind of document, 01 to 17.
    pub id_type: Option<String>,
    /// Number of the document.
    pub id_number: Option<String>,
    /// Payee's account.
    pub account: Option<String>,
    /// Payee's bank.
    pub payee_bank: Option<String>,
    /// What is paid; null where nothing of a refused line's amount could be read.
    pub amount_fen: Option<i64>,
    /// What was earned.
    pub gross_fen: Option<i64>,
    /// Where it stands.
    pub state: String,
    /// Since when.
    pub since: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// Why it failed, in words.
    pub reason_text: Option<String>,
    /// Why it is unknown, since when there is no answer, or that it came back, in words.
    pub why: Option<String>,
    /// The bank's code that made the state, as it came.
    pub bank_code: Option<String>,
    /// The bank's words that came with it, the person masked.
    pub bank_text: Option<String>,
    /// `result_contradiction` or `result_mismatch` until resolved.
    pub disputed: Option<String>,
    /// The bank's code that disputes the state, as it came.
    pub disputed_code: Option<String>,
    /// The bank's words that came with it, the person masked.
    pub disputed_text: Option<String>,
    /// What the bank last reported, in fen.
    pub reported_fen: Option<i64>,
    /// The bank file that carries it.
    pub file_no: Option<u64>,
    /// The payment that it corrects; null where the caller does not see that one.
    pub corrects: Option<String>,
    /// Its live correction; null where the caller does not see that one.
    pub corrected_by: Option<String>,
    /// Where its live correction stands; null where the caller does not see it.
    pub corrected_state: Option<String>,
    /// The errors that refused it at intake; only of a refused line, in a batch's lines and in a
    /// payment's history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<Vec<FindingView>>,
}

/// A page of a batch's lines.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LinePage {
    /// The batch.
    pub batch_id: String,
    /// The lines, in the order of the file.
    pub lines: Vec<LineView>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}
