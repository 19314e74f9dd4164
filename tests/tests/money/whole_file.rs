//! M13, M1: two operators decide all lines of a bank file at once, and only what both saw.

use super::evidence::{REFUSED, pushed, receipt, record};
use super::refusal::whole;
use super::resolution::{ANNA, BERT, decision, unknown};
use adapters::exchange::Outcome;
use gateway::event::Origin;
use gateway::failure::CommandError;
use gateway::intake::Receipt;
use gateway::outcome::{Said, apply};
use gateway::reconcile::breaks;
use gateway::resolution::{
    FileDone, FileSeen, WholeFile, confirm, confirm_file, propose, propose_file,
};
use schemas::value::PaymentId;
use schemas::{LineEvent, LineState};
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank};
use tests::desk::{Desk, one_bank_a_dialect};

/// A file of three lines that the bank refuses and then works on: all of it is disputed.
fn in_doubt(desk: &Desk) -> (Receipt, Played, WholeFile) {
    let (batch, played) = at_bank(desk, 3);
    for outcome in [REFUSED, Outcome::Accepted] {
        let said = receipt(outcome);
        apply(&desk.core, 1, Origin::Push, None, Said::Receipt(&said)).unwrap();
    }
    assert_eq!(desk.states(&batch), [LineState::Failed; 3], "{}", desk.bank);
    assert_eq!(desk.disputed_count(&batch), 3, "{}", desk.bank);
    let of = WholeFile {
        batch: batch.batch,
        file_no: 1,
    };
    (batch, played, of)
}

fn all(batch: &Receipt) -> FileSeen {
    FileSeen {
        line_count: batch.head.line_count,
        total_fen: batch.head.total_fen,
    }
}

fn line(batch: &Receipt, row: u32) -> PaymentId {
    PaymentId {
        batch: batch.batch,
        row,
    }
}

/// The member that a conflict names.
fn conflict(answer: Result<FileDone, CommandError>) -> &'static str {
    match answer {
        Err(CommandError::Conflict { field, .. }) => field,
        other => panic!("no conflict: {other:?}"),
    }
}

fn digest() -> String {
    "ab".repeat(32)
}

#[test]
fn two_operators_decide_a_whole_file_and_nobody_alone() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for outcome in [LineEvent::ResolveFailed, LineEvent::ResolvePaid] {
            let desk = Desk::new(adapter.code());
            let (batch, _played, of) = in_doubt(&desk);
            let (core, seen, decided) = (&desk.core, all(&batch), decision(outcome));
            let nothing = confirm_file(core, BERT, of, &digest(), seen);
            assert!(matches!(nothing, Err(CommandError::NotFound)), "{place}");
            // What was not seen is not proposed.
            let fewer = FileSeen {
                line_count: 2,
                ..seen
            };
            let less = FileSeen {
                total_fen: seen.total_fen - 1,
                ..seen
            };
            for (other, field) in [(fewer, "line_count"), (less, "total_fen")] {
                let answer = propose_file(core, ANNA, of, &decided, other);
                assert_eq!(conflict(answer), field, "{place}");
            }
            let proposed = propose_file(core, ANNA, of, &decided, seen).unwrap();
            assert_eq!(proposed.lines, seen, "{place}");
            // The same again is no second record; another one's is in the way.
            let again = propose_file(core, ANNA, of, &decided, seen).unwrap();
            assert_eq!(
                (again, desk.head()),
                (proposed, proposed.sequence),
                "{place}"
            );
            let other = propose_file(core, BERT, of, &decided, seen);
            assert_eq!(conflict(other), "proposal", "{place}");
            let alone = confirm_file(core, ANNA, of, &digest(), seen);
            assert!(
                matches!(alone, Err(CommandError::Forbidden { .. })),
                "{place}"
            );
            let other = confirm_file(core, BERT, of, &"cd".repeat(32), seen);
            assert_eq!(conflict(other), "evidence_digest", "{place}");
            let other = confirm_file(core, BERT, of, &digest(), fewer);
            assert_eq!(conflict(other), "line_count", "{place}");
            assert_eq!(desk.disputed_count(&batch), 3, "{place}");
            confirm_file(core, BERT, of, &digest(), seen).unwrap();
            let state = match outcome {
                LineEvent::ResolvePaid => LineState::Paid,
                _ => LineState::Failed,
            };
            assert_eq!(desk.states(&batch), [state; 3], "{place}");
            assert_eq!(desk.disputed_count(&batch), 0, "{place}");
            assert!(breaks(&core.desk()).is_empty(), "{place}");
            // Nothing is left to decide.
            let over = propose_file(core, ANNA, of, &decided, seen);
            assert_eq!(conflict(over), "state", "{place}");
            assert_sound(core, place);
        }
    }
}

/// The bank speaks of one line between the two: the whole file is proposed anew.
#[test]
fn a_file_that_the_bank_changes_between_the_two_is_not_confirmed() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played, of) = in_doubt(&desk);
        let (core, seen) = (&desk.core, all(&batch));
        let decided = decision(LineEvent::ResolveFailed);
        propose_file(core, ANNA, of, &decided, seen).unwrap();
        pushed(&desk, &[record(&desk, 3, 2, Outcome::Paid)]);
        let late = confirm_file(core, BERT, of, &digest(), seen);
        assert_eq!(conflict(late), "file", "{place}");
        assert_eq!(desk.disputed_count(&batch), 3, "{place}");
        // The first operator looks again; the line of which the bank spoke is among the others.
        propose_file(core, ANNA, of, &decided, seen).unwrap();
        // What the bank said before is no news.
        pushed(&desk, &[record(&desk, 3, 2, Outcome::Paid)]);
        confirm_file(core, BERT, of, &digest(), seen).unwrap();
        assert_eq!(desk.disputed_count(&batch), 0, "{place}");
        // And again after the decision: money is an alarm.
        pushed(&desk, &[record(&desk, 3, 2, Outcome::Paid)]);
        assert!(desk.disputed_count(&batch) > 0, "{place}");
        assert_sound(core, place);
    }
}

/// The bank settles one line between the two: the rest is no longer what was proposed, though
/// each of its lines still has its proposal.
#[test]
fn a_line_that_the_bank_settles_between_the_two_is_a_change_of_the_file() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = unknown(&desk);
        let of = WholeFile {
            batch: batch.batch,
            file_no: 1,
        };
        let decided = decision(LineEvent::ResolveFailed);
        propose_file(&desk.core, ANNA, of, &decided, all(&batch)).unwrap();
        pushed(&desk, &[record(&desk, 2, 2, Outcome::Paid)]);
        let states = [LineState::Unknown, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        let rest = FileSeen {
            line_count: 1,
            total_fen: desk.core.desk().line(line(&batch, 1)).unwrap().1.amount_fen,
        };
        let late = confirm_file(&desk.core, BERT, of, &digest(), rest);
        assert_eq!(conflict(late), "file", "{place}");
        propose_file(&desk.core, ANNA, of, &decided, rest).unwrap();
        confirm_file(&desk.core, BERT, of, &digest(), rest).unwrap();
        let states = [LineState::Failed, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A row that the file has not: the bank speaks of the file, of whichever line.
#[test]
fn a_stray_row_between_the_two_is_a_change_of_the_file() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played, of) = in_doubt(&desk);
        let decided = decision(LineEvent::ResolveFailed);
        propose_file(&desk.core, ANNA, of, &decided, all(&batch)).unwrap();
        let mut stray = record(&desk, 3, 2, Outcome::Paid);
        stray.row_no = Some(9);
        pushed(&desk, &[stray]);
        let late = confirm_file(&desk.core, BERT, of, &digest(), all(&batch));
        assert_eq!(conflict(late), "file", "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Lines may be decided one by one beside it: the file then has fewer that are open.
#[test]
fn a_line_that_was_decided_alone_is_left_out() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = unknown(&desk);
        let of = WholeFile {
            batch: batch.batch,
            file_no: 1,
        };
        let (core, seen) = (&desk.core, all(&batch));
        let paid = decision(LineEvent::ResolvePaid);
        // A proposal for a line is one of the file's: another outcome needs other evidence.
        propose(core, ANNA, line(&batch, 1), &paid).unwrap();
        let failed = decision(LineEvent::ResolveFailed);
        let other = propose_file(core, ANNA, of, &failed, seen);
        assert_eq!(conflict(other), "outcome", "{place}");
        // One line of two is proposed.
        let half = confirm_file(core, BERT, of, &digest(), seen);
        assert_eq!(conflict(half), "proposal", "{place}");
        propose_file(core, ANNA, of, &paid, seen).unwrap();
        confirm(core, BERT, line(&batch, 1), &digest()).unwrap();
        let late = confirm_file(core, BERT, of, &digest(), seen);
        assert_eq!(conflict(late), "line_count", "{place}");
        let rest = FileSeen {
            line_count: 1,
            total_fen: desk.core.desk().line(line(&batch, 2)).unwrap().1.amount_fen,
        };
        confirm_file(core, BERT, of, &digest(), rest).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let elsewhere = WholeFile { file_no: 2, ..of };
        let none = propose_file(core, ANNA, elsewhere, &paid, seen);
        assert!(matches!(none, Err(CommandError::NotFound)), "{place}");
        assert_sound(core, place);
    }
}

/// A file of which the bank has paid a line by its own word, and then disowns it: that this line
/// failed is no word for a whole file.
#[test]
fn a_paid_line_does_not_fail_with_its_file() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 3);
        pushed(&desk, &[record(&desk, 3, 2, Outcome::Paid)]);
        let disowned = Said::Result {
            result: &whole(Outcome::NotFound, &[]),
            not_found_is_final: true,
        };
        apply(&desk.core, 1, Origin::Push, None, disowned).unwrap();
        let states = [LineState::Unknown, LineState::Paid, LineState::Unknown];
        assert_eq!(desk.states(&batch), states, "{place}");
        let of = WholeFile {
            batch: batch.batch,
            file_no: 1,
        };
        let (core, seen) = (&desk.core, all(&batch));
        let failed = decision(LineEvent::ResolveFailed);
        let refused = propose_file(core, ANNA, of, &failed, seen);
        assert_eq!(conflict(refused), "state", "{place}");
        let paid = decision(LineEvent::ResolvePaid);
        propose_file(core, ANNA, of, &paid, seen).unwrap();
        confirm_file(core, BERT, of, &digest(), seen).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Paid; 3], "{place}");
        assert_sound(core, place);
    }
}

/// The same gateway where the last records were lost.
fn without_the_last(desk: &Desk, count: u64) -> Desk {
    desk.core.wait_durable(desk.head()).unwrap();
    desk.crash_after(desk.head() - count)
}

/// Power is lost between the records of a proposal, and of a confirmation: the rest is done by
/// the same calls.
#[test]
fn a_decision_that_breaks_off_is_finished_by_the_same_calls() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let (batch, _played, of) = in_doubt(&desk);
    let seen = all(&batch);
    let decided = decision(LineEvent::ResolveFailed);
    propose_file(&desk.core, ANNA, of, &decided, seen).unwrap();
    let desk = without_the_last(&desk, 1);
    let half = confirm_file(&desk.core, BERT, of, &digest(), seen);
    assert_eq!(conflict(half), "proposal");
    let before = desk.head();
    propose_file(&desk.core, ANNA, of, &decided, seen).unwrap();
    assert_eq!(desk.head(), before + 1, "one line was left");
    confirm_file(&desk.core, BERT, of, &digest(), seen).unwrap();
    let desk = without_the_last(&desk, 2);
    assert_eq!(desk.disputed_count(&batch), 2);
    assert_eq!(
        conflict(confirm_file(&desk.core, BERT, of, &digest(), seen)),
        "line_count"
    );
    let rest = |row| {
        desk.core
            .desk()
            .line(line(&batch, row))
            .unwrap()
            .1
            .amount_fen
    };
    let rest = FileSeen {
        line_count: 2,
        total_fen: rest(2) + rest(3),
    };
    confirm_file(&desk.core, BERT, of, &digest(), rest).unwrap();
    assert_eq!(desk.disputed_count(&batch), 0);
    assert_sound(&desk.core, adapter.dialect());
}

/// Decision 010: a bank that fails the rows again by itself may be telling an older story.
#[test]
fn rows_that_are_failed_again_do_not_lift_the_doubt_about_a_file() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played, _) = in_doubt(&desk);
        let rows = [1, 2, 3].map(|row| record(&desk, 3, row, REFUSED));
        pushed(&desk, &rows);
        assert_eq!(desk.disputed_count(&batch), 3, "{place}");
        assert_sound(&desk.core, place);
    }
}
