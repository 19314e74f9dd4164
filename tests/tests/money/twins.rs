//! M14 after the intake: a wage that is elsewhere after all is not sent a second time.

use super::correction::failed_line;
use super::resolution::{ANNA, BERT, decision};
use adapters::exchange::Outcome;
use gateway::approval::{Seen, approve};
use gateway::failure::CommandError;
use gateway::intake::{Receipt, Submitted};
use gateway::outcome::{MessageKind, receive};
use gateway::resolution::{confirm, propose};
use schemas::value::{PaymentId, Uscc};
use schemas::{FindingCode, LineEvent, LineState, Severity};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, row};
use tests::desk::{CHECKER, Desk, USCC, Wage, file, one_bank_a_dialect, wages};

const TURNS: u32 = 20;

/// The same file for a project.
pub fn of_project(text: &str, code: &str) -> String {
    let month = "工资月份,";
    text.replacen(month, &format!("项目编码,{code}\n{month}"), 1)
}

pub fn plain(wage: &Wage) -> Wage {
    Wage {
        corrects: None,
        ..wages(5, 1, wage.bank)[0].clone()
    }
}

/// The bank says of its first file that all of it is paid after all.
pub fn pays_after_all(desk: &Desk, played: &Played) {
    pays_of(desk, played, 1);
}

/// The same of another file.
pub fn pays_of(desk: &Desk, played: &Played, file_no: u64) {
    let adapter = tests::desk::banks().find(|adapter| adapter.code() == desk.bank);
    let lines = played.memory(|memory| memory.instructed(file_no)).unwrap();
    let rows = lines.iter().map(|line| row(line, Outcome::Paid));
    let bytes = played.push_bytes(file_no, rows.collect());
    let (keys, push) = (played.keys(), MessageKind::Push);
    receive(&desk.core, adapter.unwrap(), keys, push, &bytes).unwrap();
}

pub fn two_decide(desk: &Desk, payment: PaymentId, outcome: LineEvent) {
    propose(&desk.core, ANNA, payment, &decision(outcome)).unwrap();
    confirm(&desk.core, BERT, payment, &"ab".repeat(32)).unwrap();
}

/// The approver reads the batch first.
pub fn approval(desk: &Desk, batch: &Receipt, acknowledged: &[&str]) -> Result<u64, CommandError> {
    desk.approval(batch, acknowledged, desk.other_payments(batch))
}

pub fn works_for_hours(desk: &Desk, played: &Played) {
    for _ in 0..5 {
        desk.clock.advance(Duration::from_secs(600));
        played.work(desk);
    }
}

pub fn found(submitted: &Submitted) -> Option<(FindingCode, Severity)> {
    match submitted {
        Submitted::Refused { findings, .. } => findings.first().map(|one| (one.code, one.severity)),
        Submitted::Accepted(receipt) => {
            let first = receipt.findings.first();
            first.map(|one| (one.code, one.severity))
        }
        Submitted::Replayed(_)
        | Submitted::Conflict(_)
        | Submitted::TooManyRefused { .. }
        | Submitted::TooManyAccepted { .. } => None,
    }
}

/// A failed; the same wage again without `corrects` is released and waits while A is disputed;
/// two operators say that A is paid: the second one stays for good, and says why.
#[test]
fn a_wage_that_is_paid_after_all_is_not_sent_again() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played, correction) = failed_line(&desk);
        let second = desk.release(&file(desk.bank, "GZ-2", &[plain(&correction)]));
        pays_after_all(&desk, &played);
        let payment = PaymentId {
            batch: first.batch,
            row: 1,
        };
        two_decide(&desk, payment, LineEvent::ResolvePaid);
        works_for_hours(&desk, &played);
        assert_eq!(desk.states(&second), [LineState::Released], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        {
            let book = desk.core.desk();
            let (batch, line) = (book.batch(second.batch).unwrap(), second.batch);
            assert_eq!(book.waits_for(batch).unwrap().0, "other_payment", "{place}");
            let barred = book.may_intend(PaymentId {
                batch: line,
                row: 1,
            });
            assert!(barred.is_err(), "{place}");
        }
        // A restart knows it too.
        let again = desk.crash_after(desk.head());
        let book = again.core.desk();
        let barred = book.may_intend(PaymentId {
            batch: second.batch,
            row: 1,
        });
        assert!(barred.is_err(), "{place}");
        drop(book);
        assert_sound(&desk.core, place);
    }
}

/// The way out for the employer: take it back, or say again that it is another wage.
#[test]
fn a_barred_wage_is_taken_back_or_approved_again() {
    let adapter = one_bank_a_dialect()[0];
    for again in [false, true] {
        let desk = Desk::new(adapter.code());
        let (first, played, correction) = failed_line(&desk);
        let second = desk.release(&file(desk.bank, "GZ-2", &[plain(&correction)]));
        pays_after_all(&desk, &played);
        let payment = PaymentId {
            batch: first.batch,
            row: 1,
        };
        two_decide(&desk, payment, LineEvent::ResolvePaid);
        if again {
            let blind = approval(&desk, &second, &[]);
            assert!(matches!(
                blind,
                Err(CommandError::Conflict {
                    field: "acknowledged",
                    ..
                })
            ));
            approval(&desk, &second, &["payee_in_flight"]).unwrap();
            played.tells(&[Outcome::Paid]);
            played.settle(&desk, TURNS);
            assert_eq!(desk.states(&second), [LineState::Paid]);
            // Nothing is barred any more: there is nothing to approve.
            let state = approval(&desk, &second, &["payee_in_flight"]);
            assert!(matches!(
                state,
                Err(CommandError::Conflict { field: "state", .. })
            ));
        } else {
            let own = Uscc::parse(USCC).unwrap();
            gateway::approval::withdraw(&desk.core, own, CHECKER, second.batch).unwrap();
            assert_eq!(desk.states(&second), [LineState::Cancelled]);
        }
        assert_sound(&desk.core, adapter.dialect());
    }
}

/// Held while the first one failed, was disputed and turned out paid: who approves must be told.
#[test]
fn an_approval_asks_again_what_has_become_of_the_wage() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played, correction) = failed_line(&desk);
        let second = desk.accept(&file(desk.bank, "GZ-2", &[plain(&correction)]));
        assert!(second.head.must_acknowledge.is_empty(), "{place}");
        pays_after_all(&desk, &played);
        let payment = PaymentId {
            batch: first.batch,
            row: 1,
        };
        two_decide(&desk, payment, LineEvent::ResolvePaid);
        let blind = approval(&desk, &second, &[]);
        let Err(CommandError::Conflict { field, why }) = blind else {
            panic!("{place}: {blind:?}");
        };
        assert_eq!(
            (field, why.as_str()),
            ("acknowledged", "payee_in_flight"),
            "{place}"
        );
        // A second payment on purpose (another wage of the same amount) is a person's decision.
        approval(&desk, &second, &["payee_in_flight"]).unwrap();
        played.tells(&[Outcome::Paid]);
        played.settle(&desk, TURNS);
        assert_eq!(desk.states(&second), [LineState::Paid], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A failed wage with a live correction is on its way: the same wage without `corrects` is not
/// taken beside it, whatever the correction's amount or project.
#[test]
fn beside_a_correction_the_wage_is_not_taken_again() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for (more, project) in [(1, None), (0, Some("330110202611000001"))] {
            let desk = Desk::new(adapter.code());
            let (_, _, correction) = failed_line(&desk);
            let other = Wage {
                fen: correction.fen + more,
                ..correction.clone()
            };
            let mut text = file(desk.bank, "GZ-2", &[other]);
            if let Some(code) = project {
                text = of_project(&text, code);
            }
            desk.release(&text);
            let again = desk.submit(&file(desk.bank, "GZ-3", &[plain(&correction)]));
            let error = Some((FindingCode::PayeeInFlight, Severity::Error));
            assert_eq!(found(&again), error, "{place} {more} {project:?}");
            assert_sound(&desk.core, place);
        }
    }
}

/// The other order: the wage is on its way again without `corrects`, then somebody corrects it.
#[test]
fn a_wage_on_its_way_again_is_not_corrected_as_well() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let second = desk.release(&file(desk.bank, "GZ-2", &[plain(&correction)]));
        let more = Wage {
            fen: correction.fen + 1,
            ..correction.clone()
        };
        let refused = desk.submit(&file(desk.bank, "GZ-3", std::slice::from_ref(&more)));
        let error = Some((FindingCode::PayeeInFlight, Severity::Error));
        assert_eq!(found(&refused), error, "{place}");
        played.tells(&[Outcome::Paid]);
        played.settle(&desk, TURNS);
        assert_eq!(desk.states(&second), [LineState::Paid], "{place}");
        // Paid by now: a warning that a person must take up.
        let warned = desk.accept(&file(desk.bank, "GZ-4", &[more]));
        assert!(
            warned
                .head
                .must_acknowledge
                .iter()
                .any(|code| code == "payee_in_flight"),
            "{place}"
        );
        assert_sound(&desk.core, place);
    }
}

/// The same over two corrections: the first one failed under another project, the wage was paid by
/// a file that named nobody, and the correction is corrected.
#[test]
fn a_correction_of_a_correction_asks_for_the_first_wage() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let (one, other) = ("330110202611000001", "330110202611000002");
    let wage = wages(5, 1, desk.bank);
    let first = desk.release(&of_project(&file(desk.bank, "GZ-1", &wage), one));
    let played = Played::new(&desk);
    played.tells(&[Outcome::Failed(schemas::FailureReason::AccountClosed)]);
    played.settle(&desk, TURNS);
    let correcting = |batch: &Receipt| Wage {
        corrects: Some(PaymentId {
            batch: batch.batch,
            row: 1,
        }),
        ..wage[0].clone()
    };
    let second = of_project(&file(desk.bank, "GZ-2", &[correcting(&first)]), other);
    let second = desk.release(&second);
    played.settle(&desk, TURNS);
    assert_eq!(desk.states(&second), [LineState::Failed]);
    let third = desk.release(&of_project(&file(desk.bank, "GZ-3", &wage), one));
    let fourth = of_project(&file(desk.bank, "GZ-4", &[correcting(&second)]), other);
    let error = Some((FindingCode::PayeeInFlight, Severity::Error));
    assert_eq!(found(&desk.submit(&fourth)), error);
    played.tells(&[Outcome::Paid]);
    played.settle(&desk, TURNS);
    assert_eq!(desk.states(&third), [LineState::Paid]);
    let warned = desk.accept(&fourth);
    let blind = approval(&desk, &warned, &[]);
    assert!(matches!(
        blind,
        Err(CommandError::Conflict {
            field: "acknowledged",
            ..
        })
    ));
    assert_sound(&desk.core, adapter.dialect());
}

/// A disputed payment of a project bars the same wage of a file that names none.
#[test]
fn a_dispute_bars_across_a_project_that_is_left_out() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let wage = wages(5, 1, desk.bank);
        desk.release(&of_project(
            &file(desk.bank, "GZ-1", &wage),
            "330110202611000001",
        ));
        let played = Played::new(&desk);
        played.tells(&[Outcome::Failed(schemas::FailureReason::AccountClosed)]);
        played.settle(&desk, TURNS);
        let second = desk.release(&file(desk.bank, "GZ-2", &wage));
        pays_after_all(&desk, &played);
        works_for_hours(&desk, &played);
        assert_eq!(desk.states(&second), [LineState::Released], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The clock goes back over midnight between a wage and its correction: the family stays one.
#[test]
fn a_clock_that_goes_back_does_not_part_a_family() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    desk.clock.step(time::Duration::days(1));
    let (_, played, correction) = failed_line(&desk);
    desk.clock.step(time::Duration::days(-1));
    let second = desk.release(&file(desk.bank, "GZ-2", std::slice::from_ref(&correction)));
    played.settle(&desk, TURNS);
    assert_eq!(desk.states(&second), [LineState::Failed]);
    let of_second = PaymentId {
        batch: second.batch,
        row: 1,
    };
    let third = Wage {
        corrects: Some(of_second),
        ..correction.clone()
    };
    desk.release(&file(desk.bank, "GZ-3", &[third]));
    let fourth = desk.submit(&file(desk.bank, "GZ-4", &[correction]));
    assert!(matches!(fourth, Submitted::Refused { .. }), "{fourth:?}");
    assert_sound(&desk.core, adapter.dialect());
}

/// Over one piece of evidence one outcome can be proposed: who confirms by its digest confirms
/// what he read, whatever was proposed between.
#[test]
fn an_outcome_is_not_exchanged_under_the_second_operator() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let (batch, _) = super::resolution::unknown(&desk);
    let payment = PaymentId {
        batch: batch.batch,
        row: 1,
    };
    let (paid, failed) = (LineEvent::ResolvePaid, LineEvent::ResolveFailed);
    propose(&desk.core, ANNA, payment, &decision(paid)).unwrap();
    let mut further = decision(paid);
    further.evidence_digest = "cd".repeat(32);
    propose(&desk.core, ANNA, payment, &further).unwrap();
    let exchanged = propose(&desk.core, ANNA, payment, &decision(failed));
    assert!(
        matches!(
            exchanged,
            Err(CommandError::Conflict {
                field: "outcome",
                ..
            })
        ),
        "{exchanged:?}"
    );
    assert_eq!(desk.states(&batch)[0], LineState::Unknown);
    assert_eq!(desk.core.desk().proposed(payment).len(), 2);
}

/// Two spellings of one name are one person, as for operators.
#[test]
fn a_maker_does_not_approve_under_another_spelling() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let batch = desk.accept(&file(desk.bank, "GZ-1", &wages(1, 1, desk.bank)));
    let own = Uscc::parse(USCC).unwrap();
    let seen = Seen {
        digest: batch.head.digest.clone(),
        line_count: 1,
        total_fen: batch.head.total_fen,
        acknowledged: Vec::new(),
        as_of: None,
    };
    for person in ["MAKER", "ma.ker", "ma-ker"] {
        let uri = format!("urn:anxin:employer:{USCC}:person:{person}");
        let answer = approve(&desk.core, own, &uri, batch.batch, &seen);
        assert!(
            matches!(answer, Err(CommandError::Forbidden { .. })),
            "{person}: {answer:?}"
        );
    }
}
