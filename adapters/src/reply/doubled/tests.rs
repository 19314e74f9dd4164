use super::refuse;
use crate::exchange::{LineOutcome, Outcome};
use crate::totals::Flaw;
use schemas::{AccountNo, FailureReason, Fen};

const FAILED: Outcome = Outcome::Failed(FailureReason::NameMismatch);

fn named(reference: &str, outcome: Outcome) -> LineOutcome {
    LineOutcome {
        reference: Some(reference.to_owned()),
        ..LineOutcome::of(outcome)
    }
}

fn payee(account: &str, fen: i64, outcome: Outcome) -> LineOutcome {
    LineOutcome {
        account: AccountNo::parse(account).ok(),
        amount: Some(Fen(fen)),
        ..LineOutcome::of(outcome)
    }
}

fn refused(mut lines: Vec<LineOutcome>) -> (Vec<Outcome>, Vec<Flaw>) {
    let flaws = refuse(&mut lines);
    (lines.iter().map(|line| line.outcome).collect(), flaws)
}

/// A text that is not our number: one line, or two that are called alike.
#[test]
fn a_reference_twice_is_unknown_whatever_is_said() {
    for other in [Outcome::Paid, FAILED, Outcome::Accepted] {
        let (a, b) = (named("A", Outcome::Paid), named("B", Outcome::Paid));
        let (outcomes, flaws) = refused(vec![a, b, named("A", other)]);
        let unknown = Outcome::Unknown;
        assert_eq!(outcomes, [unknown, Outcome::Paid, unknown]);
        assert_eq!(flaws, [Flaw::ReferenceTwice { first: 1, row: 3 }]);
    }
}

/// Our number says which line it is, and the same said twice is still true.
#[test]
fn a_number_goes_before_a_reference() {
    let numbered = |row_no, outcome| LineOutcome {
        row_no: Some(row_no),
        ..named("A", outcome)
    };
    let (outcomes, flaws) = refused(vec![numbered(2, Outcome::Paid), numbered(1, FAILED)]);
    assert_eq!((outcomes, flaws), (vec![Outcome::Paid, FAILED], vec![]));
    let (outcomes, flaws) = refused(vec![numbered(1, FAILED), numbered(1, FAILED)]);
    assert_eq!(outcomes, [FAILED, FAILED]);
    assert_eq!(flaws, [Flaw::RowTwice { row_no: 1 }]);
}

/// Nothing but account and amount: two wages may be alike, but nobody can tell which one failed.
#[test]
fn two_wages_of_one_account_are_unknown_where_their_outcomes_differ() {
    let (one, other) = ("6200000000000001511", "6200000000000001529");
    let paid = |account| payee(account, 100, Outcome::Paid);
    let (outcomes, flaws) = refused(vec![paid(one), paid(one), paid(other)]);
    assert_eq!((outcomes, flaws), (vec![Outcome::Paid; 3], vec![]));

    let (outcomes, flaws) = refused(vec![paid(one), paid(other), payee(one, 100, FAILED)]);
    let unknown = Outcome::Unknown;
    assert_eq!(outcomes, [unknown, Outcome::Paid, unknown]);
    assert_eq!(flaws, [Flaw::PayeeTwice { first: 1, row: 3 }]);

    let (outcomes, flaws) = refused(vec![paid(one), payee(one, 101, FAILED)]);
    assert_eq!((outcomes, flaws), (vec![Outcome::Paid, FAILED], vec![]));
}
