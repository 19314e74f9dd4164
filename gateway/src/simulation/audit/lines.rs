//! M1, M2, M5: what each record does to lines. A line moves along the table below and no other
//! way; it leaves after its intent, and twice only where the first time was certainly no
//! instruction, or the bank refused it.

use super::Found;
use crate::book::{Batch, Book};
use crate::event::{Event, Move, Origin};
use schemas::value::{BatchId, PaymentId};
use schemas::{LineEvent as E, LineState as S};
use std::collections::{BTreeMap, BTreeSet};

/// Where every line stood after the last record.
#[derive(Debug, Default)]
pub(super) struct Lines {
    states: BTreeMap<BatchId, Vec<S>>,
    /// Lines that a bank may hold: instructed, and neither certainly unsent nor refused since.
    instructed: BTreeSet<PaymentId>,
    /// What is proposed for a line, and whether it was open when the record came.
    proposed: BTreeMap<PaymentId, E>,
    was_open: bool,
    /// Every state that a line had, from which record on.
    past: BTreeMap<PaymentId, Vec<(u64, S)>>,
}

impl Lines {
    fn state(&self, payment: PaymentId) -> Option<S> {
        let at = usize::try_from(payment.row.checked_sub(1)?).ok()?;
        self.states.get(&payment.batch)?.get(at).copied()
    }

    fn set(&mut self, payment: PaymentId, state: S) {
        let at = payment.row.checked_sub(1).map(usize::try_from);
        let states = self.states.get_mut(&payment.batch);
        let place = states.zip(at.and_then(Result::ok));
        if let Some(place) = place.and_then(|(states, at)| states.get_mut(at)) {
            *place = state;
        }
    }

    /// Remembers where the lines of a batch stand from this record on.
    pub(super) fn note(&mut self, batch: &Batch, sequence: u64) {
        for (row, line) in (1u32..).zip(&batch.lines) {
            let batch = batch.id();
            let past = self.past.entry(PaymentId { batch, row }).or_default();
            if past.last().is_none_or(|(_, state)| *state != line.state) {
                past.push((sequence, line.state));
            }
        }
    }

    /// Every state of a line with the record that made it, in order.
    pub(super) fn past(&self, payment: PaymentId) -> impl DoubleEndedIterator<Item = (u64, S)> {
        self.past.get(&payment).into_iter().flatten().copied()
    }

    pub(super) fn state_at(&self, payment: PaymentId, sequence: u64) -> Option<S> {
        let past = self.past(payment);
        past.rev()
            .find(|(from, _)| *from <= sequence)
            .map(|(_, state)| state)
    }

    pub(super) fn before(&mut self, book: &Book, event: &Event, found: &mut Found<'_>) {
        if let Event::MessageLeaving {
            file_no,
            instructs: true,
            ..
        } = event
        {
            self.instruct(book, *file_no, found);
        } else if let Event::Outcomes {
            file_no,
            origin,
            moves,
            ..
        } = event
        {
            let Some(batch) = book.file(*file_no).map(|file| file.intent.batch) else {
                return found.add("M2", "an outcome without an intent");
            };
            for step in moves {
                self.step(batch, step, *origin, found);
            }
        } else if let Event::ResolutionProposed {
            payment, outcome, ..
        } = event
        {
            self.proposed.insert(*payment, *outcome);
        } else if let Event::ResolutionConfirmed { payment, .. } = event {
            let line = book.line(*payment).map(|(_, line)| line);
            self.was_open =
                line.is_some_and(|line| line.state == S::Unknown || line.disputed.is_some());
        }
    }

    /// M1: no line leaves twice unless the first time was certainly no instruction.
    fn instruct(&mut self, book: &Book, file_no: u64, found: &mut Found<'_>) {
        let Some(file) = book.file(file_no) else {
            return found.add("M2", format!("file {file_no} leaves without an intent"));
        };
        let batch = file.intent.batch;
        for row in file.intent.lines.iter().copied() {
            let payment = PaymentId { batch, row };
            if self.state(payment) != Some(S::Intended) {
                found.add("M2", format!("{payment} leaves without an intent"));
            }
            if !self.instructed.insert(payment) {
                found.add("M1", format!("{payment} is instructed twice"));
            }
        }
    }

    fn step(&mut self, batch: BatchId, step: &Move, origin: Origin, found: &mut Found<'_>) {
        let payment = PaymentId {
            batch,
            row: step.index,
        };
        let from = self.state(payment);
        let Some(to) = from.and_then(|from| follows(from, step.event)) else {
            let event = step.event;
            return found.add("M5", format!("{payment}: {event:?} after {from:?}"));
        };
        self.set(payment, to);
        let ours = matches!(origin, Origin::Channel | Origin::Recovery);
        match step.event {
            E::NotSent if ours => {
                self.instructed.remove(&payment);
            }
            E::NotSent => found.add("M1", format!("{payment}: somebody else says not sent")),
            E::Fail => {
                self.instructed.remove(&payment);
            }
            E::Release
            | E::Cancel
            | E::Intend
            | E::Accept
            | E::Pay
            | E::LoseTrack
            | E::Return
            | E::ResolvePaid
            | E::ResolveFailed => {}
        }
    }

    /// The lines of the batch that the record speaks of stand where it puts them.
    pub(super) fn after(&mut self, batch: &Batch, event: &Event, found: &mut Found<'_>) {
        let id = batch.id();
        let now = || batch.lines.iter().map(|line| line.state);
        let Some(before) = self.states.get(&id) else {
            if let Some(state) = now().find(|state| !matches!(state, S::Held | S::Refused)) {
                found.add("M5", format!("{id} begins with a line that is {state}"));
            }
            self.states.insert(id, now().collect());
            return;
        };
        for ((index, before), now) in (1u32..).zip(before).zip(now()) {
            if *before != now && !self.allows(event, (id, index), (*before, now)) {
                found.add("M5", format!("{id}.{index} {before} became {now}"));
            }
        }
        self.states.insert(id, now().collect());
    }

    /// Whether a record other than an outcome may make this move. The steps of an outcome were
    /// followed one by one: both must have ended alike.
    fn allows(&self, event: &Event, (batch, row): (BatchId, u32), moved: (S, S)) -> bool {
        match event {
            Event::BatchApproved { .. } => moved == (S::Held, S::Released),
            Event::BatchWithdrawn { .. } => {
                matches!(moved, (S::Held | S::Released, S::Cancelled))
            }
            Event::LinesWithdrawn { lines, .. } => {
                lines.contains(&row) && matches!(moved, (S::Held | S::Released, S::Cancelled))
            }
            Event::FileIntended(intent) => {
                intent.lines.contains(&row) && moved == (S::Released, S::Intended)
            }
            Event::ResolutionConfirmed { payment, .. } => {
                let said = match moved.1 {
                    S::Paid => E::ResolvePaid,
                    S::Failed => E::ResolveFailed,
                    S::Held
                    | S::Released
                    | S::Intended
                    | S::Accepted
                    | S::Unknown
                    | S::Returned
                    | S::Cancelled
                    | S::Refused => return false,
                };
                let own = PaymentId { batch, row };
                *payment == own && self.was_open && self.proposed.get(payment) == Some(&said)
            }
            Event::Started { .. }
            | Event::Restored { .. }
            | Event::Refused { .. }
            | Event::BatchOpened { .. }
            | Event::BatchBytes { .. }
            | Event::BatchLines { .. }
            | Event::BatchFindings { .. }
            | Event::BatchAccepted(_)
            | Event::BatchAbandoned { .. }
            | Event::MessageLeaving { .. }
            | Event::MessageAnswered { .. }
            | Event::FileReceipt { .. }
            | Event::FileAbandoned { .. }
            | Event::Outcomes { .. }
            | Event::BankMessage { .. }
            | Event::BankMessageClosed { .. }
            | Event::Unmatched { .. }
            | Event::ResolutionProposed { .. }
            | Event::Disclosed { .. } => false,
        }
    }

    /// No line stands elsewhere than after the last record about its batch.
    pub(super) fn unmoved(&self, batch: &Batch, found: &mut Found<'_>) {
        let id = batch.id();
        let seen = self.states.get(&id).into_iter().flatten();
        for ((index, seen), line) in (1u32..).zip(seen).zip(&batch.lines) {
            if *seen != line.state {
                let now = line.state;
                found.add(
                    "M5",
                    format!("{id}.{index} {seen} became {now} by no record"),
                );
            }
        }
    }
}

/// The moves of INTERFACE section 4 that an outcome may make; a repetition is no move.
fn follows(from: S, event: E) -> Option<S> {
    match (from, event) {
        (S::Intended, E::NotSent) => Some(S::Released),
        (S::Intended | S::Unknown, E::Accept) => Some(S::Accepted),
        (S::Intended | S::Accepted | S::Unknown, E::Pay) => Some(S::Paid),
        (S::Intended | S::Accepted | S::Unknown, E::Fail) => Some(S::Failed),
        (S::Intended | S::Accepted, E::LoseTrack) => Some(S::Unknown),
        (S::Paid, E::Return) => Some(S::Returned),
        _ => None,
    }
}
