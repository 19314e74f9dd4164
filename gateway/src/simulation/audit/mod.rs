//! An auditor who has only the journal: replays it record by record into a book of his own and
//! checks the invariants at every position. His table of moves is written down from INTERFACE
//! section 4, not taken from the machine.
//!
//! Per record he looks only at the batch that it speaks of; [`Auditor::close`] compares all of
//! them with what he saw, so a record that changes another batch is found as well.

mod corrections;
mod kept;
mod lines;
mod people;
mod sums;

use super::Breach;
use crate::book::{Batch, Book, CorrectionConflict, Recorded};
use crate::core::{Core, read_event};
use crate::event::Event;
use crate::reconcile::breaks;
use corrections::Corrections;
pub(super) use corrections::is_live;
use journal::Record;
use kept::Kept;
use lines::Lines;
use people::People;
pub(super) use people::{may_be_one, person};
use schemas::LineState as S;
use schemas::value::{BatchId, PaymentId};
use std::collections::BTreeSet;

/// Replays the whole journal. Gives the breaches found, each with its record and invariant.
#[must_use]
pub fn audit(core: &Core) -> Vec<Breach> {
    let mut auditor = Auditor::default();
    let mut found = auditor.follow(core);
    found.extend(auditor.close());
    found
}

/// The auditor of one journal, as far as he has read it.
#[derive(Debug, Default)]
pub struct Auditor {
    book: Book,
    lines: Lines,
    people: People,
    corrections: Corrections,
    kept: Kept,
    read: u64,
    /// He can't go on: what he read does not follow, or can't be read.
    is_lost: bool,
}

impl Auditor {
    /// Sequence of the last record that he has read; 0 before the first.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.read
    }

    /// What he makes of the journal so far.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Reads what was added since he last looked, as far as it can be read. Gives the breaches
    /// found in it.
    pub fn follow(&mut self, core: &Core) -> Vec<Breach> {
        let (mut found, stopped) = self.follow_with(core, &mut |_, _| {});
        found.extend(stopped.map(|why| Breach::new("M3", why)));
        found
    }

    /// As [`Auditor::follow`]; shows each record that he read. Where one can't be read now, why
    /// stands beside the breaches, and he goes on there the next time.
    pub fn follow_with(
        &mut self,
        core: &Core,
        shown: &mut dyn FnMut(&Record, &Event),
    ) -> (Vec<Breach>, Option<String>) {
        let mut found = Vec::new();
        if self.is_lost {
            return (found, None);
        }
        for entry in core.journal().scan(self.read + 1) {
            let place = self.read + 1;
            let record = match entry {
                Ok((_, record)) => record,
                Err(error) => {
                    let why = format!("record {place} can't be read: {}", crate::chain(&error));
                    return (found, Some(why));
                }
            };
            if let Err(why) = self.record(core, &record, &mut found, shown) {
                found.push(Breach::new("M5", format!("record {place}: {why}")));
                self.is_lost = true;
                break;
            }
        }
        (found, None)
    }

    fn record(
        &mut self,
        core: &Core,
        record: &Record,
        found: &mut Vec<Breach>,
        shown: &mut dyn FnMut(&Record, &Event),
    ) -> Result<(), String> {
        let sequence = record.sequence;
        if record.kind.is_reserved() {
            self.read = sequence;
            return Ok(());
        }
        let (event, table) = read_event(record).map_err(|error| crate::chain(&error))?;
        let mut breaches = Found { sequence, found };
        if let Event::Refused { what, .. } = &event {
            breaches.add("M5", format!("a fact was refused: {what}"));
        }
        self.lines.before(&self.book, &event, &mut breaches);
        self.people
            .before(&self.book, &record.actor, &event, &mut breaches);
        self.kept.look(core, record, &event, &mut breaches);
        if let Err(what) = self.book.would_follow(&event, table) {
            breaches.add("M5", format!("it was not asked: {what}"));
        }
        let recorded = Recorded {
            sequence,
            time_ms: record.time_ms,
            event: &event,
            table,
        };
        self.book.apply(recorded).map_err(|error| {
            let text = crate::chain(&error);
            format!("replay: {text}")
        })?;
        if let Some(batch) = touched(&self.book, &event).and_then(|id| self.book.batch(id)) {
            sums::conserved(batch, &mut breaches);
            self.lines.after(batch, &event, &mut breaches);
            self.lines.note(batch, sequence);
            self.corrections
                .after(&self.book, batch, &event, &mut breaches);
        }
        self.read = sequence;
        shown(record, &event);
        Ok(())
    }

    /// Where a line stood when a record was the last one; `None` before its batch was there.
    #[must_use]
    pub fn state_at(&self, payment: PaymentId, sequence: u64) -> Option<S> {
        self.lines.state_at(payment, sequence)
    }

    /// Every state that a line had, with the record that made it, in order.
    pub fn past(&self, payment: PaymentId) -> impl DoubleEndedIterator<Item = (u64, S)> {
        self.lines.past(payment)
    }

    /// What holds of the whole at this position: no line moved without a record about it, and what
    /// is open is listed and shown.
    #[must_use]
    pub fn close(&self) -> Vec<Breach> {
        let mut found = Vec::new();
        let mut breaches = Found {
            sequence: self.read,
            found: &mut found,
        };
        for batch in self.book.batches() {
            sums::conserved(batch, &mut breaches);
            self.lines.unmoved(batch, &mut breaches);
            unseen(&self.book, batch, &mut breaches);
        }
        unlisted(&self.book, &mut breaches);
        found
    }
}

/// Where breaches of one record are written down.
pub(super) struct Found<'f> {
    sequence: u64,
    found: &'f mut Vec<Breach>,
}

impl Found<'_> {
    fn add(&mut self, invariant: &'static str, what: impl std::fmt::Display) {
        let place = self.sequence;
        self.found
            .push(Breach::new(invariant, format!("record {place}: {what}")));
    }
}

/// The batch that a record speaks of.
fn touched(book: &Book, event: &Event) -> Option<BatchId> {
    match event {
        Event::BatchAccepted(head) => Some(head.batch),
        Event::BatchApproved { batch, .. }
        | Event::BatchWithdrawn { batch, .. }
        | Event::LinesWithdrawn { batch, .. } => Some(*batch),
        Event::FileIntended(intent) => Some(intent.batch),
        Event::MessageLeaving { file_no, .. }
        | Event::MessageAnswered { file_no, .. }
        | Event::FileReceipt { file_no, .. }
        | Event::FileAbandoned { file_no, .. }
        | Event::Outcomes { file_no, .. } => book.file(*file_no).map(|file| file.intent.batch),
        Event::ResolutionProposed { payment, .. } | Event::ResolutionConfirmed { payment, .. } => {
            Some(payment.batch)
        }
        Event::Started { .. }
        | Event::Restored { .. }
        | Event::Refused { .. }
        | Event::BatchOpened { .. }
        | Event::BatchBytes { .. }
        | Event::BatchLines { .. }
        | Event::BatchFindings { .. }
        | Event::BatchAbandoned { .. }
        | Event::BankMessage { .. }
        | Event::BankMessageClosed { .. }
        | Event::Unmatched { .. }
        | Event::Disclosed { .. } => None,
    }
}

/// M13: what a new approval would release is shown to the approver.
fn unseen(book: &Book, batch: &Batch, found: &mut Found<'_>) {
    let shown: BTreeSet<u32> = book.revived_unseen(batch).iter().map(|r| r.index).collect();
    for (index, why) in book.barred(batch) {
        if matches!(why, CorrectionConflict::Elsewhere(_)) && !shown.contains(&index) {
            found.add(
                "M13",
                format!("{}.{index}: barred, and not shown", batch.id()),
            );
        }
    }
}

/// M11: every disputed and every unknown line is a break.
fn unlisted(book: &Book, found: &mut Found<'_>) {
    let mut open: BTreeSet<PaymentId> = BTreeSet::new();
    for batch in book.batches() {
        for (row, line) in (1u32..).zip(&batch.lines) {
            if line.disputed.is_some() || line.state == S::Unknown {
                let batch = batch.id();
                open.insert(PaymentId { batch, row });
            }
        }
    }
    let listed = breaks(book).into_iter();
    let listed: BTreeSet<PaymentId> = listed.filter_map(|found| found.payment).collect();
    for id in open.symmetric_difference(&listed) {
        found.add(
            "M11",
            format!("{id}: open and not listed, or the other way"),
        );
    }
}
