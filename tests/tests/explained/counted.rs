//! The sums that a scrape shows are those of all batches, though it looks only at what has not
//! ended; and a number that was shown is shown when it is over.

use super::stories::hxb;
use super::watched::Watched;
use adapters::exchange::Outcome;
use gateway::approval::withdraw;
use gateway::book::{Batch, BatchState, Book};
use gateway::outcome::{MessageKind, receive};
use gateway::story::{Subject, Teller};
use schemas::value::{BankCode, BatchId, Uscc};
use schemas::{FailureReason, LineState};
use std::path::Path;
use std::time::Duration;
use tests::bank::{Fault, Played, told};
use tests::desk::{CHECKER, Desk, USCC, file, wages};

/// What the book keeps count of, counted once more over everything.
fn assert_counted(book: &Book, place: &str) {
    for state in BatchState::ALL {
        let slow = book.batches().filter(|batch| batch.state() == state);
        assert_eq!(
            book.batches_in(state),
            slow.count() as u64,
            "{place} {state:?}"
        );
    }
    for state in LineState::ALL {
        let of = |batch: &Batch| {
            batch
                .lines
                .iter()
                .filter(|line| line.state == state)
                .count()
        };
        let slow: usize = book.batches().map(of).sum();
        assert_eq!(book.lines_in(state), slow as u64, "{place} {state:?}");
    }
    let slow = book
        .batches()
        .filter(|batch| book.waits_for(batch).is_some());
    let slow: Vec<BatchId> = slow.map(Batch::id).collect();
    let kept: Vec<BatchId> = book.waiting(None).map(Batch::id).collect();
    assert_eq!(kept, slow, "{place}");
    if let Some(first) = kept.first() {
        let rest: Vec<BatchId> = book.waiting(Some(*first)).map(Batch::id).collect();
        assert_eq!(rest, kept[1..], "{place}");
    }
}

/// After every record of a journal, as a replay makes the book.
fn assert_counted_all_along(desk: &Desk) -> u64 {
    desk.core.wait_durable(desk.head()).unwrap();
    let mut teller = Teller::of(Subject::Record(1));
    let folder = Path::new("/d/journal");
    let mut seen = 0;
    let report = journal::verify_with(&desk.disk, folder, 0, &mut |passed| {
        let place = format!("@{}", passed.sequence);
        teller.see(passed).unwrap();
        assert_counted(teller.book(), &place);
        seen += 1;
    });
    assert_eq!(report.unwrap().damages, []);
    assert_counted(&desk.core.desk(), "at run time");
    seen
}

#[test]
fn sums_and_waits_are_those_of_all_batches_after_every_record() {
    let desk = Desk::new(hxb());
    let submit = |number: u64, count| {
        let batch_no = format!("GZ-{number}");
        desk.accept(&file(hxb(), &batch_no, &wages(10 * number, count, hxb())))
    };
    let held = submit(1, 3);
    let taken_back = submit(2, 2);
    withdraw(
        &desk.core,
        Uscc::parse(USCC).unwrap(),
        CHECKER,
        taken_back.batch,
    )
    .unwrap();
    let played = Played::new(&desk);
    let fates = [
        Outcome::Paid,
        Outcome::Failed(FailureReason::Other),
        Outcome::Unknown,
    ];
    played.tells(&fates);
    // One that is not reached, one that stays without an answer, one that goes its way.
    for (number, fault) in [
        (3, Some(Fault::Unreachable)),
        (4, Some(Fault::Silent)),
        (5, None),
    ] {
        let batch = submit(number, 3);
        desk.approve(&batch);
        played.memory(|memory| {
            let next = memory.sent;
            memory.faults.extend(fault.map(|fault| (next, fault)));
        });
        played.work(&desk);
    }
    for _ in 0..20 {
        desk.clock.advance(Duration::from_secs(60));
        played.work(&desk);
    }
    let file_no = desk.core.desk().files().last().unwrap().intent.file_no;
    for outcome in [Outcome::Paid, Outcome::Returned] {
        let lines = played.memory(|memory| memory.instructed(file_no).unwrap());
        let bytes = played.result_bytes(&desk, file_no, &told(&lines, &[outcome]));
        let kind = MessageKind::Result;
        let received = receive(&desk.core, played.adapter(), played.keys(), kind, &bytes);
        received.unwrap();
    }
    assert!(assert_counted_all_along(&desk) > 40);
    let book = desk.core.desk();
    for state in [LineState::Held, LineState::Cancelled, LineState::Paid] {
        assert!(book.lines_in(state) > 0, "{state:?}");
    }
    assert!(book.waiting(None).any(|batch| batch.id() == held.batch));
    assert!(
        book.waiting(None)
            .all(|batch| batch.id() != taken_back.batch)
    );
}

/// More batches than are looked at under the lock at once: the last one is seen as well.
#[test]
fn every_batch_that_waits_is_looked_at() {
    let watched = Watched::new();
    let desk = &watched.desk;
    for number in 0..600u64 {
        let batch_no = format!("GZ-{number}");
        desk.accept(&file(hxb(), &batch_no, &wages(number * 2, 1, hxb())));
    }
    let last = desk.release(&file(hxb(), "GZ-last", &wages(5_000, 1, hxb())));
    desk.clock.advance(Duration::from_secs(4 * 86_400 + 1));
    assert!(watched.raises("AnxinWaitApproval"));
    assert!(watched.raises("AnxinWaitDispatch"));
    withdraw(&desk.core, Uscc::parse(USCC).unwrap(), CHECKER, last.batch).unwrap();
    assert!(!watched.raises("AnxinWaitDispatch"));
}

/// A bank that never paid a batch here: its message that is read is seen to be read.
#[test]
fn a_message_of_a_bank_without_a_batch_ends_its_alarm() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let other = BankCode::parse("SPDB").unwrap();
    let message = gateway::event::Event::BankMessage {
        bank: other,
        message: "push".to_owned(),
        digest: "push:ab".to_owned(),
        reading: "applied".to_owned(),
        file_no: None,
        again: None,
        seen_at: None,
        written_at: None,
    };
    let record = |event: gateway::event::Event| desk.core.record("t", event.into()).unwrap();
    let message = record(message);
    desk.clock.advance(Duration::from_secs(61));
    assert!(watched.raises("AnxinMessageOpen"));
    record(gateway::event::Event::BankMessageClosed { message });
    assert!(!watched.raises("AnxinMessageOpen"));
}
