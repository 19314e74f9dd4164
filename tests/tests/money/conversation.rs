//! M1, M11, M12: a conversation with a bank that ends otherwise than with its answer.

use super::gate::lines_of;
use adapters::exchange::Outcome;
use adapters::{BankAdapter, Book};
use gateway::book::FileState;
use gateway::dispatch::Bank;
use gateway::outcome::{MessageKind, receive};
use gateway::reconcile::{BreakKind, breaks};
use schemas::{FailureReason, LineState};
use std::sync::Arc;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, keys_of, release, row};
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

const DIALECT: &str = include_str!("../../../adapters/dialects/pab_b2bi/dialect.toml");
const BANK: &str = include_str!("../../../adapters/banks/PAB/bank.toml");

/// PAB's instruction, its third message, has no room for what the bank gave in the second one: the
/// order turns out not to fit after two messages.
const THIRD: (&str, &str) = ("instructs = true", "captured = \"hash_data\"");
/// Its first message has no room for the names.
const FIRST: (&str, &str) = ("name = \"upload\"", "field = \"payee.name\"");

/// PAB by a definition in which a place after a mark has no room.
fn without_room((mark, place): (&str, &str)) -> &'static BankAdapter {
    let (head, rest) = DIALECT.split_once(mark).unwrap();
    let (before, after) = rest.split_once(place).unwrap();
    let after = after.trim_start_matches(", bytes_max = 60");
    let text = format!("{head}{mark}{before}{place}, bytes_max = 5{after}");
    let files = [
        ("dialects/pab_b2bi/dialect.toml", text.as_str()),
        ("banks/PAB/bank.toml", BANK),
    ];
    let book: &'static Book = Box::leak(Box::new(Book::from_files(files).unwrap()));
    &book.adapters()[0]
}

/// A batch of two lines whose instruction will not fit, at a bank that can be told of.
fn misfit(place: (&str, &str)) -> (Desk, gateway::intake::Receipt, Played) {
    let adapter = without_room(place);
    let desk = Desk::new(adapter.code());
    let batch = release(&desk, 2);
    let played = speaking(&desk, adapter);
    (desk, batch, played)
}

fn speaking(desk: &Desk, adapter: &'static BankAdapter) -> Played {
    let mut played = Played::new(desk);
    played.dispatcher.bank = Arc::new(Bank {
        adapter,
        keys: keys_of(desk),
        channel: Arc::clone(&played.dispatcher.bank.channel),
        fields: adapter.example_connection(),
    });
    played
}

/// Also where not even its first message can be made: that is no defect of ours, which would be
/// tried again for ever.
#[test]
fn an_order_that_turns_out_not_to_fit_fails_its_lines() {
    for place in [FIRST, THIRD] {
        let (desk, batch, played) = misfit(place);
        // Row by row: the first one that does not fit is named.
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place:?}");
        let reason = Some(FailureReason::MessageError);
        assert_eq!(desk.reasons(&batch), [reason; 2], "{place:?}");
        assert_eq!(played.memory(|memory| memory.submissions()), 0);
        assert_sound(&desk.core, "PAB");
    }
}

/// The rows that fit are paid.
#[test]
fn a_row_that_does_not_fit_takes_no_other_one_with_it() {
    let adapter = without_room(FIRST);
    let desk = Desk::new(adapter.code());
    let mut wages = wages(1, 3, desk.bank);
    for (wage, name) in wages.iter_mut().zip(["样一", "司马样二", "样三"]) {
        name.clone_into(&mut wage.name);
    }
    let batch = desk.release(&file(desk.bank, "GZ-1", &wages));
    let played = speaking(&desk, adapter);
    played.work(&desk);
    let states = [LineState::Accepted, LineState::Failed, LineState::Accepted];
    assert_eq!(desk.states(&batch), states);
    assert_eq!(played.memory(|memory| memory.submissions()), 1);
    assert_sound(&desk.core, "PAB");
}

/// The bank spoke of the first row while the file was a message before the instruction: it has
/// the wages, however it got them. Nothing of the file is failed, and nothing is sent again.
#[test]
fn a_late_misfit_takes_back_nothing_that_the_bank_said_meanwhile() {
    for (said, first) in [
        (Outcome::Accepted, LineState::Accepted),
        (Outcome::Paid, LineState::Paid),
    ] {
        let (desk, batch, played) = misfit(THIRD);
        let bytes = played.push_bytes(1, vec![row(&lines_of(&desk, 2)[0], said)]);
        let (core, keys, adapter) = (desk.core.clone(), keys_of(&desk), played.adapter());
        let comes = move || {
            receive(&core, adapter, &keys, MessageKind::Push, &bytes).unwrap();
        };
        played.memory(|memory| memory.before_step = Some(Box::new(comes)));
        played.step(&desk).unwrap();
        assert_eq!(desk.states(&batch), [first, LineState::Unknown], "{said:?}");
        let state = desk.core.desk().file(1).map(|file| file.state);
        assert_eq!(state, Some(FileState::AtBank), "{said:?}");
        for _ in 0..5 {
            let wait = played.work(&desk);
            desk.clock.advance(wait);
        }
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{said:?}");
        assert_eq!(desk.core.desk().files().count(), 1, "{said:?}");
        assert_sound(&desk.core, "PAB");
    }
}

/// An answer to a question that nobody can read is shown to the operator at once, once however
/// often it comes, and moves nothing; the next one that can be read counts.
#[test]
fn an_answer_to_a_question_that_nobody_can_read_is_listed_once() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.memory(|memory| {
            let next = memory.sent..memory.sent + 3;
            memory.faults = next.map(|number| (number, Fault::Gibberish)).collect();
        });
        for _ in 0..3 {
            desk.clock.advance(Duration::from_secs(3_600));
            played.step(&desk).unwrap();
            let found = breaks(&desk.core.desk());
            assert_eq!(found.len(), 1, "{place}: {found:?}");
            let expected = (BreakKind::MessageMismatch, "answer_unreadable");
            assert_eq!((found[0].kind, found[0].why.as_str()), expected, "{place}");
            assert_eq!(found[0].batch, Some(batch.batch), "{place}");
            assert_eq!(found[0].bank, Some(adapter.code()), "{place}");
        }
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        played.settle(&desk, 30);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A question is one, however many messages a dialect needs to ask it: the bank's number of
/// questions and the wait between them are about those.
#[test]
fn a_question_of_several_messages_counts_once() {
    let mut several = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        // Each conversation goes to its last message.
        played.says(|lines| {
            let reply = tests::bank::told(lines, &[Outcome::Accepted]);
            adapters::BankReply {
                batch: Some(Outcome::Paid),
                ..reply
            }
        });
        let before = played.memory(|memory| memory.sent);
        for asked in 1..=3 {
            desk.clock.advance(Duration::from_secs(3_600));
            played.step(&desk).unwrap();
            let queries = desk.core.desk().file(1).map(|file| file.queries);
            assert_eq!(queries, Some(asked), "{place}");
        }
        let messages = played.memory(|memory| memory.sent) - before;
        several += usize::from(messages > 3);
        // The same book from the journal.
        desk.core.wait_durable(desk.head()).unwrap();
        let again = desk.crash();
        let queries = again.core.desk().file(1).map(|file| file.queries);
        assert_eq!(queries, Some(3), "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(several >= 1, "some dialect asks in several messages");
}
