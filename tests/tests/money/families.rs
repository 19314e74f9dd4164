//! M14 and M5: a wage and its corrections are one family, and are judged by the strongest of what
//! is known of them.

use super::correction::failed_line;
use super::twins::{found, of_project, pays_of, plain, two_decide, works_for_hours};
use adapters::exchange::Outcome;
use gateway::failure::CommandError;
use gateway::intake::{Receipt, Submitted};
use gateway::query::correction;
use schemas::value::{PaymentId, Uscc};
use schemas::{FailureReason, FindingCode, LineEvent, LineState, Severity};
use tests::audit::assert_sound;
use tests::bank::Played;
use tests::desk::{CHECKER, Desk, USCC, Wage, file, one_bank_a_dialect, wages};

const TURNS: u32 = 20;
const PROJECT: &str = "330110202611000001";
const IN_FLIGHT: Option<(FindingCode, Severity)> =
    Some((FindingCode::PayeeInFlight, Severity::Error));

/// A wage as the correction of a batch's line 1.
fn correcting(batch: &Receipt, wage: &Wage) -> Wage {
    Wage {
        corrects: Some(line_1(batch)),
        ..wage.clone()
    }
}

fn line_1(batch: &Receipt) -> PaymentId {
    PaymentId {
        batch: batch.batch,
        row: 1,
    }
}

fn less(wage: &Wage, fen: i64) -> Wage {
    Wage {
        fen: wage.fen - fen,
        ..wage.clone()
    }
}

/// Released, and the bank says what becomes of it.
fn told(desk: &Desk, played: &Played, text: &str, outcome: Outcome) -> Receipt {
    let batch = desk.release(text);
    played.tells(&[outcome]);
    played.settle(desk, TURNS);
    batch
}

fn failed() -> Outcome {
    Outcome::Failed(FailureReason::AccountClosed)
}

/// The wage of a project failed, and is on its way again by a file that names nobody. A correction
/// is refused, and it is the same correction where its file leaves the project out.
#[test]
fn a_correction_that_leaves_out_the_project_has_its_originals() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let played = Played::new(&desk);
        let wage = wages(5, 1, desk.bank);
        let of = |no, wages: &[Wage]| of_project(&file(desk.bank, no, wages), PROJECT);
        let first = told(&desk, &played, &of("GZ-1", &wage), failed());
        let second = desk.release(&of("GZ-2", &wage));
        let again = [correcting(&first, &wage[0])];
        let named = desk.submit(&of("GZ-3", &again));
        assert_eq!(found(&named), IN_FLIGHT, "{place}");
        let unnamed = desk.submit(&file(desk.bank, "GZ-4", &again));
        assert_eq!(found(&unnamed), IN_FLIGHT, "{place}");
        // Paid by now: a person must say that it is another wage.
        played.tells(&[Outcome::Paid]);
        played.settle(&desk, TURNS);
        assert_eq!(desk.states(&second), [LineState::Paid], "{place}");
        let warned = desk.accept(&file(desk.bank, "GZ-5", &again));
        assert_eq!(warned.head.must_acknowledge, ["payee_in_flight"], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The correction itself, in a file without project, is the wage of its original's project: it is
/// not taken a second time there either.
#[test]
fn beside_a_correction_without_project_its_own_wage_is_not_taken_again() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let played = Played::new(&desk);
        let wage = wages(5, 1, desk.bank);
        let of = |no, wages: &[Wage]| of_project(&file(desk.bank, no, wages), PROJECT);
        let first = told(&desk, &played, &of("GZ-1", &wage), failed());
        let lower = less(&wage[0], 100);
        desk.release(&file(desk.bank, "GZ-2", &[correcting(&first, &lower)]));
        let again = desk.submit(&of("GZ-3", &[lower]));
        assert_eq!(found(&again), IN_FLIGHT, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The correction's own amount was paid elsewhere, which is a warning; its original's is on its
/// way, which is an error. The error counts.
#[test]
fn a_paid_wage_of_its_own_does_not_hide_the_originals() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let lower = less(&correction, 100);
        let other = less(&plain(&correction), 100);
        let other = told(
            &desk,
            &played,
            &file(desk.bank, "GZ-2", &[other]),
            Outcome::Paid,
        );
        assert_eq!(desk.states(&other), [LineState::Paid], "{place}");
        desk.release(&file(desk.bank, "GZ-3", &[plain(&correction)]));
        let refused = desk.submit(&file(desk.bank, "GZ-4", &[lower]));
        assert_eq!(found(&refused), IN_FLIGHT, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A correction of a correction: the nearer one's wage is paid elsewhere, the first one's is on its
/// way. The error counts.
#[test]
fn a_paid_wage_of_a_nearer_one_does_not_hide_the_first() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let nearer = less(&correction, 100);
        let text = file(desk.bank, "GZ-2", std::slice::from_ref(&nearer));
        let second = told(&desk, &played, &text, failed());
        assert_eq!(desk.states(&second), [LineState::Failed], "{place}");
        let text = file(desk.bank, "GZ-3", &[less(&plain(&correction), 100)]);
        let third = told(&desk, &played, &text, Outcome::Paid);
        assert_eq!(desk.states(&third), [LineState::Paid], "{place}");
        desk.release(&file(desk.bank, "GZ-4", &[plain(&correction)]));
        let last = correcting(&second, &less(&correction, 200));
        let refused = desk.submit(&file(desk.bank, "GZ-5", &[last]));
        assert_eq!(found(&refused), IN_FLIGHT, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A file as it is, for another project, for another month.
const TURNED: [fn(String) -> String; 3] = [
    |text| text,
    |text| of_project(&text, PROJECT),
    |text| text.replace("2026-11", "2026-10"),
];

/// A wage failed and its correction too, of another amount, project or month; then the bank says
/// that the correction is paid. While that is disputed the wage is not taken again, and when it is
/// decided a person is told.
#[test]
fn behind_a_disputed_correction_the_wage_is_not_taken_again() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for turned in TURNED {
            let desk = Desk::new(adapter.code());
            let (_, played, correction) = failed_line(&desk);
            let text = turned(file(desk.bank, "GZ-2", &[less(&correction, 100)]));
            let second = told(&desk, &played, &text, failed());
            assert_eq!(desk.states(&second), [LineState::Failed], "{place}");
            pays_of(&desk, &played, 2);
            let again = file(desk.bank, "GZ-3", &[plain(&correction)]);
            assert_eq!(found(&desk.submit(&again)), IN_FLIGHT, "{place}");
            two_decide(&desk, line_1(&second), LineEvent::ResolvePaid);
            let warned = desk.accept(&again);
            assert_eq!(warned.head.must_acknowledge, ["payee_in_flight"], "{place}");
            assert_sound(&desk.core, place);
        }
    }
}

/// A wage failed, its correction too, and the correction's wage is on its way by a file that names
/// nobody. Another correction of the first payment is no way around it, whatever it pays.
#[test]
fn beside_the_wage_of_a_failed_correction_the_first_payment_is_not_corrected() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for turned in TURNED {
            let desk = Desk::new(adapter.code());
            let (_, played, correction) = failed_line(&desk);
            let text = turned(file(desk.bank, "GZ-2", &[less(&correction, 100)]));
            told(&desk, &played, &text, failed());
            let text = turned(file(desk.bank, "GZ-3", &[less(&plain(&correction), 100)]));
            let third = desk.release(&text);
            let again = file(desk.bank, "GZ-4", &[less(&correction, 200)]);
            assert_eq!(found(&desk.submit(&again)), IN_FLIGHT, "{place}");
            // It failed: the first payment may be corrected, until the bank says otherwise.
            played.settle(&desk, TURNS);
            assert_eq!(desk.states(&third), [LineState::Failed], "{place}");
            let fourth = desk.release(&again);
            pays_of(&desk, &played, 3);
            works_for_hours(&desk, &played);
            assert_eq!(desk.states(&fourth), [LineState::Released], "{place}");
            two_decide(&desk, line_1(&third), LineEvent::ResolvePaid);
            works_for_hours(&desk, &played);
            assert_eq!(desk.states(&fourth), [LineState::Released], "{place}");
            assert_eq!(desk.other_payments(&fourth), Some(desk.head()), "{place}");
            assert_sound(&desk.core, place);
        }
    }
}

/// The same, while the wage is released again already: it does not leave.
#[test]
fn behind_a_disputed_correction_the_wage_does_not_leave() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for turned in TURNED {
            let desk = Desk::new(adapter.code());
            let (_, played, correction) = failed_line(&desk);
            let text = turned(file(desk.bank, "GZ-2", &[less(&correction, 100)]));
            let second = told(&desk, &played, &text, failed());
            let third = desk.release(&file(desk.bank, "GZ-3", &[plain(&correction)]));
            let stays = |what: &str| {
                works_for_hours(&desk, &played);
                assert_eq!(desk.states(&third), [LineState::Released], "{place} {what}");
                let book = desk.core.desk();
                let waits = book.waits_for(book.batch(third.batch).unwrap()).unwrap();
                assert_eq!(waits.0, "other_payment", "{place} {what}");
            };
            pays_of(&desk, &played, 2);
            stays("disputed");
            two_decide(&desk, line_1(&second), LineEvent::ResolvePaid);
            stays("paid");
            // The approver is shown the correction, and that it stands beside the wage.
            let acknowledged = ["payee_in_flight"];
            let blind = desk.approval(&third, &acknowledged, None);
            assert!(
                matches!(blind, Err(CommandError::Conflict { field: "as_of", .. })),
                "{place}: {blind:?}"
            );
            assert_eq!(desk.other_payments(&third), Some(desk.head()), "{place}");
            assert_eq!(played.memory(|memory| memory.submissions()), 2, "{place}");
            assert_sound(&desk.core, place);
        }
    }
}

/// The wage that is released again is the correction's, and the first payment is disputed.
#[test]
fn behind_a_disputed_original_the_wage_of_its_correction_does_not_leave() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let lower = less(&correction, 100);
        let text = file(desk.bank, "GZ-2", std::slice::from_ref(&lower));
        told(&desk, &played, &text, failed());
        let again = less(&plain(&correction), 100);
        let third = desk.release(&file(desk.bank, "GZ-3", std::slice::from_ref(&again)));
        pays_of(&desk, &played, 1);
        works_for_hours(&desk, &played);
        assert_eq!(desk.states(&third), [LineState::Released], "{place}");
        let own = Uscc::parse(USCC).unwrap();
        gateway::approval::withdraw(&desk.core, own, CHECKER, third.batch).unwrap();
        let fourth = desk.submit(&file(desk.bank, "GZ-4", &[again]));
        assert_eq!(found(&fourth), IN_FLIGHT, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A wage and its failed correction are one wage: a file that corrects both is refused by its
/// second line, and only the last one is offered for correction.
#[test]
fn one_file_corrects_a_family_once() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played, correction) = failed_line(&desk);
        let offered = |batch: &Receipt| {
            let own = Uscc::parse(USCC).unwrap();
            let offer = correction::correction(&desk.core, own, batch.batch);
            let (offer, _) = offer.unwrap().unwrap();
            offer.line_count()
        };
        assert_eq!(offered(&first), 1, "{place}");
        let taken_back = desk.accept(&file(desk.bank, "GZ-2", std::slice::from_ref(&correction)));
        assert_eq!(offered(&first), 0, "{place}");
        let own = Uscc::parse(USCC).unwrap();
        gateway::approval::withdraw(&desk.core, own, CHECKER, taken_back.batch).unwrap();
        assert_eq!(offered(&first), 1, "{place}");
        let text = file(desk.bank, "GZ-3", std::slice::from_ref(&correction));
        let third = told(&desk, &played, &text, failed());
        assert_eq!((offered(&first), offered(&third)), (0, 1), "{place}");
        let both = [
            correction.clone(),
            correcting(&third, &less(&correction, 100)),
        ];
        let refused = desk.submit(&file(desk.bank, "GZ-4", &both));
        let Submitted::Refused { findings, .. } = refused else {
            panic!("{place}");
        };
        let conflicts = findings.iter().map(|one| (one.code, one.line));
        let conflicts: Vec<_> = conflicts.collect();
        let second = Some(2);
        assert_eq!(
            conflicts,
            [(FindingCode::CorrectionConflict, second)],
            "{place}"
        );
        assert_sound(&desk.core, place);
    }
}
