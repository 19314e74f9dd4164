//! What banks say late, against what they said before, or of what we hold to be unsent: believed,
//! disputed or kept, and never dropped.

use adapters::BankReply;
use adapters::exchange::{LineOutcome, Outcome};
use gateway::approval;
use gateway::book::FileState;
use gateway::event::{Event, Origin};
use gateway::intake::Receipt;
use gateway::outcome::{Said, Source, apply, apply_from};
use gateway::reconcile::{BreakKind, breaks};
use gateway::resolution::{confirm, propose};
use schemas::value::PaymentId;
use schemas::{AccountNo, FailureReason, Fen, LineEvent, LineState, PersonName};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, release, row, told, unsent};
use tests::desk::{Desk, MAKER, one_bank_a_dialect, one_bank_a_dialect_of_named_lines, wages};

use super::resolution::{ANNA, BERT, decision};

pub const REFUSED: Outcome = Outcome::Failed(FailureReason::AccountClosed);

pub fn kinds(desk: &Desk) -> Vec<BreakKind> {
    let found = breaks(&desk.core.desk());
    found.iter().map(|found| found.kind).collect()
}

pub fn disputed(desk: &Desk, batch: &Receipt) -> Vec<bool> {
    let book = desk.core.desk();
    let lines = &book.batch(batch.batch).unwrap().lines;
    lines.iter().map(|line| line.disputed.is_some()).collect()
}

/// What the bank would say of line `index` of the desk's first batch of `count`.
pub fn record(desk: &Desk, count: u32, index: u32, outcome: Outcome) -> LineOutcome {
    let wage = &wages(1, count, desk.bank)[index as usize - 1];
    let line = adapters::BankLine {
        row_no: Some(index),
        name: PersonName::parse(&wage.name).unwrap(),
        account: AccountNo::parse(&wage.account).unwrap(),
        amount: Fen(wage.fen),
        memo: None,
    };
    row(&line, outcome)
}

pub fn said(lines: &[LineOutcome]) -> Said<'_> {
    Said::Records { lines, flaws: &[] }
}

pub fn pushed(desk: &Desk, records: &[LineOutcome]) {
    apply(&desk.core, 1, Origin::Push, None, said(records)).unwrap();
}

/// The bank's answer to a question that left as record `asked_at`.
pub fn answer(desk: &Desk, asked_at: u64, lines: &[LineOutcome]) {
    let source = Source {
        origin: Origin::Result,
        message: None,
        asked_at: Some(asked_at),
        came: None,
    };
    apply_from(&desk.core, 1, source, said(lines)).unwrap();
}

pub fn resolve(desk: &Desk, batch: &Receipt, row: u32, outcome: LineEvent) {
    let payment = PaymentId {
        batch: batch.batch,
        row,
    };
    let evidence = "ab".repeat(32);
    propose(&desk.core, ANNA, payment, &decision(outcome)).unwrap();
    confirm(&desk.core, BERT, payment, &evidence).unwrap();
}

/// A receipt that names no row.
pub fn receipt(outcome: Outcome) -> adapters::exchange::Receipt {
    adapters::exchange::Receipt {
        outcome,
        bank_code: None,
        bank_text: None,
        references: std::collections::BTreeMap::new(),
        lines: Vec::new(),
        flaws: Vec::new(),
    }
}

/// The bank day is over: the file is given up, and its lines are not planned anew yet.
pub fn given_up(desk: &Desk, played: &Played) {
    desk.clock.step(time::Duration::days(1));
    played.step(desk).unwrap();
    let file = desk.core.desk().file(1).unwrap().state;
    assert_eq!(file, FileState::Abandoned, "{}", desk.bank);
}

/// The bank has a file that was given up: the lines that are free again do not leave.
#[test]
fn a_given_up_file_that_the_bank_paid_stops_its_free_lines() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        given_up(&desk, &played);
        pushed(&desk, &[record(&desk, 2, 1, Outcome::Paid)]);
        assert_eq!(disputed(&desk, &batch), [true, true], "{place}");
        played.settle(&desk, 20);
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Released; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Each row of a revealed file is disputed by its own word, where it has one.
#[test]
fn a_revealed_row_keeps_its_own_word() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 3);
        given_up(&desk, &played);
        let rows = [
            record(&desk, 3, 1, Outcome::Paid),
            record(&desk, 3, 2, REFUSED),
        ];
        pushed(&desk, &rows);
        assert_eq!(disputed(&desk, &batch), [true; 3], "{place}");
        let (_, event) = desk.core.event(desk.head()).unwrap();
        let Event::Outcomes { disputes, .. } = event else {
            panic!("{place}: {event:?}")
        };
        let mut words: Vec<(u32, LineEvent)> = disputes
            .iter()
            .map(|(index, _, step)| (*index, step.event))
            .collect();
        words.sort_unstable();
        let expected = [
            (1, LineEvent::Pay),
            (2, LineEvent::Fail),
            (3, LineEvent::LoseTrack),
        ];
        assert_eq!(words, expected, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A bank that had the file and has lost it. It paid one line and had receipted the others: its
/// "not found" fails none of them, however often it says so.
#[test]
fn not_found_fails_no_line_that_the_bank_has_known() {
    for adapter in one_bank_a_dialect_of_named_lines() {
        for paid in [true, false] {
            let place = format!("{} {paid}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 3);
            if paid {
                played.tells(&[Outcome::Paid, Outcome::Accepted, Outcome::Accepted]);
                desk.clock.advance(Duration::from_secs(3_600));
                played.work(&desk);
            }
            played.says(|_| BankReply::of(Outcome::NotFound));
            // Five hours: shorter than the time after which a line that waits is unknown.
            played.settle(&desk, 300 / played.looks_a_turn());
            // A dialect without a word for it can only say what says nothing of the lines.
            let silent = desk.core.desk().file(1).unwrap().not_found_ms.is_empty();
            let open = if silent {
                LineState::Accepted
            } else {
                LineState::Unknown
            };
            assert!(!silent || adapter.not_found_is_final_after_ms().is_none());
            let first = if paid { LineState::Paid } else { open };
            assert_eq!(desk.states(&batch), [first, open, open], "{place}");
            let expected = match (adapter.not_found_is_final_after_ms(), open) {
                (Some(_), _) => vec![BreakKind::ResultContradiction; 3],
                (None, LineState::Unknown) => vec![BreakKind::Unknown; if paid { 2 } else { 3 }],
                (None, _) => Vec::new(),
            };
            assert_eq!(kinds(&desk), expected, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// Something answered the instruction and nobody could read it: it may have been "accepted".
#[test]
fn not_found_fails_no_line_whose_instruction_was_answered() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 1);
        let played = Played::new(&desk);
        played.memory(|memory| memory.receipt = Some(Outcome::Unknown));
        played.says(|_| BankReply::of(Outcome::NotFound));
        played.settle(&desk, 300);
        assert_eq!(desk.states(&batch), [LineState::Unknown], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The clock jumps by the stated time: the next answer is not definitive for that. The answers
/// themselves must witness it.
#[test]
fn a_clock_that_jumps_makes_no_answer_definitive() {
    for adapter in one_bank_a_dialect() {
        let Some(after_ms) = adapter.not_found_is_final_after_ms() else {
            continue;
        };
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 2);
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults.insert(0, Fault::Lost));
        played.work(&desk);
        for _ in 0..3 {
            desk.clock.advance(Duration::from_millis(after_ms));
            played.work(&desk);
            assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        }
        // The bank says nothing else for the stated time: then it is.
        played.settle(&desk, 150);
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A refused line, and then the bank has it after all: its correction must not leave.
#[test]
fn accepted_after_failed_is_a_contradiction() {
    for adapter in one_bank_a_dialect() {
        for after in [Outcome::Accepted, Outcome::Unknown] {
            let place = format!("{} {after:?}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, _played) = at_bank(&desk, 2);
            pushed(&desk, &[record(&desk, 2, 1, REFUSED)]);
            pushed(&desk, &[record(&desk, 2, 1, after)]);
            let states = [LineState::Failed, LineState::Accepted];
            assert_eq!(desk.states(&batch), states, "{place}");
            assert_eq!(disputed(&desk, &batch), [true, false], "{place}");
            assert_eq!(kinds(&desk), [BreakKind::ResultContradiction], "{place}");
            // The same again is no news, and takes nobody's proposal away.
            let head = desk.head();
            pushed(&desk, &[record(&desk, 2, 1, after)]);
            assert_eq!(desk.head(), head, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// The bank refused the file and then works on it.
#[test]
fn a_refused_file_that_the_bank_works_on_is_a_contradiction() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        for outcome in [REFUSED, Outcome::Accepted] {
            let said = receipt(outcome);
            apply(&desk.core, 1, Origin::Push, None, Said::Receipt(&said)).unwrap();
        }
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert_eq!(disputed(&desk, &batch), [true, true], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The answer to a question that left before the refusal came: harmless, and kept.
#[test]
fn an_answer_to_an_older_question_is_kept_and_disputes_nothing() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        let asked_at = desk.head();
        pushed(&desk, &[record(&desk, 2, 1, REFUSED)]);
        answer(&desk, asked_at, &[record(&desk, 2, 1, Outcome::Accepted)]);
        assert_eq!(disputed(&desk, &batch), [false, false], "{place}");
        let (_, event) = desk.core.event(desk.head()).unwrap();
        let Event::FileReceipt { noted, .. } = event else {
            panic!("{place}: {event:?}")
        };
        assert_eq!((noted[0].index, noted[0].event), (1, LineEvent::Accept));
        assert_sound(&desk.core, place);
    }
}

/// A bank says "failed" of one row of a file that certainly was not sent: it has the file, and the
/// other row may be paid. Both are listed, nothing leaves, and two people end the wait.
#[test]
fn a_failure_of_an_unsent_file_is_listed_and_strands_nothing() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        pushed(&desk, &[record(&desk, 2, 1, REFUSED)]);
        assert_eq!(desk.states(&batch), [LineState::Released; 2], "{place}");
        assert_eq!(kinds(&desk), [BreakKind::ResultContradiction; 2], "{place}");
        resolve(&desk, &batch, 1, LineEvent::ResolveFailed);
        played.settle(&desk, 60);
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        resolve(&desk, &batch, 2, LineEvent::ResolvePaid);
        let states = [LineState::Failed, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A withdrawn batch that the bank reports paid: two operators can end that.
#[test]
fn a_disputed_cancelled_line_can_be_resolved() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        given_up(&desk, &played);
        approval::withdraw(&desk.core, batch.head.employer, MAKER, batch.batch).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Cancelled; 2], "{place}");
        pushed(&desk, &[record(&desk, 2, 1, Outcome::Paid)]);
        assert_eq!(disputed(&desk, &batch), [true, true], "{place}");
        resolve(&desk, &batch, 1, LineEvent::ResolvePaid);
        resolve(&desk, &batch, 2, LineEvent::ResolveFailed);
        let states = [LineState::Paid, LineState::Failed];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The clock is set back: what left "in the future" is asked about all the same.
#[test]
fn a_clock_set_back_stops_no_question_and_no_retry() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 1);
        desk.clock.step(-time::Duration::hours(6));
        played.settle(&desk, 5);
        assert_eq!(desk.states(&batch), [LineState::Paid], "{place}");
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 1);
        desk.clock.step(-time::Duration::hours(6));
        played.settle(&desk, 5);
        assert_eq!(desk.states(&batch), [LineState::Paid], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Beside refused lines the others are worked on: the file's own word disputes nothing.
#[test]
fn a_file_that_is_worked_on_disputes_no_single_refusal() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        pushed(&desk, &[record(&desk, 2, 1, REFUSED)]);
        played.says(|_| BankReply::of(Outcome::Accepted));
        desk.clock.advance(Duration::from_secs(3_600));
        played.work(&desk);
        assert_eq!(disputed(&desk, &batch), [false, false], "{place}");
        played.says(|lines| told(lines, &[REFUSED, Outcome::Paid]));
        played.settle(&desk, 60);
        let states = [LineState::Failed, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_sound(&desk.core, place);
    }
}
