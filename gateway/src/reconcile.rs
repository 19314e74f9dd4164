//! 对账: every difference between what was instructed and what banks report, listed until
//! somebody explains it.

use crate::book::{Batch, Book, Line, UnmatchedRecord};
use crate::event::Dispute;
use schemas::LineState;
use schemas::value::{BankCode, BatchId, PaymentId, RegionCode, Uscc};

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
    /// A bank's message does not bear itself out, or states other than was instructed.
    MessageMismatch,
    /// A bank's record names no line of ours.
    UnmatchedRecord,
    /// A bank's message that could not be read.
    MessageUnreadable,
    /// A bank's message that is stored and not yet read to its end: a crash came between, and
    /// the bank is not connected now.
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
    /// The region that supervises it.
    pub region: Option<RegionCode>,
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
    let mut breaks: Vec<Break> = book.batches().flat_map(of_batch).collect();
    breaks.extend(
        book.unmatched()
            .iter()
            .map(|record| of_record(book, record)),
    );
    for (bank, message) in book.pushed_messages() {
        if message.is_unread() {
            breaks.push(Break {
                why: message.message.clone(),
                ..of_bank(Some(bank), message.time_ms, message.sequence)
            });
        }
    }
    for (sequence, bank, message) in book.open_messages() {
        breaks.push(Break {
            kind: BreakKind::MessageOpen,
            why: message.message.clone(),
            ..of_bank(Some(bank), message.time_ms, sequence)
        });
    }
    for (sequence, time_ms, what) in book.defects() {
        breaks.push(Break {
            kind: BreakKind::Defect,
            why: what.clone(),
            ..of_bank(None, *time_ms, *sequence)
        });
    }
    breaks.sort_by_key(Break::place);
    breaks
}

fn of_bank(bank: Option<BankCode>, since_ms: i64, sequence: u64) -> Break {
    Break {
        kind: BreakKind::MessageUnreadable,
        bank,
        employer: None,
        batch: None,
        payment: None,
        region: None,
        amount_fen: None,
        reported_fen: None,
        since_ms,
        why: String::new(),
        sequence,
    }
}

/// What is about a whole message concerns whoever the file that it names concerns.
fn of_record(book: &Book, record: &UnmatchedRecord) -> Break {
    let of_bank = of_bank(Some(record.bank), record.time_ms, record.sequence);
    let found = Break {
        kind: BreakKind::UnmatchedRecord,
        amount_fen: record.expected_fen,
        reported_fen: record.reported_fen,
        why: record.why.clone(),
        ..of_bank
    };
    if !record.of_whole {
        return found;
    }
    let file = record.file_no.and_then(|file_no| book.file(file_no));
    let file = file.filter(|file| file.intent.bank == record.bank);
    let batch = file.and_then(|file| book.batch(file.intent.batch));
    Break {
        kind: BreakKind::MessageMismatch,
        employer: batch.map(|batch| batch.head.employer),
        batch: batch.map(Batch::id),
        region: batch.and_then(|batch| batch.head.region),
        ..found
    }
}

fn of_batch(batch: &Batch) -> Vec<Break> {
    let mut found = Vec::new();
    let total = batch.sums.instructed();
    if (total.count, total.fen) != (batch.head.line_count, batch.head.total_fen) {
        found.push(Break {
            kind: BreakKind::Conservation,
            amount_fen: Some(batch.head.total_fen),
            reported_fen: Some(total.fen),
            ..in_batch(batch, batch.changed_ms)
        });
    }
    if batch.disputed_count == 0 && batch.sums.of(LineState::Unknown).count == 0 {
        return found;
    }
    for (index, line) in (1u32..).zip(&batch.lines) {
        let Some((kind, why)) = kind_of(line) else {
            continue;
        };
        found.push(Break {
            kind,
            payment: Some(PaymentId {
                batch: batch.id(),
                row: index,
            }),
            amount_fen: Some(line.amount_fen),
            reported_fen: line.reported_fen,
            why: why.to_owned(),
            ..in_batch(batch, line.since_ms)
        });
    }
    found
}

fn in_batch(batch: &Batch, since_ms: i64) -> Break {
    Break {
        employer: Some(batch.head.employer),
        batch: Some(batch.id()),
        region: batch.head.region,
        ..of_bank(Some(batch.head.paying_bank), since_ms, 0)
    }
}

fn kind_of(line: &Line) -> Option<(BreakKind, &'static str)> {
    match (line.disputed, line.state) {
        (Some(Dispute::ResultContradiction), state) => {
            Some((BreakKind::ResultContradiction, state.as_str()))
        }
        (Some(Dispute::ResultMismatch), state) => Some((BreakKind::ResultMismatch, state.as_str())),
        (None, LineState::Unknown) => Some((BreakKind::Unknown, "bank_evidence_or_resolution")),
        (
            None,
            LineState::Held
            | LineState::Released
            | LineState::Intended
            | LineState::Accepted
            | LineState::Paid
            | LineState::Failed
            | LineState::Returned
            | LineState::Cancelled
            | LineState::Refused,
        ) => None,
    }
}
