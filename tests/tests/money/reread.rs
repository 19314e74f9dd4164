//! M3, M11: a message that could not be read is not lost: it is read when the key is there, and a
//! receipt never says more than what was done.

use adapters::exchange::Outcome;
use gateway::core::Fact;
use gateway::event::Event;
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, Received, finish_interrupted, read_again, receive};
use gateway::reconcile::{BreakKind, breaks};
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, told};
use tests::desk::{Desk, USCC, one_bank_a_dialect};

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

/// The employer's data was erased, and the numbers that the bank gave for the file with it: what
/// the bank says still counts.
#[test]
fn what_a_bank_says_of_an_erased_employers_file_counts() {
    let mut named = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let mut reply = told(&lines, &[Outcome::Paid]);
        reply.bank_batch_no = Some("20261123000001".to_owned());
        let bytes = played.result_bytes(&desk, 1, &reply);
        let references = adapter
            .decode_result(&bytes, played.keys())
            .unwrap()
            .references;
        if !references.contains_key("file_no") {
            continue;
        }
        let given = !desk
            .core
            .desk()
            .file(1)
            .unwrap()
            .reference_records
            .is_empty();
        named += usize::from(given && references.contains_key("bank_batch_no"));
        assert!(desk.core.vault().destroy(USCC).unwrap() > 0, "{place}");
        receive(
            &desk.core,
            adapter,
            played.keys(),
            MessageKind::Result,
            &bytes,
        )
        .unwrap();
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(desk.core.desk().open_messages().count(), 0, "{place}");
    }
    assert!(named >= 1, "some dialect names the bank's number");
}

/// A message of the bank's that is stored and not closed.
fn stored(desk: &Desk, reading: &str, bytes: &[u8]) -> u64 {
    let event = Event::BankMessage {
        bank: desk.bank,
        message: "push".to_owned(),
        digest: format!("push:{}", gateway::sha256_hex(bytes)),
        reading: reading.to_owned(),
        file_no: None,
        again: None,
        seen_at: None,
        written_at: None,
    };
    let fact = Fact::sealed(event, &format!("bank:{}", desk.bank), bytes.to_vec());
    desk.core.record("urn:anxin:bank:test", fact).unwrap()
}

/// What can't be opened any more keeps nobody: the start goes on, the next message is applied,
/// and what stays open is listed.
#[test]
fn a_message_that_cant_be_applied_stops_no_start() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let erased = stored(&desk, "applied", b"erased");
        let message = stored(&desk, "unreadable", b"erased, too");
        let closed = Event::BankMessageClosed { message };
        desk.core
            .record("urn:anxin:bank:test", closed.into())
            .unwrap();
        let owner = format!("bank:{}", desk.bank);
        assert_eq!(desk.core.vault().destroy(&owner).unwrap(), 1, "{place}");
        let bytes = played.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
        stored(&desk, "applied", &bytes);
        desk.core.wait_durable(desk.head()).unwrap();
        let again = desk.crash();
        let with =
            |_| -> Option<(_, &dyn adapters::exchange::Crypto)> { Some((adapter, played.keys())) };
        finish_interrupted(&again.core, &with).unwrap();
        assert_eq!(read_again(&again.core, &with).unwrap(), 0, "{place}");
        assert_eq!(again.states(&batch), [LineState::Paid; 2], "{place}");
        let listed: Vec<(BreakKind, u64)> = breaks(&again.core.desk())
            .iter()
            .map(|found| (found.kind, found.sequence))
            .collect();
        let expected = [
            (BreakKind::MessageUnreadable, message),
            (BreakKind::MessageOpen, erased),
        ];
        assert_eq!(listed, expected, "{place}");
    }
}

/// A message that can't be applied does not come twice into the journal because the bank sends it
/// again, and is applied when it can be.
#[test]
fn an_open_message_that_is_sent_again_is_read_to_its_end() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
        let sequence = stored(&desk, "applied", &bytes);
        let received = push(&desk, &played, played.keys(), &bytes);
        assert_eq!(
            (received.sequence, received.replayed),
            (sequence, false),
            "{place}"
        );
        assert!(said_yes(&played, &received), "{place}");
        assert_eq!(desk.core.desk().open_messages().count(), 0, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert!(
            push(&desk, &played, played.keys(), &bytes).replayed,
            "{place}"
        );
        assert_sound(&desk.core, place);
    }
}
