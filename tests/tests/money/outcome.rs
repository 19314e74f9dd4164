//! What banks answer to queries: parts, unlisted codes, contradictions, other amounts, late.

use adapters::BankReply;
use adapters::exchange::{LineOutcome, Outcome, ResultFile};
use gateway::event::{Dispute, Origin};
use gateway::outcome::{Said, apply};
use gateway::reconcile::{BreakKind, breaks};
use schemas::{AccountNo, FailureReason, Fen, LineState};
use std::collections::BTreeMap;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, at_bank, row, told};
use tests::desk::{Desk, banks, one_bank_a_dialect};

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_line_left_out_of_a_final_result_is_unknown_and_asked_about() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 3);
        played.says(|lines| told(&lines[..2], &[Outcome::Paid]));
        desk.clock.advance(HOUR);
        played.work(&desk);
        // A dialect that states no count can't say that this was all: then it is still waited
        // for, until the answer limit.
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let reply = told(&lines[..2], &[Outcome::Paid]);
        let bytes = played.result_bytes(&desk, 1, &reply);
        let read = adapter.decode_result(&bytes, played.keys()).unwrap();
        if !read.is_final {
            let limit_ms = adapter.query_pace().answer_limit_ms;
            assert_eq!(desk.states(&batch)[2], LineState::Accepted, "{place}");
            desk.clock.advance(Duration::from_millis(limit_ms));
            played.work(&desk);
        }
        let left_out = [LineState::Paid, LineState::Paid, LineState::Unknown];
        assert_eq!(desk.states(&batch), left_out, "{place}");
        assert_eq!(breaks(&desk.core.desk())[0].kind, BreakKind::Unknown);
        played.tells(&[Outcome::Paid]);
        desk.clock.advance(HOUR);
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Paid; 3], "{place}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn an_unlisted_code_of_a_line_is_unknown_until_the_bank_says_more() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.tells(&[Outcome::Unknown, Outcome::Paid]);
        desk.clock.advance(HOUR);
        played.work(&desk);
        let states = [LineState::Unknown, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        played.tells(&[Outcome::Failed(FailureReason::AccountClosed), Outcome::Paid]);
        desk.clock.advance(HOUR);
        played.work(&desk);
        let states = [LineState::Failed, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn past_the_answer_limit_a_line_is_unknown_and_a_late_result_still_counts() {
    for adapter in banks() {
        let place = adapter.code().to_string();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.memory(|memory| {
            let silent = |number| (number, Fault::Silent);
            memory.faults = (memory.sent..memory.sent + 1_000).map(silent).collect();
        });
        let limit = Duration::from_millis(adapter.query_pace().answer_limit_ms);
        desk.clock.advance(limit - Duration::from_secs(1));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        desk.clock.advance(Duration::from_secs(1));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        let found = breaks(&desk.core.desk());
        assert_eq!(found.len(), 2, "{place}");
        assert!(
            found.iter().all(|b| b.kind == BreakKind::Unknown),
            "{place}"
        );
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
        let kind = gateway::outcome::MessageKind::Push;
        gateway::outcome::receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1);
        assert_sound(&desk.core, &place);
    }
}

/// M12: a bank that is silent for ever is asked a finite number of times, and the batch says
/// what it waits for and since when.
#[test]
fn a_bank_that_stays_silent_leaves_a_batch_that_says_so() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 1);
        played.memory(|memory| {
            let silent = |number| (number, Fault::Silent);
            memory.faults = (memory.sent..memory.sent + 5_000).map(silent).collect();
        });
        let before = played.memory(|memory| memory.sent);
        for _ in 0..40 {
            desk.clock.advance(24 * HOUR);
            played.work(&desk);
        }
        let asked = played.memory(|memory| memory.sent) - before;
        let most = adapter.query_pace().count_max as usize;
        assert!((1..=most).contains(&asked), "{place}: {asked}");
        assert_eq!(desk.states(&batch), [LineState::Unknown], "{place}");
        let waits = desk.core.desk().batch(batch.batch).unwrap().waits_for();
        let word = waits.map(|(word, _)| word);
        assert_eq!(word, Some("bank_evidence_or_resolution"), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The bank pays and then says that it failed, or the other way round: the state stays, the
/// line is disputed, and both directions are listed.
#[test]
fn a_contradiction_disputes_and_changes_nothing() {
    let failed = Outcome::Failed(FailureReason::AccountClosed);
    let ways = [
        (Outcome::Paid, failed, LineState::Paid),
        (failed, Outcome::Paid, LineState::Failed),
    ];
    for adapter in one_bank_a_dialect() {
        for (first, then, state) in ways {
            let place = format!("{} {first:?} {then:?}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            // The second line keeps the file open, so that it is asked about again.
            played.tells(&[first, Outcome::Accepted]);
            desk.clock.advance(HOUR);
            played.work(&desk);
            played.tells(&[then, Outcome::Paid]);
            desk.clock.advance(HOUR);
            played.work(&desk);
            assert_eq!(desk.states(&batch), [state, LineState::Paid], "{place}");
            let book = desk.core.desk();
            let line = book.batch(batch.batch).unwrap().line(1).unwrap().clone();
            assert_eq!(line.disputed, Some(Dispute::ResultContradiction), "{place}");
            let found = breaks(&book);
            assert_eq!(found.len(), 1, "{place}");
            assert_eq!(found[0].kind, BreakKind::ResultContradiction, "{place}");
            drop(book);
            assert_sound(&desk.core, &place);
        }
    }
}

type Change = fn(&mut LineOutcome);

#[test]
fn another_amount_or_account_is_not_taken_as_paid() {
    let changes: [(&str, Change); 2] = [
        ("amount", |line| {
            line.amount = line.amount.map(|Fen(fen)| Fen(fen - 1))
        }),
        ("account", |line| {
            line.account = Some(AccountNo::parse("6222021202000000019").unwrap());
        }),
    ];
    for adapter in one_bank_a_dialect() {
        for (name, change) in changes {
            let place = format!("{} {name}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            played.says(move |lines| {
                let mut reply = told(lines, &[Outcome::Paid]);
                change(&mut reply.lines[0]);
                reply
            });
            desk.clock.advance(HOUR);
            played.work(&desk);
            let states = desk.states(&batch);
            assert_ne!(states[0], LineState::Paid, "{place}");
            assert_eq!(states[1], LineState::Paid, "{place}");
            let found = breaks(&desk.core.desk());
            let mismatch = found.iter().find(|b| b.kind == BreakKind::ResultMismatch);
            assert!(mismatch.is_some(), "{place}: {found:?}");
            assert_sound(&desk.core, &place);
        }
    }
}

#[test]
fn a_row_that_was_never_sent_is_listed_and_a_doubled_row_is_believed_once() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.says(|lines| {
            let mut reply = told(lines, &[Outcome::Paid]);
            let mut stranger = row(&lines[0], Outcome::Paid);
            stranger.row_no = Some(77);
            reply.lines.push(stranger);
            reply.lines.push(row(&lines[1], Outcome::Paid));
            reply
        });
        desk.clock.advance(HOUR);
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let found = breaks(&desk.core.desk());
        assert_eq!(found.len(), 1, "{place}: {found:?}");
        assert_eq!(found[0].kind, BreakKind::UnmatchedRecord, "{place}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn a_row_twice_with_different_outcomes_is_unknown() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.says(|lines| {
            let mut reply = told(lines, &[Outcome::Paid]);
            let failed = Outcome::Failed(FailureReason::NameMismatch);
            reply.lines.push(row(&lines[0], failed));
            reply
        });
        desk.clock.advance(HOUR);
        played.work(&desk);
        let states = [LineState::Unknown, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn a_bank_that_only_works_on_it_leaves_it_accepted_with_a_detail() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 1);
        played.says(|lines| {
            let mut line = row(&lines[0], Outcome::Accepted);
            line.detail = Some("processing".to_owned());
            BankReply {
                batch: Some(Outcome::Accepted),
                ..BankReply::result(vec![line])
            }
        });
        desk.clock.advance(HOUR);
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Accepted], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// No dialect of the book lists failures only; the rule is the gateway's, so it is shown on a
/// result by hand.
#[test]
fn failures_only_pays_the_rest_where_the_totals_agree_and_else_nobody_knows() {
    for adapter in one_bank_a_dialect() {
        for (paid_count, off, state) in [
            (2, 0, LineState::Paid),
            (3, 0, LineState::Unknown),
            (2, 1, LineState::Unknown),
        ] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 3);
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let failed = Outcome::Failed(FailureReason::AccountFrozen);
            let rest = lines[1].amount.0 + lines[2].amount.0;
            let totals = [("paid_count", paid_count), ("paid_fen", rest + off)];
            let result = ResultFile {
                outcome: Outcome::Accepted,
                is_final: true,
                failures_only: true,
                bank_code: None,
                bank_text: None,
                references: BTreeMap::new(),
                lines: vec![row(&lines[0], failed)],
                totals: totals.map(|(name, value)| (name.to_owned(), value)).into(),
                findings: Vec::new(),
            };
            let said = Said::Result {
                result: &result,
                not_found_is_final: false,
            };
            apply(&desk.core, 1, Origin::Result, None, said).unwrap();
            let place = format!("{} {paid_count} {off}", adapter.dialect());
            assert_eq!(
                desk.states(&batch),
                [LineState::Failed, state, state],
                "{place}"
            );
            assert_sound(&desk.core, &place);
        }
    }
}
