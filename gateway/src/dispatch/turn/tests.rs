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
