//! M5: a correction is a new line, and a line has at most one that lives.

use adapters::exchange::Outcome;
use gateway::event::Policy;
use gateway::installation::BookRules;
use gateway::intake::{
    AcceptanceLimits, Receipt, RefusalLimits, Rules, Submission, Submitted, submit,
};
use gateway::mandates::Mandate;
use gateway::outcome::{MessageKind, receive};
use schemas::value::{AccountNo, PaymentId, PersonName, Uscc};
use schemas::{FailureReason, FindingCode, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, row};
use tests::desk::{ACCOUNT, Desk, PAYER, USCC, Wage, file, one_bank_a_dialect, wages};

const TURNS: u32 = 20;
/// Another employer.
const OTHER: &str = "91330103MA2B0NBY10";

/// A batch of one line that the bank refused, and the wage as its correction.
pub fn failed_line(desk: &Desk) -> (Receipt, Played, Wage) {
    let wages = wages(5, 1, desk.bank);
    let batch = desk.release(&file(desk.bank, "GZ-1", &wages));
    let played = Played::new(desk);
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(desk, TURNS);
    assert_eq!(desk.states(&batch), [LineState::Failed]);
    let correction = Wage {
        // The payee's new account.
        account: tests::desk::wages(6, 1, desk.bank)[0].account.clone(),
        corrects: Some(PaymentId {
            batch: batch.batch,
            row: 1,
        }),
        ..wages[0].clone()
    };
    (batch, played, correction)
}

fn refused(submitted: &Submitted) -> Option<FindingCode> {
    match submitted {
        Submitted::Refused { findings, .. } => findings.first().map(|finding| finding.code),
        Submitted::Accepted(_)
        | Submitted::Replayed(_)
        | Submitted::Conflict(_)
        | Submitted::TooManyRefused { .. }
        | Submitted::TooManyAccepted { .. } => None,
    }
}

#[test]
fn a_failed_line_is_corrected_once() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let bank = desk.bank;
        let second = desk.release(&file(bank, "GZ-2", std::slice::from_ref(&correction)));
        let third = desk.submit(&file(bank, "GZ-3", std::slice::from_ref(&correction)));
        assert!(refused(&third).is_some(), "{place}: two live corrections");
        played.tells(&[Outcome::Paid]);
        played.settle(&desk, TURNS);
        assert_eq!(desk.states(&second), [LineState::Paid], "{place}");
        let fourth = desk.submit(&file(bank, "GZ-4", std::slice::from_ref(&correction)));
        assert!(refused(&fourth).is_some(), "{place}: corrected and paid");
        assert_sound(&desk.core, place);
    }
}

/// A line is corrected by what names it, or names what was to correct it: never by itself, and
/// not by what corrects the same payment beside it.
#[test]
fn a_payment_is_corrected_by_its_own_corrections() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let (_, played, correction) = failed_line(&desk);
    let original = correction.corrects.unwrap();
    let correct = |number: &str, corrects: PaymentId| {
        let wage = Wage {
            corrects: Some(corrects),
            ..correction.clone()
        };
        let batch = desk.release(&file(desk.bank, number, &[wage])).batch;
        PaymentId { batch, row: 1 }
    };
    let by = |payment: PaymentId| desk.core.desk().corrected_by(payment);
    let first = correct("GZ-2", original);
    assert_eq!([by(original), by(first)], [Some(first), None]);
    // The first one fails; the second names it.
    played.settle(&desk, TURNS);
    assert_eq!([by(original), by(first)], [None, None]);
    let second = correct("GZ-3", first);
    assert_eq!([by(original), by(first)], [Some(second); 2]);
    assert_eq!(by(second), None);
    // It fails too; the third names the original again.
    played.settle(&desk, TURNS);
    let third = correct("GZ-4", original);
    assert_eq!(by(original), Some(third));
    assert_eq!([by(first), by(second), by(third)], [None; 3]);
}

#[test]
fn a_correction_that_fails_makes_room_for_the_next() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        for number in 2..4 {
            let text = file(
                desk.bank,
                &format!("GZ-{number}"),
                std::slice::from_ref(&correction),
            );
            let batch = desk.release(&text);
            played.settle(&desk, TURNS);
            assert_eq!(desk.states(&batch), [LineState::Failed], "{place}");
        }
        assert_sound(&desk.core, place);
    }
}

/// Two files race for one correction: exactly one is taken, whatever the order.
#[test]
fn of_two_corrections_at_once_one_is_taken() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let (_, _, correction) = failed_line(&desk);
        let taken: usize = std::thread::scope(|scope| {
            let race = (2..8).map(|number| {
                let (desk, correction) = (&desk, correction.clone());
                scope.spawn(move || {
                    let text = file(desk.bank, &format!("GZ-{number}"), &[correction]);
                    usize::from(matches!(desk.submit(&text), Submitted::Accepted(_)))
                })
            });
            let threads: Vec<_> = race.collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(taken, 1, "{}", adapter.dialect());
        assert_sound(&desk.core, adapter.dialect());
    }
}

/// The original turns out to be paid while its correction waits: the correction stays.
#[test]
fn a_correction_of_a_disputed_line_is_not_sent() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let second = desk.release(&file(desk.bank, "GZ-2", std::slice::from_ref(&correction)));
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
        receive(
            &desk.core,
            adapter,
            played.keys(),
            MessageKind::Push,
            &bytes,
        )
        .unwrap();
        for _ in 0..5 {
            desk.clock.advance(Duration::from_secs(600));
            played.work(&desk);
        }
        assert_eq!(desk.states(&second), [LineState::Released], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        // And another one is refused while the dispute lasts.
        let third = desk.submit(&file(desk.bank, "GZ-3", &[correction]));
        assert!(refused(&third).is_some(), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A file of another employer.
fn of_another(desk: &Desk, text: &str) -> Submitted {
    let employer = Uscc::parse(OTHER).unwrap();
    let mut mandates = (*desk.mandates).clone();
    let account = AccountNo::parse(ACCOUNT).unwrap();
    let mandate = Mandate {
        payer_name: PersonName::parse(PAYER).unwrap(),
        connection: adapters::ConnectionValues::default(),
    };
    mandates.register((employer, desk.bank, account), mandate);
    let rules = Rules {
        limits: schemas::employer_files::Limits::default(),
        mandates: &mandates,
        banks: &BookRules(adapters::Book::built_in().unwrap()),
        spill: None,
        calendar: schemas::codes::BankCalendar::built_in(),
        refusals: RefusalLimits::default(),
        acceptances: AcceptanceLimits::default(),
    };
    let submission = Submission {
        employer,
        submitted_by: &format!("urn:anxin:employer:{OTHER}"),
        policy: Policy::GoodLines,
        format: None,
        pay_month: None,
    };
    let mut source = std::io::Cursor::new(text.replace(USCC, OTHER).into_bytes());
    submit(&desk.core, &rules, &submission, &mut source).unwrap()
}

/// M6: who names another employer's payment learns nothing of it, not even that its wage is in
/// another batch, and what that batch is called.
#[test]
fn another_employers_payment_tells_nothing() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let (_, _, correction) = failed_line(&desk);
    let plain = Wage {
        corrects: None,
        ..wages(5, 1, desk.bank)[0].clone()
    };
    desk.release(&file(desk.bank, "GZ-SECRET", &[plain]));
    let good = wages(7, 1, desk.bank)[0].clone();
    let text = file(desk.bank, "GZ-1", &[correction, good]);
    let Submitted::Accepted(receipt) = of_another(&desk, &text) else {
        panic!("the second line is good");
    };
    let told = receipt.findings.iter();
    let told: Vec<_> = told.map(|one| (one.code, one.line)).collect();
    assert_eq!(told, [(FindingCode::CorrectionConflict, Some(1))]);
    let text = format!("{:?}", receipt.findings);
    assert!(!text.contains("GZ-SECRET"), "{text}");
    // Nor does it weigh on the approval of the other line.
    let book = desk.core.desk();
    let batch = book.batch(receipt.batch).unwrap();
    assert!(book.elsewhere_of(batch).is_empty() && !book.is_elsewhere(batch));
}

#[test]
fn a_paid_an_unknown_and_an_unheard_of_line_are_not_corrected() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let pair = wages(5, 3, desk.bank);
        let batch = desk.release(&file(desk.bank, "GZ-1", &pair));
        let played = Played::new(&desk);
        played.tells(&[Outcome::Paid, Outcome::Unknown, Outcome::Accepted]);
        desk.clock.advance(Duration::from_secs(60));
        played.settle(&desk, 3);
        for row in 1..=4u32 {
            let mut correction = pair[(row as usize - 1).min(2)].clone();
            // Another amount: only the correction rule stands in the way.
            correction.fen += 1;
            correction.corrects = Some(PaymentId {
                batch: batch.batch,
                row,
            });
            let text = file(desk.bank, &format!("GZ-9{row}"), &[correction]);
            let code = refused(&desk.submit(&text));
            assert_eq!(code, Some(FindingCode::CorrectionConflict), "{place} {row}");
        }
        assert_sound(&desk.core, place);
    }
}
