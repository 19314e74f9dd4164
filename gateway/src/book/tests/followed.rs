//! What is asked before a record is written and what the record then does are one: nothing is
//! followed by half. And what the whole of a batch is said to be follows from its lines.

use super::*;
use crate::book::BatchState;
use crate::event::{Dispute, Intent};
use schemas::{LineEvent, LineState};

const WAGES: [(u64, i64); 2] = [(1, 100), (2, 200)];

/// A batch of two wages that was approved.
fn released(book: &mut Book) -> BatchId {
    let id = accepted(book, &Sheet::of(&WAGES));
    told(book, &approved(id), &[]);
    id
}

pub(super) fn approved(batch: BatchId) -> Event {
    Event::BatchApproved {
        batch,
        person: String::new(),
        acknowledged: Vec::new(),
        as_of: None,
    }
}

pub(super) fn intent(batch: BatchId, file_no: u64, lines: &[u32]) -> Event {
    Event::FileIntended(Box::new(Intent {
        dialect: None,
        file_no,
        batch,
        bank: BankCode::parse("ICBC").unwrap(),
        lines: lines.to_vec(),
        total_fen: 0,
        bank_date: "2026-11-23".to_owned(),
        instructed_ms: 0,
    }))
}

fn proposed(payment: PaymentId, outcome: LineEvent) -> Event {
    Event::ResolutionProposed {
        payment,
        outcome,
        reason: None,
        evidence_digest: String::new(),
        operator: String::new(),
    }
}

fn dispute(book: &mut Book, id: BatchId, row: u32) {
    let of = book.batches.get_mut(&id).unwrap();
    of.dispute(row, Some(Dispute::ResultContradiction), (0, 0))
        .unwrap();
    book.note_may_bar(payment(id, row));
}

fn waits(book: &Book, id: BatchId) -> &'static str {
    book.waits_for(batch(book, id)).unwrap().0
}

fn states(book: &Book, id: BatchId) -> Vec<LineState> {
    batch(book, id)
        .lines
        .iter()
        .map(|line| line.state)
        .collect()
}

#[test]
fn a_line_is_not_taken_back_twice_by_one_record() {
    let mut book = Book::default();
    let id = released(&mut book);
    let event = Event::LinesWithdrawn {
        batch: id,
        lines: vec![1, 1],
        person: String::new(),
    };
    assert!(book.would_follow(&event, &[]).is_err());
}

#[test]
fn nothing_is_proposed_for_a_line_that_is_not_there() {
    let mut book = Book::default();
    let id = released(&mut book);
    for row in [0, 3] {
        let event = proposed(payment(id, row), LineEvent::ResolvePaid);
        assert!(book.would_follow(&event, &[]).is_err(), "{row}");
        let recorded = Recorded {
            sequence: book.sequence() + 1,
            time_ms: 0,
            event: &event,
            table: &[],
        };
        assert!(book.apply(recorded).is_err(), "{row}");
        assert_eq!(book.proposals().count(), 0, "{row}");
        assert!(book.proposed(payment(id, row)).is_empty(), "{row}");
    }
}

#[test]
fn a_line_of_a_file_is_not_intended_by_another() {
    let mut book = Book::default();
    let id = released(&mut book);
    book.batches
        .get_mut(&id)
        .unwrap()
        .line_mut(1)
        .unwrap()
        .file_no = 7;
    let event = intent(id, 8, &[2, 1]);
    assert!(book.would_follow(&event, &[]).is_err());
    let recorded = Recorded {
        sequence: book.sequence() + 1,
        time_ms: 0,
        event: &event,
        table: &[],
    };
    assert!(book.apply(recorded).is_err());
    assert_eq!(states(&book, id), [LineState::Released; 2]);
    assert!(book.file(8).is_none() && batch(&book, id).files.is_empty());
}

/// A line that was taken back is paid after all, as two people say.
#[test]
fn a_batch_of_which_a_line_is_paid_was_not_withdrawn() {
    let mut book = Book::default();
    let id = accepted(&mut book, &Sheet::of(&WAGES));
    let withdrawn = Event::BatchWithdrawn {
        batch: id,
        person: String::new(),
    };
    told(&mut book, &withdrawn, &[]);
    assert_eq!(batch(&book, id).state(), BatchState::Withdrawn);
    dispute(&mut book, id, 1);
    let one = payment(id, 1);
    told(&mut book, &proposed(one, LineEvent::ResolvePaid), &[]);
    let confirmed = Event::ResolutionConfirmed {
        payment: one,
        proposal: None,
        outcome: None,
        evidence_digest: String::new(),
        operator: String::new(),
    };
    told(&mut book, &confirmed, &[]);
    assert_eq!(states(&book, id), [LineState::Paid, LineState::Cancelled]);
    assert_eq!(batch(&book, id).state(), BatchState::Settled);
}

/// A line that other payments bar needs a person, whatever the bank works on beside it.
#[test]
fn a_barred_line_is_told_beside_one_that_the_bank_has() {
    let mut book = Book::default();
    let id = released(&mut book);
    let twin = accepted(&mut book, &Sheet::of(&WAGES[..1]));
    dispute(&mut book, twin, 1);
    assert_eq!(waits(&book, id), "other_payment");
    told(&mut book, &intent(id, 1, &[2]), &[]);
    assert_eq!(waits(&book, id), "other_payment");
    let of = book.batches.get_mut(&id).unwrap();
    of.step(2, LineEvent::Accept, 0).unwrap();
    told(&mut book, &approved(id), &[]);
    assert_eq!(waits(&book, id), "other_payment");
    // Of the two the unknown one is the worse.
    let of = book.batches.get_mut(&id).unwrap();
    of.step(2, LineEvent::LoseTrack, 0).unwrap();
    told(&mut book, &approved(id), &[]);
    assert_eq!(waits(&book, id), "bank_evidence_or_resolution");
}

/// Of a disputed line two people must decide, whatever its state and whatever goes on beside it.
#[test]
fn a_disputed_line_is_told_beside_one_that_the_bank_has() {
    let mut book = Book::default();
    let id = released(&mut book);
    let of = book.batches.get_mut(&id).unwrap();
    for event in [LineEvent::Intend, LineEvent::Fail] {
        of.step(1, event, 3).unwrap();
    }
    for event in [LineEvent::Intend, LineEvent::Accept] {
        of.step(2, event, 4).unwrap();
    }
    assert_eq!(book.waits_for(batch(&book, id)), Some(("bank_result", 4)));
    let of = book.batches.get_mut(&id).unwrap();
    let dispute = Some(Dispute::ResultContradiction);
    of.dispute(1, dispute, (0, 6)).unwrap();
    let waits = Some(("bank_evidence_or_resolution", 6));
    assert_eq!(book.waits_for(batch(&book, id)), waits);
    // The older of the two doubts counts.
    let of = book.batches.get_mut(&id).unwrap();
    of.step(2, LineEvent::LoseTrack, 5).unwrap();
    let waits = Some(("bank_evidence_or_resolution", 5));
    assert_eq!(book.waits_for(batch(&book, id)), waits);
}

/// Beside a disputed line of one file the other lines of it wait for the same people.
#[test]
fn a_line_beside_a_disputed_one_of_its_file_waits_for_people() {
    let mut book = Book::default();
    let id = released(&mut book);
    let of = book.batches.get_mut(&id).unwrap();
    of.line_mut(1).unwrap().file_no = 7;
    of.line_mut(2).unwrap().file_no = 7;
    assert_eq!(waits(&book, id), "dispatch");
    dispute(&mut book, id, 1);
    told(&mut book, &approved(id), &[]);
    assert_eq!(waits(&book, id), "bank_evidence_or_resolution");
}
