//! M1: what the bank says by itself while a message of ours is under way, also where it moves
//! nothing: a refusal that crosses it is not the bank's last word, and frees no correction.

use adapters::exchange::{Crypto, LineOutcome, Outcome, Receipt, ResultFile};
use gateway::event::{Event, Origin};
use gateway::keys::BankKeys;
use gateway::outcome::{MessageKind, Said, Source, apply, apply_from, read_again, receive};
use schemas::{LineEvent, LineState};
use std::sync::{Arc, Mutex};
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, keys_of, release, row};
use tests::desk::{Desk, one_bank_a_dialect};

use super::evidence::{REFUSED, answer, disputed, pushed, receipt, record, resolve};
use super::gate::lines_of;
use super::not_found::{ask, lost};
use super::refusal::whole;

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

/// A record that names a file which is none of ours, or none.
fn stray(desk: &Desk, file_no: Option<u64>) -> Event {
    Event::Unmatched {
        bank: desk.bank,
        message: 0,
        place: 0,
        file_no,
        why: "no_such_file".to_owned(),
        reported_fen: None,
        of_whole: false,
        expected_fen: None,
        said: 0,
    }
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

/// What the bank sent meanwhile nobody can read, or it names no file of ours: it may be the very
/// "processing" that crosses the refusal.
#[test]
fn a_refusal_that_crosses_what_nobody_understands_fails_nothing() {
    for adapter in one_bank_a_dialect() {
        for crosses in ["unread", "no file", "no such file"] {
            let place = format!("{} {crosses}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            let asked_at = asked(&desk, false);
            if crosses == "unread" {
                let (bytes, keys) = (b"nobody can read this", played.keys());
                receive(&desk.core, adapter, keys, MessageKind::Push, bytes).unwrap();
            } else {
                let file_no = (crosses == "no such file").then_some(42);
                desk.core.record("t", stray(&desk, file_no).into()).unwrap();
            }
            refused(&desk, asked_at);
            assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
            assert_eq!(disputed(&desk, &batch), [false; 2], "{place}");
            assert_sound(&desk.core, &place);
            refused(&desk, asked(&desk, false));
            assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// While the instruction leaves the bank says that it works on one row, and its receipt refuses the
/// other one: that refusal is not believed, and the row is not under way any more. It is asked
/// about, and two people may decide it.
#[test]
fn a_receipt_leaves_no_line_under_way() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 2);
        let played = Played::new(&desk);
        let rows = [Outcome::Accepted, REFUSED];
        let rows = [1, 2].map(|row| record(&desk, 2, row, rows[row as usize - 1]));
        let bytes = played.push_bytes(1, vec![rows[0].clone()]);
        let (core, keys) = (desk.core.clone(), keys_of(&desk));
        let states = Arc::new(Mutex::default());
        let (told, id) = (Arc::clone(&states), batch.batch);
        let comes = move || {
            receive(&core, adapter, &keys, MessageKind::Push, &bytes).unwrap();
            let (asked_at, is_crossed) = {
                let book = core.desk();
                let file = book.file(1).unwrap();
                (file.asked_at, file.pushed_at > file.asked_at)
            };
            let source = Source {
                origin: Origin::Receipt,
                message: None,
                asked_at: Some(asked_at),
                came: None,
            };
            let receipt = Receipt {
                lines: rows.to_vec(),
                ..receipt(Outcome::Accepted)
            };
            apply_from(&core, 1, source, Said::Receipt(&receipt)).unwrap();
            let book = core.desk();
            let lines = &book.batch(id).unwrap().lines;
            let states = lines.iter().map(|line| line.state).collect();
            *told.lock().unwrap() = is_crossed.then_some::<Vec<LineState>>(states);
        };
        played.memory(|memory| memory.before_instruction = Some(Box::new(comes)));
        played.step(&desk).unwrap();
        let Some(states) = states.lock().unwrap().take() else {
            continue;
        };
        seen += 1;
        let expected = [LineState::Accepted, LineState::Unknown];
        assert_eq!(states, expected, "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(seen > 10, "{seen}");
}

/// Two people decided that a line failed over the bank's "not found". Later it says of the row that
/// it knows it, and not what became of it: another word, which stops the correction.
#[test]
fn what_two_people_decided_over_silences_no_other_word() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if adapter.not_found_is_final_after_ms().is_none() {
            continue;
        }
        seen += 1;
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _) = at_bank(&desk, 2);
        let denies = ResultFile {
            bank_code: Some("E404".to_owned()),
            ..whole(Outcome::NotFound, &[])
        };
        let said = Said::Result {
            result: &denies,
            not_found_is_final: true,
        };
        apply(&desk.core, 1, Origin::Result, None, said).unwrap();
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
        for row in [1, 2] {
            resolve(&desk, &batch, row, LineEvent::ResolveFailed);
        }
        // The same word again is none; of a row the bank knows it is another one.
        apply(&desk.core, 1, Origin::Result, None, said).unwrap();
        assert_eq!(disputed(&desk, &batch), [false; 2], "{place}");
        let knows = LineOutcome {
            bank_code: Some("77".to_owned()),
            ..record(&desk, 2, 1, Outcome::Unknown)
        };
        pushed(&desk, &[knows]);
        assert!(disputed(&desk, &batch)[0], "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(seen > 0);
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
