//! A bank that takes one line a file: a batch is as many messages, and each has its own end.

use adapters::exchange::Outcome;
use schemas::{FailureReason, Fen, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, release, told};
use tests::desk::{Desk, banks};

const HOUR: Duration = Duration::from_secs(3_600);

/// The desks of the banks of one line a file; there is one at least.
fn desks() -> Vec<Desk> {
    let single = banks().filter(|adapter| adapter.limits().rows_max == 1);
    let desks: Vec<Desk> = single.map(|adapter| Desk::new(adapter.code())).collect();
    assert!(!desks.is_empty());
    desks
}

#[test]
fn each_line_is_a_file_with_an_end_of_its_own() {
    for desk in desks() {
        let (batch, played) = at_bank(&desk, 3);
        for file_no in 1..=3 {
            let lines = played.memory(|memory| memory.instructed(file_no)).unwrap();
            assert_eq!(lines.len(), 1, "{}", desk.bank);
        }
        assert_eq!(played.memory(|memory| memory.instructed(4)), None);
        // The second wage is 6,323.47 yuan.
        played.says(|lines| {
            let failed = Outcome::Failed(FailureReason::RefusedByBank);
            let second = lines[0].amount == Fen(632_347);
            told(lines, &[if second { failed } else { Outcome::Paid }])
        });
        desk.clock.advance(HOUR);
        played.work(&desk);
        let (paid, failed) = (LineState::Paid, LineState::Failed);
        assert_eq!(desk.states(&batch), [paid, failed, paid], "{}", desk.bank);
        assert_sound(&desk.core, desk.bank.as_str());
    }
}

/// The answer to one message is lost: that line is asked about and never sent again.
#[test]
fn a_lost_answer_is_asked_about_and_nobody_is_paid_twice() {
    for desk in desks() {
        let batch = release(&desk, 3);
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults.insert(1, Fault::Lost));
        played.work(&desk);
        played.tells(&[Outcome::Paid]);
        for _ in 0..3 {
            desk.clock.advance(HOUR);
            played.work(&desk);
        }
        // Lost on its way there: the bank has no such instruction, and that is never definitive.
        let states = desk.states(&batch);
        let paid = states.iter().filter(|s| **s == LineState::Paid).count();
        assert_eq!(paid, 2, "{}: {states:?}", desk.bank);
        assert!(
            !states.contains(&LineState::Failed),
            "{}: {states:?}",
            desk.bank
        );
        assert_sound(&desk.core, desk.bank.as_str());
    }
}
