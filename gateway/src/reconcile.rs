//! 对账: every difference between what was instructed and what banks report, listed until
//! somebody explains it.

mod page;
mod source;

pub use page::{Asked, Page, page};

use crate::book::Book;
use schemas::value::{BankCode, BatchId, PaymentId, Uscc};

/// What kind of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakKind {
    /// The sums over line states do not make the accepted total: a defect of ours (M4).
    Conservation,
    /// A record of ours that does not follow from what is before it: a defect of ours.
    Defect,
    /// A bank contradicts a final state, or knows a line that we hold to be unsent.
    ResultContradiction,
    /// A bank reports another amount or account.
    ResultMismatch,
    /// A bank's message does not bear itself out, states other than was instructed, or answers us
    /// with what nobody can read.
    MessageMismatch,
    /// A bank's record names no line of ours.
    UnmatchedRecord,
    /// A bank's message that could not be read.
    MessageUnreadable,
    /// A bank's message that is stored and not yet read to its end: a crash came between, and
    /// the bank is not connected now, or it could not be applied.
    MessageOpen,
    /// Nobody knows what became of the line, since a time.
    Unknown,
}

impl BreakKind {
    /// All of them, in the order of the list.
    pub const ALL: [Self; 9] = [
        Self::Conservation,
        Self::Defect,
        Self::ResultContradiction,
        Self::ResultMismatch,
        Self::MessageMismatch,
        Self::UnmatchedRecord,
        Self::MessageUnreadable,
        Self::MessageOpen,
        Self::Unknown,
    ];

    /// The word of the public contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conservation => "conservation",
            Self::Defect => "defect",
            Self::ResultContradiction => "result_contradiction",
            Self::ResultMismatch => "result_mismatch",
            Self::MessageMismatch => "message_mismatch",
            Self::UnmatchedRecord => "unmatched_record",
            Self::MessageUnreadable => "message_unreadable",
            Self::MessageOpen => "message_open",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the books differ; an unknown line is an honest state that waits for evidence.
    #[must_use]
    pub fn is_difference(self) -> bool {
        match self {
            Self::Conservation
            | Self::Defect
            | Self::ResultContradiction
            | Self::ResultMismatch
            | Self::MessageMismatch
            | Self::UnmatchedRecord
            | Self::MessageUnreadable
            | Self::MessageOpen => true,
            Self::Unknown => false,
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// What kind.
    pub kind: BreakKind,
    /// The bank concerned; none for a defect of ours.
    pub bank: Option<BankCode>,
    /// The employer concerned.
    pub employer: Option<Uscc>,
    /// The batch concerned.
    pub batch: Option<BatchId>,
    /// The line concerned.
    pub payment: Option<PaymentId>,
    /// The bank file that carries the line.
    pub file_no: Option<u64>,
    /// What was instructed.
    pub amount_fen: Option<i64>,
    /// What the bank reports.
    pub reported_fen: Option<i64>,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// A word more.
    pub why: String,
    /// Journal sequence of the record about it; 0 where it is a state.
    pub sequence: u64,
}

/// Where a break stands in the list: no two are at one place, and one that stays keeps its own,
/// whatever comes and goes around it. So it is the cursor of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    kind: BreakKind,
    since_ms: i64,
    sequence: u64,
    batch: u64,
    row: u32,
}

impl Place {
    /// Reads what `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let word = parts.next()?;
        let place = Self {
            kind: BreakKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == word)?,
            since_ms: parts.next()?.parse().ok()?,
            sequence: parts.next()?.parse().ok()?,
            batch: parts.next()?.parse().ok()?,
            row: parts.next()?.parse().ok()?,
        };
        (place.to_string() == text).then_some(place)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            kind,
            since_ms,
            sequence,
            batch,
            row,
        } = self;
        let kind = kind.as_str();
        write!(f, "{kind}.{since_ms}.{sequence}.{batch}.{row}")
    }
}

impl Break {
    /// Where it stands in the list.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            kind: self.kind,
            since_ms: self.since_ms,
            sequence: self.sequence,
            batch: self.batch.map_or(0, BatchId::sequence),
            row: self.payment.map_or(0, |payment| payment.row),
        }
    }
}

/// Every difference, oldest first within its kind.
#[must_use]
pub fn breaks(book: &Book) -> Vec<Break> {
    let all = Asked {
        concerns: &|_, _| true,
        after: None,
        limit: usize::MAX,
        reading_ms: (i64::MAX, i64::MAX),
    };
    page(book, &all).shown
}
