//! A crash at every record of the journal: what stands there is consistent, is recovered, and
//! with a bank that remembers what it was instructed no line is instructed twice.

use adapters::exchange::Outcome;
use gateway::outcome::{MessageKind, receive};
use schemas::{FailureReason, LineState};
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, row};
use tests::cuts::cut_everywhere;
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

const TURNS: u32 = 45;

#[test]
fn a_crash_after_any_record_of_a_paid_batch() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let text = file(desk.bank, "GZ-1", &wages(1, 2, desk.bank));
        desk.release(&text);
        let played = Played::new(&desk);
        played.settle(&desk, TURNS);
        cut_everywhere(&desk, &played, &text, |_, _, cut| {
            let left = if cut.never_came {
                LineState::Unknown
            } else {
                LineState::Paid
            };
            assert_eq!(cut.states, [left; 2], "{}", cut.place);
        });
    }
}

#[test]
fn a_crash_after_any_record_of_a_batch_with_faults_a_push_and_a_return() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let text = file(desk.bank, "GZ-1", &wages(2, 3, desk.bank));
        let batch = desk.release(&text);
        let played = Played::new(&desk);
        let failed = Outcome::Failed(FailureReason::NameMismatch);
        played.tells(&[Outcome::Paid, failed, Outcome::Paid]);
        played.memory(|memory| {
            memory.faults.insert(0, Fault::Unreachable);
            memory.faults.insert(3, Fault::Silent);
        });
        played.settle(&desk, TURNS);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let push = played.push_bytes(1, vec![row(&lines[2], Outcome::Returned)]);
        let keys = played.keys();
        receive(&desk.core, adapter, keys, MessageKind::Push, &push).unwrap();
        let ended = [LineState::Paid, LineState::Failed, LineState::Returned];
        assert_eq!(desk.states(&batch), ended, "{}", adapter.dialect());
        cut_everywhere(&desk, &played, &text, |again, bank, cut| {
            // The bank pushes again what was not receipted.
            receive(&again.core, adapter, bank.keys(), MessageKind::Push, &push).unwrap();
            assert_sound(&again.core, &cut.place);
            let states = again.core.desk().batches().last().unwrap().lines.clone();
            let states: Vec<_> = states.iter().map(|line| line.state).collect();
            if cut.never_came {
                let paid = states.iter().filter(|s| **s == LineState::Paid).count();
                assert_eq!(paid, 0, "{}: {states:?}", cut.place);
            } else {
                assert_eq!(states, ended, "{}", cut.place);
            }
        });
    }
}
