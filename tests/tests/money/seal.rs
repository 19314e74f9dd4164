//! Wrong signatures and seals, on the dialects that have them.

use adapters::exchange::Outcome;
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, receive};
use gateway::reconcile::{BreakKind, breaks};
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, keys_of, release, told};
use tests::desk::{Desk, one_bank_a_dialect};
use tests::keys::begins_with_a_key;
use tests::strangers::others;

fn sealed(keys: &BankKeys) -> bool {
    !keys.body_keys.is_empty()
}

/// A bank that can't verify or open our message hangs up: nobody knows, nothing is sent again.
#[test]
fn a_bank_that_does_not_know_our_key_is_never_instructed_twice() {
    let mut tried = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let ours = keys_of(&desk);
        if ours.public_keys.is_empty() && !sealed(&ours) {
            continue;
        }
        tried += 1;
        let batch = release(&desk, 2);
        let played = Played::with_keys(&desk, ours.clone(), others(&ours));
        played.memory(|memory| memory.unreadable = Some(0));
        played.settle(&desk, 10);
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        assert!(
            played.memory(|memory| memory.unreadable) >= Some(2),
            "{place}"
        );
        assert_sound(&desk.core, place);
    }
    assert!(
        tried >= 2,
        "at least one dialect that signs, one that seals"
    );
}

/// A push under another key says nothing.
#[test]
fn a_push_under_another_key_is_unreadable() {
    let mut tried = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        if !sealed(played.keys()) {
            continue;
        }
        tried += 1;
        let ours = keys_of(&desk);
        let stranger = Played::with_keys(&desk, ours.clone(), others(&ours));
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = stranger.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
        receive(&desk.core, adapter, &ours, MessageKind::Push, &bytes).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        let found = breaks(&desk.core.desk());
        assert_eq!(found[0].kind, BreakKind::MessageUnreadable, "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(tried >= 1, "at least one dialect seals its pushes");
}

/// Without its key the gateway sends nothing and fails nothing: the batch waits, by name.
#[test]
fn without_a_key_nothing_leaves() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let ours = keys_of(&desk);
        if ours.public_keys.is_empty() && !sealed(&ours) {
            continue;
        }
        let batch = release(&desk, 2);
        let played = Played::with_keys(&desk, BankKeys::default(), ours);
        for _ in 0..5 {
            // What is missing is logged as our own error.
            let wait = played.try_work(&desk).unwrap_or_default();
            desk.clock.advance(wait);
        }
        assert_eq!(desk.states(&batch), [LineState::Released; 2], "{place}");
        // A file that needs no key may lie at the bank; nothing tells it to pay.
        let left = played.memory(|memory| match begins_with_a_key(adapter) {
            true => memory.sent,
            false => memory.submissions(),
        });
        assert_eq!(left, 0, "{place}");
        let waits = desk.core.desk().batch(batch.batch).unwrap().waits_for();
        assert_eq!(waits.map(|(what, _)| what), Some("dispatch"), "{place}");
        assert_sound(&desk.core, place);
    }
}
