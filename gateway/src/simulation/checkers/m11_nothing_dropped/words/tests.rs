//! Which state says what a bank's word says, written down by hand from INTERFACE section 4.

use super::*;

/// Rows: words. Columns: whether a line in that state says the same; no other state does.
const SAYS: [(Outcome, &[LineState]); 8] = [
    (Outcome::Paid, &[LineState::Paid, LineState::Returned]),
    (
        Outcome::Failed(FailureReason::Duplicate),
        &[LineState::Unknown],
    ),
    (
        Outcome::Failed(FailureReason::AccountClosed),
        &[LineState::Failed],
    ),
    (
        Outcome::Failed(FailureReason::RefusedByBank),
        &[LineState::Failed],
    ),
    (Outcome::Accepted, &[LineState::Accepted]),
    (Outcome::Returned, &[LineState::Returned]),
    (Outcome::Unknown, &[LineState::Unknown]),
    (Outcome::NotFound, &LineState::ALL),
];

#[test]
fn a_state_agrees_with_a_word_only_where_it_says_as_much() {
    for (outcome, says) in SAYS {
        for state in LineState::ALL {
            assert_eq!(
                agrees(outcome, state),
                says.contains(&state),
                "{outcome:?} {state}"
            );
        }
    }
}
