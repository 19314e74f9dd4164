//! Commands, what came of them, and health.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the approver saw.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// SHA-256 of the file.
    pub digest: String,
    /// Lines that will be paid.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
    /// Finding codes that the approver has acknowledged.
    #[serde(default)]
    pub acknowledged: Vec<String>,
    /// `other_payments.as_of` as the approver saw it in the batch; left out where it is null.
    #[serde(default)]
    pub as_of: Option<u64>,
}

/// What an operator decides of an unknown or disputed line.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    /// `paid` or `failed`.
    pub outcome: String,
    /// Why: with `failed` a word of the list of failure reasons. Any other text is taken as
    /// `words`, where there are none.
    #[serde(default)]
    pub reason: Option<String>,
    /// What was seen where, for the second operator to read. No personal data. May be left out
    /// where `reason` says it.
    #[serde(default)]
    pub words: Option<String>,
    /// SHA-256 of the evidence, hex.
    pub evidence_digest: String,
}

/// The second operator's confirmation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// SHA-256 of the evidence that this operator saw.
    pub evidence_digest: String,
}

/// What an operator decides of every unknown or disputed line of a bank file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileResolution {
    /// `paid` or `failed`.
    pub outcome: String,
    /// As in `Resolution`.
    #[serde(default)]
    pub reason: Option<String>,
    /// As in `Resolution`.
    #[serde(default)]
    pub words: Option<String>,
    /// SHA-256 of the evidence, hex.
    pub evidence_digest: String,
    /// Lines of the file that are unknown or disputed, as this operator saw them.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
}

/// The second operator's confirmation for a bank file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileConfirmation {
    /// SHA-256 of the evidence that this operator saw.
    pub evidence_digest: String,
    /// Lines of the file that are unknown or disputed, as this operator saw them.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
}

/// A decision about a bank file that was recorded, line by line.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FileDone {
    /// Bank-side number of the file.
    pub file_no: u64,
    /// Lines that it is about.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
    /// Journal sequence of the last record.
    pub sequence: u64,
}

/// A command that was carried out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Done {
    /// Where the batch or the payment stands now.
    pub state: String,
    /// Journal sequence of the record.
    pub sequence: u64,
}

/// Health of the gateway.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Health {
    /// `ok`; `degraded` where something is wrong that does not stop the whole.
    pub status: String,
    /// The last record.
    pub sequence: u64,
    /// The last durable record.
    pub durable: u64,
    /// What is wrong.
    pub concerns: Vec<Concern>,
}

/// Something that is wrong with the gateway itself.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Concern {
    /// What: `dispatcher:ICBC`, `tls` …
    pub name: String,
    /// Why: `defect`, `failed`, `unusable`, `expired`.
    pub why: String,
}
