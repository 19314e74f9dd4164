//! The straight way, and every message of a flow going wrong in every way.

use adapters::RequestKind;
use adapters::exchange::Outcome;
use gateway::book::FileState;
use gateway::reconcile::breaks;
use schemas::{FailureReason, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, release};
use tests::desk::{Desk, banks_of_files, one_bank_a_dialect};

/// Turns of work and waiting after which a story must have ended.
const TURNS: u32 = 45;

fn instructed_once(played: &Played, place: &str) {
    let times = played.memory(|memory| memory.instructions());
    assert!(
        times.values().all(|times| *times == 1),
        "{place}: {times:?}"
    );
}

#[test]
fn every_bank_takes_a_batch_and_tells_what_became_of_it() {
    for adapter in banks_of_files() {
        let place = adapter.code().to_string();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 3);
        let played = Played::new(&desk);
        let failed = Outcome::Failed(FailureReason::AccountClosed);
        played.tells(&[Outcome::Paid, failed]);
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 3], "{place}");
        played.settle(&desk, TURNS);
        let expected = [LineState::Paid, LineState::Failed, LineState::Paid];
        assert_eq!(desk.states(&batch), expected, "{place}");
        let reason = adapter.bank_side().line_expressible(failed, false);
        let told = desk.reasons(&batch)[1].map(Outcome::Failed);
        assert_eq!(told, Some(reason), "{place}");
        instructed_once(&played, &place);
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_sound(&desk.core, &place);
    }
}

/// The kinds of the messages of a whole story, in order.
fn messages(adapter: &'static adapters::BankAdapter) -> Vec<RequestKind> {
    let desk = Desk::new(adapter.code());
    release(&desk, 2);
    let played = Played::new(&desk);
    played.settle(&desk, TURNS);
    played.memory(|memory| memory.arrived.iter().map(|a| a.kind).collect())
}

/// M1: every message of the flow, every way in which it can go wrong.
#[test]
fn no_fault_of_any_message_pays_twice_or_loses_a_line() {
    for adapter in one_bank_a_dialect() {
        let kinds = messages(adapter);
        assert!(kinds.contains(&RequestKind::Submit) && kinds.contains(&RequestKind::Query));
        for (number, kind) in kinds.iter().enumerate() {
            for fault in Fault::ALL {
                one_fault(adapter, number, *kind, fault);
            }
        }
    }
}

fn one_fault(
    adapter: &'static adapters::BankAdapter,
    number: usize,
    kind: RequestKind,
    fault: Fault,
) {
    let place = format!("{} message {number} {kind:?} {fault:?}", adapter.dialect());
    let desk = Desk::new(adapter.code());
    let batch = release(&desk, 2);
    let played = Played::new(&desk);
    played.memory(|memory| memory.faults.insert(number, fault));
    played.settle(&desk, TURNS);
    let states = desk.states(&batch);
    let submissions = played.memory(|memory| memory.submissions());
    if kind == RequestKind::Submit && fault == Fault::Lost {
        // The bank never got it and nobody here can know: not paid, and never sent again.
        assert_eq!(states, [LineState::Unknown; 2], "{place}");
        if let Some(after_ms) = adapter.not_found_is_final_after_ms() {
            // Not by the clock alone: the answers themselves witness the time.
            desk.clock.advance(Duration::from_millis(after_ms));
            played.settle(&desk, 150);
            assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        }
        assert_eq!(submissions, 0, "{place}");
    } else {
        assert_eq!(states, [LineState::Paid; 2], "{place}");
        assert_eq!(submissions, 1, "{place}");
        instructed_once(&played, &place);
    }
    let files = desk.core.desk().files().count();
    assert_eq!(files, 1, "{place}: a retry is the same file");
    assert_sound(&desk.core, &place);
}

/// Two faults in a row, at neighbouring messages.
#[test]
fn two_faults_in_a_row_pay_once() {
    for adapter in one_bank_a_dialect() {
        let count = messages(adapter).len();
        for first in 0..count {
            for (one, other) in [
                (Fault::Silent, Fault::Gibberish),
                (Fault::Unreachable, Fault::Silent),
                (Fault::Empty, Fault::Unreachable),
            ] {
                let place = format!("{} {first} {one:?} {other:?}", adapter.dialect());
                let desk = Desk::new(adapter.code());
                let batch = release(&desk, 2);
                let played = Played::new(&desk);
                played.memory(|memory| {
                    memory.faults.insert(first, one);
                    memory.faults.insert(first + 1, other);
                });
                played.settle(&desk, TURNS);
                assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
                instructed_once(&played, &place);
                assert_sound(&desk.core, &place);
            }
        }
    }
}

/// Whether a bank's definition has a code that refuses a file as a wrong message: read from its
/// text, an entry `message_error` of the code table that the instructing step names.
fn declares_a_refusal(adapter: &adapters::BankAdapter) -> bool {
    let folder = tests::workspace::root().join("adapters");
    let read = |path: String| std::fs::read_to_string(folder.join(path)).unwrap();
    let dialect = read(format!("dialects/{}/dialect.toml", adapter.dialect()));
    let preset = read(format!("banks/{}/bank.toml", adapter.code()));
    let mut steps = dialect.split("[[submit]]").skip(1);
    let step = steps
        .find(|step| step.contains("\ninstructs = true"))
        .unwrap();
    let (_, rest) = step.split_once("codes = { request = \"").unwrap();
    let (table, _) = rest.split_once('"').unwrap();
    let entry = format!("[[codes.{table}]]");
    [dialect.as_str(), preset.as_str()].iter().any(|text| {
        let mut entries = text.split(&entry).skip(1);
        entries.any(|entry| {
            let own = entry.split("\n[").next().unwrap();
            own.contains("outcome = \"failed\"") && own.contains("reason = \"message_error\"")
        })
    })
}

/// A refusal of the whole file is the bank's last word; an unlisted code is not. A dialect
/// without a code for a refusal can only say what nobody lists.
#[test]
fn a_refused_file_fails_and_an_unlisted_code_is_unknown() {
    let mut refusing = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let declares = declares_a_refusal(adapter);
        refusing += u32::from(declares);
        for said in [
            Outcome::Failed(FailureReason::MessageError),
            Outcome::Unknown,
        ] {
            let desk = Desk::new(adapter.code());
            let batch = release(&desk, 2);
            let played = Played::new(&desk);
            played.memory(|memory| memory.receipt = Some(said));
            played.work(&desk);
            let states = desk.states(&batch);
            let file = desk.core.desk().files().next().unwrap().state;
            assert_eq!(file, FileState::AtBank, "{place}");
            let (state, reason) = match declares && said != Outcome::Unknown {
                true => (LineState::Failed, Some(FailureReason::MessageError)),
                false => (LineState::Unknown, None),
            };
            assert_eq!(states, [state; 2], "{place} {said:?}");
            assert_eq!(desk.reasons(&batch), [reason; 2], "{place} {said:?}");
            played.settle(&desk, 5);
            assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
            assert_sound(&desk.core, place);
        }
    }
    // Hua Xia, ICBC and Ping An have none that is public.
    assert!(refusing >= 5, "{refusing}");
}
