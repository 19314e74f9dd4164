//! The end of a reading: the checks that need the book, and the closing record.

use super::collected::{Collected, Counts};
use super::conflict::Known;
use super::interrupted::Reception;
use super::late::{Wages, must_acknowledge, refused_by};
use super::sink::{FINDINGS_PER_RECORD, JournalSink, PayerPart, both_languages};
use super::{Conflict, IntakeError, Receipt, Submission, Submitted};
use crate::book::table::TableRow;
use crate::book::{BatchState, Scope};
use crate::core::{Core, CoreError, Desk, Fact, Prepared};
use crate::event::{AcceptedHead, Event, Policy};
use schemas::codes::BankCalendar;
use schemas::employer_files::{Format, Summary};
use schemas::value::BatchId;
use schemas::{BatchHead, Finding, FindingCode, HeadDraft, Severity};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How often the book is asked for the findings of the close. What it says changes only while
/// another batch of the same wages moves; the last time, their records are made under the lock.
const LOOKS_MAX: u32 = 3;

/// Findings of the close by index, in the order of the rows, and their records made ready.
#[derive(Default)]
struct Late {
    findings: Vec<(u32, Finding)>,
    records: Vec<Prepared>,
}

/// The end of a reading: the checks that need the book, and the closing record.
pub(super) struct Closing<'a> {
    pub core: &'a Core,
    pub submission: &'a Submission<'a>,
    pub calendar: &'a BankCalendar,
    pub reception: &'a Reception<'a>,
    pub summary: Summary,
    /// Bytes of the file.
    pub bytes: u64,
    pub id: BatchId,
}

impl Closing<'_> {
    pub fn close(self, sink: JournalSink<'_>) -> Result<Submitted, IntakeError> {
        let (head, mut collected) = sink.finish();
        let own = |head: &BatchHead| head.employer_uscc == self.submission.employer;
        let open = |head: &BatchHead| own(head) && !self.stopped_by(collected.counts);
        let Some(head) = head.filter(open) else {
            return self.abandon_or_conflict(collected);
        };
        let mut made = Late::default();
        let mut look = 0;
        loop {
            look += 1;
            let desk = self.core.desk();
            if let Some(batch) = desk.batch_by_number(head.employer_uscc, &head.batch_no) {
                // A copy of the same file that was read at the same time and closed first (M7).
                let same = batch.head.digest == crate::hex(&self.summary.digest)
                    && batch.head.policy == self.submission.policy
                    && batch.head.pay_month == head.pay_month;
                if same {
                    let again = Receipt::again(batch);
                    drop(desk);
                    return self.abandon(Submitted::Replayed(again), "replayed");
                }
                let (known, arrived) =
                    (Known::of(batch), desk.arriving_lines(self.reception.opened));
                drop(desk);
                return self.conflict(&known, &arrived);
            }
            let accepted = self.accepted_head(&head, &collected);
            let scope = Some(Scope::of(&accepted));
            let late = self.wages(scope, &collected).findings(&desk);
            let refused = refused_by(&late);
            let all_refused = refused.len() >= usize::try_from(accepted.line_count).unwrap_or(0);
            let stop = self.submission.policy == Policy::AllOrNothing || all_refused;
            if !refused.is_empty() && stop {
                drop(desk);
                collected.merge(late.into_iter().map(|(_, finding)| finding).collect());
                return self.refuse(collected, u32::try_from(refused.len()).unwrap_or(u32::MAX));
            }
            if late == made.findings {
                return self.accept(desk, &head, accepted, made, collected);
            }
            if look == LOOKS_MAX {
                made = self.make_ready(late)?;
                return self.accept(desk, &head, accepted, made, collected);
            }
            // Others work while these are written and sealed; then the book is asked again.
            drop(desk);
            made = self.make_ready(late)?;
        }
    }

    /// The records of the close, in one piece under the lock: the batch exists by the last one.
    fn accept(
        &self,
        mut desk: Desk<'_>,
        head: &BatchHead,
        mut accepted: AcceptedHead,
        late: Late,
        mut collected: Collected,
    ) -> Result<Submitted, IntakeError> {
        for record in &late.records {
            desk.record_prepared(self.submission.submitted_by, record)?;
        }
        accepted.late_records = u32::try_from(late.records.len()).unwrap_or(u32::MAX);
        accepted.count(&late.findings);
        accepted.take_out(&refused_by(&late.findings), &collected.rows);
        accepted.must_acknowledge = must_acknowledge(&late.findings);
        collected.merge(
            late.findings
                .into_iter()
                .map(|(_, finding)| finding)
                .collect(),
        );
        let personal = serde_json::to_vec(&PayerPart::of(head)).map_err(CoreError::from)?;
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

    /// Findings of the close are kept like the others: whoever asks later sees them all.
    fn make_ready(&self, findings: Vec<(u32, Finding)>) -> Result<Late, CoreError> {
        let mut records = Vec::new();
        for part in findings.chunks(FINDINGS_PER_RECORD) {
            let mut text = Vec::new();
            for (_, finding) in part {
                serde_json::to_writer(&mut text, &both_languages(finding))?;
                text.push(b'\n');
            }
            let event = Event::BatchFindings {
                opened: self.reception.opened,
                count: u32::try_from(part.len()).unwrap_or(u32::MAX),
            };
            let owner = self.submission.employer;
            let fact = Fact::sealed(event, owner.as_str(), text);
            records.push(self.core.prepare(fact)?);
        }
        Ok(Late { findings, records })
    }

    /// Whether what was found refuses the file under its policy. By count, never by the list:
    /// a list has an end that a sender could push the decisive error past.
    fn stopped_by(&self, counts: Counts) -> bool {
        let any_error = counts.file_errors + counts.line_errors > 0 || self.summary.errors > 0;
        self.summary.lines_ok == 0
            || counts.file_errors > 0
            || (any_error && self.submission.policy == Policy::AllOrNothing)
    }

    /// A file with errors whose number is in use with other content is a conflict all the same:
    /// mending the errors would not help. Else what the book says of its lines comes with the
    /// rest: all findings in one pass, of one look at the book. Of a head with errors as much is
    /// asked as can be read of it; an employer that can't be read can only be the caller.
    fn abandon_or_conflict(&self, mut collected: Collected) -> Result<Submitted, IntakeError> {
        let (employer, draft) = (self.submission.employer, self.draft());
        if draft.employer_uscc.is_some_and(|stated| stated != employer) {
            return self.refuse(collected, 0);
        }
        let scope = draft.pay_month.map(|month| match &draft.project_code {
            None if collected.has_error_of("project_code") => {
                Scope::of_unread_project(employer, month)
            }
            code => Scope::new(employer, month, code.as_deref()),
        });
        let number = draft.employer_uscc.zip(draft.batch_no.as_ref());
        let late = {
            let desk = self.core.desk();
            let batch = number.and_then(|(own, number)| desk.batch_by_number(own, number));
            // Where the number was still free when its head was read, there are no lines to
            // compare: the errors are told, and the next time what differs.
            if let Some(batch) = batch.filter(|_| !collected.lines_left_out) {
                let (known, arrived) =
                    (Known::of(batch), desk.arriving_lines(self.reception.opened));
                drop(desk);
                return self.conflict(&known, &arrived);
            }
            self.wages(scope, &collected).findings(&desk)
        };
        let refused = refused_by(&late).len();
        collected.merge(late.into_iter().map(|(_, finding)| finding).collect());
        self.refuse(collected, u32::try_from(refused).unwrap_or(u32::MAX))
    }

    fn wages<'c>(&self, scope: Option<Scope>, collected: &'c Collected) -> Wages<'c> {
        Wages {
            batch: self.id,
            employer: self.submission.employer,
            scope,
            month_assumed: collected.month_assumed,
            rows: &collected.rows,
            corrects: &collected.corrects,
        }
    }

    /// What could be read of the head: all of it where nothing is wrong.
    fn draft(&self) -> Cow<'_, HeadDraft> {
        let draft = self.summary.draft.as_ref();
        draft.map_or_else(Cow::default, Cow::Borrowed)
    }

    fn conflict(&self, known: &Known, arrived: &[(u32, u64)]) -> Result<Submitted, IntakeError> {
        let head = self.draft();
        let conflict = Conflict::between(self.core, known, &head, self.submission, arrived)?;
        self.abandon(Submitted::Conflict(conflict), "conflict")
    }

    fn refuse(&self, collected: Collected, late: u32) -> Result<Submitted, IntakeError> {
        let Collected {
            findings,
            counts,
            first_error,
            ..
        } = collected;
        // What was found at submission counts like what the reader found.
        let summary = Summary {
            errors: counts.file_errors + counts.line_errors,
            warnings: counts.warnings,
            notes: counts.notes,
            lines_ok: self.summary.lines_ok.saturating_sub(late),
            ..self.summary.clone()
        };
        let listed = findings
            .iter()
            .find(|finding| finding.severity == Severity::Error);
        let why = listed.map(|finding| finding.code).or(first_error);
        let why = why.map_or("empty_batch", FindingCode::as_str);
        let refused = Submitted::Refused {
            findings,
            summary: Box::new(summary),
        };
        self.abandon(refused, why)
    }

    fn abandon(&self, answer: Submitted, why: &str) -> Result<Submitted, IntakeError> {
        let event = Event::BatchAbandoned {
            opened: self.reception.opened,
            why: why.to_owned(),
            bytes: self.reception.kept(),
        };
        self.core
            .record(self.submission.submitted_by, event.into())?;
        Ok(answer)
    }

    fn accepted_head(&self, head: &BatchHead, collected: &Collected) -> AcceptedHead {
        let summary = &self.summary;
        AcceptedHead {
            batch: self.id,
            batch_no: head.batch_no.clone(),
            employer: head.employer_uscc,
            project_code: head.project_code.clone(),
            region: head.region(),
            pay_month: head.pay_month,
            month_assumed: Some(collected.month_assumed),
            paying_bank: head.paying_bank,
            format: summary.format.map_or("", Format::as_str).to_owned(),
            charset: summary.encoding.clone().unwrap_or_default(),
            policy: self.submission.policy,
            submitted_by: self.submission.submitted_by.to_owned(),
            digest: crate::hex(&summary.digest),
            line_count: summary.lines_ok,
            total_fen: summary.total_ok.map_or(0, |total| total.0),
            refused_count: summary.line_count.saturating_sub(summary.lines_ok),
            refused_late: Vec::new(),
            must_acknowledge: Vec::new(),
            finding_counts: (summary.errors, summary.warnings, summary.notes),
            late_records: 0,
            bytes: self.bytes,
            next_bank_day: crate::dispatch::first_bank_day(
                crate::installation::cut_off(head.paying_bank),
                self.calendar,
                self.core.clock().now(),
            )
            .map(|day| day.to_string()),
        }
    }
}

impl AcceptedHead {
    /// Counts findings of the close.
    fn count(&mut self, late: &[(u32, Finding)]) {
        let of = &mut self.finding_counts;
        for (_, finding) in late {
            match finding.severity {
                Severity::Error => of.0 += 1,
                Severity::Warning => of.1 += 1,
                Severity::Note => of.2 += 1,
            }
        }
    }

    /// Takes lines refused at the close out of the accepted count and sum.
    fn take_out(&mut self, refused: &BTreeSet<u32>, rows: &[TableRow]) {
        for row in rows.iter().filter(|row| refused.contains(&row.index)) {
            self.line_count = self.line_count.saturating_sub(1);
            self.total_fen -= row.amount_fen;
            self.refused_count += 1;
        }
        self.refused_late = refused.iter().copied().collect();
    }
}
