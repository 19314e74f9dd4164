//! A bank that takes rows to its own accounts and rows to other banks by different transactions:
//! two files of one batch, each by its dialect to the end.

use adapters::exchange::{DisbursementRecord, Outcome};
use adapters::{BankAdapter, BankLine, Book, RequestKind};
use gateway::access::Sight;
use gateway::dispatch::recovery::recover;
use gateway::event::{Event, Intent};
use gateway::intake::Receipt;
use gateway::outcome::{MessageKind, Received, receive};
use gateway::query::history;
use schemas::value::{AccountNo, BankCode, Fen, PaymentId, PersonName};
use schemas::{Lang, LineState};
use tests::audit::assert_sound;
use tests::bank::{Arrived, Fault, Played, keys_of, row, told};
use tests::desk::{Desk, file, listed, wages};

const TURNS: u32 = 45;

fn routed() -> Vec<&'static BankAdapter> {
    let all: Vec<_> = listed()
        .filter(|bank| bank.other_dialect().is_some())
        .collect();
    assert!(all.len() >= 2);
    all
}

/// Two wages to the bank's own accounts and two elsewhere, mixed.
fn mixed(bank: BankCode) -> String {
    let mut all = wages(1, 4, bank);
    let elsewhere = wages(1, 4, BankCode::parse("CCB").unwrap());
    for place in [1, 3] {
        all[place] = elsewhere[place].clone();
    }
    file(bank, "GZ-1", &all)
}

/// Which dialect each message of a file came by.
fn spoken(played: &Played, file_no: u64, kind: RequestKind) -> Vec<&'static str> {
    played.memory(|memory| {
        let about = memory.arrived.iter();
        let about = about.filter(|a| a.file_no == file_no && a.kind == kind);
        about.map(|a| a.dialect).collect()
    })
}

/// The numbers of the files about which the bank was asked after the first `known` messages.
fn asked_since(played: &Played, known: usize) -> Vec<u64> {
    played.memory(|memory| {
        let later = memory.arrived.iter().skip(known);
        let asked = later.filter(|a| a.kind == RequestKind::Query);
        asked.map(|a| a.file_no).collect()
    })
}

fn each_once(played: &Played, count: usize, place: &str) {
    let times = played.memory(|memory| memory.instructions());
    assert_eq!(times.len(), count, "{place}: accounts instructed");
    assert!(
        times.values().all(|times| *times == 1),
        "{place}: paid twice"
    );
}

/// The bank as its preset would have it without the second dialect.
fn without_other(adapter: &BankAdapter) -> &'static BankAdapter {
    let code = adapter.code();
    let preset = format!("banks/{code}/bank.toml");
    let own = format!("dialects/{}/dialect.toml", adapter.dialect());
    let files = Book::built_in_files().filter(|(path, _)| *path == own || *path == preset);
    let kept = |text: &str| {
        let lines = text
            .lines()
            .filter(|line| !line.starts_with("other_dialect"));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    let files = files.map(|(path, text)| (path, kept(text)));
    let book: &'static Book = Box::leak(Box::new(Book::from_files(files).unwrap()));
    let alone = book.adapter(code).unwrap();
    assert_eq!(alone.other_dialect(), None);
    alone
}

/// What the bank pushes of a row, in the dialect in which it was instructed.
fn pushes(
    desk: &Desk,
    by: &BankAdapter,
    played: &Played,
    file_no: u64,
    said: Outcome,
) -> (Received, bool) {
    let lines = played.memory(|memory| memory.instructed(file_no)).unwrap();
    let full = listed().find(|bank| bank.code() == by.code());
    let intent = desk.core.desk().file(file_no).unwrap().intent.clone();
    let side = full.unwrap().of_file(intent.dialect.as_deref());
    let side = side.unwrap().bank_side();
    let record = DisbursementRecord {
        file_no: Some(file_no),
        line: row(&lines[0], said),
    };
    let bytes = side.write_push(&[record], played.keys()).unwrap();
    let kind = MessageKind::Push;
    let received = receive(&desk.core, by, played.keys(), kind, &bytes).unwrap();
    let taken = side.read_push_receipt(&received.receipt, played.keys());
    (received, taken.unwrap_or(false))
}

#[test]
fn each_class_goes_by_its_dialect_and_is_asked_about_by_it() {
    let (unknown, accepted) = (LineState::Unknown, LineState::Accepted);
    for adapter in routed() {
        let place = adapter.code().to_string();
        for at in 0..2 {
            let desk = Desk::new(adapter.code());
            let batch = desk.release(&mixed(adapter.code()));
            let played = Played::new(&desk);
            // The answer to one of the two instructions is lost.
            played.memory(|memory| memory.faults.insert(at, Fault::Silent));
            played.work(&desk);
            let only_it = match at {
                0 => [unknown, accepted, unknown, accepted],
                _ => [accepted, unknown, accepted, unknown],
            };
            assert_eq!(desk.states(&batch), only_it, "{place}: message {at}");
            // The gateway starts again, and asks.
            let head = desk.head();
            let after = desk.crash();
            recover(&after.core).unwrap();
            let again = played.remembering(&after, head, true);
            again.settle(&after, TURNS);
            assert_eq!(after.states(&batch), [LineState::Paid; 4], "{place}");
            each_once(&again, 4, &place);
            let dialects = [adapter.dialect(), adapter.other_dialect().unwrap()];
            for (file_no, dialect) in (1..).zip(dialects) {
                let instructed = spoken(&again, file_no, RequestKind::Submit);
                assert_eq!(instructed, [dialect], "{place}");
                let asked = spoken(&again, file_no, RequestKind::Query);
                assert!(!asked.is_empty(), "{place}: file {file_no} was asked about");
                assert!(asked.iter().all(|by| *by == dialect), "{place}: {asked:?}");
            }
            assert_sound(&after.core, &place);
        }
    }
}

/// What the bank pushes about the file of other banks is read by that file's dialect.
#[test]
fn a_return_after_paid_comes_by_the_dialect_of_its_file() {
    for adapter in routed() {
        let desk = Desk::new(adapter.code());
        let batch = desk.release(&mixed(adapter.code()));
        let played = Played::new(&desk);
        played.settle(&desk, TURNS);
        let (_, taken) = pushes(&desk, adapter, &played, 2, Outcome::Returned);
        assert!(taken, "{}", adapter.code());
        let (paid, returned) = (LineState::Paid, LineState::Returned);
        assert_eq!(desk.states(&batch), [paid, returned, paid, paid]);
        each_once(&played, 4, adapter.dialect());
        assert_sound(&desk.core, adapter.dialect());
    }
}

/// A result in a file of the bank's, about either file.
#[test]
fn a_result_that_comes_unasked_is_read_by_the_dialect_of_its_file() {
    for adapter in routed() {
        let desk = Desk::new(adapter.code());
        let batch = desk.release(&mixed(adapter.code()));
        let played = Played::new(&desk);
        played.work(&desk);
        for file_no in [2, 1] {
            let lines = played.memory(|memory| memory.instructed(file_no)).unwrap();
            let bytes = played.result_bytes(&desk, file_no, &told(&lines, &[Outcome::Paid]));
            let kind = MessageKind::Result;
            receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
            let paid = desk.states(&batch).into_iter();
            let paid = paid.filter(|state| *state == LineState::Paid).count();
            assert_eq!(paid, if file_no == 2 { 2 } else { 4 }, "{}", adapter.code());
        }
        assert_sound(&desk.core, adapter.dialect());
    }
}

/// Both dialects push in one form, so either reads the other's messages; a code that means
/// "failed" in the one may mean anything in the other.
#[test]
fn a_message_about_a_file_counts_only_as_its_own_dialect_reads_it() {
    for adapter in routed() {
        let alone = without_other(adapter);
        let desk = Desk::new(adapter.code());
        let batch = desk.release(&mixed(adapter.code()));
        let played = Played::new(&desk);
        played.work(&desk);
        let accepted = [LineState::Accepted; 4];
        assert_eq!(desk.states(&batch), accepted);
        // The definition has lost the dialect of file 2: nothing reads what is pushed about it.
        let closed = Outcome::Failed(schemas::FailureReason::AccountClosed);
        let (unread, taken) = pushes(&desk, alone, &played, 2, closed);
        assert!(!taken, "{}: receipted as taken", adapter.code());
        assert_eq!(desk.states(&batch), accepted, "{}", adapter.code());
        let (_, taken) = pushes(&desk, alone, &played, 1, Outcome::Paid);
        assert!(taken, "{}: its own file", adapter.code());
        // It is kept, and read when the definition has the dialect again.
        let (again, taken) = pushes(&desk, adapter, &played, 2, closed);
        assert!(taken && !again.replayed && again.sequence > unread.sequence);
        let mut states = accepted;
        (states[0], states[1]) = (LineState::Paid, LineState::Failed);
        assert_eq!(desk.states(&batch), states, "{}", adapter.code());
        assert_sound(&desk.core, adapter.dialect());
    }
}

/// Both files are at the bank, or one was certainly not sent, when the definition loses the second
/// dialect.
fn lost(adapter: &'static BankAdapter, fault: Option<Fault>) -> (Desk, Receipt, Played, usize) {
    let before = Desk::new(adapter.code());
    let batch = before.release(&mixed(adapter.code()));
    let played = Played::new(&before);
    if let Some(fault) = fault {
        played.memory(|memory| memory.faults.insert(1, fault));
    }
    played.work(&before);
    let head = before.head();
    before.core.wait_durable(head).unwrap();
    let desk = before.crash();
    recover(&desk.core).unwrap();
    let alone = without_other(adapter);
    let (ours, theirs) = ((alone, keys_of(&desk)), (adapter, keys_of(&desk)));
    let again = Played::by_definitions(&desk, ours, theirs);
    let again = played.known_to(again, head, true);
    let known = again.memory(|memory| memory.arrived.len());
    (desk, batch, again, known)
}

/// The last event of a line and who it comes from, as its employer reads it.
fn last_of_line(desk: &Desk, batch: &Receipt, row: u32) -> (String, String) {
    let (batch, employer) = (batch.batch, Sight::Employer(batch.head.employer));
    let id = PaymentId { batch, row };
    let told = history::payment(&desk.core, employer, id, Lang::En, true);
    let last = told.unwrap().unwrap().0.events.pop().unwrap();
    (last.event, last.source)
}

#[test]
fn what_the_bank_may_have_is_unknown_when_its_dialect_is_gone() {
    for adapter in routed() {
        let place = adapter.code().to_string();
        // The answer to file 2 came, or never did.
        for fault in [None, Some(Fault::Silent)] {
            let (desk, batch, played, known) = lost(adapter, fault);
            played.settle(&desk, TURNS);
            let (paid, unknown) = (LineState::Paid, LineState::Unknown);
            assert_eq!(desk.states(&batch), [paid, unknown, paid, unknown]);
            let asked = asked_since(&played, known);
            assert!(
                asked.contains(&1) && !asked.contains(&2),
                "{place}: {asked:?}"
            );
            each_once(&played, 4, &place);
            let gone = |sequence: &u64| match desk.core.event(*sequence) {
                Ok((_, Event::Outcomes { file_no, why, .. })) => {
                    file_no == 2 && why.as_deref() == Some("dialect_gone")
                }
                _ => false,
            };
            let told = (1..=desk.head()).filter(gone).count();
            assert_eq!(told, usize::from(fault.is_none()), "{place}");
            if told == 1 {
                let expected = ("lose_track".to_owned(), "gateway".to_owned());
                assert_eq!(last_of_line(&desk, &batch, 2), expected);
            }
            assert_sound(&desk.core, &place);
        }
    }
}

/// CMBC's own dialect takes rows to other banks where it is the only one.
#[test]
fn what_was_certainly_not_sent_goes_by_the_definition_of_today() {
    let cmbc = routed().into_iter().find(|a| a.code().as_str() == "CMBC");
    let cmbc = cmbc.unwrap();
    let (desk, batch, played, _) = lost(cmbc, Some(Fault::Unreachable));
    assert_eq!(desk.states(&batch)[1], LineState::Released);
    played.settle(&desk, TURNS);
    assert_eq!(desk.states(&batch), [LineState::Paid; 4]);
    each_once(&played, 4, "CMBC");
    assert_eq!(spoken(&played, 2, RequestKind::Submit), [""; 0]);
    assert_eq!(spoken(&played, 3, RequestKind::Submit), ["cmbc_reimb"]);
    assert_sound(&desk.core, "CMBC");
}

/// A file whose message an earlier version had in the journal when it stopped: its intent names no
/// dialect. The bank has it.
fn of_an_earlier_version(adapter: &'static BankAdapter) -> (Desk, Receipt, Played) {
    let desk = Desk::new(adapter.code());
    let wages = wages(1, 1, adapter.code());
    let batch = desk.release(&file(adapter.code(), "GZ-1", &wages));
    let intent = Intent {
        file_no: 1,
        batch: batch.batch,
        bank: adapter.code(),
        dialect: None,
        lines: vec![1],
        total_fen: wages[0].fen,
        bank_date: "2026-11-23".to_owned(),
        instructed_ms: 0,
    };
    let leaving = Event::MessageLeaving {
        file_no: 1,
        step: "submit".to_owned(),
        instructs: true,
        digest: String::new(),
        signature: None,
        continues: false,
        returns: false,
    };
    let intended = Event::FileIntended(Box::new(intent));
    desk.core.record("t", intended.into()).unwrap();
    let last = desk.core.record("t", leaving.into()).unwrap();
    desk.core.wait_durable(last).unwrap();
    let desk = desk.crash();
    recover(&desk.core).unwrap();
    assert_eq!(desk.states(&batch), [LineState::Unknown]);
    let played = Played::new(&desk);
    let line = BankLine {
        row_no: Some(1),
        name: PersonName::parse(&wages[0].name).unwrap(),
        account: AccountNo::parse(&wages[0].account).unwrap(),
        amount: Fen(wages[0].fen),
        memo: None,
    };
    played.memory(|memory| {
        memory.arrived.push(Arrived {
            sequence: last,
            dialect: adapter.dialect(),
            step: "submit".to_owned(),
            kind: RequestKind::Submit,
            file_no: 1,
            lines: vec![line],
        });
    });
    (desk, batch, played)
}

#[test]
fn a_record_without_a_dialect_is_of_the_only_one_or_of_nobody() {
    for adapter in routed() {
        let (desk, batch, played) = of_an_earlier_version(adapter);
        played.settle(&desk, TURNS);
        let place = adapter.code().to_string();
        assert_eq!(desk.states(&batch), [LineState::Unknown], "{place}");
        assert_eq!(asked_since(&played, 0), [0; 0], "{place}: asked by a guess");
        each_once(&played, 1, &place);
        // A push says which file, and nobody knows in which dialect.
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
        let kind = MessageKind::Push;
        let received = receive(&desk.core, adapter, played.keys(), kind, &bytes);
        let receipt = received.unwrap().receipt;
        let side = adapter.by_dialect().next().unwrap().bank_side();
        let taken = side.read_push_receipt(&receipt, played.keys()).unwrap();
        assert!(!taken, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Unknown], "{place}");
    }
    let hxb = listed().find(|bank| bank.code().as_str() == "HXB").unwrap();
    let (desk, batch, played) = of_an_earlier_version(hxb);
    played.settle(&desk, TURNS);
    assert_eq!(desk.states(&batch), [LineState::Paid]);
    assert_eq!(asked_since(&played, 0)[0], 1);
    each_once(&played, 1, "HXB");
}
