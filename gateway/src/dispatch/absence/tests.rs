#![allow(clippy::unwrap_used)]
//! Decision 010 in numbers: a question after a minute and each minute after, "not found" declared
//! definitive after some seconds.

use super::*;
use crate::dispatch::tests;

const RHYTHM: QueryPace = QueryPace {
    first_ms: 60_000,
    interval_ms: 60_000,
    count_max: 100,
    answer_limit_ms: 86_400_000,
};

/// A file whose instruction left at 0 and of which the bank knew nothing at these seconds.
fn denied_at(seconds: &[i64]) -> BankFile {
    BankFile {
        left_ms: Some(0),
        not_found_ms: seconds.iter().map(|second| second * 1_000).collect(),
        ..tests::file()
    }
}

/// Whether one more "not found" is definitive at a second, where the dialect declares so many.
fn is_final_at(file: &BankFile, second: i64, after_s: u64) -> bool {
    is_final(file, second * 1_000, after_s * 1_000, &RHYTHM, Pace::REAL)
}

#[test]
fn a_first_answer_is_never_definitive() {
    assert!(!is_final_at(&denied_at(&[]), 60, 50));
    assert!(!is_final_at(&denied_at(&[]), 1_000_000, 50));
    assert!(is_final_at(&denied_at(&[30]), 60, 50));
}

#[test]
fn two_answers_are_definitive_at_the_declared_time_and_not_before() {
    let file = denied_at(&[60]);
    assert!(!is_final_at(&file, 99, 100));
    assert!(is_final_at(&file, 100, 100));
    // Nothing declared is nothing waited for.
    assert!(is_final_at(&file, 61, 0));
}

#[test]
fn a_clock_that_jumps_witnesses_no_more_than_the_stated_wait() {
    // A day passes by the clock alone: two answers witness two minutes.
    assert!(!is_final_at(&denied_at(&[60]), 86_400, 121));
    assert!(is_final_at(&denied_at(&[60]), 86_400, 120));
    // Set back between two answers it witnesses nothing, and takes nothing away.
    assert!(!is_final_at(&denied_at(&[60, 10]), 130, 121));
    assert!(is_final_at(&denied_at(&[60, 10]), 130, 120));
}

#[test]
fn what_has_not_left_is_not_found_by_nobody() {
    let file = BankFile {
        left_ms: None,
        ..denied_at(&[60, 120])
    };
    assert!(!is_final_at(&file, 1_000, 50));
    assert!(!is_final(
        &denied_at(&[60]),
        i64::MAX,
        u64::MAX,
        &RHYTHM,
        Pace::REAL
    ));
}
