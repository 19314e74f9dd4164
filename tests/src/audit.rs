//! An auditor who has only the journal: replays it record by record and checks the invariants
//! at every position. Its table of moves is written down here from INTERFACE section 4, not
//! taken from the machine.

use certs::digest::{DigestAlgorithm, digest};
use gateway::book::{Batch, Book, CorrectionConflict, Recorded};
use gateway::core::{Core, read_event};
use gateway::event::{Event, Origin};
use gateway::reconcile::breaks;
use schemas::value::{BatchId, PaymentId};
use schemas::{LineEvent as E, LineState as S};
use std::collections::{BTreeMap, BTreeSet};

/// Replays the whole journal. Gives the breaches found, each with its record and invariant.
#[must_use]
pub fn audit(core: &Core) -> Vec<String> {
    let mut auditor = Auditor::default();
    for entry in core.journal().scan(1) {
        let (_, record) = entry.expect("a readable record");
        if record.kind.is_reserved() {
            continue;
        }
        let (event, table) = read_event(&record).expect("an event");
        auditor.before(record.sequence, &record.actor, &event);
        if let Event::Refused { what, .. } = &event {
            auditor.breach(record.sequence, format!("a fact was refused: {what}"));
        }
        let would = auditor.book.would_follow(&event, table);
        if would.is_err() {
            auditor.breach(record.sequence, format!("it was not asked: {would:?}"));
        }
        let recorded = Recorded {
            sequence: record.sequence,
            time_ms: record.time_ms,
            event: &event,
            table,
        };
        if let Err(error) = auditor.book.apply(recorded) {
            auditor.breaches.push(format!("replay: {error}"));
            return auditor.breaches;
        }
        auditor.after(record.sequence, &event);
    }
    auditor.breaches.extend(kept(core));
    auditor.breaches.extend(unseen(&auditor.book));
    auditor.breaches.extend(unlisted(&auditor.book));
    auditor.breaches
}

/// M13: what a new approval would release is shown to the approver.
fn unseen(book: &Book) -> Vec<String> {
    let of_batch = |batch: &Batch| {
        let shown: BTreeSet<u32> = book.revived_unseen(batch).iter().map(|r| r.index).collect();
        let approvable = |why| matches!(why, CorrectionConflict::Elsewhere(_));
        let barred = book.barred(batch).into_iter();
        let barred = barred.filter(|(index, why)| approvable(*why) && !shown.contains(index));
        let id = batch.id();
        let breach = move |(index, _)| format!("{id}.{index}: M13 barred, and not shown");
        barred.map(breach).collect::<Vec<_>>()
    };
    book.batches().flat_map(of_batch).collect()
}

/// M11: every disputed and every unknown line is a break.
fn unlisted(book: &Book) -> Vec<String> {
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
    let wrong = open.symmetric_difference(&listed);
    wrong
        .map(|id| format!("{id}: M11 open and not listed, or the other way"))
        .collect()
}

/// M8: the bytes that came and left are in the record, and have the digest that it states.
fn kept(core: &Core) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut arrived: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for entry in core.journal().scan(1) {
        let (_, record) = entry.expect("a readable record");
        if record.kind.is_reserved() {
            continue;
        }
        let (event, _) = read_event(&record).expect("an event");
        let bytes = || core.personal(&record).expect("the bytes").to_vec();
        let (stated, bytes) = match &event {
            Event::MessageLeaving { digest, .. } | Event::MessageAnswered { digest, .. } => {
                (digest.as_str(), bytes())
            }
            Event::BankMessage { digest, .. } => {
                let stated = digest.rsplit(':').next().unwrap_or_default();
                (stated, bytes())
            }
            Event::BatchBytes { opened, .. } => {
                arrived.entry(*opened).or_default().extend(bytes());
                continue;
            }
            Event::BatchAccepted(head) => {
                let opened = head.batch.sequence();
                let whole = arrived.remove(&opened).unwrap_or_default();
                (head.digest.as_str(), whole)
            }
            _ => continue,
        };
        let own = gateway::hex(&digest(DigestAlgorithm::Sha256, &bytes));
        if own != stated {
            breaches.push(format!(
                "record {}: M8 other bytes are kept",
                record.sequence
            ));
        }
    }
    breaches
}

/// Fails with all breaches of a journal.
///
/// # Panics
/// When there is one.
pub fn assert_sound(core: &Core, place: &str) {
    let breaches = audit(core);
    assert!(breaches.is_empty(), "{place}:\n  {}", breaches.join("\n  "));
}

#[derive(Default)]
struct Auditor {
    book: Book,
    states: BTreeMap<PaymentId, S>,
    /// Lines that a bank may hold: instructed, and neither certainly unsent nor refused since.
    instructed: BTreeSet<PaymentId>,
    makers: BTreeMap<BatchId, String>,
    proposers: BTreeMap<PaymentId, String>,
    breaches: Vec<String>,
}

impl Auditor {
    fn breach(&mut self, sequence: u64, what: impl std::fmt::Display) {
        self.breaches.push(format!("record {sequence}: {what}"));
    }

    fn payments(&self, file_no: u64) -> Vec<PaymentId> {
        let file = self.book.file(file_no);
        let lines = file.map(|file| (file.intent.batch, file.intent.lines.clone()));
        let (batch, rows) = lines.unwrap_or((BatchId::new(0, 0), Vec::new()));
        let payment = |row| PaymentId { batch, row };
        rows.into_iter().map(payment).collect()
    }

    fn before(&mut self, sequence: u64, actor: &str, event: &Event) {
        match event {
            Event::MessageLeaving {
                file_no,
                instructs: true,
                ..
            } => self.instruct(sequence, *file_no),
            Event::Outcomes {
                file_no,
                origin,
                moves,
                ..
            } => {
                let Some(batch) = self.book.file(*file_no).map(|file| file.intent.batch) else {
                    return self.breach(sequence, "M2 an outcome without an intent");
                };
                for step in moves {
                    let payment = PaymentId {
                        batch,
                        row: step.index,
                    };
                    self.step(sequence, payment, step.event, *origin);
                }
            }
            Event::BatchAccepted(head) => {
                self.makers.insert(head.batch, head.submitted_by.clone());
            }
            Event::BatchApproved { batch, person, .. }
                if self.makers.get(batch) == Some(person) || person != actor =>
            {
                self.breach(sequence, "M13 the maker approves");
            }
            Event::ResolutionProposed {
                payment, operator, ..
            } => {
                self.proposers.insert(*payment, operator.clone());
            }
            Event::ResolutionConfirmed {
                payment, operator, ..
            } if self.proposers.get(payment).is_none_or(|by| by == operator) => {
                self.breach(sequence, "M13 one operator resolves alone");
            }
            _ => {}
        }
    }

    /// M1: no line leaves twice unless the first time was certainly no instruction.
    fn instruct(&mut self, sequence: u64, file_no: u64) {
        for payment in self.payments(file_no) {
            if self.states.get(&payment) != Some(&S::Intended) {
                self.breach(sequence, format!("M2 {payment} leaves without an intent"));
            }
            if !self.instructed.insert(payment) {
                self.breach(sequence, format!("M1 {payment} is instructed twice"));
            }
        }
    }

    fn step(&mut self, sequence: u64, payment: PaymentId, event: E, origin: Origin) {
        let from = self.states.get(&payment).copied();
        let Some(to) = from.and_then(|from| follows(from, event)) else {
            return self.breach(sequence, format!("M5 {payment}: {event:?} after {from:?}"));
        };
        self.states.insert(payment, to);
        let ours = matches!(origin, Origin::Channel | Origin::Recovery);
        match event {
            E::NotSent if ours => {
                self.instructed.remove(&payment);
            }
            E::NotSent => self.breach(sequence, "M1 somebody else says not sent"),
            E::Fail => {
                self.instructed.remove(&payment);
            }
            _ => {}
        }
    }

    fn after(&mut self, sequence: u64, event: &Event) {
        let mut found = Vec::new();
        let resolved = match event {
            Event::ResolutionConfirmed { payment, .. } => Some(*payment),
            _ => None,
        };
        let told = matches!(event, Event::Outcomes { .. });
        for batch in self.book.batches() {
            found.extend(conserved(batch));
            for (row, line) in (1u32..).zip(&batch.lines) {
                let payment = PaymentId {
                    batch: batch.id(),
                    row,
                };
                let before = self.states.insert(payment, line.state);
                let moved = before.is_some_and(|before| before != line.state);
                let allowed = match (event, before) {
                    (Event::BatchApproved { .. }, Some(S::Held)) => line.state == S::Released,
                    (Event::BatchWithdrawn { .. }, Some(S::Held | S::Released)) => {
                        line.state == S::Cancelled
                    }
                    (Event::FileIntended(_), Some(S::Released)) => line.state == S::Intended,
                    _ => resolved == Some(payment),
                };
                // An outcome's steps were followed one by one: both must end alike.
                if moved && (told || !allowed) {
                    found.push(format!("M5 {payment} {before:?} became {:?}", line.state));
                }
            }
        }
        found.extend(self.corrections());
        for what in found {
            self.breach(sequence, what);
        }
    }

    /// M5: a line has at most one correction that may still pay it.
    fn corrections(&self) -> Vec<String> {
        let mut live: BTreeMap<PaymentId, u32> = BTreeMap::new();
        for batch in self.book.batches() {
            for (row, original) in &batch.corrects {
                let state = batch.line(*row).map(|line| line.state);
                let dead = [S::Failed, S::Returned, S::Cancelled, S::Refused];
                if state.is_some_and(|state| !dead.contains(&state)) {
                    *live.entry(*original).or_default() += 1;
                }
            }
        }
        let twice = live.into_iter().filter(|(_, count)| *count > 1);
        twice
            .map(|(original, _)| format!("M5 {original} has two live corrections"))
            .collect()
    }
}

/// M4: the kept sums are those of the lines, and they make the accepted total.
fn conserved(batch: &Batch) -> Vec<String> {
    let mut found = Vec::new();
    let (mut count, mut fen) = (0u32, 0i64);
    for state in S::ALL {
        let lines = || batch.lines.iter().filter(|line| line.state == state);
        let own = (
            u32::try_from(lines().count()).unwrap(),
            lines().map(|line| line.amount_fen).sum::<i64>(),
        );
        let kept = batch.sums.of(state);
        if own != (kept.count, kept.fen) {
            found.push(format!("M4 {} {state:?}: {own:?} {kept:?}", batch.id()));
        }
        if state != S::Refused {
            count += own.0;
            fen += own.1;
        }
    }
    let whole = batch.sums.instructed();
    let accepted = (batch.head.line_count, batch.head.total_fen);
    if (count, fen) != accepted || (whole.count, whole.fen) != accepted {
        found.push(format!("M4 {}: {count} {fen} {accepted:?}", batch.id()));
    }
    found
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
