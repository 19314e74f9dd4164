#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! The machine as a table that people read, and the contract's sentences about it.

use super::*;
use Applied::{Moved, Refused, Repeated};
use LineEvent as E;
use LineState as S;
use std::fmt::Write;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/line_state.golden.txt");

fn word(applied: Applied) -> String {
    match applied {
        Moved(state) => state.to_string(),
        Repeated => "=".to_owned(),
        Refused(Why::TooEarly) => "early".to_owned(),
        Refused(Why::TooLate) => "late".to_owned(),
        Refused(Why::Contradiction) => "CONTRA".to_owned(),
    }
}

fn table(disputed: bool) -> String {
    let mut text = format!("{:<10}", "");
    for event in E::ALL {
        write!(text, " {:<14}", event.as_str()).unwrap();
    }
    text.truncate(text.trim_end().len());
    for state in S::ALL {
        write!(text, "\n{state:<10}").unwrap();
        for event in E::ALL {
            write!(text, " {:<14}", word(apply(state, disputed, event))).unwrap();
        }
        text.truncate(text.trim_end().len());
    }
    text + "\n"
}

fn golden() -> String {
    format!(
        "States (rows) and events (columns) of a line. A word is the state that follows, = stays\n\
         with nothing to write; early, late and CONTRA are refused: not yet instructed, past it,\n\
         and a bank that contradicts a final state.\n\n\
         Ordinary lines\n\n{}\nDisputed lines\n\n{}",
        table(false),
        table(true)
    )
}

#[test]
fn the_machine_is_that_of_the_golden_file() {
    let now = golden();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(GOLDEN, &now).unwrap();
    }
    let blessed = std::fs::read_to_string(GOLDEN).unwrap();
    assert!(now == blessed, "now:\n{now}\nblessed:\n{blessed}");
}

/// The states that an ordinary line can reach from `state` in one move.
fn next(state: S) -> Vec<S> {
    let mut reached: Vec<_> = E::ALL
        .into_iter()
        .filter_map(|event| match apply(state, false, event) {
            Moved(next) => Some(next),
            Repeated | Refused(_) => None,
        })
        .collect();
    reached.sort();
    reached.dedup();
    reached
}

#[test]
fn the_moves_are_those_of_the_contract_and_no_others() {
    assert_eq!(next(S::Held), [S::Released, S::Cancelled]);
    assert_eq!(next(S::Released), [S::Intended, S::Cancelled]);
    assert_eq!(
        next(S::Intended),
        [S::Released, S::Accepted, S::Paid, S::Failed, S::Unknown]
    );
    assert_eq!(next(S::Accepted), [S::Paid, S::Failed, S::Unknown]);
    assert_eq!(next(S::Unknown), [S::Accepted, S::Paid, S::Failed]);
    assert_eq!(next(S::Paid), [S::Returned]);
    for state in [S::Failed, S::Returned, S::Cancelled, S::Refused] {
        assert_eq!(next(state), [], "{state}");
    }
}

#[test]
fn what_may_have_been_sent_is_never_sent_again() {
    // M1: from no state after the intent, but a certain "not sent", leads a way to an intent.
    let mut from_intended = vec![S::Accepted, S::Paid, S::Failed, S::Unknown];
    let mut at = 0;
    while let Some(state) = from_intended.get(at).copied() {
        for disputed in [false, true] {
            for event in E::ALL {
                if let Moved(next) = apply(state, disputed, event)
                    && !from_intended.contains(&next)
                {
                    from_intended.push(next);
                }
            }
        }
        at += 1;
    }
    for state in [S::Held, S::Released, S::Intended, S::Cancelled, S::Refused] {
        assert!(!from_intended.contains(&state), "{state}");
    }
    assert_eq!(apply(S::Unknown, false, E::NotSent), Refused(Why::TooLate));
    assert_eq!(apply(S::Unknown, true, E::Intend), Refused(Why::TooLate));
}

#[test]
fn cancelled_only_before_intended() {
    for state in S::ALL {
        let can = matches!(apply(state, false, E::Cancel), Moved(S::Cancelled));
        assert_eq!(can, matches!(state, S::Held | S::Released), "{state}");
    }
}

#[test]
fn a_return_comes_after_paid() {
    for state in [S::Intended, S::Accepted, S::Unknown] {
        assert_eq!(apply(state, false, E::Return), Refused(Why::TooEarly));
        assert_eq!(apply(state, false, E::Pay), Moved(S::Paid));
    }
    assert_eq!(apply(S::Paid, false, E::Return), Moved(S::Returned));
    assert_eq!(apply(S::Returned, false, E::Return), Repeated);
    assert_eq!(apply(S::Returned, false, E::Pay), Refused(Why::TooLate));
}

#[test]
fn a_bank_that_contradicts_a_final_state_is_told_apart_from_a_late_answer() {
    assert_eq!(apply(S::Paid, false, E::Fail), Refused(Why::Contradiction));
    assert_eq!(apply(S::Failed, false, E::Pay), Refused(Why::Contradiction));
    assert_eq!(
        apply(S::Failed, false, E::Return),
        Refused(Why::Contradiction)
    );
    assert_eq!(
        apply(S::Returned, false, E::Fail),
        Refused(Why::Contradiction)
    );
    for state in [S::Paid, S::Failed, S::Returned] {
        assert_eq!(apply(state, false, E::Accept), Refused(Why::TooLate));
        assert_eq!(apply(state, false, E::LoseTrack), Refused(Why::TooLate));
    }
}

#[test]
fn a_resolution_is_of_unknown_or_disputed_lines_and_sets_an_outcome() {
    for (event, outcome) in [(E::ResolvePaid, S::Paid), (E::ResolveFailed, S::Failed)] {
        for state in S::ALL {
            // A bank may report a line that we hold to be unsent, not answered yet or withdrawn.
            let approved = !matches!(state, S::Held | S::Refused);
            let moves = |disputed| apply(state, disputed, event) == Moved(outcome);
            assert_eq!(moves(false), state == S::Unknown, "{state}");
            assert_eq!(moves(true), approved, "{state}");
        }
    }
}

#[test]
fn a_dispute_opens_nothing_but_a_resolution_and_bars_the_intent() {
    for state in S::ALL {
        for event in E::ALL {
            let changes = matches!(event, E::ResolvePaid | E::ResolveFailed | E::Intend);
            if !changes {
                assert_eq!(apply(state, true, event), apply(state, false, event));
            }
        }
        // A bank reported it already: instructed now, it might be paid twice.
        assert!(
            !matches!(apply(state, true, E::Intend), Moved(_)),
            "{state}"
        );
    }
}

#[test]
fn the_same_event_again_changes_nothing() {
    let once = [E::Intend, E::ResolvePaid, E::ResolveFailed];
    for state in S::ALL {
        for event in E::ALL.into_iter().filter(|event| !once.contains(event)) {
            if let Moved(next) = apply(state, false, event) {
                assert_eq!(apply(next, false, event), Repeated, "{state} {event:?}");
            }
        }
    }
    // A second intent is no repetition: it would be a second instruction.
    assert_eq!(apply(S::Intended, false, E::Intend), Refused(Why::TooLate));
}

#[test]
fn words_are_those_of_the_contract() {
    let iso = [
        "RCVD", "ACTC", "ACSP", "ACSP", "ACSC", "RJCT", "PDNG", "ACSC", "CANC", "RJCT",
    ];
    assert_eq!(S::ALL.map(S::iso_status), iso);
    for state in S::ALL {
        assert_eq!(S::parse(state.as_str()), Some(state));
        assert_eq!(next(state).is_empty() || state == S::Paid, state.is_final());
    }
    for reason in FailureReason::ALL {
        assert_eq!(FailureReason::parse(reason.as_str()), Some(reason));
    }
    assert_eq!(S::parse("PAID"), None);
    assert_eq!(FailureReason::parse(""), None);
}

#[test]
fn every_word_of_the_golden_file_is_read_back() {
    let golden = std::fs::read_to_string(GOLDEN).unwrap();
    let mut lines = golden.lines().skip_while(|line| *line != "Ordinary lines");
    let head = lines.nth(2).unwrap();
    let events: Vec<Option<E>> = head.split_whitespace().map(E::parse).collect();
    assert_eq!(events, E::ALL.map(Some));
    let rows = lines.take(S::ALL.len());
    let states: Vec<Option<S>> = rows
        .map(|row| S::parse(row.split_whitespace().next().unwrap()))
        .collect();
    assert_eq!(states, S::ALL.map(Some));
    for word in ["", "Paid", "paid ", "pays"] {
        assert_eq!((S::parse(word), E::parse(word)), (None, None), "{word:?}");
    }
}

#[test]
fn people_read_a_state_in_their_language() {
    use crate::Lang::{En, Zh};
    assert_eq!((S::Paid.text(Zh), S::Paid.text(En)), ("已支付", "paid"));
    assert_eq!(S::Unknown.text(Zh), "支付不明");
    assert_eq!(S::Accepted.text(En), "accepted by the bank");
}
