//! 报送: an employer's file becomes a batch, or a list of findings.
//!
//! The file is read once, in one pass: its bytes and its lines go into the journal as they come,
//! sealed, and become visible by the closing record (`BatchAccepted`), so neither memory nor the
//! latency of others depends on its size. What was refused leaves records that no batch claims.

mod closing;
mod collected;
mod conflict;
mod day_limits;
mod interrupted;
mod late;
pub mod lines;
pub mod sink;

pub use conflict::Conflict;
pub use day_limits::{AcceptanceLimits, RefusalLimits};
pub use interrupted::abandon_interrupted;
pub use sink::{PayerPart, short};

use crate::book::{Batch, BatchState};
use crate::core::{Core, CoreError, Fact};
use crate::event::{AcceptedHead, Event, Policy};
use crate::mandates::Mandates;
use closing::Closing;
use interrupted::Reception;
use schemas::Finding;
use schemas::codes::BankCalendar;
use schemas::employer_files::{
    BankRules, Census, Format, Limits, ReadError, ReadOptions, Source, SpillPlace, Summary,
    read_after,
};
use schemas::value::{BatchId, PayMonth, Uscc};
use sink::JournalSink;
use std::io::{Read, SeekFrom};

/// What a submission brings besides its bytes.
#[derive(Clone, Copy, Debug)]
pub struct Submission<'a> {
    /// The employer of the caller's certificate.
    pub employer: Uscc,
    /// The caller as its certificate says, for the record.
    pub submitted_by: &'a str,
    /// What happens to good lines beside bad ones.
    pub policy: Policy,
    /// Overrides detection.
    pub format: Option<Format>,
    /// Month for which is paid, where the file has no place for it.
    pub pay_month: Option<PayMonth>,
}

/// What intake needs to know of the installation.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// Limits on files.
    pub limits: Limits,
    /// Registered payer accounts.
    pub mandates: &'a Mandates,
    /// What each paying bank takes.
    pub banks: &'a dyn BankRules,
    /// Where findings wait that are too many for memory.
    pub spill: Option<&'a dyn SpillPlace>,
    /// Days on which banks work.
    pub calendar: &'a BankCalendar,
    /// How much of one employer may come to nothing in a day.
    pub refusals: RefusalLimits,
    /// How much of one employer is accepted in a day.
    pub acceptances: AcceptanceLimits,
}

/// The answer to a submission.
#[derive(Debug)]
pub enum Submitted {
    /// A new batch; durable when [`Core::durable`] of its sequence returns.
    Accepted(Receipt),
    /// The same number, bytes and policy again: the same batch, no second effect (M7).
    Replayed(Receipt),
    /// The number is in use for something else.
    Conflict(Conflict),
    /// Errors; no number was used up.
    Refused {
        /// All findings, ordered by row, those of the whole file last.
        findings: Vec<Finding>,
        /// What the file came to.
        summary: Box<Summary>,
    },
    /// So many of the employer's files came to nothing today that no more is taken. Nothing was
    /// recorded.
    TooManyRefused {
        /// Until the day ends, in seconds.
        wait_s: u32,
    },
    /// So much of the employer's was accepted today that no more is taken. Nothing was recorded.
    TooManyAccepted {
        /// Until the day ends, in seconds.
        wait_s: u32,
    },
}

/// An accepted batch.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Our number.
    pub batch: BatchId,
    /// Journal sequence of the last record that it speaks of: durable before anybody is told.
    pub sequence: u64,
    /// What was accepted.
    pub head: AcceptedHead,
    /// Its state at this moment.
    pub state: BatchState,
    /// Warnings and notes, and the errors of refused lines.
    pub findings: Vec<Finding>,
}

impl Receipt {
    /// The receipt of a batch that is there already; its findings are in the journal.
    fn again(batch: &Batch) -> Self {
        Self {
            batch: batch.id(),
            // It tells the state, which a later record may have made.
            sequence: batch.last_record(),
            head: batch.head.clone(),
            state: batch.state(),
            findings: Vec::new(),
        }
    }
}

/// Why a submission could not be handled: ours.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Journal, vault or book.
    #[error("the submission could not be recorded")]
    Core(#[from] CoreError),
    /// The source of the bytes or the reader.
    #[error("the submission could not be read")]
    Read(#[from] ReadError),
}

impl From<std::io::Error> for IntakeError {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error.into())
    }
}

const PART_BYTES: usize = 256 * 1024;

/// Takes one file. Blocking: call it from a thread that may block.
///
/// # Errors
/// Only our own trouble; what is wrong with the file is in [`Submitted`].
pub fn submit(
    core: &Core,
    rules: &Rules<'_>,
    submission: &Submission<'_>,
    source: &mut dyn Source,
) -> Result<Submitted, IntakeError> {
    let census = Census::of(source, &rules.limits)?;
    if let Some(receipt) = replay_by_digest(core, submission, &crate::hex(&census.digest())) {
        return Ok(Submitted::Replayed(receipt));
    }
    let now = core.clock().now();
    let day = day_number(now.date());
    if let Some(full) = day_limits::reached(core, rules, submission.employer, now) {
        return Ok(full);
    }
    let opened = core.record(
        submission.submitted_by,
        Event::BatchOpened {
            submitted_by: submission.submitted_by.to_owned(),
            day,
        }
        .into(),
    )?;
    // Whatever ends this before the closing record, the file is abandoned.
    let reception = Reception::new(core, submission.submitted_by, opened);
    keep_bytes(&reception, submission.employer, source, census.bytes())?;
    let mut sink = JournalSink::new(core, submission, rules.mandates, &reception, census.bytes());
    let options = ReadOptions {
        format: submission.format,
        pay_month: submission.pay_month,
        today: now.date(),
        limits: rules.limits,
        paying_bank: None,
        bank_rules: Some(rules.banks),
        spill: rules.spill,
    };
    let summary = read_after(source, &census, &options, &mut sink)?;
    sink.flush()?;
    Closing {
        core,
        submission,
        calendar: rules.calendar,
        reception: &reception,
        summary,
        bytes: census.bytes(),
        id: BatchId::new(day, opened),
    }
    .close(sink)
}

/// yyyymmdd as a number.
fn day_number(date: time::Date) -> u32 {
    let year = u32::try_from(date.year()).unwrap_or_default();
    year * 10_000 + u32::from(u8::from(date.month())) * 100 + u32::from(date.day())
}

/// A batch with the same employer, bytes and policy: answered without reading it again.
fn replay_by_digest(core: &Core, submission: &Submission<'_>, digest: &str) -> Option<Receipt> {
    let desk = core.desk();
    let same = desk
        .batch_by_digest(submission.employer, digest)
        .filter(|batch| {
            batch.head.policy == submission.policy
                && submission
                    .pay_month
                    .is_none_or(|month| month == batch.head.pay_month)
        });
    same.map(Receipt::again)
}

/// M8: the bytes that arrived are kept, sealed. Takes them from the first to the last and leaves
/// the source at its start.
fn keep_bytes(
    reception: &Reception<'_>,
    employer: Uscc,
    source: &mut dyn Source,
    all: u64,
) -> Result<(), IntakeError> {
    // Of a small file no more room than it needs.
    let room = usize::try_from(all).map_or(PART_BYTES, |all| all.min(PART_BYTES));
    for part in 0.. {
        let mut bytes = Vec::with_capacity(room);
        Read::take(&mut *source, PART_BYTES as u64).read_to_end(&mut bytes)?;
        if bytes.is_empty() {
            break;
        }
        let opened = reception.opened;
        let event = Event::BatchBytes { opened, part };
        reception.keep(Fact::sealed(event, employer.as_str(), bytes))?;
    }
    source.seek(SeekFrom::Start(0))?;
    Ok(())
}
