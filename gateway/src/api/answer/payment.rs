//! Payments, their events, sums, breaks and the feed.

use super::{LineView, SumOf};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A payment with its batch.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PaymentView {
    /// The line.
    #[serde(flatten)]
    pub line: LineView,
    /// The batch.
    pub batch_id: String,
    /// The employer's number of it.
    pub batch_no: String,
    /// The employer.
    pub employer_uscc: String,
    /// Its name as written.
    pub employer_name: Option<String>,
    /// The project.
    pub project_code: Option<String>,
    /// The region that supervises it.
    pub region: Option<String>,
    /// The month for which is paid.
    pub pay_month: String,
    /// The bank that pays.
    pub paying_bank: String,
    /// When the batch was accepted.
    pub accepted_at: String,
}

/// A page of payments, those of the newest batch first.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PaymentPage {
    /// The payments. A page may be short or empty; go on while `next` is there.
    pub payments: Vec<PaymentView>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Where a record is in the journal.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct JournalPosition {
    /// Sequence.
    pub sequence: u64,
    /// First sequence of the segment, which names its file.
    pub segment: u64,
    /// Bytes from the beginning of that file.
    pub offset: u64,
}

/// Something that happened to a payment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PaymentEvent {
    /// What: `accepted`, `approved`, `intended`, `sent`, a step of the line machine, `disputed`,
    /// `noted` (a bank's word that came too late, in `detail`) …
    pub event: String,
    /// When.
    pub time: String,
    /// Where it comes from: `employer`, `gateway`, `operator`, or `receipt`, `result`, `push`,
    /// `channel`, `answer_limit`, `recovery`.
    pub source: String,
    /// Who caused it, as the certificate or the program says.
    pub actor: Option<String>,
    /// Why it failed.
    pub reason: Option<String>,
    /// A finer word.
    pub detail: Option<String>,
    /// An operator's words about a resolution, the person of the line masked; null to a bank.
    pub words: Option<String>,
    /// SHA-256 of the evidence of a resolution; null to a bank.
    pub evidence_digest: Option<String>,
    /// The bank's code as it came.
    pub bank_code: Option<String>,
    /// What the bank reports, in fen.
    pub reported_fen: Option<i64>,
    /// The bank file.
    pub file_no: Option<u64>,
    /// Journal sequence of the bank's message that says so.
    pub message: Option<u64>,
    /// Where the record is.
    pub journal: JournalPosition,
    /// How often the same question or answer came with no change of the line between; else 1.
    pub count: u64,
    /// The last of them; null where it happened once.
    pub last: Option<LastTime>,
}

/// The last one of a run of the same questions or answers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LastTime {
    /// When.
    pub time: String,
    /// Journal sequence of the bank's message.
    pub message: Option<u64>,
    /// Where the record is.
    pub journal: JournalPosition,
}

/// A resolution that waits for its second operator.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProposalView {
    /// `paid` or `failed`.
    pub outcome: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// The operator's words, the person of the line masked; null where there are none.
    pub words: Option<String>,
    /// Digest of the evidence.
    pub evidence_digest: String,
    /// Who proposed.
    pub operator: String,
    /// When.
    pub at: String,
}

/// A payment with all that happened to it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PaymentHistory {
    /// The payment.
    #[serde(flatten)]
    pub payment: PaymentView,
    /// What happened, oldest first. The same question or answer again stands once with its
    /// count, its first and its last time; `?events=all` lists each.
    pub events: Vec<PaymentEvent>,
}

/// Counts and sums of one group.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Group {
    /// Bank code, employer's code, project code, region code, month or state; null for none.
    pub key: Option<String>,
    /// Batches.
    pub batches: u64,
    /// Lines accepted and their sum. Lines refused at intake count in the group of the state
    /// `refused` only.
    pub total: SumOf,
    /// Counts and sums by line state.
    pub states: BTreeMap<String, SumOf>,
}

/// Counts and sums of what the regulator sees.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// By what.
    pub group_by: String,
    /// The groups, by key.
    pub groups: Vec<Group>,
    /// Everything.
    pub total: SumOf,
}

/// A difference between what was instructed and what banks report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BreakView {
    /// `result_contradiction`, `result_mismatch`, `message_mismatch`, `unmatched_record`,
    /// `message_unreadable`, `message_open`, `unknown`, `conservation`, `defect`.
    pub kind: String,
    /// The bank; null where the difference is our own.
    pub bank: Option<String>,
    /// The employer.
    pub employer_uscc: Option<String>,
    /// The batch.
    pub batch_id: Option<String>,
    /// The payment.
    pub payment_id: Option<String>,
    /// The bank file that carries it; null where none does.
    pub file_no: Option<u64>,
    /// What was instructed.
    pub amount_fen: Option<i64>,
    /// What the bank reports.
    pub reported_fen: Option<i64>,
    /// Since when.
    pub since: String,
    /// Its age in seconds.
    pub age_seconds: i64,
    /// A word more, for programs; what it means is in `message`.
    pub why: String,
    /// What it is and why, in the language of the call.
    pub message: String,
    /// Journal sequence of the record about it; null where it is a state.
    pub sequence: Option<u64>,
    /// The resolution that waits for its second operator.
    pub proposal: Option<ProposalView>,
}

/// A page of the caller's differences.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Breaks {
    /// The differences, oldest first within a kind.
    pub breaks: Vec<BreakView>,
    /// How many of each kind there are in all.
    pub counts: BTreeMap<String, u64>,
    /// Cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// A change, as the feed tells it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Change {
    /// Journal sequence.
    pub sequence: u64,
    /// When.
    pub time: String,
    /// `batch_accepted`, `batch_approved`, `batch_withdrawn`, `lines_intended`, `lines_changed`,
    /// `file_abandoned` (a bank file that was never sent is given up), `resolution_proposed`,
    /// `resolution_confirmed`, `message_received`, `unmatched_record`, `message_mismatch`.
    pub event: String,
    /// The batch.
    pub batch_id: Option<String>,
    /// The employer's number of it.
    pub batch_no: Option<String>,
    /// The bank.
    pub bank: Option<String>,
    /// The bank file.
    pub file_no: Option<u64>,
    /// Lines that changed.
    pub lines: Vec<LineChange>,
}

/// A line that changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LineChange {
    /// The payment.
    pub payment_id: String,
    /// A step of the line machine, or `disputed`.
    pub event: String,
    /// Why it failed.
    pub reason: Option<String>,
    /// A finer word.
    pub detail: Option<String>,
    /// The bank's code as it came.
    pub bank_code: Option<String>,
    /// What the bank reports, in fen.
    pub reported_fen: Option<i64>,
}

/// Changes after a sequence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Changes {
    /// The changes, in the journal's order.
    pub events: Vec<Change>,
    /// Complete up to this sequence: ask with `after` = `last` next.
    pub last: u64,
    /// More is there already.
    pub more: bool,
}
