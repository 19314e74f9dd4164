//! What the closing record says of a batch.

use super::Policy;
use schemas::employer_files::Format;
use schemas::value::{BankCode, BatchId, BatchNo, PayMonth, RegionCode, Uscc};
use serde::{Deserialize, Serialize};

/// The head of an accepted batch without its personal fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedHead {
    /// Our number.
    pub batch: BatchId,
    /// The employer's number.
    pub batch_no: BatchNo,
    /// The employer.
    pub employer: Uscc,
    /// The project.
    pub project_code: Option<String>,
    /// The region that supervises it.
    pub region: Option<RegionCode>,
    /// The month for which is paid.
    pub pay_month: PayMonth,
    /// Whether that month was assumed from the day of execution, because neither the file nor the
    /// call stated one. Older records do not say.
    #[serde(default)]
    pub month_assumed: Option<bool>,
    /// The bank that pays.
    pub paying_bank: BankCode,
    /// Format of the file.
    pub format: String,
    /// Character set of the file.
    pub charset: String,
    /// The policy of the submission.
    pub policy: Policy,
    /// Party that submitted, as its certificate says.
    pub submitted_by: String,
    /// SHA-256 of the file, lower hex.
    pub digest: String,
    /// Lines that can be paid.
    pub line_count: u32,
    /// Their sum.
    pub total_fen: i64,
    /// Lines refused at intake.
    pub refused_count: u32,
    /// Those of them that were refused only when the file closed (in flight, correction), by
    /// index; the others are marked in the tables.
    pub refused_late: Vec<u32>,
    /// Warnings that must be acknowledged at approval.
    pub must_acknowledge: Vec<String>,
    /// Findings: errors, warnings, notes.
    pub finding_counts: (u64, u64, u64),
    /// How many of its records of findings, the last ones, were made when the file closed. Older
    /// records do not say: one at most.
    #[serde(default)]
    pub late_records: u32,
    /// Bytes of the file. Older records do not say: 0.
    #[serde(default)]
    pub bytes: u64,
    /// The bank day on which the earliest instruction can leave, as seen at intake.
    pub next_bank_day: Option<String>,
}

impl AcceptedHead {
    /// Whether the month may have been assumed. Where the record does not say, that of a pain.001
    /// may: no other format leaves it out.
    #[must_use]
    pub fn may_have_assumed_month(&self) -> bool {
        let leaves_out = || self.format == Format::Pain001.as_str();
        self.month_assumed.unwrap_or_else(leaves_out)
    }
}
