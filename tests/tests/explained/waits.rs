//! Each wait and each trouble of the machine, made with the real code: the state says it, the
//! number goes past the alarm's threshold, and both end with the cause.

use super::alarms::is_raised;
use super::watched::Watched;
use adapters::exchange::Outcome;
use gateway::approval::withdraw;
use gateway::event::Event;
use gateway::mandates::Mandates;
use gateway::outcome::{MessageKind, receive};
use gateway::resolution::{Decision, confirm, propose};
use gateway::telemetry::{Concerns, Metrics};
use journal::disk::Faults;
use schemas::value::{BankCode, PaymentId, Uscc};
use schemas::{FailureReason, LineEvent};
use std::sync::Arc;
use std::time::Duration;
use tests::bank::{Fault, Played, at_bank, release, told, unsent};
use tests::desk::{CHECKER, Desk, USCC, file, wages};

const DAY_S: u64 = 86_400;

pub fn bank() -> BankCode {
    BankCode::parse("HXB").unwrap()
}

#[test]
fn approval_dispatch_and_a_connection_that_is_not_there() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let held_ms = desk.core.now_ms();
    let batch = desk.accept(&file(bank(), "GZ-1", &wages(1, 2, bank())));
    let alarm = ("AnxinWaitApproval", 3 * DAY_S);
    watched.assert_waits(batch.batch, "approval", held_ms, alarm);
    desk.approve(&batch);
    assert!(!watched.raises("AnxinWaitApproval"));
    let released_ms = desk.core.now_ms();
    let alarm = ("AnxinWaitDispatch", 4 * DAY_S);
    watched.assert_waits(batch.batch, "dispatch", released_ms, alarm);
    desk.core.connect([BankCode::parse("CCB").unwrap()].into());
    let alarm = ("AnxinWaitBankConnection", 600);
    watched.assert_waits(batch.batch, "bank_connection", desk.core.now_ms(), alarm);
    assert!(!watched.raises("AnxinWaitDispatch"));
}

/// A connection that was taken away: the bank has a file, and nobody asks about it any more.
#[test]
fn what_a_bank_has_without_a_connection_waits_for_the_connection() {
    let watched = Watched::new();
    let (batch, _) = at_bank(&watched.desk, 2);
    let since_ms = watched.desk.core.now_ms();
    watched.desk.core.wait_durable(watched.desk.head()).unwrap();
    let again = Watched {
        desk: watched.desk.crash(),
        ..Watched::new()
    };
    again.desk.core.connect([].into());
    let alarm = ("AnxinWaitBankConnection", 600);
    again.assert_waits(batch.batch, "bank_connection", since_ms, alarm);
    let mended = Watched {
        desk: again.desk.crash(),
        ..Watched::new()
    };
    mended.desk.core.connect([bank()].into());
    assert!(!mended.raises("AnxinWaitBankConnection"));
    let waits = mended.waits(batch.batch).unwrap();
    assert_eq!(waits.what.as_str(), "bank_result");
}

#[test]
fn what_waited_in_a_backup_waits_for_its_withdrawal() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let batch = release(desk, 2);
    let since_ms = desk.core.now_ms();
    let event = Event::Restored {
        record: desk.head(),
        hash: String::new(),
        first_file_no: 61_234_567,
    };
    desk.core.record("t", event.into()).unwrap();
    watched.assert_waits(
        batch.batch,
        "withdrawal",
        since_ms,
        ("AnxinWaitWithdrawal", 3_600),
    );
    let own = Uscc::parse(USCC).unwrap();
    withdraw(&desk.core, own, CHECKER, batch.batch).unwrap();
    assert_eq!(watched.waits(batch.batch), None);
    assert!(!watched.raises("AnxinWaitWithdrawal"));
}

#[test]
fn a_bank_that_is_not_reached_is_said_until_it_is() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let (batch, played) = unsent(desk, 2);
    let since_ms = desk.core.now_ms();
    let alarm = ("AnxinBankUnreached", 1_800);
    watched.assert_waits(batch.batch, "dispatch", since_ms, alarm);
    played.work(desk);
    assert!(!watched.raises("AnxinBankUnreached"));
    let waits = watched.waits(batch.batch).unwrap();
    assert_eq!(waits.what.as_str(), "bank_result");
    let alarm = ("AnxinWaitBankResult", 2 * DAY_S);
    watched.assert_waits(batch.batch, "bank_result", desk.core.now_ms(), alarm);
    played.settle(desk, 8);
    assert_eq!(watched.waits(batch.batch), None);
    assert!(!watched.raises("AnxinWaitBankResult"));
}

/// A mandate or a key that is gone used to leave the batch with `dispatch`, and a line in the log.
#[test]
fn what_the_installation_lacks_is_said_of_the_batch() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let batch = release(desk, 2);
    let mut played = Played::new(desk);
    let mandates = std::mem::replace(
        &mut played.dispatcher.mandates,
        Arc::new(Mandates::default()),
    );
    assert!(played.try_work(desk).is_err());
    let waits = watched.waits(batch.batch).unwrap();
    assert_eq!(waits.why, Some("mandate_missing"));
    let alarm = ("AnxinWaitInstallation", 300);
    let now_ms = desk.core.now_ms();
    watched.assert_waits(batch.batch, "installation", now_ms, alarm);
    // Again in vain: the beginning stays.
    assert!(played.try_work(desk).is_err());
    assert_eq!(watched.waits(batch.batch).unwrap().since_ms, now_ms);
    played.dispatcher.mandates = mandates;
    desk.clock.advance(Duration::from_secs(120));
    played.work(desk);
    assert_eq!(
        watched.waits(batch.batch).unwrap().what.as_str(),
        "bank_result"
    );
    assert!(!watched.raises("AnxinWaitInstallation"));
}

#[test]
fn money_whose_fate_nobody_knows_and_a_dispute() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let batch = release(desk, 2);
    let played = Played::new(desk);
    played.memory(|memory| memory.faults.insert(0, Fault::Silent));
    played.work(desk);
    let since_ms = desk.core.now_ms();
    let (word, alarm) = ("bank_evidence_or_resolution", ("AnxinWaitEvidence", 3_600));
    watched.assert_waits(batch.batch, word, since_ms, alarm);
    played.settle(desk, 8);
    assert_eq!(watched.waits(batch.batch), None);
    assert!(!watched.raises("AnxinWaitEvidence"));
    let lines = played.memory(|memory| memory.instructed(1).unwrap());
    let failed = told(&lines, &[Outcome::Failed(FailureReason::Other)]);
    let bytes = played.result_bytes(desk, 1, &failed);
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    watched.assert_waits(batch.batch, word, desk.core.now_ms(), alarm);
}

#[test]
fn another_payment_of_the_same_wage() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let (first, played) = at_bank(desk, 1);
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(desk, 4);
    let second = desk.release(&file(bank(), "GZ-2", &wages(1, 1, bank())));
    let released_ms = desk.core.now_ms();
    let lines = played.memory(|memory| memory.instructed(1).unwrap());
    let bytes = played.result_bytes(desk, 1, &told(&lines, &[Outcome::Paid]));
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    let alarm = ("AnxinWaitOtherPayment", DAY_S);
    watched.assert_waits(second.batch, "other_payment", released_ms, alarm);
    // Two operators call the first failed: the second is free by itself.
    let payment = PaymentId {
        batch: first.batch,
        row: 1,
    };
    let decision = Decision {
        outcome: LineEvent::ResolveFailed,
        reason: Some(FailureReason::AccountClosed),
        words: "the bank's letter".to_owned(),
        evidence_digest: "ab".repeat(32),
    };
    let operator = |name| format!("urn:anxin:operator:ops:person:{name}");
    propose(&desk.core, &operator("anna"), payment, &decision).unwrap();
    confirm(&desk.core, &operator("bert"), payment, &"ab".repeat(32)).unwrap();
    assert!(!watched.raises("AnxinWaitOtherPayment"));
    let waits = watched.waits(second.batch).unwrap();
    assert_eq!(waits.what.as_str(), "dispatch");
}

#[test]
fn a_message_that_nobody_can_read() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let (_, played) = at_bank(desk, 2);
    let kind = MessageKind::Result;
    receive(
        &desk.core,
        played.adapter(),
        played.keys(),
        kind,
        b"\x81 what?",
    )
    .unwrap();
    assert!(!watched.raises("AnxinMessageUnread"));
    desk.clock.advance(Duration::from_secs(61));
    assert!(watched.raises("AnxinMessageUnread"));
    assert!(!watched.raises("AnxinMessageOpen"));
    // One that is no result is never read. The next one is told of all the same.
    let mut later = Watched {
        before: watched.scrape(),
        ..watched
    };
    assert!(!later.raises("AnxinMessageUnreadMore"));
    receive(
        &later.desk.core,
        played.adapter(),
        played.keys(),
        kind,
        b"\x81 what else?",
    )
    .unwrap();
    assert!(later.raises("AnxinMessageUnreadMore"));
    later.before = later.scrape();
    assert!(!later.raises("AnxinMessageUnreadMore"));
}

#[test]
fn a_clock_that_is_set_back_is_said_until_time_has_caught_up() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let batch = desk.accept(&file(bank(), "GZ-1", &wages(1, 2, bank())));
    assert!(!watched.raises("AnxinClockBehind") && !watched.raises("AnxinClockStep"));
    desk.clock.step(time::Duration::hours(-2));
    assert!(watched.raises("AnxinClockBehind") && watched.raises("AnxinClockStep"));
    assert!(watched.waits(batch.batch).is_some());
    // A fact of the new time does not hide it.
    desk.approve(&batch);
    assert!(watched.raises("AnxinClockBehind"));
    desk.clock.advance(Duration::from_secs(7_200));
    assert!(!watched.raises("AnxinClockBehind"));

    let watched = Watched::new();
    watched.desk.clock.advance(Duration::from_secs(3_600));
    assert!(
        !watched.raises("AnxinClockStep"),
        "an hour that passes is no step"
    );
    watched.desk.clock.step(time::Duration::hours(1));
    assert!(watched.raises("AnxinClockStep"));
    assert!(!watched.raises("AnxinClockBehind"));
}

#[test]
fn a_disk_that_fills_and_a_journal_that_fails() {
    let watched = Watched::new();
    let desk = &watched.desk;
    assert!(!watched.raises("AnxinDiskLow"), "a disk that does not say");
    let capacity = |bytes| Faults {
        capacity_bytes: Some(bytes),
        ..Faults::default()
    };
    desk.disk.set_faults(capacity(1 << 40));
    assert!(!watched.raises("AnxinDiskLow"));
    desk.disk.set_faults(capacity(1 << 20));
    assert!(watched.raises("AnxinDiskLow") && !watched.raises("AnxinJournalFailed"));
    let (batch, played) = at_bank(desk, 2);
    let held = desk.accept(&file(bank(), "GZ-2", &wages(5, 1, bank())));
    desk.core.wait_durable(desk.head()).unwrap();
    desk.disk.set_faults(capacity(1));
    desk.clock.advance(Duration::from_secs(120));
    assert!(
        played.try_work(desk).is_err(),
        "nothing leaves that is not durable"
    );
    assert!(watched.raises("AnxinJournalFailed"));
    // Nobody can approve, nothing is asked: it is the installation, since then, for all of them.
    let failed_ms = desk.core.now_ms();
    let alarm = ("AnxinWaitInstallation", 300);
    for id in [batch.batch, held.batch] {
        assert_eq!(watched.waits(id).unwrap().why, Some("journal"));
    }
    watched.assert_waits(held.batch, "installation", failed_ms, alarm);
    assert!(!watched.raises("AnxinWaitApproval") && !watched.raises("AnxinWaitBankResult"));
}

/// The last record of a story for which something holds.
pub fn record_of(desk: &Desk, is_it: impl Fn(&Event) -> bool) -> u64 {
    let records = desk.core.journal().scan(1).map(|entry| entry.unwrap().1);
    let events = records.filter(|record| !record.kind.is_reserved());
    let found = events.filter(|record| is_it(&gateway::core::read_event(record).unwrap().0));
    found.map(|record| record.sequence).last().unwrap()
}

/// What a loss of power leaves, before a start has settled it.
#[test]
fn an_instruction_without_an_answer_and_a_message_read_in_part() {
    let watched = Watched::new();
    let (batch, played) = at_bank(&watched.desk, 2);
    let leaving = record_of(&watched.desk, |event| {
        matches!(event, Event::MessageLeaving { .. })
    });
    let cut = Watched {
        desk: watched.desk.crash_after(leaving),
        ..Watched::new()
    };
    let now_ms = cut.desk.core.now_ms();
    let alarm = ("AnxinWaitBankAnswer", 1_800);
    cut.assert_waits(batch.batch, "bank_answer", now_ms, alarm);
    gateway::dispatch::recovery::recover(&cut.desk.core).unwrap();
    assert!(!cut.raises("AnxinWaitBankAnswer"));

    let desk = &watched.desk;
    let lines = played.memory(|memory| memory.instructed(1).unwrap());
    let bytes = played.result_bytes(desk, 1, &told(&lines, &[Outcome::Paid]));
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    desk.core.wait_durable(desk.head()).unwrap();
    let stored = record_of(desk, |event| matches!(event, Event::BankMessage { .. }));
    let cut = Watched {
        desk: desk.crash_after(stored),
        ..Watched::new()
    };
    assert!(!cut.raises("AnxinMessageOpen"));
    cut.desk.clock.advance(Duration::from_secs(61));
    assert!(cut.raises("AnxinMessageOpen"));
    let keys: &dyn adapters::exchange::Crypto = played.keys();
    let reads = |code: BankCode| (code == bank()).then(|| (played.adapter(), keys));
    gateway::outcome::finish_interrupted(&cut.desk.core, &reads).unwrap();
    assert!(!cut.raises("AnxinMessageOpen"));
}

#[test]
fn a_fact_of_ours_that_does_not_fit() {
    let watched = Watched::new();
    assert!(!watched.raises("AnxinDefect"));
    let event = Event::BankMessageClosed { message: 999 };
    assert!(
        watched
            .desk
            .core
            .record("urn:anxin:gateway", event.into())
            .is_err()
    );
    assert!(watched.raises("AnxinDefect"));
    assert!(!watched.raises("AnxinBookDoubtful"));
}

/// The lists end with 2026, and it is November.
#[test]
fn the_lists_of_bank_days_end() {
    let watched = Watched::new();
    assert!(watched.raises("AnxinCalendarEnds"));
    let days = time::Duration::days(-60);
    watched.desk.clock.step(days);
    assert!(!watched.raises("AnxinCalendarEnds"));
}

#[test]
fn concerns_and_certificates() {
    let metrics = Arc::new(Metrics::new());
    let concerns = Concerns::new(Arc::clone(&metrics));
    let raises = |alarm| is_raised(alarm, &metrics.render().unwrap(), "", 1_000.0);
    for (concern, why, alarm) in [
        ("tls", "expired", "AnxinTls"),
        ("tls:ICBC", "expired", "AnxinTls"),
        ("folder:ICBC", "unusable", "AnxinFolder"),
        ("dispatcher:ICBC", "defect", "AnxinTask"),
        ("collector:ICBC", "failed", "AnxinTask"),
        ("follower", "failed", "AnxinTask"),
        ("checkpoints", "failed", "AnxinTask"),
        ("interface", "defect", "AnxinTask"),
    ] {
        assert!(!raises(alarm), "{concern}");
        concerns.raise(concern, why);
        assert!(raises(alarm), "{concern}");
        concerns.clear(concern);
    }
    assert!(!raises("AnxinTlsEnds"), "not known");
    metrics.tls_ends(1_000 + 14 * 86_400 + 1);
    assert!(!raises("AnxinTlsEnds"));
    metrics.tls_ends(1_000 + 14 * 86_400 - 1);
    assert!(raises("AnxinTlsEnds"));
    metrics.index_lag(100_000);
    assert!(!raises("AnxinIndexBehind"));
    metrics.index_lag(100_001);
    assert!(raises("AnxinIndexBehind"));
}
