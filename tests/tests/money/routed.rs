//! A bank that takes rows to its own accounts and rows to other banks by different transactions:
//! two files of one batch, each by its dialect to the end.

use adapters::exchange::Outcome;
use adapters::{BankAdapter, RequestKind};
use gateway::installation::Banks;
use gateway::outcome::MessageKind;
use schemas::LineState;
use schemas::value::BankCode;
use std::sync::Arc;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, row};
use tests::desk::{Desk, banks, file, wages};

const TURNS: u32 = 45;

fn routed() -> Vec<&'static BankAdapter> {
    let all: Vec<_> = banks()
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

#[test]
fn each_class_goes_by_its_dialect_and_is_asked_about_by_it() {
    for adapter in routed() {
        let place = adapter.code().to_string();
        for at in 0..2 {
            let desk = Desk::new(adapter.code());
            let batch = desk.release(&mixed(adapter.code()));
            let played = Played::new(&desk);
            // The answer to one of the two instructions is lost, and the gateway starts again.
            played.memory(|memory| memory.faults.insert(at, Fault::Silent));
            played.work(&desk);
            let head = desk.head();
            let after = desk.crash();
            let again = played.remembering(&after, head, true);
            again.settle(&after, TURNS);
            assert_eq!(after.states(&batch), [LineState::Paid; 4], "{place}");
            let times = again.memory(|memory| memory.instructions());
            assert_eq!(times.len(), 4, "{place}");
            assert!(times.values().all(|times| *times == 1), "{place}");
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
        let lines = played.memory(|memory| memory.instructed(2)).unwrap();
        let side = played.of_file(&desk, 2).bank_side();
        let record = adapters::exchange::DisbursementRecord {
            file_no: Some(2),
            line: row(&lines[0], Outcome::Returned),
        };
        let bytes = side.write_push(&[record], played.keys()).unwrap();
        let bank = Arc::clone(&played.dispatcher.bank);
        let banks = Banks(Arc::new([(adapter.code(), bank)].into()));
        let kind = MessageKind::Push;
        let received = banks.receive(&desk.core, adapter.code(), kind, &bytes);
        let receipt = received.unwrap().unwrap().receipt;
        assert!(side.read_push_receipt(&receipt, played.keys()).unwrap());
        let (paid, returned) = (LineState::Paid, LineState::Returned);
        assert_eq!(desk.states(&batch), [paid, returned, paid, paid]);
        assert_sound(&desk.core, adapter.dialect());
    }
}
