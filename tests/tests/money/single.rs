//! Banks that take one payment a message: each line is a file of its own, and is paid once. The
//! stories of several lines of a file can't be told of them.

use adapters::BankAdapter;
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played};
use tests::cuts::{Cut, cut_everywhere};
use tests::desk::{Desk, file, listed, wages};
use tests::stories::release;

const TURNS: u32 = 45;
const LINES: usize = 3;

fn one_by_one() -> impl Iterator<Item = &'static BankAdapter> {
    let all: Vec<_> = listed()
        .filter(|bank| bank.limits().rows_max == 1)
        .collect();
    assert!(!all.is_empty());
    all.into_iter()
}

/// What came to the bank is paid once; what never came is open, and neither paid nor failed.
fn honest(played: &Played, states: &[LineState], place: &str) {
    let times = played.memory(|memory| memory.instructions());
    assert!(
        times.values().all(|times| *times == 1),
        "{place}: {times:?}"
    );
    let paid = states.iter().filter(|state| **state == LineState::Paid);
    assert_eq!(paid.count(), times.len(), "{place}: {states:?}");
    let open = [LineState::Paid, LineState::Accepted, LineState::Unknown];
    let told = states.iter().all(|state| open.contains(state));
    assert!(told, "{place}: {states:?}");
}

#[test]
fn every_line_is_a_file_of_its_own_and_paid_once() {
    for adapter in one_by_one() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 3);
        let played = Played::new(&desk);
        played.settle(&desk, TURNS);
        assert_eq!(desk.states(&batch), [LineState::Paid; LINES], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), LINES);
        assert_eq!(desk.core.desk().files().count(), LINES);
        honest(&played, &desk.states(&batch), place);
        assert_sound(&desk.core, place);
    }
}

#[test]
fn a_fault_at_any_message_pays_no_line_twice() {
    for adapter in one_by_one() {
        for fault in Fault::ALL {
            for at in 0..2 * LINES {
                let place = format!("{} {fault:?} at {at}", adapter.dialect());
                let desk = Desk::new(adapter.code());
                let batch = release(&desk, 3);
                let played = Played::new(&desk);
                played.memory(|memory| memory.faults.insert(at, fault));
                played.settle(&desk, TURNS);
                honest(&played, &desk.states(&batch), &place);
                assert_sound(&desk.core, &place);
            }
        }
    }
}

#[test]
fn a_crash_after_any_record_pays_no_line_twice() {
    for adapter in one_by_one() {
        let desk = Desk::new(adapter.code());
        let text = file(desk.bank, "GZ-1", &wages(1, 3, desk.bank));
        desk.release(&text);
        let played = Played::new(&desk);
        played.settle(&desk, TURNS);
        cut_everywhere(&desk, &played, &text, |_, bank, cut: Cut| {
            honest(bank, &cut.states, &cut.place);
        });
    }
}
