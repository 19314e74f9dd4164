//! Which files may be asked about though their lines are final: those with paid lines, for returns,
//! and those that were refused as a whole; apart by the dialect that their intents recorded.

use super::followed::{approved, intent};
use super::*;
use crate::book::Afterwards;
use crate::event::{Move, Origin};
use schemas::LineEvent;

/// One batch of three wages: the first two in a file of one dialect, the third in another's.
fn two_files(book: &mut Book) -> BatchId {
    let id = accepted(book, &Sheet::of(&[(1, 100), (2, 200), (3, 300)]));
    told(book, &approved(id), &[]);
    for (file_no, lines, dialect) in [(1, vec![1, 2], Some("own")), (2, vec![3], None)] {
        let Event::FileIntended(mut file) = intent(id, file_no, &lines) else {
            panic!("an intent")
        };
        file.dialect = dialect.map(str::to_owned);
        told(book, &Event::FileIntended(file), &[]);
        told(book, &leaves(file_no, false), &[]);
    }
    id
}

fn leaves(file_no: u64, returns: bool) -> Event {
    Event::MessageLeaving {
        file_no,
        step: String::new(),
        instructs: !returns,
        digest: String::new(),
        signature: None,
        continues: false,
        returns,
    }
}

/// A line of a file takes a step at a moment.
fn moves(book: &mut Book, file_no: u64, index: u32, event: LineEvent, time_ms: i64) {
    let step = Move {
        index,
        event,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    };
    let event = Event::Outcomes {
        file_no,
        origin: Origin::Result,
        message: None,
        why: None,
        is_final: false,
        moves: vec![step],
        disputes: Vec::new(),
    };
    at(book, &event, time_ms);
}

fn at(book: &mut Book, event: &Event, time_ms: i64) {
    let recorded = Recorded {
        sequence: book.sequence() + 1,
        time_ms,
        event,
        table: &[],
    };
    book.apply(recorded).unwrap();
}

fn waiting(book: &Book, dialect: Option<&str>, asked: u32, from_ms: i64) -> Vec<u64> {
    let bank = BankCode::parse("ICBC").unwrap();
    let files = book.files_afterwards(Afterwards::Returns, (bank, dialect), asked, from_ms);
    files.map(|file| file.intent.file_no).collect()
}

#[test]
fn a_file_waits_while_a_line_of_it_is_paid() {
    let mut book = Book::default();
    two_files(&mut book);
    let own = Some("own");
    assert!(waiting(&book, own, 0, 0).is_empty());
    moves(&mut book, 1, 1, LineEvent::Pay, 10);
    moves(&mut book, 1, 2, LineEvent::Pay, 20);
    // By the last payment, in its own dialect only.
    assert_eq!(waiting(&book, own, 0, 20), [1]);
    assert!(waiting(&book, own, 0, 21).is_empty());
    assert!(waiting(&book, None, 0, 0).is_empty());
    moves(&mut book, 2, 3, LineEvent::Pay, 15);
    assert_eq!(waiting(&book, None, 0, 15), [2]);
    let bank = BankCode::parse("ICBC").unwrap();
    assert_eq!(
        book.spoken_afterwards(Afterwards::Returns, bank)
            .collect::<Vec<_>>(),
        [None, own]
    );
    let other = BankCode::parse("BOC").unwrap();
    assert_eq!(
        book.spoken_afterwards(Afterwards::Returns, other).count(),
        0
    );
    // One came back, the other one still may.
    moves(&mut book, 1, 1, LineEvent::Return, 30);
    assert_eq!(waiting(&book, own, 0, 20), [1]);
    // Asked once, it waits from then on.
    at(&mut book, &leaves(1, true), 40);
    assert!(waiting(&book, own, 0, 0).is_empty());
    assert_eq!(waiting(&book, own, 1, 40), [1]);
    moves(&mut book, 1, 2, LineEvent::Return, 50);
    assert!(waiting(&book, own, 1, 0).is_empty());
}

/// What the answer to an instruction says of lines.
fn receipt(book: &mut Book, file_no: u64, said: &[(u32, LineEvent)], time_ms: i64) {
    let step = |(index, event): &(u32, LineEvent)| Move {
        index: *index,
        event: *event,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    };
    let event = Event::Outcomes {
        file_no,
        origin: Origin::Receipt,
        message: None,
        why: None,
        is_final: false,
        moves: said.iter().map(step).collect(),
        disputes: Vec::new(),
    };
    at(book, &event, time_ms);
}

fn refused(book: &Book, asked: u32) -> Vec<u64> {
    let bank = BankCode::parse("ICBC").unwrap();
    let of = |dialect| book.files_afterwards(Afterwards::Refusal, (bank, dialect), asked, 0);
    let files = of(None).chain(of(Some("own")));
    files.map(|file| file.intent.file_no).collect()
}

#[test]
fn a_file_waits_that_was_refused_as_a_whole() {
    let mut book = Book::default();
    two_files(&mut book);
    // One of two lines is refused: the bank has looked at the file, and is asked about the other.
    receipt(
        &mut book,
        1,
        &[(1, LineEvent::Fail), (2, LineEvent::Accept)],
        10,
    );
    assert!(refused(&book, 0).is_empty());
    receipt(&mut book, 2, &[(3, LineEvent::Fail)], 20);
    assert_eq!(refused(&book, 0), [2]);
    // A question for returns is none about the refusal.
    at(&mut book, &leaves(2, true), 30);
    assert_eq!(refused(&book, 0), [2]);
    at(&mut book, &asks(2), 40);
    assert!(refused(&book, 0).is_empty());
    assert_eq!(refused(&book, 1), [2]);
    let waits = book.file(2).unwrap().waits_for(Afterwards::Refusal);
    assert_eq!(waits.map(|waits| waits.since_ms()), Some(40));
    // What a question answers, and what a push says, refuses nothing as a whole.
    moves(&mut book, 1, 2, LineEvent::Fail, 50);
    assert!(refused(&book, 0).is_empty());
}

/// A question about the outcome leaves.
fn asks(file_no: u64) -> Event {
    Event::MessageLeaving {
        file_no,
        step: String::new(),
        instructs: false,
        digest: String::new(),
        signature: None,
        continues: false,
        returns: false,
    }
}
