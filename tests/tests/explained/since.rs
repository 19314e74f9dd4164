//! Since when: a wait is as old as what is waited for, and what can't be known is said to be so at
//! the latest since a moment.

use super::waits::{bank, record_of};
use super::watched::Watched;
use adapters::exchange::Outcome;
use gateway::event::Event;
use gateway::mandates::Mandates;
use gateway::outcome::{MessageKind, receive};
use schemas::codes::BankCalendar;
use schemas::value::PaymentId;
use schemas::{FailureReason, Lang};
use std::sync::Arc;
use std::time::Duration;
use tests::bank::{Fault, Played, at_bank, release, told};
use tests::desk::{file, wages};

const HOUR: Duration = Duration::from_secs(3_600);

/// Each try used to make the wait as young as itself, and the alarm of four days never came.
#[test]
fn a_bank_that_is_never_reached_makes_no_wait_younger() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let batch = release(desk, 2);
    let released_ms = desk.core.now_ms();
    let played = Played::new(desk);
    played.memory(|memory| {
        memory
            .faults
            .extend((0..10_000).map(|n| (n, Fault::Unreachable)));
    });
    for hour in 1..=97 {
        desk.clock.advance(HOUR);
        played.work(desk);
        let waits = watched.waits(batch.batch).unwrap();
        assert_eq!(waits.what.as_str(), "dispatch", "{hour}");
        assert_eq!(waits.since_ms, released_ms, "{hour}");
        assert!(!waits.is_at_latest);
        assert_eq!(watched.raises("AnxinWaitDispatch"), hour > 96, "{hour}");
    }
    let desk = desk.core.desk();
    assert!(desk.file(1).unwrap().attempts > 1, "it was tried again");
}

/// An intent is no instruction: before its message leaves nobody answers.
#[test]
fn what_is_only_intended_waits_to_be_sent() {
    let watched = Watched::new();
    let batch = release(&watched.desk, 2);
    let released_ms = watched.desk.core.now_ms();
    watched.desk.clock.advance(HOUR);
    let played = Played::new(&watched.desk);
    played.work(&watched.desk);
    watched.desk.core.wait_durable(watched.desk.head()).unwrap();
    for (leaves, expected) in [(false, "dispatch"), (true, "bank_answer")] {
        let last = record_of(&watched.desk, |event| match event {
            Event::FileIntended(_) => !leaves,
            Event::MessageLeaving { .. } => leaves,
            _ => false,
        });
        let cut = Watched {
            desk: watched.desk.crash_after(last),
            ..Watched::new()
        };
        let waits = cut.waits(batch.batch).unwrap();
        assert_eq!(waits.what.as_str(), expected);
        let since_ms = match leaves {
            false => released_ms,
            true => watched.desk.core.now_ms(),
        };
        assert_eq!(waits.since_ms, since_ms, "{expected}");
    }
}

/// It is the other payment that bars the line, from the moment at which it is disputed on.
#[test]
fn a_barred_line_waits_since_the_other_payment_is_disputed() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let (first, played) = at_bank(desk, 1);
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(desk, 4);
    let second = desk.release(&file(bank(), "GZ-2", &wages(1, 1, bank())));
    desk.clock.advance(HOUR);
    let lines = played.memory(|memory| memory.instructed(1).unwrap());
    let bytes = played.result_bytes(desk, 1, &told(&lines, &[Outcome::Paid]));
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    let disputed_ms = desk.core.now_ms();
    desk.clock.advance(HOUR);
    let waits = watched.waits(second.batch).unwrap();
    assert_eq!(
        (waits.what.as_str(), waits.since_ms),
        ("other_payment", disputed_ms)
    );
    let desk = desk.core.desk();
    let of = desk.batch(second.batch).unwrap();
    let (row, bar) = desk.bars_on(of).next().unwrap();
    let other = PaymentId {
        batch: first.batch,
        row: 1,
    };
    assert_eq!((row, bar.by, bar.since_ms), (1, Some(other), disputed_ms));
}

/// That a connection is missing is found out at a start, and says nothing of the days before.
#[test]
fn what_a_start_finds_is_so_at_the_latest_since_then() {
    let watched = Watched::new();
    let before = release(&watched.desk, 2);
    watched.desk.core.wait_durable(watched.desk.head()).unwrap();
    watched.desk.clock.advance(HOUR);
    let again = Watched {
        desk: watched.desk.crash(),
        ..Watched::new()
    };
    let desk = &again.desk;
    desk.core.connect([].into());
    let started_ms = desk.core.now_ms();
    desk.clock.advance(HOUR);
    let after = desk.release(&file(bank(), "GZ-2", &wages(5, 1, bank())));
    for (id, since_ms, is_at_latest) in [
        (before.batch, started_ms, true),
        (after.batch, desk.core.now_ms(), false),
    ] {
        let waits = again.waits(id).unwrap();
        assert_eq!(waits.what.as_str(), "bank_connection");
        assert_eq!(
            (waits.since_ms, waits.is_at_latest),
            (since_ms, is_at_latest)
        );
        assert_eq!(
            waits.view(Lang::En).since_at_latest,
            is_at_latest.then_some(true)
        );
    }

    let desk = &watched.desk;
    let mut played = Played::new(desk);
    played.dispatcher.mandates = Arc::new(Mandates::default());
    assert!(played.try_work(desk).is_err());
    let waits = watched.waits(before.batch).unwrap();
    assert_eq!(
        (waits.why, waits.since_ms, waits.is_at_latest),
        (Some("mandate_missing"), desk.core.now_ms(), true)
    );
}

/// The lists end with 2026: what is released after its last cut-off is not sent, and says why.
#[test]
fn a_year_without_a_list_of_bank_days_is_named() {
    let watched = Watched::new();
    let desk = &watched.desk;
    desk.core
        .follow_bank_days(Arc::new(BankCalendar::built_in().clone()));
    let batch = release(desk, 1);
    assert_eq!(watched.waits(batch.batch).unwrap().why, None);
    let last = time::Date::from_calendar_date(2026, time::Month::December, 31).unwrap();
    desk.set_clock(last, time::Time::from_hms(23, 0, 0).unwrap());
    let waits = watched.waits(batch.batch).unwrap();
    assert_eq!(
        (waits.what.as_str(), waits.why),
        ("dispatch", Some("bank_days_missing"))
    );
    for (lang, words) in [
        (Lang::Zh, "银行工作日目录"),
        (Lang::En, "list of bank days"),
    ] {
        let text = waits.view(lang).text;
        assert!(text.contains(words), "{text}");
    }
}
