//! M1, M2, M5, M11, M14 on a scripted bank: what is sent, when, and what it makes of answers.

use super::bank::{Act, Played, pushes_paid};
use super::desk::{Desk, LI, ZHANG, file};
use adapters::exchange::Outcome;
use gateway::book::FileState;
use gateway::dispatch::{Decision, recovery};
use gateway::event::{Dispute, Event};
use gateway::reconcile::{BreakKind, breaks};
use schemas::{FailureReason, LineState};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn submissions(played: &Played) -> usize {
    played.script.seen.lock().unwrap().submissions.len()
}

#[test]
fn accepted_then_paid_and_failed_by_the_result() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG, ZHANG2]));
    let failed = Outcome::Failed(FailureReason::NameMismatch);
    let played = Played::new(
        &desk,
        &[Act::Accept, Act::Tell(vec![Outcome::Paid, failed])],
    );
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Accepted; 2]);
    desk.clock.advance(MINUTE);
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Paid, LineState::Failed]);
    assert_eq!(submissions(&played), 1);
    assert!(breaks(&desk.core.desk()).is_empty());
}

/// The same account as the scripted bank reports.
const ZHANG2: super::desk::Row<'_> = (
    "张样二",
    "360426199101010071",
    "6222021202000000019",
    "7080.00",
);

#[test]
fn silence_is_unknown_is_asked_about_and_never_sent_again() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let acts = [
        Act::Silent,
        Act::Gibberish,
        Act::Silent,
        Act::Tell(vec![Outcome::Paid]),
    ];
    let played = Played::new(&desk, &acts);
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Unknown]);
    assert_eq!(breaks(&desk.core.desk())[0].kind, BreakKind::Unknown);
    for _ in 0..3 {
        desk.clock.advance(MINUTE * 3);
        played.work(&desk);
    }
    assert_eq!(desk.states(&batch), [LineState::Paid]);
    assert_eq!(submissions(&played), 1);
}

#[test]
fn certainly_not_sent_is_sent_again_as_the_same_file() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Unreachable, Act::Unreachable, Act::Accept]);
    let wait = played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Released]);
    desk.clock.advance(wait);
    let wait = played.work(&desk);
    desk.clock.advance(wait);
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Accepted]);
    let book = desk.core.desk();
    assert_eq!(book.batch(batch.batch).unwrap().files.len(), 1);
    assert_eq!(book.files().next().unwrap().attempts, 3);
}

#[test]
fn nothing_is_intended_after_the_cut_off_or_on_a_holiday() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Accept]);
    let cut_off = played.dispatcher.bank.adapter.cut_off();
    let late = time::macros::date!(2026 - 11 - 27)
        .with_time(cut_off)
        .assume_offset(time::macros::offset!(+8));
    use gateway::clock::Clock as _;
    // Friday at the cut-off; Saturday; Sunday.
    for days in 0..3 {
        desk.clock
            .step(late + time::Duration::days(days) - desk.clock.now());
        assert!(
            matches!(played.decide(&desk), Decision::Wait { .. }),
            "{days}"
        );
    }
    assert_eq!(desk.states(&batch), [LineState::Released]);
    desk.clock
        .step(time::macros::datetime!(2026-11-30 09:00 +8) - desk.clock.now());
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Accepted]);
    assert_eq!(
        desk.core.desk().files().next().unwrap().intent.bank_date,
        "2026-11-30"
    );
}

#[test]
fn an_unsent_file_of_yesterday_is_given_up_and_planned_anew() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Unreachable, Act::Accept]);
    played.work(&desk);
    desk.clock.step(time::Duration::days(1));
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Accepted]);
    let book = desk.core.desk();
    let states: Vec<FileState> = book.files().map(|file| file.state).collect();
    assert_eq!(states, [FileState::Abandoned, FileState::AtBank]);
    assert_eq!(submissions(&played), 1);
}

#[test]
fn after_a_crash_an_intent_without_its_message_goes_back_and_one_with_it_is_unknown() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[]);
    let Decision::Plan { .. } = played.decide(&desk) else {
        panic!("a plan")
    };
    // The intent is durable and the process dies before the message is in the journal.
    desk.intend(batch.batch);
    let desk = desk.crash();
    assert_eq!(recovery::recover(&desk.core).unwrap(), 1);
    assert_eq!(desk.states(&batch), [LineState::Released]);
    // Now the message is in the journal as well: it may have left.
    let played = Played::new(&desk, &[Act::Silent]);
    desk.clock.advance(Duration::from_secs(2));
    let leaving = Event::MessageLeaving {
        file_no: 1,
        step: "submit".to_owned(),
        instructs: true,
        digest: String::new(),
        signature: None,
        continues: false,
        returns: false,
    };
    let intent = desk.core.desk().file(1).unwrap().intent.clone();
    desk.core
        .record("t", Event::FileIntended(Box::new(intent)).into())
        .unwrap();
    let last = desk.core.record("t", leaving.into()).unwrap();
    desk.core.wait_durable(last).unwrap();
    let desk = desk.crash();
    assert_eq!(recovery::recover(&desk.core).unwrap(), 1);
    assert_eq!(desk.states(&batch), [LineState::Unknown]);
    assert!(!matches!(
        played.decide(&desk),
        Decision::Resend { .. } | Decision::Plan { .. }
    ));
}

#[test]
fn an_unknown_wage_is_not_taken_under_another_number() {
    let desk = Desk::new();
    desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Silent]);
    played.work(&desk);
    let policy = gateway::event::Policy::AllOrNothing;
    let again = desk.submit_as(super::desk::MAKER, policy, &file("GZ-2", &[ZHANG]));
    match again {
        gateway::intake::Submitted::Refused { findings, .. } => {
            assert_eq!(findings[0].code, schemas::FindingCode::PayeeInFlight);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_contradiction_disputes_the_line_and_changes_nothing() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG, ZHANG2]));
    let failed = Outcome::Failed(FailureReason::AccountClosed);
    let acts = [
        Act::Accept,
        Act::Tell(vec![Outcome::Paid, Outcome::Accepted]),
        Act::Tell(vec![failed, Outcome::Paid]),
    ];
    let played = Played::new(&desk, &acts);
    for _ in 0..3 {
        played.work(&desk);
        desk.clock.advance(MINUTE * 2);
    }
    assert_eq!(desk.states(&batch), [LineState::Paid, LineState::Paid]);
    let book = desk.core.desk();
    let disputed = book.batch(batch.batch).unwrap().line(1).unwrap().disputed;
    assert_eq!(disputed, Some(Dispute::ResultContradiction));
    assert_eq!(breaks(&book)[0].kind, BreakKind::ResultContradiction);
}

#[test]
fn another_amount_disputes_the_line_and_is_not_taken_as_paid() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let acts = [
        Act::Accept,
        Act::TellRows(vec![(1, Outcome::Paid, 652_349)]),
    ];
    let played = Played::new(&desk, &acts);
    played.work(&desk);
    desk.clock.advance(MINUTE);
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Accepted]);
    let found = breaks(&desk.core.desk());
    assert_eq!(found[0].kind, BreakKind::ResultMismatch);
    assert_eq!(
        (found[0].amount_fen, found[0].reported_fen),
        (Some(652_350), Some(652_349))
    );
}

#[test]
fn a_row_that_we_never_sent_is_listed() {
    let desk = Desk::new();
    desk.release(&file("GZ-1", &[ZHANG]));
    let rows = vec![(1, Outcome::Paid, 652_350), (7, Outcome::Paid, 100)];
    let played = Played::new(&desk, &[Act::Accept, Act::TellRows(rows)]);
    played.work(&desk);
    desk.clock.advance(MINUTE);
    played.work(&desk);
    let found = breaks(&desk.core.desk());
    let kinds: Vec<_> = found.iter().map(|found| found.kind).collect();
    // Two lines and 6,524.50 yuan are stated, one line of 6,523.50 was instructed.
    let [count, sum, row] = [&found[0], &found[1], &found[2]];
    let total = BreakKind::MessageMismatch;
    assert_eq!(kinds, [total, total, BreakKind::UnmatchedRecord]);
    assert_eq!(count.why, "count_not_of_file: 2 stated, 1 counted");
    let values = (sum.amount_fen, sum.reported_fen, row.reported_fen);
    assert_eq!(values, (Some(652_350), Some(652_450), Some(100)));
}

#[test]
fn past_the_answer_limit_an_accepted_line_is_unknown() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[LI]));
    let pace = adapters::Book::built_in()
        .unwrap()
        .adapter(schemas::BankCode::parse("HXB").unwrap())
        .unwrap()
        .query_pace();
    let mut acts = vec![Act::Accept];
    acts.extend(std::iter::repeat_n(
        Act::Silent,
        usize::try_from(pace.count_max).unwrap(),
    ));
    let played = Played::new(&desk, &acts);
    played.work(&desk);
    desk.clock
        .advance(Duration::from_millis(pace.answer_limit_ms));
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Unknown]);
}

#[test]
fn a_restart_tells_the_same_book() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG, ZHANG2]));
    let played = Played::new(&desk, &[Act::Accept, Act::Tell(vec![Outcome::Paid; 2])]);
    played.work(&desk);
    desk.clock.advance(MINUTE);
    played.work(&desk);
    let last = desk.core.desk().sequence();
    desk.core.wait_durable(last).unwrap();
    let before = format!("{:?}", desk.core.desk().batch(batch.batch).unwrap());
    let desk = desk.crash();
    assert_eq!(
        format!("{:?}", desk.core.desk().batch(batch.batch).unwrap()),
        before
    );
}

#[test]
fn a_refusal_whose_code_the_dialect_does_not_list_is_unknown() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    // The dialect lists no refusing code of a submission: the bank's chair writes one of its own.
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let played = Played::new(&desk, &[Act::Refuse(refused)]);
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Unknown]);
}

#[test]
fn a_failed_line_may_be_corrected_once() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let failed = Outcome::Failed(FailureReason::NameMismatch);
    let played = Played::new(&desk, &[Act::Accept, Act::Tell(vec![failed])]);
    played.work(&desk);
    desk.clock.advance(MINUTE);
    played.work(&desk);
    assert_eq!(desk.states(&batch), [LineState::Failed]);
    let original = schemas::PaymentId {
        batch: batch.batch,
        row: 1,
    };
    let correction = |number: &str| {
        let text = file(number, &[ZHANG]);
        let text = text.replace("实发金额\n", "实发金额,原明细\n");
        text.replace("19,6523.50\n", &format!("19,6523.50,{original}\n"))
    };
    let policy = gateway::event::Policy::AllOrNothing;
    let maker = super::desk::MAKER;
    let first = desk.submit_as(maker, policy, &correction("GZ-2"));
    assert!(
        matches!(first, gateway::intake::Submitted::Accepted(_)),
        "{first:?}"
    );
    match desk.submit_as(maker, policy, &correction("GZ-3")) {
        gateway::intake::Submitted::Refused { findings, .. } => {
            let codes: Vec<_> = findings.iter().map(|finding| finding.code).collect();
            assert!(
                codes.contains(&schemas::FindingCode::CorrectionConflict),
                "{codes:?}"
            );
        }
        other => panic!("{other:?}"),
    }
}

/// Found by an attack: O failed, C1 failed, C2 accepted; then the bank says that C1 was paid.
#[test]
fn a_dispute_anywhere_in_a_family_of_corrections_stops_the_others() {
    let desk = Desk::new();
    let failed = Outcome::Failed(FailureReason::NameMismatch);
    let acts = [
        Act::Accept,
        Act::Tell(vec![failed]),
        Act::Accept,
        Act::Tell(vec![failed]),
    ];
    let played = Played::new(&desk, &acts);
    let mut original = None;
    let mut batches = Vec::new();
    for number in ["GZ-1", "GZ-2"] {
        let batch = desk.release(&corrected(number, original));
        played.work(&desk);
        desk.clock.advance(MINUTE);
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Failed]);
        original.get_or_insert(schemas::PaymentId {
            batch: batch.batch,
            row: 1,
        });
        batches.push(batch);
    }
    let second = desk.release(&corrected("GZ-3", original));
    // The bank takes back its word about the first correction.
    let file_no = desk.core.desk().batch(batches[1].batch).unwrap().files[0];
    pushes_paid(&desk, file_no);
    assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
    assert_eq!(desk.states(&second), [LineState::Released]);
}

/// The wage of Zhang, correcting a payment where one is given.
pub fn corrected(number: &str, original: Option<schemas::PaymentId>) -> String {
    let text = file(number, &[ZHANG]);
    match original {
        None => text,
        Some(original) => text
            .replace("实发金额\n", "实发金额,原明细\n")
            .replace("19,6523.50\n", &format!("19,6523.50,{original}\n")),
    }
}
