//! M3, M11: a message that could not be read is not lost: it is read when the key is there, and a
//! receipt never says more than what was done.

use adapters::exchange::Outcome;
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, Received, read_again, receive};
use gateway::reconcile::{BreakKind, breaks};
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, told};
use tests::desk::{Desk, one_bank_a_dialect};

fn push(desk: &Desk, played: &Played, keys: &BankKeys, bytes: &[u8]) -> Received {
    let (core, adapter) = (&desk.core, played.adapter());
    receive(core, adapter, keys, MessageKind::Push, bytes).unwrap()
}

fn said_yes(played: &Played, received: &Received) -> bool {
    let side = played.adapter().bank_side();
    side.read_push_receipt(&received.receipt, played.keys())
        .unwrap()
}

/// A push about two lines that needs a key, and came when we did not have it. `None` for dialects
/// whose pushes need none.
fn unread(desk: &Desk) -> Option<(gateway::intake::Receipt, Played, Vec<u8>, Received)> {
    let (batch, played) = at_bank(desk, 2);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    let bytes = played.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
    let first = push(desk, &played, &BankKeys::default(), &bytes);
    let unread = desk.states(&batch) == [LineState::Accepted; 2];
    unread.then_some((batch, played, bytes, first))
}

#[test]
fn a_message_that_is_sent_again_is_read_when_the_key_is_there() {
    let mut keyed = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let Some((batch, played, bytes, first)) = unread(&desk) else {
            continue;
        };
        keyed += 1;
        assert!(!said_yes(&played, &first), "{place}");
        assert_eq!(
            breaks(&desk.core.desk())[0].kind,
            BreakKind::MessageUnreadable
        );
        // Still without the key: the very same receipt.
        let same = push(&desk, &played, &BankKeys::default(), &bytes);
        assert_eq!(
            (&same.receipt, same.replayed),
            (&first.receipt, true),
            "{place}"
        );
        // With it: applied, and only then receipted as such.
        let again = push(&desk, &played, played.keys(), &bytes);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert!(said_yes(&played, &again) && !again.replayed, "{place}");
        assert_ne!(again.sequence, first.sequence, "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        // The same for ever, whatever keys there are.
        for keys in [played.keys(), &BankKeys::default()] {
            let later = push(&desk, &played, keys, &bytes);
            assert_eq!(
                (&later.receipt, later.replayed),
                (&again.receipt, true),
                "{place}"
            );
        }
        assert_sound(&desk.core, place);
    }
    assert!(keyed >= 1, "some dialect signs or seals its pushes");
}

#[test]
fn a_start_with_the_key_reads_what_could_not_be_read() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let Some((batch, played, bytes, first)) = unread(&desk) else {
            continue;
        };
        desk.core.wait_durable(first.last_sequence).unwrap();
        let desk = desk.crash();
        let without = BankKeys::default();
        assert_eq!(
            read_again(&desk.core, &|_| Some((adapter, &without))).unwrap(),
            0
        );
        assert_eq!(read_again(&desk.core, &|_| None).unwrap(), 0);
        let with =
            |_| -> Option<(_, &dyn adapters::exchange::Crypto)> { Some((adapter, played.keys())) };
        assert_eq!(read_again(&desk.core, &with).unwrap(), 1, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_eq!(read_again(&desk.core, &with).unwrap(), 0, "{place}");
        // The bank's own repetition gets the receipt of the reading that counted.
        let later = push(&desk, &played, played.keys(), &bytes);
        assert!(later.replayed && said_yes(&played, &later), "{place}");
        assert_sound(&desk.core, place);
    }
}
