//! Decision 007: a fact that can't follow what is before it never stands in the journal. What
//! would be refused is known before it is written, and the book is not half changed.

use adapters::exchange::Outcome;
use gateway::book::{Book, Recorded};
use gateway::core::{CoreError, read_event};
use gateway::event::{Event, Move, Origin};
use gateway::reconcile::{BreakKind, breaks};
use journal::Record;
use schemas::{LineEvent, LineState};
use tests::bank::{at_bank, row};
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

fn step(index: u32, event: LineEvent) -> Move {
    Move {
        index,
        event,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    }
}

#[test]
fn a_fact_that_does_not_follow_is_refused_whole_and_listed() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let (batch, _) = at_bank(&desk, 2);
    // The first step is a move of the machine, the second one is not.
    let moves = vec![step(1, LineEvent::Pay), step(2, LineEvent::Intend)];
    let event = Event::Outcomes {
        file_no: 1,
        origin: Origin::Result,
        message: None,
        why: None,
        is_final: false,
        moves,
        disputes: Vec::new(),
    };
    let kind = event.kind().0;
    let refused = desk.core.record("urn:anxin:gateway", event.into());
    assert!(matches!(refused, Err(CoreError::Inconsistent(_))));
    assert_eq!(desk.states(&batch), [LineState::Accepted; 2]);
    let (_, last) = desk.core.event(desk.head()).unwrap();
    assert!(matches!(last, Event::Refused { kind: of, .. } if of == kind));
    let listed = |desk: &Desk| {
        let found = breaks(&desk.core.desk());
        let kinds: Vec<BreakKind> = found.iter().map(|found| found.kind).collect();
        (kinds, found[0].why.clone())
    };
    let expected = (vec![BreakKind::Defect], "a step off the machine".to_owned());
    assert_eq!(listed(&desk), expected);
    desk.core.wait_durable(desk.head()).unwrap();
    let again = desk.crash();
    assert_eq!(listed(&again), expected);
    assert_eq!(again.states(&batch), [LineState::Accepted; 2]);
}

fn apply(book: &mut Book, record: &Record, sequence: u64) -> bool {
    let (event, table) = read_event(record).unwrap();
    let recorded = Recorded {
        sequence,
        time_ms: record.time_ms,
        event: &event,
        table,
    };
    book.apply(recorded).is_ok()
}

/// Every record of a story, told at every place of it: what is asked before says what the book
/// then does.
#[test]
fn what_is_asked_before_is_what_the_book_does() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank(&desk, 2);
    played.tells(&[Outcome::Paid, Outcome::Accepted]);
    desk.clock.advance(std::time::Duration::from_secs(3_600));
    played.work(&desk);
    assert_eq!(desk.states(&batch)[0], LineState::Paid);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    for bytes in [
        played.push_bytes(1, vec![row(&lines[0], Outcome::Returned)]),
        played.push_bytes(99, vec![row(&lines[0], Outcome::Paid)]),
    ] {
        let kind = gateway::outcome::MessageKind::Push;
        gateway::outcome::receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
    }
    let second = desk.accept(&file(desk.bank, "GZ-2", &wages(2, 1, desk.bank)));
    let own = schemas::value::Uscc::parse(tests::desk::USCC).unwrap();
    gateway::approval::withdraw(&desk.core, own, tests::desk::MAKER, second.batch).unwrap();
    let records: Vec<Record> = desk
        .core
        .journal()
        .scan(1)
        .map(|entry| entry.unwrap().1)
        .filter(|record| !record.kind.is_reserved())
        .collect();
    assert!(records.len() > 20, "{}", records.len());
    let (mut followed, mut refused) = (0, 0);
    for upto in 0..=records.len() {
        for told in &records {
            let mut book = Book::default();
            for record in &records[..upto] {
                assert!(apply(&mut book, record, record.sequence));
            }
            let (event, table) = read_event(told).unwrap();
            let would = book.would_follow(&event, table).is_ok();
            let does = apply(&mut book, told, 1_000_000);
            assert_eq!(would, does, "{event:?} after {upto}");
            followed += u32::from(does);
            refused += u32::from(!does);
        }
    }
    assert!(followed > 100 && refused > 100, "{followed} {refused}");
}
