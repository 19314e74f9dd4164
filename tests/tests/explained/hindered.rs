//! What this installation lacks towards a bank is said of the batches that it stops.

use adapters::{BankAdapter, ConnectionValues};
use gateway::dispatch::Bank;
use gateway::keys::BankKeys;
use schemas::value::BankCode;
use std::sync::Arc;
use std::time::Duration;
use tests::bank::{Played, at_bank, release};
use tests::desk::Desk;

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
