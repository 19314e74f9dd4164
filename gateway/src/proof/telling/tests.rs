#![allow(clippy::unwrap_used, clippy::expect_used)]
//! What pieces say, record by record, written as `schemas/journal/PROOF.md` has them.

use super::*;

/// The row of line 1: index, row, line number, refused or not, then 650.00 yuan.
fn row(is_refused: bool) -> String {
    let refused = if is_refused { "01000000" } else { "00000000" };
    let (one, fen) = ("01000000", "e8fd000000000000");
    format!("row={one}{one}{one}{refused}{fen},{}", "a".repeat(64))
}

/// What records come to; the last one's fault where there is any.
fn told(records: &[&[&str]]) -> Result<Telling, Untold> {
    let mut telling = Telling::of(PaymentId::parse("B20261128-7.1").unwrap());
    for record in records {
        let pieces = Pieces::read(record.iter().copied()).unwrap();
        telling.take(&pieces)?;
    }
    Ok(telling)
}

const BATCH: &str = "batch=\"B20261128-7\"";

#[test]
fn a_withdrawal_cancels_what_was_held_and_leaves_a_refused_line_refused() {
    for (is_refused, state) in [(false, LineState::Cancelled), (true, LineState::Refused)] {
        let row = row(is_refused);
        let telling = told(&[
            &["event=\"batch_lines\"", "opened=7", &row],
            &["event=\"batch_accepted\"", BATCH],
            &["event=\"batch_withdrawn\"", BATCH],
        ]);
        let telling = telling.unwrap();
        assert_eq!(
            (telling.state, telling.amount_fen),
            (Some(state), Some(65_000))
        );
    }
    // What left is not taken back so.
    let twice = ["event=\"batch_withdrawn\"", BATCH];
    let row = row(false);
    let lines = ["event=\"batch_lines\"", "opened=7", &row];
    assert_eq!(told(&[&lines, &twice]).unwrap_err(), Untold::OffTheMachine);
}
