//! M1: what the bank says by itself while a message of ours is under way, also where it moves
//! nothing: a refusal that crosses it is not the bank's last word, and frees no correction.

use adapters::exchange::{Crypto, Outcome};
use gateway::event::Event;
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, read_again, receive};
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, keys_of, release, row};
use tests::desk::{Desk, one_bank_a_dialect};

use super::evidence::{REFUSED, answer, disputed, record};
use super::gate::lines_of;
use super::not_found::{ask, lost};

/// A question about the first file leaves. Gives its record.
fn asked(desk: &Desk, continues: bool) -> u64 {
    let leaves = Event::MessageLeaving {
        file_no: 1,
        step: "query".to_owned(),
        instructs: false,
        digest: gateway::sha256_hex(b""),
        signature: None,
        continues,
        returns: false,
    };
    desk.core.record("t", leaves.into()).unwrap()
}

/// The bank pushes a word about the first row. Gives whether its message names the file.
fn pushes(desk: &Desk, played: &Played, outcome: Outcome) -> bool {
    let said = vec![row(&lines_of(desk, 2)[0], outcome)];
    let bytes = played.push_bytes(1, said);
    let (adapter, keys) = (played.adapter(), played.keys());
    let before = desk.head();
    let got = receive(&desk.core, adapter, keys, MessageKind::Push, &bytes).unwrap();
    assert!(got.sequence > before, "a new message");
    let (_, event) = desk.core.event(got.sequence).unwrap();
    matches!(
        event,
        Event::BankMessage {
            file_no: Some(1),
            ..
        }
    )
}

fn refused(desk: &Desk, asked_at: u64) {
    let rows = [1, 2].map(|row| record(desk, 2, row, REFUSED));
    answer(desk, asked_at, &rows);
}

/// The bank says again that it works on a row, between our question and its answer.
#[test]
fn a_refusal_that_crosses_the_same_word_again_fails_nothing() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        let asked_at = asked(&desk, false);
        if !pushes(&desk, &played, Outcome::Accepted) {
            continue;
        }
        seen += 1;
        // A page of the same question leaves: the answer may be of the first one.
        asked(&desk, true);
        refused(&desk, asked_at);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        assert_eq!(disputed(&desk, &batch), [false; 2], "{place}");
        assert_sound(&desk.core, place);
        // What it answers to a younger question counts.
        refused(&desk, asked(&desk, false));
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(seen > 10, "{seen}");
}

/// A refusal came that nobody could read, and the bank answered a later question that it works on
/// the lines: it is the older word, whenever it can be read.
#[test]
fn a_refusal_from_before_the_last_answer_fails_nothing() {
    let mut keyed = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let rows = lines_of(&desk, 2)
            .iter()
            .map(|line| row(line, REFUSED))
            .collect();
        let bytes = played.push_bytes(1, rows);
        let none = BankKeys::default();
        receive(&desk.core, adapter, &none, MessageKind::Push, &bytes).unwrap();
        if desk.states(&batch) != [LineState::Accepted; 2] {
            // It needs no key to be read.
            continue;
        }
        keyed += 1;
        let works = [1, 2].map(|row| record(&desk, 2, row, Outcome::Accepted));
        answer(&desk, asked(&desk, false), &works);
        let keys: &dyn Crypto = played.keys();
        assert_eq!(
            read_again(&desk.core, &|_| Some((adapter, keys))).unwrap(),
            1,
            "{place}"
        );
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        refused(&desk, asked(&desk, false));
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(keyed >= 2, "some dialect signs or seals its pushes");
}

/// The instruction is delivered twice on its way: the bank speaks of the first copy, and refuses
/// the second one as a whole. The row of which it said nothing may be paid by the first copy.
#[test]
fn a_refusal_of_the_whole_that_crosses_a_word_about_a_row_fails_no_other_row() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        for first in [Outcome::Accepted, Outcome::Unknown, REFUSED] {
            let place = format!("{} {first:?}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let batch = release(&desk, 2);
            let played = Played::new(&desk);
            let said = vec![row(&lines_of(&desk, 2)[0], first)];
            let bytes = played.push_bytes(1, said);
            let (core, keys) = (desk.core.clone(), keys_of(&desk));
            let comes = move || {
                receive(&core, adapter, &keys, MessageKind::Push, &bytes).unwrap();
            };
            played.memory(|memory| {
                memory.receipt = Some(REFUSED);
                memory.before_instruction = Some(Box::new(comes));
            });
            played.step(&desk).unwrap();
            let named = desk.core.desk().file(1).unwrap().pushed_at > 0;
            if !named {
                continue;
            }
            seen += 1;
            assert_ne!(desk.states(&batch)[1], LineState::Failed, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
    assert!(seen > 20, "{seen}");
}

/// The answer to a question breaks off: it may have been "accepted". What the bank's machines deny
/// for hours afterwards fails nothing, and the answer is listed.
#[test]
fn not_found_is_not_believed_behind_an_answer_that_broke_off() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if adapter.not_found_is_final_after_ms().is_none() {
            continue;
        }
        seen += 1;
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = lost(&desk);
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults.insert(memory.sent, Fault::BrokenOff));
        let played = ask(&desk, played, |_| {});
        assert!(played.memory(|memory| memory.sent) > 3, "{place}");
        let denied = desk.core.desk().file(1).unwrap().not_found_ms.len();
        assert!(denied > 2, "{place}: {denied}");
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        let listed = desk.core.desk().unmatched().to_vec();
        let unreadable = listed.iter().filter(|one| one.why == "answer_unreadable");
        assert_eq!(unreadable.count(), 1, "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(seen > 0);
}
