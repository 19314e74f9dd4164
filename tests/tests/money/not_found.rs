//! M1: the bank's definitive "not found" frees the corrections of all lines of a file. It is no
//! such word where the message itself speaks of rows.

use adapters::exchange::{LineOutcome, Outcome, ResultFile};
use gateway::dispatch::Bank;
use gateway::event::Origin;
use gateway::outcome::{Said, apply};
use schemas::LineState;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, release};
use tests::desk::{Desk, one_bank_a_dialect};

use std::sync::Arc;
use std::time::Duration;

use super::evidence::record;
use super::refusal::whole;

/// A batch of two lines whose instruction was lost on its way: nobody knows, and the bank never
/// said a word of it.
pub fn lost(desk: &Desk) -> gateway::intake::Receipt {
    let batch = release(desk, 2);
    let played = Played::new(desk);
    let talk = tests::talk::Talk::with(played.adapter());
    let messages = talk.submit(&talk.order).unwrap();
    let paying = messages.iter().position(|(out, _)| out.instructs).unwrap();
    played.memory(|memory| memory.faults.insert(paying, Fault::Lost));
    played.step(desk).unwrap();
    assert_eq!(
        desk.states(&batch),
        [LineState::Unknown; 2],
        "{}",
        desk.bank
    );
    batch
}

/// What a bank says beside its "not found".
const BESIDE: [(&str, Option<(u32, Outcome)>); 4] = [
    ("nothing", None),
    (
        "a row that it could not tell of",
        Some((1, Outcome::Unknown)),
    ),
    ("a row that it works on", Some((1, Outcome::Accepted))),
    ("a row that the file has not", Some((9, Outcome::Unknown))),
];

#[test]
fn a_not_found_with_rows_fails_nothing() {
    for adapter in one_bank_a_dialect() {
        for (what, beside) in BESIDE {
            let place = format!("{}: {what}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let batch = lost(&desk);
            let row = |(row_no, outcome)| LineOutcome {
                row_no: Some(row_no),
                ..record(&desk, 2, 1, outcome)
            };
            let answer = ResultFile {
                is_final: false,
                lines: beside.map(row).into_iter().collect(),
                ..whole(Outcome::NotFound, &[])
            };
            let said = Said::Result {
                result: &answer,
                not_found_is_final: true,
            };
            apply(&desk.core, 1, Origin::Result, None, said).unwrap();
            let failed = beside.is_none();
            let states = desk.states(&batch);
            assert_eq!(
                states[1] == LineState::Failed,
                failed,
                "{place}: {states:?}"
            );
            assert_eq!(
                states[0] == LineState::Failed,
                failed,
                "{place}: {states:?}"
            );
            assert_sound(&desk.core, &place);
        }
    }
}

/// Asks the bank for five hours, a minute a question, with these numbers of ours.
pub fn ask(desk: &Desk, played: Played, change: impl Fn(&mut String)) -> Played {
    let mut played = played;
    let known = &played.dispatcher.bank;
    let fields = known.fields.clone().into_iter().map(|(name, mut number)| {
        change(&mut number);
        (name, number)
    });
    let fields = fields.collect();
    played.dispatcher.bank = Arc::new(Bank {
        adapter: known.adapter,
        keys: known.keys.clone(),
        channel: Arc::clone(&known.channel),
        fields,
    });
    desk.clock.advance(Duration::from_secs(3_600));
    played.settle(desk, 300);
    played
}

/// The bank answers rightly that this customer has no such file: it is another customer's.
#[test]
fn a_not_found_under_other_numbers_than_the_instruction_fails_nothing() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if adapter.not_found_is_final_after_ms().is_none() {
            continue;
        }
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = lost(&desk);
        let other = |number: &mut String| *number = number.replace('1', "2");
        let played = ask(&desk, Played::new(&desk), other);
        let denied = desk.core.desk().file(1).unwrap().not_found_ms.len();
        assert!(denied > 2, "{place}: {denied}");
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        ask(&desk, played, |number| *number = number.replace('2', "1"));
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert_sound(&desk.core, place);
        seen += 1;
    }
    assert!(seen > 0);
}
