//! A crash at every record of the journal: what stands there is consistent, is recovered, and
//! with a bank that remembers what it was instructed no line is instructed twice.

use adapters::exchange::{Crypto, Outcome};
use gateway::book::BatchState;
use gateway::dispatch::recovery::recover;
use gateway::event::Event;
use gateway::outcome::{MessageKind, finish_interrupted, receive};
use schemas::{BankCode, FailureReason, LineState};
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, row};
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

const TURNS: u32 = 45;

/// What a start does before it dispatches (`serving`).
fn start(desk: &Desk, played: &Played) {
    let keys: &dyn Crypto = played.keys();
    let bank_of = |code: BankCode| (code == desk.bank).then(|| (played.adapter(), keys));
    finish_interrupted(&desk.core, &bank_of).unwrap();
    recover(&desk.core).unwrap();
}

/// Whether the message of a record is an instruction.
fn instructs(desk: &Desk, sequence: u64) -> bool {
    let event = desk.core.event(sequence).map(|(_, event)| event);
    matches!(
        event,
        Ok(Event::MessageLeaving {
            instructs: true,
            ..
        })
    )
}

/// Cuts a finished story after every record, begins again there, and gives each new end.
pub(super) fn cut_everywhere(
    desk: &Desk,
    played: &Played,
    text: &str,
    check: impl Fn(&Desk, &Played, Cut),
) {
    for last in 1..=desk.head() {
        let arrived = played.memory(|m| m.arrived.iter().any(|a| a.sequence == last));
        for with in [false, true] {
            if with && !arrived {
                continue;
            }
            let again = desk.crash_after(last);
            let bank = played.remembering(&again, last, with);
            start(&again, &bank);
            let receipt = again.accept(text);
            if receipt.state == BatchState::Held {
                again.approve(&receipt);
            }
            bank.settle(&again, TURNS);
            let place = format!("{} cut after {last}, {with}", desk.bank);
            let times = bank.memory(|memory| memory.instructions());
            assert!(times.values().all(|t| *t == 1), "{place}: {times:?}");
            assert_sound(&again.core, &place);
            let never_came = !with && instructs(desk, last);
            let states = again.states(&receipt);
            check(
                &again,
                &bank,
                Cut {
                    place,
                    never_came,
                    states,
                },
            );
        }
    }
}

/// One new end.
pub(super) struct Cut {
    pub(super) place: String,
    /// The instruction was recorded and the process died before it left.
    pub(super) never_came: bool,
    pub(super) states: Vec<LineState>,
}

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
