#![allow(clippy::unwrap_used)]
//! M12: evidence first, and after three questions in a row the turn of what is to leave.

use super::*;

const QUESTION: Decision = Decision::Query { file_no: 1 };
const FOR_RETURNS: Decision = Decision::AskReturns { file_no: 2 };

#[test]
fn questions_go_first_until_three_went_in_a_row() {
    let mut turn = Turn::default();
    for question in [QUESTION, FOR_RETURNS, QUESTION] {
        assert!(
            !turn.is_of_submission(),
            "a question that is due goes first"
        );
        turn.take(&question);
    }
    assert!(
        turn.is_of_submission(),
        "a fourth question would be before a submission"
    );
}

#[test]
fn a_submission_ends_the_row_and_what_needs_no_bank_does_not() {
    let mut turn = Turn::default();
    [QUESTION, QUESTION, QUESTION]
        .iter()
        .for_each(|one| turn.take(one));
    turn.take(&Decision::Abandon {
        file_no: 3,
        why: "bank_day_over",
    });
    turn.take(&Decision::Wait {
        wait: std::time::Duration::from_secs(1),
    });
    assert!(turn.is_of_submission(), "nothing has left since");
    turn.take(&Decision::Resend { file_no: 4 });
    assert!(!turn.is_of_submission(), "its turn was taken");
}

#[test]
fn what_came_to_nothing_is_put_off_for_its_time_and_nothing_else_is() {
    let mut turn = Turn::default();
    let (file, other) = (Work::File(1), Work::File(2));
    turn.put_off(file, 1_000);
    turn.put_off(Work::Returns(1), 2_000);
    assert_eq!(turn.off_until(file, 2_000), Some(61_000), "a minute");
    let until_ms = turn.off_until(Work::Returns(1), 2_000);
    assert_eq!(until_ms, Some(3_602_000), "an hour");
    assert_eq!(turn.off_until(other, 2_000), None);
    assert_eq!(turn.off_until(file, 60_999), Some(61_000));
    assert_eq!(turn.off_until(file, 61_000), None);
    // The clock was set back: it is no longer put off than it ever is.
    assert_eq!(turn.off_until(file, 999), None);
    // What is over is forgotten.
    turn.put_off(other, 61_000);
    let left: Vec<Work> = turn.put_off.into_keys().collect();
    assert_eq!(left, [other, Work::Returns(1)]);
}

#[test]
fn each_decision_is_work_on_what_it_names() {
    let batch = BatchId::parse("B20261123-42").unwrap();
    let bank_date = time::macros::date!(2026 - 11 - 23);
    let wait = std::time::Duration::from_secs(1);
    for (decision, work) in [
        (QUESTION, Some(Work::File(1))),
        (FOR_RETURNS, Some(Work::Returns(2))),
        (Decision::Resend { file_no: 3 }, Some(Work::File(3))),
        (Decision::Plan { batch, bank_date }, Some(Work::Plan(batch))),
        (Decision::Wait { wait }, None),
    ] {
        assert_eq!(Work::of(&decision), work, "{decision:?}");
    }
}
