//! M7, M14 at every paying bank, and how a batch becomes bank files.

use adapters::exchange::Outcome;
use gateway::intake::Submitted;
use schemas::{FailureReason, FindingCode, LineState, Severity};
use tests::audit::assert_sound;
use tests::bank::Played;
use tests::desk::{Desk, banks_of_files, file, one_bank_a_dialect, wages};

const TURNS: u32 = 30;

#[test]
fn the_same_file_is_the_same_batch_for_ever_and_another_one_a_conflict() {
    for adapter in banks_of_files() {
        let place = adapter.code().to_string();
        let desk = Desk::new(adapter.code());
        let lines = wages(1, 2, desk.bank);
        let text = file(desk.bank, "GZ-1", &lines);
        let batch = desk.release(&text);
        let played = Played::new(&desk);
        let mut other = lines.clone();
        other[1].fen += 1;
        let other = file(desk.bank, "GZ-1", &other);
        for turn in 0..3 {
            match desk.submit(&text) {
                Submitted::Replayed(again) => assert_eq!(again.batch, batch.batch, "{place}"),
                answer => panic!("{place} {turn}: {answer:?}"),
            }
            match desk.submit(&other) {
                Submitted::Conflict(conflict) => assert_eq!(conflict.field, "lines[2].amount"),
                answer => panic!("{place} {turn}: {answer:?}"),
            }
            // Released, at the bank, settled; at last after a restart.
            if turn == 0 {
                played.work(&desk);
            } else {
                played.settle(&desk, TURNS);
            }
        }
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        desk.core.wait_durable(desk.head()).unwrap();
        let desk = desk.crash();
        assert!(
            matches!(desk.submit(&text), Submitted::Replayed(_)),
            "{place}"
        );
        assert_sound(&desk.core, &place);
    }
}

/// M14: under another number the wage is refused while the first is on its way, a warning when
/// it is paid, and free when it has failed.
#[test]
fn the_same_wage_under_another_number() {
    let failed = Outcome::Failed(FailureReason::AccountClosed);
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for (said, severity) in [
            (Outcome::Unknown, Some(Severity::Error)),
            (Outcome::Accepted, Some(Severity::Error)),
            (Outcome::Paid, Some(Severity::Warning)),
            (failed, None),
        ] {
            let desk = Desk::new(adapter.code());
            let lines = wages(1, 1, desk.bank);
            desk.release(&file(desk.bank, "GZ-1", &lines));
            let played = Played::new(&desk);
            played.tells(&[said]);
            played.settle(&desk, 6);
            let again = file(desk.bank, "GZ-2", &lines);
            let findings = match desk.submit(&again) {
                Submitted::Accepted(receipt) => receipt.findings,
                Submitted::Refused { findings, .. } => findings,
                answer => panic!("{place}: {answer:?}"),
            };
            let mut found = findings.iter();
            let found = found.find(|finding| finding.code == FindingCode::PayeeInFlight);
            assert_eq!(found.map(|f| f.severity), severity, "{place} {said:?}");
        }
    }
}

/// Payees at two banks and more lines than a file holds: every line leaves once. Where the bank
/// pays its own accounts only, the others fail before they leave.
#[test]
fn a_batch_of_many_files_instructs_every_line_once() {
    let other = schemas::BankCode::parse("ICBC").unwrap();
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        // Of two dialects, that of the bank's own accounts takes what its files take.
        let rows_max = adapter.for_payee(None).limits().rows_max;
        let own = (rows_max + 3).min(503);
        let desk = Desk::new(adapter.code());
        let mut lines = wages(1, own, desk.bank);
        // The invented wages rise from line to line, above what some banks pay.
        lines.retain(|wage| wage.fen <= adapter.limits().amount_max.0);
        let own = lines.len();
        let elsewhere = if adapter.capability().other_banks {
            4
        } else {
            0
        };
        let mut others = wages(2, elsewhere, other);
        for wage in &mut others {
            wage.fen += 7;
        }
        lines.extend(others);
        let batch = desk.release(&file(desk.bank, "GZ-1", &lines));
        let played = Played::new(&desk);
        played.settle(&desk, TURNS);
        let states = desk.states(&batch);
        let (own, others) = states.split_at(own);
        let pays_others = adapter.capability().other_banks;
        let other = if pays_others {
            LineState::Paid
        } else {
            LineState::Failed
        };
        let paid = |state: &LineState| *state == LineState::Paid;
        assert!(own.iter().all(paid), "{place}: {own:?}");
        assert!(others.iter().all(|state| *state == other), "{place}");
        let times = played.memory(|memory| memory.instructions());
        let leave = if pays_others { lines.len() } else { own.len() };
        assert_eq!(times.len(), leave, "{place}");
        assert!(times.values().all(|times| *times == 1), "{place}");
        let book = desk.core.desk();
        let files: Vec<usize> = book.files().map(|f| f.intent.lines.len()).collect();
        assert!(
            files.iter().all(|lines| *lines <= rows_max as usize),
            "{place}"
        );
        let classes = adapter.capability().one_class_per_file;
        assert!(!classes || files.len() >= 2, "{place}: {files:?}");
        drop(book);
        assert_sound(&desk.core, place);
    }
}
