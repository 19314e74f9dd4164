//! One wage twice in a batch, once as a correction.

use super::*;
use schemas::LineState;

const WAGE: (u64, i64) = (7, 100_000);

/// A journal of before the intake knew of it has such batches: their approver is asked.
#[test]
fn the_approver_of_a_wage_that_stands_twice_is_asked() {
    for (corrects, asked) in [(true, true), (false, false)] {
        let mut book = Book::default();
        let first = accepted(&mut book, &Sheet::of(&[WAGE]));
        let failed = &mut book.batches.get_mut(&first).unwrap().lines[0];
        failed.state = LineState::Failed;
        let mut sheet = Sheet::of(&[WAGE, WAGE]);
        if corrects {
            sheet.corrects.push((1, payment(first, 1)));
        }
        let id = accepted(&mut book, &sheet);
        assert_eq!(book.is_elsewhere(batch(&book, id)), asked);
    }
}
