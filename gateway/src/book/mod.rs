//! The book: every batch, line and bank file as the journal tells them, in memory.
//!
//! [`Book::apply`] is the only way in; it is pure over (sequence, time, event, table), so that
//! replaying the journal gives the same book. Commands look at the book, write an event and
//! apply it under one lock; nobody changes a line in another way.

mod afterwards;
mod ages;
mod arrivals;
pub mod bank_file;
mod bars;
pub mod batch;
mod beside;
mod carriers;
mod check;
mod corrections;
mod day_counts;
mod doubt;
mod elsewhere;
mod leaving;
mod messages;
mod numbers;
mod outside;
mod proposals;
mod restored;
mod revived;
mod steps;
pub mod table;
mod tally;
mod told;
mod visits;
mod wages;
mod waits;
mod work;

pub use afterwards::{Afterwards, Waiting};
pub use ages::Ages;
pub use bank_file::{BankFile, FILE_IN_DOUBT, FileState};
pub use bars::{Bar, Bars};
pub use batch::{Batch, BatchState, HistoryEntry, Line, Stepped, Sum, Sums};
pub use beside::Beside;
pub use corrections::CorrectionConflict;
pub use day_counts::DayCount;
pub use doubt::{Doubt, Doubts};
pub use elsewhere::InFlight;
pub use messages::{ANSWER_UNREADABLE, Came, Concern, PushedMessage, UnmatchedRecord, Unread};
pub use numbers::first_file_no;
pub use proposals::{Proposal, Said};
pub use revived::Revived;
pub use wages::Scope;

use crate::event::Event;
use schemas::LineState;
use schemas::value::{BankCode, BatchId, BatchNo, PaymentId, Uscc};
use std::collections::{BTreeMap, BTreeSet};
use table::TableRow;

/// A record as the book reads it.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// Journal sequence.
    pub sequence: u64,
    /// Unix milliseconds.
    pub time_ms: i64,
    /// The fact.
    pub event: &'a Event,
    /// The attached table, for `BatchLines`.
    pub table: &'a [u8],
}

/// A batch whose file is still arriving.
#[derive(Debug, Default)]
struct Arriving {
    /// Who sends it, where a certificate of an employer says so, and on which day.
    sender: Option<(Uscc, u32)>,
    rows: Vec<TableRow>,
    corrects: BTreeMap<u32, PaymentId>,
    line_records: Vec<(u32, u64)>,
    finding_records: Vec<u64>,
    byte_records: Vec<u64>,
}

/// An event that the journal holds and the book can't follow: the record and the program do
/// not belong together. Never caused by what comes from outside.
#[derive(Debug, thiserror::Error)]
#[error("record {sequence} can't follow what is before it: {what}")]
pub struct Inconsistent {
    /// Journal sequence.
    pub sequence: u64,
    /// What does not fit.
    pub what: &'static str,
}

/// The book.
#[derive(Debug, Default)]
pub struct Book {
    pub(crate) batches: BTreeMap<BatchId, Batch>,
    by_number: BTreeMap<(Uscc, BatchNo), BatchId>,
    by_digest: BTreeMap<(Uscc, String), BatchId>,
    pub(crate) files: BTreeMap<u64, BankFile>,
    arriving: BTreeMap<u64, Arriving>,
    scopes: BTreeMap<Scope, wages::Scoped>,
    corrections: BTreeMap<PaymentId, Vec<PaymentId>>,
    /// Payments that had failed, come back or been taken back, and are paid by the word of two
    /// people: at which record.
    revived: BTreeMap<PaymentId, u64>,
    /// Families that had a disputed or revived payment, by their first one.
    may_bar: BTreeSet<PaymentId>,
    unmatched: messages::Unmatched,
    pushed: BTreeMap<(BankCode, String), PushedMessage>,
    unread: BTreeMap<BankCode, Unread>,
    open_messages: BTreeMap<u64, (BankCode, String, PushedMessage)>,
    /// Where a bank last told something without naming a file of its own.
    nameless_at: BTreeMap<BankCode, u64>,
    proposals: BTreeMap<PaymentId, Proposal>,
    /// Everything that was proposed for a line since it was last decided.
    proposed: BTreeMap<PaymentId, Vec<Said>>,
    work: work::Work,
    afterwards: afterwards::Files,
    in_doubt: BTreeSet<BatchId>,
    tally: tally::Tally,
    /// The last record that changed a line of an employer, or added one.
    moved: BTreeMap<Uscc, u64>,
    refusals: BTreeMap<Uscc, day_counts::OfDay>,
    acceptances: BTreeMap<Uscc, day_counts::OfDay>,
    defects: Vec<(u64, i64, String)>,
    file_no_max: u64,
    restored: Option<restored::Restored>,
    sequence: u64,
    latest_ms: i64,
}

impl Book {
    /// The batch of a number.
    #[must_use]
    pub fn batch(&self, id: BatchId) -> Option<&Batch> {
        self.batches.get(&id)
    }

    /// Every batch, oldest first.
    pub fn batches(&self) -> impl DoubleEndedIterator<Item = &Batch> {
        self.batches.values()
    }

    /// The batch of an employer's own number (M7: for ever).
    #[must_use]
    pub fn batch_by_number(&self, employer: Uscc, batch_no: &BatchNo) -> Option<&Batch> {
        self.by_number
            .get(&(employer, batch_no.clone()))
            .and_then(|id| self.batches.get(id))
    }

    /// The batch that came as these bytes.
    #[must_use]
    pub fn batch_by_digest(&self, employer: Uscc, digest: &str) -> Option<&Batch> {
        self.by_digest
            .get(&(employer, digest.to_owned()))
            .and_then(|id| self.batches.get(id))
    }

    /// First indexes and journal sequences of the lines kept so far of a file that is arriving.
    #[must_use]
    pub fn arriving_lines(&self, opened: u64) -> Vec<(u32, u64)> {
        let arriving = self.arriving.get(&opened);
        arriving.map_or_else(Vec::new, |arriving| arriving.line_records.clone())
    }

    /// A bank file.
    #[must_use]
    pub fn file(&self, file_no: u64) -> Option<&BankFile> {
        self.files.get(&file_no)
    }

    /// Every bank file.
    pub fn files(&self) -> impl Iterator<Item = &BankFile> {
        self.files.values()
    }

    /// The line of a payment.
    #[must_use]
    pub fn line(&self, payment: PaymentId) -> Option<(&Batch, &Line)> {
        let batch = self.batches.get(&payment.batch)?;
        Some((batch, batch.line(payment.row)?))
    }

    /// The earlier reception of the same bytes from the same bank.
    #[must_use]
    pub fn pushed(&self, bank: BankCode, digest: &str) -> Option<&PushedMessage> {
        self.pushed.get(&(bank, digest.to_owned()))
    }

    /// Messages whose reading a crash interrupted.
    pub fn open_messages(&self) -> impl Iterator<Item = (u64, BankCode, &PushedMessage)> {
        self.open_messages
            .iter()
            .map(|(sequence, (bank, _, message))| (*sequence, *bank, message))
    }

    /// The last record applied.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The latest time of a record, Unix milliseconds: later than now where the clock was set back
    /// since.
    #[must_use]
    pub fn latest_ms(&self) -> i64 {
        self.latest_ms
    }

    /// Facts that could not be followed: sequence, time, what. Each is a defect of ours; the book
    /// is what the other records tell, at run time and at every replay alike.
    #[must_use]
    pub fn defects(&self) -> &[(u64, i64, String)] {
        &self.defects
    }

    /// Applies one record.
    ///
    /// # Errors
    /// When the record does not follow from what is before it. It is listed as a defect.
    pub fn apply(&mut self, recorded: Recorded<'_>) -> Result<(), Inconsistent> {
        let sequence = recorded.sequence;
        self.sequence = sequence;
        let time_ms = recorded.time_ms;
        let followed = self.follow(recorded);
        self.latest_ms = self.latest_ms.max(time_ms);
        self.note_moved(recorded);
        followed.map_err(|what| {
            self.defects.push((sequence, time_ms, what.to_owned()));
            self.refresh_every_doubt();
            Inconsistent { sequence, what }
        })
    }

    fn follow(&mut self, recorded: Recorded<'_>) -> Result<(), &'static str> {
        let Recorded {
            sequence,
            time_ms,
            event,
            table,
        } = recorded;
        match event {
            Event::Started { first_file_no, .. } => {
                self.count_files_from(first_file_no.unwrap_or(0));
                self.taken_into_use();
                Ok(())
            }
            Event::Disclosed { .. } => Ok(()),
            Event::Restored {
                record,
                first_file_no,
                ..
            } => {
                self.set_apart((*record, *first_file_no), sequence, time_ms);
                Ok(())
            }
            Event::Refused { what, .. } => {
                self.defects.push((sequence, time_ms, what.clone()));
                Ok(())
            }
            Event::BatchOpened { submitted_by, day } => {
                self.opened(sequence, submitted_by, *day);
                Ok(())
            }
            Event::BatchBytes { opened, .. } => self.bytes_kept(*opened, sequence),
            Event::BatchLines {
                opened,
                first,
                corrects,
                ..
            } => self.lines_kept((*opened, *first), corrects, table, sequence),
            Event::BatchFindings { opened, .. } => self.findings_kept(*opened, sequence),
            Event::BatchAbandoned { opened, bytes, .. } => {
                self.abandoned(*opened, *bytes);
                Ok(())
            }
            Event::BatchAccepted(head) => self.accept(head, sequence, time_ms),
            Event::BatchApproved { .. }
            | Event::BatchWithdrawn { .. }
            | Event::LinesWithdrawn { .. } => self.follow_employer(event, sequence, time_ms),
            Event::FileIntended(intent) => self.intend(intent, sequence, time_ms),
            Event::MessageLeaving { .. } => self.leaving(event, sequence, time_ms),
            Event::MessageAnswered { .. } | Event::FileReceipt { .. } => {
                self.follow_answer(event, sequence, time_ms)
            }
            Event::FileAbandoned { file_no, .. } => self.abandon(*file_no, sequence, time_ms),
            Event::Outcomes { .. } => self.follow_bank(event, sequence, time_ms),
            Event::BankMessage { .. }
            | Event::BankMessageClosed { .. }
            | Event::Unmatched { .. }
            | Event::ResolutionProposed { .. }
            | Event::ResolutionConfirmed { .. } => self.follow_evidence(recorded),
        }
    }

    /// What an employer's people decide.
    fn follow_employer(
        &mut self,
        event: &Event,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        if let Event::BatchApproved { batch, person, .. } = event {
            self.approve(*batch, person, sequence, time_ms)?;
        } else if let Event::BatchWithdrawn { batch, person } = event {
            self.withdraw(*batch, person, sequence, time_ms)?;
        } else if let Event::LinesWithdrawn { batch, lines, .. } = event {
            self.withdraw_lines(*batch, lines, sequence, time_ms)?;
        }
        Ok(())
    }

    /// What banks push and operators decide.
    fn follow_evidence(&mut self, recorded: Recorded<'_>) -> Result<(), &'static str> {
        let Recorded {
            sequence,
            time_ms,
            event,
            ..
        } = recorded;
        if let Event::BankMessage {
            bank,
            message,
            digest,
            reading,
            file_no,
            again,
            seen_at,
            written_at,
        } = event
        {
            let (reading, message) = (reading.clone(), message.clone());
            let came = self.first_came(*bank, digest, *again);
            let pushed = PushedMessage {
                sequence,
                time_ms,
                reading,
                message,
                file_no: *file_no,
                came: came.unwrap_or(Came::of(sequence, *seen_at, *written_at)),
            };
            self.message_stored(*bank, digest, pushed);
        } else if let Event::BankMessageClosed { message } = event {
            self.message_closed(*message)?;
        } else if let Event::Unmatched { said, .. } = event {
            let record = messages::unmatched_of(event, sequence, time_ms);
            let record = record.ok_or("no such record")?;
            self.note_stray(&record);
            self.not_matched(record, *said);
        } else if let Event::ResolutionProposed {
            payment,
            outcome,
            reason,
            evidence_digest,
            operator,
            ..
        } = event
        {
            self.known_line(*payment)?;
            let said = (evidence_digest.clone(), *outcome, *reason);
            self.proposed.entry(*payment).or_default().push(said);
            let proposal = Proposal {
                outcome: *outcome,
                reason: *reason,
                evidence_digest: evidence_digest.clone(),
                operator: operator.clone(),
                time_ms,
                sequence,
            };
            self.proposals.insert(*payment, proposal);
            self.note_line(*payment, sequence)?;
        } else if let Event::ResolutionConfirmed { payment, .. } = event {
            self.resolve(*payment, sequence, time_ms)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
