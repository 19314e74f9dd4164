//! What this installation lacks towards a bank is said of the batches that it stops.

use adapters::{BankAdapter, ConnectionValues};
use gateway::dispatch::Bank;
use gateway::keys::BankKeys;
use schemas::LineState;
use schemas::value::BankCode;
use std::sync::Arc;
use std::time::Duration;
use tests::bank::{Played, at_bank, release};
use tests::desk::{Desk, USCC};

#[test]
fn a_key_that_is_missing_towards_the_bank_is_said_of_the_batch() {
    let signed = tests::desk::one_bank_a_dialect();
    let signs = |code: &BankCode| {
        let desk = Desk::new(*code);
        let batch = release(&desk, 2);
        let none = BankKeys::default();
        let theirs = tests::bank::keys_of(&desk);
        let played = Played::with_keys(&desk, none, theirs);
        let stopped = played.try_work(&desk).is_err();
        let around = desk.core.hindrance(batch.batch);
        assert_eq!(stopped, around.is_some(), "{code}");
        assert!(around.is_none_or(|one| one.why == "key_missing"), "{code}");
        stopped
    };
    let codes: Vec<BankCode> = signed.iter().map(|adapter| adapter.code()).collect();
    let stopped = codes.iter().filter(|code| signs(code)).count();
    assert!(stopped > 0);
}

/// The data key of an employer is gone: what its lines hold can't be opened, and nothing leaves.
#[test]
fn a_line_that_cant_be_opened_any_more_is_said_of_the_batch() {
    for adapter in tests::desk::one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 2);
        assert!(desk.core.vault().destroy(USCC).unwrap() > 0, "{place}");
        let played = Played::new(&desk);
        assert!(played.try_work(&desk).is_err(), "{place}");
        let told = desk.core.hindrance(batch.batch).unwrap();
        assert_eq!(told.why, "record_unreadable", "{place}");
        assert_eq!(desk.states(&batch), [LineState::Released; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        desk.clock.advance(Duration::from_secs(120));
        assert!(
            played.try_work(&desk).is_err(),
            "{place}: it is tried again"
        );
        let again = desk.core.hindrance(batch.batch).unwrap();
        assert_eq!(again.since_ms, told.since_ms, "{place}");
    }
}

/// A file is at the bank, and the next start lacks what a question needs: nobody asks any more.
#[test]
fn a_question_that_cant_be_made_is_said_of_the_batch() {
    let stops = |adapter: &'static BankAdapter| {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, mut played) = at_bank(&desk, 2);
        let whole = Arc::clone(&played.dispatcher.bank);
        played.dispatcher.bank = Arc::new(Bank {
            adapter: whole.adapter,
            keys: BankKeys::default(),
            channel: Arc::clone(&whole.channel),
            fields: ConnectionValues::default(),
        });
        desk.clock.advance(Duration::from_secs(3_600));
        let asked = desk.core.desk().file(1).unwrap().queries;
        let stopped = played.try_work(&desk).is_err();
        let is_mute = desk.core.desk().file(1).unwrap().queries == asked;
        assert_eq!(stopped, is_mute, "{place}");
        let hindrance = || desk.core.hindrance(batch.batch);
        let said = hindrance().map(|one| one.why);
        assert_eq!(said, stopped.then_some("key_missing"), "{place}");
        let since = hindrance().map(|one| one.since_ms);
        desk.clock.advance(Duration::from_secs(120));
        assert_eq!(played.try_work(&desk).is_err(), stopped, "{place}");
        assert_eq!(hindrance().map(|one| one.since_ms), since, "{place}");
        played.dispatcher.bank = whole;
        desk.clock.advance(Duration::from_secs(120));
        played.work(&desk);
        assert_eq!(hindrance(), None, "{place}");
        stopped
    };
    let all = tests::desk::one_bank_a_dialect();
    assert!(all.into_iter().filter(|adapter| stops(adapter)).count() > 5);
}
