//! What a message states of the whole, and the order of its rows.

use super::Verdict::{self, Pass, Skip};
use adapters::BankReply;
use adapters::exchange::{Flaw, LineOutcome, Outcome};
use schemas::FailureReason;
use std::collections::BTreeMap;
use tests::talk::Talk;

const FAILED: Outcome = Outcome::Failed(FailureReason::AccountClosed);

/// What the four lines of the played order make: 5,010.10, 5,020.19, 5,030.28 and 5,040.37 yuan,
/// of which the second and the last failed.
const ALL: (i64, i64) = (4, 2_010_094);
const PAID: (i64, i64) = (2, 1_004_038);
const REFUSED: (i64, i64) = (2, 1_006_056);

/// Every total by its name, right.
const RIGHT: [(&str, i64); 6] = [
    ("count", ALL.0),
    ("amount_fen", ALL.1),
    ("paid_count", PAID.0),
    ("paid_fen", PAID.1),
    ("failed_count", REFUSED.0),
    ("failed_fen", REFUSED.1),
];

fn reply(talk: &Talk, totals: BTreeMap<String, i64>) -> BankReply {
    BankReply {
        batch: Some(Outcome::Paid),
        totals,
        ..BankReply::result(talk.told(&[Outcome::Paid, FAILED]))
    }
}

/// What a message states, has against itself and says of its lines: of a result or a push.
type Said = (BTreeMap<String, i64>, Vec<Flaw>, Vec<LineOutcome>);

fn said(talk: &Talk, push: bool, reply: &BankReply) -> Said {
    if push {
        let push = talk.adapter.decode_push(&talk.pushed(reply), &talk.keys);
        let push = push.unwrap();
        return (push.totals, push.flaws, push.lines);
    }
    let result = talk.adapter.decode_result(&talk.answer(reply), &talk.keys);
    let result = result.unwrap();
    (result.totals, result.flaws, result.lines)
}

/// Every total that a dialect states, off by one: told with both values, and no line is lost or
/// changed by it. Rows without amounts bear no sum out: the gateway holds it against the file.
pub fn decode_wrong_totals(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip("one line a file: there are no rows to be told apart");
    }
    let mut stated = 0;
    for push in [false, true] {
        let (totals, flaws, lines) = said(talk, push, &reply(talk, BTreeMap::new()));
        assert_eq!(flaws, [], "{code} {push}");
        for (name, right) in RIGHT
            .into_iter()
            .filter(|(name, _)| totals.contains_key(*name))
        {
            stated += 1;
            assert_eq!(totals[name], right, "{code} {push} {name}");
            for off in [-1, 1] {
                let wrong = BTreeMap::from([(name.to_owned(), right + off)]);
                let (_, flaws, told) = said(talk, push, &reply(talk, wrong));
                // What a list of failures leaves out is held against the file, not against itself.
                if talk.adapter.capability().failures_only && !name.starts_with("failed") {
                    assert_eq!(
                        (flaws, told),
                        (vec![], lines.clone()),
                        "{code} {push} {name}"
                    );
                    continue;
                }
                let expected = match name.ends_with("_fen") {
                    true => Flaw::Sum {
                        total: name,
                        stated: right + off,
                        counted: right,
                    },
                    false => Flaw::Count {
                        total: name,
                        stated: right + off,
                        counted: right,
                    },
                };
                let silent = name.ends_with("_fen") && lines[0].amount.is_none();
                let expected: &[Flaw] = if silent { &[] } else { &[expected] };
                assert_eq!(flaws, expected, "{code} {push} {name}");
                assert_eq!(told, lines, "{code} {push} {name}");
            }
        }
    }
    match stated {
        0 => Skip("neither its results nor its pushes state totals"),
        _ => Pass,
    }
}

/// The rows of a result or a push in another order: the same of each line.
pub fn decode_rows_in_another_order(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip("one line a file: there are no rows to be told apart");
    }
    for push in [false, true] {
        let straight = reply(talk, BTreeMap::new());
        let (totals, _, mut expected) = said(talk, push, &straight);
        let mut backwards = straight.clone();
        backwards.lines.reverse();
        let mut turned = straight;
        turned.lines.rotate_left(1);
        expected.sort_by_key(|line| line.row_no);
        for changed in [backwards, turned] {
            let (stated, flaws, mut told) = said(talk, push, &changed);
            assert_ne!(told[0].row_no, Some(1), "{code} {push}");
            told.sort_by_key(|line| line.row_no);
            assert_eq!(
                (stated, told),
                (totals.clone(), expected.clone()),
                "{code} {push}"
            );
            assert_eq!(flaws, [], "{code} {push}");
        }
    }
    Pass
}
