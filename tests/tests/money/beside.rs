//! M14 and M5 within one file: a wage that one line corrects is not paid by another one beside it.

use super::correction::failed_line;
use super::twins::{approval, found, of_project, plain};
use adapters::exchange::Outcome;
use gateway::event::Policy;
use gateway::failure::CommandError;
use gateway::intake::{Receipt, Submitted};
use schemas::value::PaymentId;
use schemas::{FailureReason, Finding, FindingCode, Lang, LineState, Severity};
use tests::audit::assert_sound;
use tests::bank::Played;
use tests::desk::{Desk, Wage, file, one_bank_a_dialect, wages};

const TURNS: u32 = 20;
const IN_FLIGHT: Option<(FindingCode, Severity)> =
    Some((FindingCode::PayeeInFlight, Severity::Error));

fn correcting(batch: &Receipt, row: u32, wage: &Wage) -> Wage {
    let batch = batch.batch;
    Wage {
        corrects: Some(PaymentId { batch, row }),
        ..wage.clone()
    }
}

fn findings(submitted: Submitted) -> Vec<Finding> {
    match submitted {
        Submitted::Refused { findings, .. } => findings,
        Submitted::Accepted(receipt) => receipt.findings,
        other => panic!("{other:?}"),
    }
}

fn fails(desk: &Desk, played: &Played) {
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(desk, TURNS);
}

/// The later line is refused, whichever of the two it is, and names the earlier one.
#[test]
fn a_wage_beside_its_own_correction_is_refused() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for correction_first in [true, false] {
            let desk = Desk::new(adapter.code());
            let (_, played, correction) = failed_line(&desk);
            let mut both = [correction.clone(), plain(&correction)];
            if !correction_first {
                both.reverse();
            }
            let text = file(desk.bank, "GZ-2", &both);
            let told = findings(desk.submit(&text));
            let [one] = told.as_slice() else {
                panic!("{place}: {told:?}")
            };
            assert_eq!(one.code, FindingCode::PayeeInFlight, "{place}");
            assert_eq!(one.severity, Severity::Error, "{place}");
            // Titles stand in row 10.
            assert_eq!((one.line, one.row), (Some(2), Some(12)), "{place}");
            let message = one.message(Lang::En);
            let earlier = message.contains("line 1 of this file, row 11");
            assert!(earlier, "{place}: {message}");
            // Where good lines are taken, the earlier one is, and the wage is paid once.
            let taken = desk.submit_by(Policy::GoodLines, &text);
            let Submitted::Accepted(taken) = taken else {
                panic!("{place}: {taken:?}")
            };
            desk.approve(&taken);
            played.tells(&[Outcome::Paid]);
            played.settle(&desk, TURNS);
            let states = [LineState::Paid, LineState::Refused];
            assert_eq!(desk.states(&taken), states, "{place}");
            assert_sound(&desk.core, place);
        }
    }
}

/// The correction pays less: it stands for the wage of its original all the same.
#[test]
fn a_correction_of_a_part_stands_for_the_whole_wage() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let (_, _, correction) = failed_line(&desk);
    let part = Wage {
        fen: correction.fen - 100,
        ..correction.clone()
    };
    let text = file(desk.bank, "GZ-2", &[part.clone(), plain(&correction)]);
    assert_eq!(found(&desk.submit(&text)), IN_FLIGHT);
    // A wage of another amount is another wage.
    let other = Wage {
        fen: correction.fen + 100,
        ..plain(&correction)
    };
    desk.accept(&file(desk.bank, "GZ-2", &[part, other]));
}

/// October's wage failed: its correction stands beside November's of the same amount.
#[test]
fn another_months_wage_is_another_wage() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let wage = wages(5, 1, desk.bank);
    let october = file(desk.bank, "GZ-1", &wage).replace("2026-11", "2026-10");
    let first = desk.release(&october);
    let played = Played::new(&desk);
    fails(&desk, &played);
    let both = [correcting(&first, 1, &wage[0]), wage[0].clone()];
    let second = desk.release(&file(desk.bank, "GZ-2", &both));
    played.tells(&[Outcome::Paid]);
    played.settle(&desk, TURNS);
    assert_eq!(desk.states(&second), [LineState::Paid; 2]);
    assert_sound(&desk.core, "two months");
}

/// Where only one of the two names a project, a second person says whether it is the same wage.
#[test]
fn a_wage_beside_a_correction_of_no_project_is_acknowledged() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let (_, _, correction) = failed_line(&desk);
    let both = [correction.clone(), plain(&correction)];
    let text = of_project(&file(desk.bank, "GZ-2", &both), "330110202611000001");
    let batch = desk.accept(&text);
    let warned = batch.findings.iter();
    let warned = warned.map(|one| (one.code, one.severity, one.line));
    let expected = (FindingCode::PayeeInFlight, Severity::Warning, Some(2));
    assert_eq!(warned.collect::<Vec<_>>(), [expected]);
    let blind = approval(&desk, &batch, &[]);
    let asks =
        |field| matches!(field, CommandError::Conflict { field, .. } if field == "acknowledged");
    assert!(blind.is_err_and(asks));
    approval(&desk, &batch, &["payee_in_flight"]).unwrap();
    assert_eq!(desk.states(&batch), [LineState::Released; 2]);
}

/// A wage failed twice, submitted again without a word: each payment has a correction of its own,
/// and one file has both.
#[test]
fn two_payments_of_one_wage_are_not_both_corrected() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played, correction) = failed_line(&desk);
        let wage = plain(&correction);
        let second = desk.release(&file(desk.bank, "GZ-2", std::slice::from_ref(&wage)));
        fails(&desk, &played);
        let both = [
            correcting(&first, 1, &correction),
            correcting(&second, 1, &wage),
        ];
        let refused = desk.submit(&file(desk.bank, "GZ-3", &both));
        assert_eq!(found(&refused), IN_FLIGHT, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The same, where the file that corrects both is of another month or of another project.
#[test]
fn two_payments_of_one_wage_are_not_both_corrected_elsewhere() {
    let (one, other) = ("330110202611000001", "330110202611000002");
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let wage = wages(5, 1, desk.bank);
        let played = Played::new(&desk);
        let tried = |no| {
            let october = file(desk.bank, no, &wage).replace("2026-11", "2026-10");
            let batch = desk.release(&of_project(&october, one));
            fails(&desk, &played);
            batch
        };
        let (first, second) = (tried("GZ-1"), tried("GZ-2"));
        let moved = Wage {
            account: wages(6, 1, desk.bank)[0].account.clone(),
            ..wage[0].clone()
        };
        let both = [
            correcting(&first, 1, &wage[0]),
            correcting(&second, 1, &moved),
        ];
        for project in [None, Some(one), Some(other)] {
            let mut text = file(desk.bank, "GZ-3", &both);
            if let Some(code) = project {
                text = of_project(&text, code);
            }
            let refused = desk.submit(&text);
            assert_eq!(found(&refused), IN_FLIGHT, "{place} {project:?}");
            let Submitted::Refused { findings, .. } = refused else {
                panic!("{place}")
            };
            let lines: Vec<_> = findings.iter().map(|one| one.line).collect();
            assert_eq!(lines, [Some(2)], "{place} {project:?}");
        }
        assert_sound(&desk.core, place);
    }
}

/// One file paid a person the same twice, which its maker was asked about: two wages, and both
/// may be corrected by one file.
#[test]
fn two_wages_of_one_file_are_corrected_by_one_file() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let wage = wages(5, 1, desk.bank)[0].clone();
    let first = desk.release(&file(desk.bank, "GZ-1", &[wage.clone(), wage.clone()]));
    let played = Played::new(&desk);
    fails(&desk, &played);
    let both = [1, 2].map(|row| correcting(&first, row, &wage));
    desk.accept(&file(desk.bank, "GZ-2", &both));
}

/// Two files race, one with the correction, one with the wage: one is taken, whichever it is.
#[test]
fn of_a_correction_and_its_wage_at_once_one_is_taken() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let (_, _, correction) = failed_line(&desk);
        let rivals = [correction.clone(), plain(&correction)];
        let taken: usize = std::thread::scope(|scope| {
            let race = (2..8usize).map(|number| {
                let (desk, wage) = (&desk, &rivals[number % 2]);
                scope.spawn(move || {
                    let name = format!("GZ-{number}");
                    let text = file(desk.bank, &name, std::slice::from_ref(wage));
                    usize::from(matches!(desk.submit(&text), Submitted::Accepted(_)))
                })
            });
            let threads: Vec<_> = race.collect();
            let joined = threads.into_iter().map(|thread| thread.join().unwrap());
            joined.sum()
        });
        assert_eq!(taken, 1, "{}", adapter.dialect());
        assert_sound(&desk.core, adapter.dialect());
    }
}
