//! Cut-off, weekends, holidays and make-up days of every bank, in Asia/Shanghai.

use adapters::BankAdapter;
use gateway::clock::Clock as _;
use gateway::dispatch::Decision;
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, release, unsent};
use tests::desk::{Desk, banks_of_files, one_bank_a_dialect};
use time::macros::{date, time};

fn waits(desk: &Desk, played: &Played) -> bool {
    matches!(played.decide(desk), Decision::Wait { .. })
}

fn released(adapter: &'static BankAdapter) -> (Desk, Played) {
    let desk = Desk::new(adapter.code());
    release(&desk, 1);
    let played = Played::new(&desk);
    (desk, played)
}

#[test]
fn nothing_is_intended_from_the_cut_off_on() {
    for adapter in banks_of_files() {
        let (desk, played) = released(adapter);
        let cut_off = adapter.cut_off();
        desk.set_clock(date!(2026 - 11 - 27), cut_off);
        assert!(waits(&desk, &played), "{} at the cut-off", adapter.code());
        desk.set_clock(date!(2026 - 11 - 27), time!(23:59:59));
        assert!(waits(&desk, &played), "{} at night", adapter.code());
        let just_before = cut_off - time::Duration::MILLISECOND;
        desk.set_clock(date!(2026 - 11 - 27), just_before);
        assert!(!waits(&desk, &played), "{} before it", adapter.code());
    }
}

/// By the notice of the State Council for 2026: National Day is 1 to 7 October (Thursday to
/// Wednesday); Saturday 10 October and Sunday 20 September are worked. A year without a notice
/// is a year in which nothing is instructed.
#[test]
fn weekends_and_holidays_are_no_bank_days_and_make_up_days_are() {
    let open = [
        date!(2026 - 09 - 20),
        date!(2026 - 09 - 30),
        date!(2026 - 10 - 08),
        date!(2026 - 10 - 10),
    ];
    let closed = [
        date!(2026 - 10 - 01),
        date!(2026 - 10 - 02),
        date!(2026 - 10 - 05),
        date!(2026 - 10 - 07),
        date!(2026 - 10 - 11),
        date!(2026 - 11 - 28),
        date!(2026 - 11 - 29),
        date!(2031 - 03 - 05),
    ];
    for adapter in banks_of_files() {
        let (desk, played) = released(adapter);
        for day in closed {
            desk.set_clock(day, time!(10:00));
            assert!(waits(&desk, &played), "{} {day}", adapter.code());
        }
        for day in open {
            desk.set_clock(day, time!(10:00));
            assert!(!waits(&desk, &played), "{} {day}", adapter.code());
        }
    }
}

#[test]
fn what_waits_over_the_weekend_is_instructed_for_monday() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 2);
        let played = Played::new(&desk);
        desk.set_clock(date!(2026 - 11 - 27), adapter.cut_off());
        let wait = played.work(&desk);
        // It looks again when the bank day begins, at the latest.
        let next = desk.clock.now() + wait;
        assert!(next.date() <= date!(2026 - 11 - 30), "{place}");
        desk.set_clock(date!(2026 - 11 - 30), time!(00:00));
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let day = desk.core.desk().file(1).unwrap().intent.bank_date.clone();
        assert_eq!(day, "2026-11-30", "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Unsent before the cut-off, retried after it: not on that day; the next day it is a new file,
/// and the old number is never used again.
#[test]
fn an_unsent_file_is_not_sent_after_the_cut_off() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        desk.set_clock(date!(2026 - 11 - 23), adapter.cut_off());
        played.work(&desk);
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        desk.set_clock(date!(2026 - 11 - 24), time!(09:00));
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let numbers: Vec<u64> = desk.core.desk().files().map(|f| f.intent.file_no).collect();
        assert_eq!(numbers, [1, 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// M12: the machine's clock goes back in the middle of everything.
#[test]
fn a_clock_that_goes_back_sends_nothing_twice() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 2);
        let played = Played::new(&desk);
        played.work(&desk);
        desk.set_clock(date!(2026 - 11 - 20), time!(10:00));
        played.settle(&desk, 3);
        desk.set_clock(date!(2026 - 11 - 24), time!(10:00));
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Lines that a bank took on "in the future", before the clock was set back, wait for the bank no
/// longer than others: nobody knows how long ago it was.
#[test]
fn a_clock_set_back_stops_no_answer_limit() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.memory(|memory| {
            let silent = |number| (number, Fault::Silent);
            memory.faults = (memory.sent..memory.sent + 1_000).map(silent).collect();
        });
        // A correction by seconds is none of that.
        desk.clock.step(-time::Duration::seconds(5));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        desk.clock.step(-time::Duration::days(365));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}
