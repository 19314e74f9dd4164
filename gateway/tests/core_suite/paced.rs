//! M1: a connection's pace is waited for before the last gate. A minute and more may lie between
//! an intent and the first byte of its message, and what is said meanwhile counts.

use super::bank::{Act, Played, pushes_paid};
use super::desk::{Desk, ZHANG, file};
use super::money::corrected;
use adapters::exchange::Outcome;
use gateway::book::FileState;
use gateway::dispatch::{Decision, recovery};
use gateway::event::Event;
use gateway::intake::Receipt;
use schemas::{FailureReason, LineState, PaymentId};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// ZHANG's wage failed as file 1 a moment ago, and its correction is due: its message begins a
/// minute after the question that told of the failure.
fn correction_due(desk: &Desk) -> (Played, Receipt) {
    let first = desk.release(&file("GZ-1", &[ZHANG]));
    let failed = Outcome::Failed(FailureReason::NameMismatch);
    let acts = [Act::Accept, Act::Tell(vec![failed]), Act::Accept];
    let played = Played::paced(desk, &acts, MINUTE);
    played.work(desk);
    desk.clock.advance(MINUTE);
    played.work(desk);
    assert_eq!(desk.states(&first), [LineState::Failed]);
    let original = PaymentId {
        batch: first.batch,
        row: 1,
    };
    (played, desk.release(&corrected("GZ-2", Some(original))))
}

/// Does the next piece of work; `meanwhile` comes when it waits, and tells whether it goes on.
fn work_while(desk: &Desk, played: &Played, meanwhile: impl FnOnce() -> bool) {
    let decision = played.decide(desk);
    assert!(matches!(decision, Decision::Plan { .. }), "{decision:?}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let work = played.dispatcher.carry_out(decision);
        let waits = async {
            while desk.clock.sleeping() == 0 {
                tokio::task::yield_now().await;
            }
            if !meanwhile() {
                return;
            }
            desk.clock.advance(MINUTE);
            std::future::pending().await
        };
        tokio::select! {
            biased;
            done = work => drop(done.unwrap()),
            () = waits => {}
        }
    });
}

fn submissions(played: &Played) -> usize {
    played.script.seen.lock().unwrap().submissions.len()
}

/// Why file 2 ended, in the word of the record.
fn ended(desk: &Desk) -> Vec<String> {
    let all = 1..=desk.core.desk().sequence();
    // The journal has records of its own between them.
    let events = all.filter_map(|sequence| desk.core.event(sequence).ok());
    let why = events.filter_map(|(_, event)| {
        if let Event::Outcomes {
            file_no: 2, why, ..
        } = event
        {
            why
        } else {
            None
        }
    });
    why.collect()
}

#[test]
fn a_correction_whose_original_turns_out_paid_while_it_waits_does_not_leave() {
    let desk = Desk::new();
    let (played, second) = correction_due(&desk);
    work_while(&desk, &played, || {
        assert_eq!(desk.states(&second), [LineState::Intended]);
        pushes_paid(&desk, 1);
        true
    });
    assert_eq!(submissions(&played), 1);
    assert_eq!(desk.states(&second), [LineState::Released]);
    assert_eq!(desk.core.desk().file(2).unwrap().state, FileState::NotSent);
    assert_eq!(ended(&desk), ["lines_barred"]);
}

#[test]
fn what_nothing_bars_leaves_when_its_place_comes() {
    let desk = Desk::new();
    let (played, second) = correction_due(&desk);
    work_while(&desk, &played, || true);
    assert_eq!(submissions(&played), 2);
    assert_eq!(desk.states(&second), [LineState::Accepted]);
}

/// Hua Xia Bank takes instructions until the end of its day.
#[test]
fn a_bank_day_that_ends_while_a_message_waits_keeps_it() {
    let desk = Desk::new();
    let (played, second) = correction_due(&desk);
    work_while(&desk, &played, || {
        desk.clock.step(time::Duration::DAY);
        true
    });
    assert_eq!(submissions(&played), 1);
    assert_eq!(desk.states(&second), [LineState::Released]);
    assert_eq!(ended(&desk), ["bank_day_over"]);
}

/// Nothing left, and the journal knows it.
#[test]
fn a_stop_while_a_message_waits_leaves_it_certainly_not_sent() {
    let desk = Desk::new();
    let (played, second) = correction_due(&desk);
    work_while(&desk, &played, || false);
    assert_eq!(desk.states(&second), [LineState::Intended]);
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    recovery::recover(&desk.core).unwrap();
    assert_eq!(desk.states(&second), [LineState::Released]);
    assert_eq!(ended(&desk), ["interrupted"]);
    assert_eq!(submissions(&played), 1);
}
