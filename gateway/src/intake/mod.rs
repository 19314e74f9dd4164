//! 报送: an employer's file becomes a batch, or a list of findings.
//!
//! The file is read once, in one pass: its bytes and its lines go into the journal as they come,
//! sealed, and become visible by the closing record (`BatchAccepted`), so neither memory nor the
//! latency of others depends on its size. What was refused leaves records that no batch claims.

mod conflict;
pub mod lines;
pub mod sink;

#[cfg(test)]
mod tests;

pub use conflict::Conflict;
pub use sink::{PayerPart, short};

use crate::book::{BatchState, CorrectionConflict, InFlight};
use crate::core::{Core, CoreError, Fact};
use crate::event::{AcceptedHead, Event, Policy};
use crate::mandates::Mandates;
use schemas::employer_files::{
    BankRules, Format, Limits, ReadError, ReadOptions, Source, Summary, read,
};
use schemas::value::{BatchId, PayMonth, PaymentId, Uscc};
use schemas::{BatchHead, Finding, FindingCode, LineState, Severity, codes};
use sink::JournalSink;
use std::io::SeekFrom;

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
}

/// An accepted batch.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Our number.
    pub batch: BatchId,
    /// Journal sequence of the closing record.
    pub sequence: u64,
    /// What was accepted.
    pub head: AcceptedHead,
    /// Its state at this moment.
    pub state: BatchState,
    /// Warnings and notes, and the errors of refused lines.
    pub findings: Vec<Finding>,
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
    if let Some(receipt) = replay_by_digest(core, submission, source)? {
        return Ok(Submitted::Replayed(receipt));
    }
    let now = core.clock().now();
    let day = day_number(now.date());
    let opened = core.record(
        submission.submitted_by,
        Event::BatchOpened {
            submitted_by: submission.submitted_by.to_owned(),
            day,
        }
        .into(),
    )?;
    keep_bytes(core, submission, opened, source)?;
    let mut sink = JournalSink::new(core, submission, rules.mandates, opened);
    let options = ReadOptions {
        format: submission.format,
        pay_month: submission.pay_month,
        today: now.date(),
        limits: rules.limits,
        paying_bank: None,
        bank_rules: Some(rules.banks),
    };
    let summary = read(source, &options, &mut sink)?;
    sink.flush()?;
    Closing {
        core,
        submission,
        opened,
        summary,
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
fn replay_by_digest(
    core: &Core,
    submission: &Submission<'_>,
    source: &mut dyn Source,
) -> Result<Option<Receipt>, IntakeError> {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    each_part(source, |part| {
        digest.update(part);
        Ok(())
    })?;
    let digest = crate::hex(digest.finish().as_ref());
    let desk = core.desk();
    let same = desk
        .batch_by_digest(submission.employer, &digest)
        .filter(|batch| {
            batch.head.policy == submission.policy
                && submission
                    .pay_month
                    .is_none_or(|month| month == batch.head.pay_month)
        });
    let receipt = same.map(|batch| Receipt {
        batch: batch.id(),
        sequence: batch.accepted_at,
        head: batch.head.clone(),
        state: batch.state(),
        findings: Vec::new(),
    });
    Ok(receipt)
}

fn each_part(
    source: &mut dyn Source,
    mut take: impl FnMut(&[u8]) -> Result<(), IntakeError>,
) -> Result<(), IntakeError> {
    source.seek(SeekFrom::Start(0))?;
    let mut part = vec![0; PART_BYTES];
    loop {
        let mut filled = 0;
        while filled < part.len() {
            match source.read(&mut part[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        if filled == 0 {
            break;
        }
        take(&part[..filled])?;
    }
    source.seek(SeekFrom::Start(0))?;
    Ok(())
}

/// M8: the bytes that arrived are kept, sealed.
fn keep_bytes(
    core: &Core,
    submission: &Submission<'_>,
    opened: u64,
    source: &mut dyn Source,
) -> Result<(), IntakeError> {
    let mut part = 0;
    each_part(source, |bytes| {
        let event = Event::BatchBytes { opened, part };
        part += 1;
        let fact = Fact::sealed(event, submission.employer.as_str(), bytes.to_vec());
        core.record(submission.submitted_by, fact)?;
        Ok(())
    })
}

/// The end of a reading: the checks that need the book, and the closing record.
struct Closing<'a> {
    core: &'a Core,
    submission: &'a Submission<'a>,
    opened: u64,
    summary: Summary,
    id: BatchId,
}

impl Closing<'_> {
    fn close(self, sink: JournalSink<'_>) -> Result<Submitted, IntakeError> {
        let (head, mut collected) = sink.finish();
        let Some(head) = head.filter(|_| !self.stopped_by(&collected.findings)) else {
            return self.abandon_or_conflict(head_of(&self.summary), collected.findings);
        };
        let mut desk = self.core.desk();
        if let Some(batch) = desk.batch_by_number(head.employer_uscc, &head.batch_no) {
            let conflict = Conflict::between(self.core, batch, &head, self.submission, &collected)?;
            drop(desk);
            return self.abandon(Submitted::Conflict(conflict), "conflict");
        }
        let mut accepted = self.accepted_head(&head);
        let late = late_findings(&desk, &accepted, &collected.rows, &collected.corrects);
        let refused: std::collections::BTreeSet<u32> = late
            .iter()
            .filter(|(_, finding)| finding.severity == Severity::Error)
            .map(|(index, _)| *index)
            .collect();
        collected.merge(late.into_iter().map(|(_, finding)| finding).collect());
        let all_refused = refused.len() >= usize::try_from(accepted.line_count).unwrap_or(0);
        let stop = self.submission.policy == Policy::AllOrNothing || all_refused;
        if !refused.is_empty() && stop {
            drop(desk);
            return self.refuse(collected.findings);
        }
        accepted.take_out(&refused, &collected.rows);
        accepted.must_acknowledge = must_acknowledge(&collected.findings);
        let personal = serde_json::to_vec(&sink::PayerPart::of(&head)).map_err(CoreError::from)?;
        let fact = Fact::sealed(
            Event::BatchAccepted(Box::new(accepted.clone())),
            head.employer_uscc.as_str(),
            personal,
        );
        let prepared = self.core.prepare(fact)?;
        let sequence = desk.record_prepared(self.submission.submitted_by, &prepared)?;
        Ok(Submitted::Accepted(Receipt {
            batch: self.id,
            sequence,
            head: accepted,
            state: BatchState::Held,
            findings: collected.findings,
        }))
    }

    /// Whether the findings so far refuse the file under its policy.
    fn stopped_by(&self, findings: &[Finding]) -> bool {
        let nothing_left = self.summary.lines_ok == 0;
        nothing_left
            || findings
                .iter()
                .filter(|finding| finding.severity == Severity::Error)
                .any(|finding| {
                    finding.row.is_none() || self.submission.policy == Policy::AllOrNothing
                })
    }

    /// A file with errors whose number is in use with other content is a conflict all the same:
    /// mending the errors would not help.
    fn abandon_or_conflict(
        &self,
        head: Option<&BatchHead>,
        findings: Vec<Finding>,
    ) -> Result<Submitted, IntakeError> {
        let mine = head.filter(|head| head.employer_uscc == self.submission.employer);
        let conflict = mine.and_then(|head| {
            let desk = self.core.desk();
            let batch = desk.batch_by_number(head.employer_uscc, &head.batch_no)?;
            Some(Conflict::by_digest(batch, self.submission))
        });
        match conflict {
            Some(conflict) => self.abandon(Submitted::Conflict(conflict), "conflict"),
            None => self.refuse(findings),
        }
    }

    fn refuse(&self, findings: Vec<Finding>) -> Result<Submitted, IntakeError> {
        let why = findings
            .iter()
            .find(|finding| finding.severity == Severity::Error)
            .map_or("empty_batch", |finding| finding.code.as_str());
        let refused = Submitted::Refused {
            findings,
            summary: Box::new(self.summary.clone()),
        };
        self.abandon(refused, why)
    }

    fn abandon(&self, answer: Submitted, why: &str) -> Result<Submitted, IntakeError> {
        let event = Event::BatchAbandoned {
            opened: self.opened,
            why: why.to_owned(),
        };
        self.core
            .record(self.submission.submitted_by, event.into())?;
        Ok(answer)
    }

    fn accepted_head(&self, head: &BatchHead) -> AcceptedHead {
        let summary = &self.summary;
        let today = self.core.clock().now().date();
        AcceptedHead {
            batch: self.id,
            batch_no: head.batch_no.clone(),
            employer: head.employer_uscc,
            employer_name: head.employer_name.clone(),
            project_code: head.project_code.clone(),
            region: head.region(),
            pay_month: head.pay_month,
            paying_bank: head.paying_bank,
            format: summary.format.as_str().to_owned(),
            charset: summary.charset.name().to_owned(),
            policy: self.submission.policy,
            submitted_by: self.submission.submitted_by.to_owned(),
            digest: crate::hex(&summary.digest),
            line_count: summary.lines_ok,
            total_fen: summary.total_ok.0,
            refused_count: summary.line_count.saturating_sub(summary.lines_ok),
            refused_late: Vec::new(),
            must_acknowledge: Vec::new(),
            finding_counts: (summary.errors, summary.warnings, summary.notes),
            next_bank_day: codes::next_bank_day(today).ok().map(|day| day.to_string()),
        }
    }
}

fn head_of(summary: &Summary) -> Option<&BatchHead> {
    summary.head.as_ref()
}

impl AcceptedHead {
    /// Takes lines refused at the close out of the accepted count and sum.
    fn take_out(
        &mut self,
        refused: &std::collections::BTreeSet<u32>,
        rows: &[crate::book::table::TableRow],
    ) {
        for row in rows.iter().filter(|row| refused.contains(&row.index)) {
            self.line_count = self.line_count.saturating_sub(1);
            self.total_fen -= row.amount_fen;
            self.refused_count += 1;
        }
        self.refused_late = refused.iter().copied().collect();
    }
}

/// Findings that need the book: the same wage elsewhere, and corrections.
fn late_findings(
    book: &crate::book::Book,
    head: &AcceptedHead,
    rows: &[crate::book::table::TableRow],
    corrects: &[(u32, PaymentId)],
) -> Vec<(u32, Finding)> {
    let place = |index: u32| {
        let row = rows.iter().find(|row| row.index == index);
        row.map_or((index, index), |row| (row.line_no, row.row))
    };
    let mut findings = Vec::new();
    for InFlight {
        index,
        earlier,
        state,
    } in book.in_flight(head, rows)
    {
        let (line, row) = place(index);
        let mut finding = Finding::of_line(FindingCode::PayeeInFlight, line, row)
            .field("id_number")
            .with("earlier", earlier)
            .with("state", state);
        if state == LineState::Paid {
            finding.severity = Severity::Warning;
        }
        findings.push((index, finding));
    }
    for (index, original) in corrects {
        let refused: Option<CorrectionConflict> = book
            .may_correct(head.employer, *original)
            .err()
            .or_else(|| {
                // Two lines of one file that correct the same payment: the second one loses.
                let first = corrects.iter().find(|(_, other)| other == original)?;
                let twin = PaymentId {
                    batch: head.batch,
                    row: first.0,
                };
                (first.0 != *index).then_some(CorrectionConflict::Live(twin))
            });
        if let Some(conflict) = refused {
            let (line, row) = place(*index);
            let finding = Finding::of_line(FindingCode::CorrectionConflict, line, row)
                .field("corrects")
                .value(original.to_string())
                .with("reason", conflict.as_str());
            findings.push((*index, finding));
        }
    }
    findings
}

/// Warnings about money in flight must be acknowledged by the approver.
fn must_acknowledge(findings: &[Finding]) -> Vec<String> {
    let codes: std::collections::BTreeSet<&str> = findings
        .iter()
        .filter(|finding| {
            finding.severity == Severity::Warning && finding.code == FindingCode::PayeeInFlight
        })
        .map(|finding| finding.code.as_str())
        .collect();
    codes.into_iter().map(str::to_owned).collect()
}
