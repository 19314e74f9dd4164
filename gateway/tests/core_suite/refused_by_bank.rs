//! A bank refuses a whole file, and is asked about it once more: perhaps it refused a copy of what
//! it had taken (decision 024).

use super::bank::{Act, Played};
use super::desk::{Desk, ZHANG, file};
use adapters::exchange::{Outcome, Receipt};
use gateway::dispatch::Decision;
use gateway::event::Origin;
use gateway::outcome::{self, Said};
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
