//! A bank refuses a whole file, and is asked about it once more: perhaps it refused a copy of what
//! it had taken (decision 024).

use super::bank::{Act, Played};
use super::desk::{Desk, LI, ZHANG, file};
use adapters::exchange::{Flaw, Outcome, Receipt, ResultFile};
use gateway::dispatch::Decision;
use gateway::event::Origin;
use gateway::outcome::{self, Said};
use gateway::reconcile::{BreakKind, breaks};
use schemas::{FailureReason, LineState};
use std::collections::BTreeMap;
use std::time::Duration;

/// The pace of Hua Xia Bank's questions, first and next (dialects/hxb_xhj/dialect.toml).
const MINUTE: Duration = Duration::from_secs(60);

/// A released file that left, and that the bank then refused as a whole. Hua Xia
/// Bank's dialect lists no code that refuses, so its word is put here as it is read elsewhere.
fn refused(acts: &[Act]) -> (Desk, Played, gateway::intake::Receipt) {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[&[Act::Silent], acts].concat());
    played.work(&desk);
    let receipt = Receipt {
        outcome: Outcome::Failed(FailureReason::RefusedByBank),
        bank_code: None,
        bank_text: None,
        references: BTreeMap::new(),
        lines: Vec::new(),
        flaws: Vec::new(),
    };
    let said = Said::Receipt(&receipt);
    outcome::apply(&desk.core, 1, Origin::Receipt, None, said).unwrap();
    assert_eq!(desk.states(&batch), [LineState::Failed]);
    (desk, played, batch)
}

fn queries(played: &Played) -> u32 {
    played.script.seen.lock().unwrap().queries
}

#[test]
fn a_refusal_is_asked_about_and_paid_disputes_the_line() {
    let paid = Act::Tell(vec![Outcome::Paid]);
    let (desk, played, batch) = refused(&[paid.clone(), paid]);
    // Not at once, and not before the bank's own pace.
    assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
    desk.clock.advance(MINUTE);
    played.work(&desk);
    assert_eq!(queries(&played), 1);
    // What the bank refused stays failed until two people have looked; nothing pays it meanwhile.
    assert_eq!(desk.states(&batch), [LineState::Failed]);
    let book = desk.core.desk();
    let lines = &book.batch(batch.batch).unwrap().lines;
    assert!(lines.iter().all(|line| line.disputed.is_some()));
}

#[test]
fn a_refusal_that_stands_is_asked_about_twice_and_changes_nothing() {
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let (desk, played, batch) = refused(&[Act::Silent, Act::Tell(vec![failed])]);
    for asked in [1, 2, 2, 2] {
        desk.clock.advance(MINUTE);
        played.work(&desk);
        assert_eq!(queries(&played), asked);
    }
    assert_eq!(desk.states(&batch), [LineState::Failed]);
    let book = desk.core.desk();
    let lines = &book.batch(batch.batch).unwrap().lines;
    assert!(lines.iter().all(|line| line.disputed.is_none()));
    assert_eq!(played.script.seen.lock().unwrap().submissions.len(), 1);
}

#[test]
fn a_refusal_of_yesterday_is_not_asked_about_after_a_restart() {
    let (desk, played, _) = refused(&[]);
    desk.clock.advance(Duration::from_secs(25 * 3_600));
    let desk = desk.crash();
    assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
}

#[test]
fn a_restart_asks_no_more_often() {
    let (desk, played, _) = refused(&[Act::Silent]);
    desk.clock.advance(MINUTE);
    played.work(&desk);
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    assert_eq!(desk.core.desk().file(1).unwrap().asked_since_refusal, 1);
}

/// What becomes of two lines that the bank calls failed as a whole, without a row, and what is
/// listed of its message.
fn failed_as_a_whole(
    reason: FailureReason,
    failed_count: Option<i64>,
    flaws: Vec<Flaw>,
) -> (Vec<LineState>, Vec<String>) {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG, LI]));
    Played::new(&desk, &[Act::Silent]).work(&desk);
    let totals = failed_count.map(|count| ("failed_count".to_owned(), count));
    let result = ResultFile {
        outcome: Outcome::Failed(reason),
        of_whole: true,
        knows_file: true,
        answered: true,
        is_final: true,
        failures_only: false,
        bank_code: None,
        bank_text: None,
        references: BTreeMap::new(),
        lines: Vec::new(),
        totals: totals.into_iter().collect(),
        flaws,
    };
    let said = Said::Result {
        result: &result,
        not_found_is_final: false,
    };
    outcome::apply(&desk.core, 1, Origin::Result, None, said).unwrap();
    let listed = breaks(&desk.core.desk()).into_iter();
    let listed = listed.filter(|found| found.kind == BreakKind::MessageMismatch);
    (desk.states(&batch), listed.map(|found| found.why).collect())
}

/// A wage that counts as failed may be paid again by a correction: a refusal of fewer lines than
/// the file has, or beside which something is paid, is believed of none.
#[test]
fn a_refusal_that_says_less_than_all_is_of_no_line() {
    let (refused, unknown) = ([LineState::Failed; 2], [LineState::Unknown; 2]);
    let reason = FailureReason::RefusedByBank;
    for (failed_count, states, listed) in [
        (None, refused, None),
        (Some(2), refused, None),
        (
            Some(1),
            unknown,
            Some("failed_count_not_of_file: 1 stated, 2 counted"),
        ),
        (
            Some(0),
            unknown,
            Some("failed_count_not_of_file: 0 stated, 2 counted"),
        ),
    ] {
        let said = failed_as_a_whole(reason, failed_count, Vec::new());
        let listed: Vec<String> = listed.into_iter().map(str::to_owned).collect();
        assert_eq!(said, (states.to_vec(), listed), "{failed_count:?}");
    }
    let paid = Flaw::Count {
        total: "paid_count",
        stated: 1,
        counted: 0,
    };
    let listed = vec!["paid_count_not_of_rows: 1 stated, 0 counted".to_owned()];
    let said = failed_as_a_whole(reason, Some(2), vec![paid]);
    assert_eq!(said, (unknown.to_vec(), listed));
}

/// Whether a bank counts what was cancelled or expired among its failures is public of none.
#[test]
fn what_was_cancelled_or_expired_need_not_be_among_the_failed() {
    for reason in [FailureReason::CancelledAtBank, FailureReason::ExpiredAtBank] {
        for failed_count in [0, 1, 2] {
            let said = failed_as_a_whole(reason, Some(failed_count), Vec::new());
            assert_eq!(said, (vec![LineState::Failed; 2], vec![]), "{failed_count}");
        }
    }
}
