//! What an installation sets for dispatch: its waits beside the dialect's, and its bank days.

use super::bank::{Act, Played, pushes_paid};
use super::desk::{Desk, LI, ZHANG, file};
use adapters::exchange::Outcome;
use gateway::access::Sight;
use gateway::clock::Clock as _;
use gateway::dispatch::{Decision, Pace};
use gateway::query::batches;
use schemas::codes::{BankCalendar, BankDay};
use schemas::value::BankCode;
use schemas::{Lang, LineState};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use time::macros::date;

fn played(desk: &Desk, acts: &[Act], pace: Pace) -> Played {
    let mut played = Played::new(desk, acts);
    played.dispatcher.pace = pace;
    played
}

/// The dialect of Hua Xia Bank declares 60 s before the first question and between two.
#[test]
fn the_dialects_pace_is_a_floor_under_the_wait_between_questions() {
    for (query_wait_ms, expected_s) in [(0, 60), (1_000, 60), (300_000, 300)] {
        let desk = Desk::new();
        desk.release(&file("GZ-1", &[ZHANG]));
        let pace = Pace {
            query_wait_ms,
            ..Pace::REAL
        };
        let acts = [Act::Accept, Act::Tell(vec![Outcome::Accepted])];
        let played = played(&desk, &acts, pace);
        // The next look is a minute away at most, whatever is due.
        assert_eq!(played.work(&desk), Duration::from_secs(60), "the first");
        desk.clock.advance(Duration::from_secs(60));
        played.work(&desk);
        assert_eq!(played.script.seen.lock().unwrap().queries, 1);
        desk.clock.advance(Duration::from_secs(expected_s - 1));
        assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
        desk.clock.advance(Duration::from_secs(1));
        assert!(
            matches!(played.decide(&desk), Decision::Query { .. }),
            "{query_wait_ms}"
        );
    }
}

/// What is due to be asked goes before what is due to be sent.
#[test]
fn evidence_goes_before_a_new_file() {
    let desk = Desk::new();
    desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Accept]);
    played.work(&desk);
    let second = desk.release(&file("GZ-2", &[LI])).batch;
    let decision = played.decide(&desk);
    assert!(matches!(decision, Decision::Plan { batch, .. } if batch == second));
    desk.clock.advance(Duration::from_secs(60));
    assert_eq!(played.decide(&desk), Decision::Query { file_no: 1 });
}

/// The second file has been due since second 90, the first one, asked at 60, since 120.
#[test]
fn the_file_that_has_waited_longest_is_asked_about_first() {
    let desk = Desk::new();
    let at_work = Act::Tell(vec![Outcome::Accepted]);
    let played = Played::new(&desk, &[Act::Accept, Act::Accept, at_work]);
    desk.release(&file("GZ-1", &[ZHANG]));
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(30));
    desk.release(&file("GZ-2", &[LI]));
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(30));
    played.work(&desk);
    assert_eq!(played.script.seen.lock().unwrap().queries, 1);
    desk.clock.advance(Duration::from_secs(70));
    assert_eq!(played.decide(&desk), Decision::Query { file_no: 2 });
}

/// The bank says between the decision to send a file again and its being done that it knows the
/// file: nothing is recorded of it, and that is no failure of ours.
#[test]
fn a_file_that_the_bank_speaks_of_meanwhile_is_not_intended_again() {
    let desk = Desk::new();
    desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Unreachable]);
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(5));
    let again = Decision::Resend { file_no: 1 };
    assert_eq!(played.decide(&desk), again);
    pushes_paid(&desk, 1);
    let head = desk.core.journal().head();
    assert_eq!(played.carry_out(again), None);
    assert_eq!(desk.core.journal().head(), head);
}

/// A minute of a dialect is a second of a demonstration, and a day 24 minutes.
#[test]
fn a_demonstration_divides_every_wait() {
    let desk = Desk::new();
    desk.release(&file("GZ-1", &[ZHANG]));
    let pace = Pace {
        divisor: 60,
        ..Pace::REAL
    };
    // Between two messages of a conversation as well; never not at all.
    assert_eq!(pace.wait(60_000), Duration::from_secs(1));
    assert_eq!(pace.wait(59), Duration::from_millis(1));
    let played = played(&desk, &[Act::Accept], pace);
    assert_eq!(played.work(&desk), Duration::from_secs(1));
    desk.clock.advance(Duration::from_secs(1));
    assert!(matches!(played.decide(&desk), Decision::Query { .. }));
    desk.clock.advance(Duration::from_secs(24 * 60 - 2));
    assert!(matches!(played.decide(&desk), Decision::Query { .. }));
    desk.clock.advance(Duration::from_secs(1));
    let decision = played.decide(&desk);
    assert!(
        matches!(decision, Decision::GiveUpWaiting { .. }),
        "{decision:?}"
    );
}

#[test]
fn a_file_that_was_not_sent_waits_as_set_and_twice_as_long_each_time() {
    let desk = Desk::new();
    desk.release(&file("GZ-1", &[ZHANG, LI]));
    let pace = Pace {
        retry_wait_ms: 700,
        ..Pace::REAL
    };
    let played = played(&desk, &[const { Act::Unreachable }; 8], pace);
    let mut waits = Vec::new();
    for _ in 0..8 {
        let wait = played.work(&desk);
        waits.push(wait.as_millis());
        desk.clock.advance(wait);
    }
    // Up to 32 times the first.
    assert_eq!(
        waits,
        [700, 1_400, 2_800, 5_600, 11_200, 22_400, 22_400, 22_400]
    );
    assert!(played.script.seen.lock().unwrap().submissions.is_empty());
}

/// 23 November 2026 is a Monday, the 28th a Saturday.
#[test]
fn an_operators_day_is_closed_or_worked_from_intake_to_dispatch() {
    let mut desk = Desk::new();
    let days = BTreeMap::from([
        (date!(2026 - 11 - 23), BankDay::Closed),
        (date!(2026 - 11 - 24), BankDay::Closed),
        (date!(2026 - 11 - 28), BankDay::Open),
    ]);
    desk.calendar = Arc::new(BankCalendar::with([].into(), days));
    let receipt = desk.release(&file("GZ-1", &[ZHANG]));
    assert_eq!(receipt.head.next_bank_day.as_deref(), Some("2026-11-25"));
    let played = Played::new(&desk, &[]);
    assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
    assert_eq!(desk.states(&receipt), [LineState::Released]);
    desk.clock.step(time::Duration::days(5));
    let decision = played.decide(&desk);
    let saturday = date!(2026 - 11 - 28);
    assert!(
        matches!(decision, Decision::Plan { bank_date, .. } if bank_date == saturday),
        "{decision:?}"
    );
    desk.clock.step(time::Duration::days(1));
    assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
}

/// HXB takes instructions until its cut-off. 27 November 2026 is a Friday, 31 December a Thursday
/// and the last day that the lists know.
#[test]
fn the_day_that_intake_names_is_the_one_on_which_dispatch_instructs() {
    let adapter = adapters::Book::built_in().unwrap();
    let cut_off = adapter
        .adapter(BankCode::parse("HXB").unwrap())
        .unwrap()
        .cut_off();
    let late = cut_off + time::Duration::minutes(60);
    let named = |day: time::Date, at: time::Time| {
        let desk = Desk::new();
        let wanted = day.with_time(at).assume_offset(time::macros::offset!(+8));
        desk.clock.step(wanted - desk.clock.now());
        let receipt = desk.release(&file("GZ-1", &[ZHANG]));
        let decision = Played::new(&desk, &[]).decide(&desk);
        let instructs = match decision {
            Decision::Plan { bank_date, .. } => Some(bank_date.to_string()),
            _ => None,
        };
        (receipt.head.next_bank_day, instructs)
    };
    let on = |day: &str| Some(day.to_owned());
    let (friday, last) = (date!(2026 - 11 - 27), date!(2026 - 12 - 31));
    let morning = time::macros::time!(10:00);
    assert_eq!(named(friday, morning), (on("2026-11-27"), on("2026-11-27")));
    assert_eq!(named(friday, late), (on("2026-11-30"), None));
    assert_eq!(named(last, morning), (on("2026-12-31"), on("2026-12-31")));
    assert_eq!(named(last, late), (None, None));
}

/// M12: it is not the day or the hour that such a batch waits for.
#[test]
fn a_batch_to_a_bank_without_connection_waits_for_that() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG])).batch;
    let waits = |lang| {
        let (view, _) = batches::one(&desk.core, Sight::Province, batch, lang)
            .unwrap()
            .unwrap();
        view.waits_for.unwrap()
    };
    assert_eq!(waits(Lang::Zh).what, "dispatch");
    desk.core.connect([BankCode::parse("CCB").unwrap()].into());
    assert_eq!(waits(Lang::Zh).what, "bank_connection");
    assert!(waits(Lang::Zh).text.contains("没有该行的连接"));
    assert!(
        waits(Lang::En)
            .text
            .contains("connection to the paying bank")
    );
}
