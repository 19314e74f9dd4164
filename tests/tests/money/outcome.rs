//! What banks answer to queries: parts, unlisted codes, contradictions, other amounts, late.

use adapters::BankReply;
use adapters::exchange::{Flaw, LineOutcome, Outcome, ResultFile};
use gateway::event::{Dispute, Origin};
use gateway::outcome::{MessageKind, Said, apply, receive};
use gateway::reconcile::{BreakKind, breaks};
use schemas::{FailureReason, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, at_bank, row, told};
use tests::desk::{Desk, banks_of_files, one_bank_a_dialect, one_bank_a_dialect_of_named_lines};

use super::refusal::whole;

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_line_left_out_of_a_final_result_is_unknown_and_asked_about() {
    for adapter in one_bank_a_dialect_of_named_lines() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 3);
        played.says(|lines| told(&lines[..2], &[Outcome::Paid]));
        desk.clock.advance(HOUR);
        played.work(&desk);
        // A dialect that states no count can't say that this was all: then it is still waited
        // for, until the answer limit. CMB states it before the rows.
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.result_bytes(&desk, 1, &told(&lines[..2], &[Outcome::Paid]));
        let read = adapter.decode_result(&bytes, played.keys()).unwrap();
        let waits = desk.states(&batch)[2] == LineState::Accepted;
        assert!(!(waits && read.is_final), "{place}");
        if waits {
            let limit_ms = adapter.query_pace().answer_limit_ms;
            desk.clock.advance(Duration::from_millis(limit_ms));
            played.work(&desk);
        }
        let left_out = [LineState::Paid, LineState::Paid, LineState::Unknown];
        assert_eq!(desk.states(&batch), left_out, "{place}");
        let found = breaks(&desk.core.desk());
        let unknown = found.iter().filter(|b| b.kind == BreakKind::Unknown);
        assert_eq!(unknown.count(), 1, "{place}");
        played.tells(&[Outcome::Paid]);
        desk.clock.advance(HOUR);
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Paid; 3], "{place}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn an_unlisted_code_of_a_line_is_unknown_until_the_bank_says_more() {
    for adapter in one_bank_a_dialect_of_named_lines() {
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
    for adapter in banks_of_files() {
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
        let kind = MessageKind::Push;
        receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
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
    for adapter in one_bank_a_dialect_of_named_lines() {
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

#[test]
fn a_row_that_was_never_sent_is_listed_and_a_doubled_row_is_believed_once() {
    for adapter in one_bank_a_dialect_of_named_lines() {
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
        let of = |kind| found.iter().filter(move |b| b.kind == kind);
        assert_eq!(
            of(BreakKind::UnmatchedRecord).count(),
            1,
            "{place}: {found:?}"
        );
        let twice = |b: &&gateway::reconcile::Break| b.why == "row_twice: row 2";
        let twice = of(BreakKind::MessageMismatch).filter(twice);
        assert_eq!(twice.count(), 1, "{place}: {found:?}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn a_row_twice_with_different_outcomes_is_unknown() {
    for adapter in one_bank_a_dialect_of_named_lines() {
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

/// A failures-only result of three lines: what changes it, and what the unnamed lines become.
type FailuresOnly = (&'static str, fn(&mut ResultFile), LineState);

/// Three wages of 6,223.46, 6,323.47 and 6,423.48 yuan, of which the first failed.
const REST: i64 = 632_347 + 642_348;

fn state(result: &mut ResultFile, name: &str, value: i64) {
    result.totals.insert(name.to_owned(), value);
}

const FAILURES_ONLY: [FailuresOnly; 9] = [
    ("right", |_| (), LineState::Paid),
    (
        "the whole file, right",
        |result| {
            state(result, "count", 3);
            state(result, "amount_fen", 622_346 + REST);
        },
        LineState::Paid,
    ),
    (
        "a line too many",
        |result| state(result, "paid_count", 3),
        LineState::Unknown,
    ),
    (
        "a fen too much",
        |result| state(result, "paid_fen", REST + 1),
        LineState::Unknown,
    ),
    (
        "no total of the paid",
        |result| {
            result.totals.remove("paid_fen");
        },
        LineState::Unknown,
    ),
    (
        "another number of lines in the file",
        |result| state(result, "count", 4),
        LineState::Unknown,
    ),
    (
        "another sum of the file",
        |result| state(result, "amount_fen", 1),
        LineState::Unknown,
    ),
    (
        "a flaw of its own",
        |result| result.flaws.push(Flaw::RowTwice { row_no: 1 }),
        LineState::Unknown,
    ),
    (
        "a row that is not ours",
        |result| {
            let mut stranger = result.lines[0].clone();
            stranger.row_no = Some(77);
            result.lines.push(stranger);
        },
        LineState::Unknown,
    ),
];

/// The rule is the gateway's, so it is shown on a result by hand at every bank; in a bank's own
/// bytes it is in `listed.rs`.
#[test]
fn failures_only_pays_the_rest_where_all_agrees_and_else_nobody_knows() {
    for adapter in one_bank_a_dialect() {
        for (name, change, state) in FAILURES_ONLY {
            let place = format!("{} {name}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 3);
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let failed = Outcome::Failed(FailureReason::AccountFrozen);
            let mut result = failures(vec![row(&lines[0], failed)], 2, REST);
            change(&mut result);
            hear(&desk, &result);
            let states = [LineState::Failed, state, state];
            assert_eq!(desk.states(&batch), states, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// Nothing failed: an empty list pays the file where its totals agree, and only there.
#[test]
fn failures_only_without_a_failure_pays_where_the_totals_agree() {
    for (paid_count, off, state) in [
        (3, 0, LineState::Paid),
        (2, 0, LineState::Unknown),
        (3, 1, LineState::Unknown),
    ] {
        let place = format!("{paid_count} {off}");
        let desk = Desk::new(one_bank_a_dialect()[0].code());
        let (batch, _) = at_bank(&desk, 3);
        let mut result = failures(Vec::new(), paid_count, 622_346 + REST + off);
        result.outcome = Outcome::Paid;
        hear(&desk, &result);
        assert_eq!(desk.states(&batch), [state; 3], "{place}");
        let found = breaks(&desk.core.desk());
        let listed = found.iter().any(|b| b.kind == BreakKind::MessageMismatch);
        assert_eq!(listed, state == LineState::Unknown, "{place}: {found:?}");
        assert_sound(&desk.core, &place);
    }
}

fn failures(lines: Vec<LineOutcome>, paid_count: i64, paid_fen: i64) -> ResultFile {
    let totals = [("paid_count", paid_count), ("paid_fen", paid_fen)];
    ResultFile {
        failures_only: true,
        lines,
        totals: totals.map(|(name, value)| (name.to_owned(), value)).into(),
        ..whole(Outcome::Accepted, &[])
    }
}

fn hear(desk: &Desk, result: &ResultFile) {
    let said = Said::Result {
        result,
        not_found_is_final: false,
    };
    apply(&desk.core, 1, Origin::Result, None, said).unwrap();
}

/// The rows of an answer or of a push in another order: the same outcomes, no difference.
#[test]
fn rows_in_another_order_count_the_same() {
    let failed = Outcome::Failed(FailureReason::AccountClosed);
    for adapter in banks_of_files() {
        let place = adapter.code().to_string();
        for pushes in [false, true] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 3);
            let said = [Outcome::Paid, failed, Outcome::Paid];
            if pushes {
                let lines = played.memory(|memory| memory.instructed(1)).unwrap();
                let mut rows = told(&lines, &said).lines;
                rows.reverse();
                let bytes = played.push_bytes(1, rows);
                let (core, keys) = (&desk.core, played.keys());
                receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
            } else {
                played.says(move |lines| {
                    let mut reply = told(lines, &said);
                    reply.lines.reverse();
                    reply
                });
                desk.clock.advance(HOUR);
                played.work(&desk);
            }
            let states = [LineState::Paid, LineState::Failed, LineState::Paid];
            assert_eq!(desk.states(&batch), states, "{place} {pushes}");
            assert_eq!(breaks(&desk.core.desk()), [], "{place} {pushes}");
            assert_sound(&desk.core, &place);
        }
    }
}
