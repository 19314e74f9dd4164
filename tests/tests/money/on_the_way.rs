//! M1, decision 024: a question of several messages that breaks behind its first answers. What the
//! bank said in those is its word about the file.

use adapters::exchange::{Outcome, Receipt};
use adapters::{BankAdapter, BankReply, RequestKind};
use gateway::event::Origin;
use gateway::outcome::{Said, apply};
use schemas::{FailureReason, LineState};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, release};
use tests::desk::{Desk, one_bank_a_dialect};

/// The dialects that ask in several messages, and how many of these tell of the file at the
/// earliest: at SPDB the third answer opens the signature of the second one, at Bank of China the
/// first one is a sign-in.
const SEVERAL: [(&str, usize, usize); 7] = [
    ("boc_b2e", 2, 2),
    ("bocd_ap", 2, 1),
    ("cmb_fbsdk", 2, 1),
    ("cms_ap", 2, 1),
    ("mybank_h2h", 2, 1),
    ("pab_b2bi", 2, 1),
    ("spdb_aq", 6, 3),
];

fn adapter(dialect: &str) -> &'static BankAdapter {
    let mut all = one_bank_a_dialect().into_iter();
    all.find(|own| own.dialect() == dialect).unwrap()
}

/// The front end delivers the instruction twice: the bank took the first copy, and refuses the
/// second as a whole, which fails every line. The first question about that is due.
fn refused_copy(adapter: &'static BankAdapter) -> (Desk, Played, gateway::intake::Receipt) {
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank(&desk, 2);
    let receipt = Receipt {
        outcome: Outcome::Failed(FailureReason::MessageError),
        bank_code: Some("-3".to_owned()),
        bank_text: None,
        references: BTreeMap::new(),
        lines: Vec::new(),
        flaws: Vec::new(),
    };
    apply(
        &desk.core,
        1,
        Origin::Receipt,
        None,
        Said::Receipt(&receipt),
    )
    .unwrap();
    assert_eq!(desk.states(&batch), [LineState::Failed; 2]);
    let wait_ms = adapter.query_pace().first_ms;
    desk.clock.advance(Duration::from_millis(wait_ms));
    (desk, played, batch)
}

/// The bank is done with the batch, and tells of no row yet.
fn done() -> BankReply {
    BankReply {
        batch: Some(Outcome::Paid),
        ..BankReply::result(Vec::new())
    }
}

/// Whether every line is disputed, or none; all are failed as before.
fn disputed(desk: &Desk, batch: &gateway::intake::Receipt) -> bool {
    assert_eq!(desk.states(batch), [LineState::Failed; 2]);
    let book = desk.core.desk();
    let lines = &book.batch(batch.batch).unwrap().lines;
    let disputed = lines.iter().filter(|line| line.disputed.is_some()).count();
    assert!(disputed == 0 || disputed == lines.len());
    disputed > 0
}

#[test]
fn a_question_that_breaks_behind_the_word_for_the_file_disputes_the_refusal() {
    for (dialect, messages, telling) in SEVERAL {
        let adapter = adapter(dialect);
        for at in 0..messages {
            for fault in Fault::ALL {
                let (desk, played, batch) = refused_copy(adapter);
                played.says(|_| done());
                let first = played.memory(|memory| memory.sent);
                played.memory(|memory| memory.faults.insert(first + at, fault));
                played.step(&desk).unwrap();
                let place = format!("{dialect}: {fault:?} at message {at}");
                let sent = played.memory(|memory| memory.sent) - first;
                assert_eq!(sent, at + 1, "{place}");
                assert_eq!(disputed(&desk, &batch), at >= telling, "{place}");
                assert_sound(&desk.core, &place);
            }
        }
    }
}

/// No details yet, no such rows: the file is known all the same.
#[test]
fn rows_that_are_refused_behind_the_word_for_the_file_dispute_the_refusal() {
    for (dialect, batch_is, rows_are) in [
        ("cmb_fbsdk", Outcome::Accepted, Outcome::Unknown),
        ("cmb_fbsdk", Outcome::Paid, Outcome::Unknown),
        ("bocd_ap", Outcome::Accepted, Outcome::NotFound),
        ("cms_ap", Outcome::Paid, Outcome::NotFound),
    ] {
        let (desk, played, batch) = refused_copy(adapter(dialect));
        let asked = AtomicUsize::new(0);
        played.says(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
            0 => BankReply {
                batch: Some(batch_is),
                ..done()
            },
            _ => BankReply::of(rows_are),
        });
        let first = played.memory(|memory| memory.sent);
        played.step(&desk).unwrap();
        assert_eq!(played.memory(|memory| memory.sent) - first, 2, "{dialect}");
        assert!(disputed(&desk, &batch), "{dialect} {batch_is:?}");
        assert_sound(&desk.core, dialect);
    }
}

/// A bank that calls the batch failed agrees with what we hold.
#[test]
fn a_batch_that_failed_disputes_no_refusal() {
    let (desk, played, batch) = refused_copy(adapter("bocd_ap"));
    played.says(|_| BankReply {
        batch: Some(Outcome::Failed(FailureReason::RefusedByBank)),
        ..done()
    });
    let first = played.memory(|memory| memory.sent);
    played.memory(|memory| memory.faults.insert(first + 1, Fault::Silent));
    played.step(&desk).unwrap();
    assert_eq!(played.memory(|memory| memory.sent) - first, 2);
    assert!(!disputed(&desk, &batch));
}

/// Of a file of which the bank never said a word "not found" is believed by and by (decision 010).
#[test]
fn a_file_is_heard_of_by_an_answer_on_the_way() {
    for (at, heard) in [(0, false), (1, true)] {
        let adapter = adapter("cmb_fbsdk");
        let desk = Desk::new(adapter.code());
        release(&desk, 2);
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults.insert(0, Fault::Silent));
        played.says(|_| done());
        played.work(&desk);
        let sent = played.memory(|memory| {
            assert_eq!(memory.arrived[0].kind, RequestKind::Submit);
            memory.faults.insert(memory.sent + at, Fault::Silent);
            memory.sent
        });
        let wait_ms = adapter.query_pace().first_ms;
        desk.clock.advance(Duration::from_millis(wait_ms));
        played.step(&desk).unwrap();
        assert_eq!(played.memory(|memory| memory.sent) - sent, at + 1);
        let file = desk.core.desk().file(1).map(|file| file.heard);
        assert_eq!(file, Some(heard), "{at}");
        assert_sound(&desk.core, "cmb_fbsdk");
    }
}
