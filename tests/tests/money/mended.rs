//! Regressions: each case is a defect that an attacker's review found, and failed before.

use super::correction::failed_line;
use super::resolution::{ANNA, BERT, decision, unknown};
use adapters::exchange::{Flaw, Outcome, Receipt};
use gateway::book::FileState;
use gateway::dispatch::recovery::recover;
use gateway::event::{Event, Origin};
use gateway::failure::CommandError;
use gateway::outcome::{MessageKind, Said, apply, finish_interrupted, receive};
use gateway::reconcile::{BreakKind, breaks};
use gateway::resolution::{confirm, propose};
use schemas::value::PaymentId;
use schemas::{FailureReason, LineEvent, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, release, row, told};
use tests::desk::{Desk, file, one_bank_a_dialect};

/// A correction's file could not be sent, and now its original is disputed: the file is given
/// up, and the dispatcher rests instead of trying it again without end (M12).
#[test]
fn an_unsent_file_whose_line_is_barred_is_given_up() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = failed_line(&desk);
        let second = desk.release(&file(desk.bank, "GZ-2", &[correction]));
        played.memory(|memory| memory.faults.insert(memory.sent, Fault::Unreachable));
        let wait = played.work(&desk);
        let state = |file_no| desk.core.desk().file(file_no).map(|file| file.state);
        assert_eq!(state(2), Some(FileState::NotSent), "{place}");
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
        let (core, keys) = (&desk.core, played.keys());
        receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
        desk.clock.advance(wait);
        // Panics where it never rests.
        let wait = played.work(&desk);
        assert!(wait >= Duration::from_secs(1), "{place}: {wait:?}");
        assert_eq!(state(2), Some(FileState::Abandoned), "{place}");
        assert_eq!(desk.states(&second), [LineState::Released], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// M13: what two people decide is about the line as it stood. Once the bank has spoken of it, a
/// decision from before does not count, even where the line is unknown again.
#[test]
fn a_proposal_from_before_the_banks_word_decides_nothing() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unknown(&desk);
        let (core, keys) = (&desk.core, played.keys());
        let payment = PaymentId {
            batch: batch.batch,
            row: 1,
        };
        let decided = decision(LineEvent::ResolveFailed);
        propose(core, ANNA, payment, &decided).unwrap();
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, told(&lines, &[Outcome::Accepted]).lines);
        receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        played.memory(|memory| {
            let silent = |number| (number, Fault::Silent);
            memory.faults = (memory.sent..memory.sent + 1_000).map(silent).collect();
        });
        let limit_ms = adapter.query_pace().answer_limit_ms;
        desk.clock.advance(Duration::from_millis(limit_ms));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        let late = confirm(core, BERT, payment, &decided.evidence_digest);
        assert!(matches!(late, Err(CommandError::NotFound)), "{place}");
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        assert_sound(core, place);
    }
}

/// M2, M12: the bank speaks of one row while the file is under way, and then the process dies.
/// The other row may have been sent: it is unknown and asked about, not intended for ever.
#[test]
fn a_row_that_a_push_left_out_is_asked_about_after_a_crash() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let under_way = |sequence: &u64| {
            let event = desk.core.event(*sequence).map(|(_, event)| event);
            match event {
                Ok(Event::FileIntended(_)) => true,
                Ok(Event::MessageLeaving { instructs, .. }) => instructs,
                _ => false,
            }
        };
        let points: Vec<u64> = (1..=desk.head()).filter(under_way).collect();
        assert_eq!(points.len(), 2, "{}", adapter.dialect());
        for last in points {
            let place = format!("{} {last}", adapter.dialect());
            let again = desk.crash_after(last);
            let bank = played.remembering(&again, last, true);
            let bytes = bank.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
            let (core, keys) = (&again.core, bank.keys());
            let taken = receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
            let states = [LineState::Paid, LineState::Intended];
            assert_eq!(again.states(&batch), states, "{place}");
            core.wait_durable(taken.last_sequence).unwrap();
            let third = again.crash();
            recover(&third.core).unwrap();
            let states = [LineState::Paid, LineState::Unknown];
            assert_eq!(third.states(&batch), states, "{place}");
            let bank = played.remembering(&third, last, true);
            bank.tells(&[Outcome::Paid]);
            bank.settle(&third, 20);
            let times = bank.memory(|memory| memory.instructions());
            assert!(times.values().all(|times| *times == 1), "{place}");
            assert_sound(&third.core, &place);
        }
    }
}

/// M1: a bank that refuses a file, or a row, as a duplicate knows its number: it may have paid
/// it. Failed would let it be corrected, and paid twice.
#[test]
fn a_refusal_as_duplicate_is_asked_about_and_never_failed() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let duplicate = Outcome::Failed(FailureReason::Duplicate);
        let receipt = Receipt {
            outcome: duplicate,
            bank_code: None,
            bank_text: None,
            references: [].into(),
            lines: Vec::new(),
            flaws: Vec::new(),
        };
        for by_row in [false, true] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let rows = told(&lines, &[duplicate]).lines;
            let (said, origin) = match by_row {
                true => (
                    Said::Records {
                        lines: &rows,
                        flaws: &[],
                    },
                    Origin::Push,
                ),
                false => (Said::Receipt(&receipt), Origin::Receipt),
            };
            apply(&desk.core, 1, origin, None, said).unwrap();
            let states = desk.states(&batch);
            assert_eq!(states, [LineState::Unknown; 2], "{place} {by_row}");
            desk.clock.advance(Duration::from_secs(3_600));
            played.settle(&desk, 20);
            assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
            assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
            assert_sound(&desk.core, place);
        }
    }
}

/// M3, M11: the process dies between a message and its reading, and starts without that bank.
/// The message is neither lost nor taken as read: it is listed, and counts once the bank is back.
#[test]
fn a_message_of_a_bank_that_is_not_connected_stays_open_and_listed() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 1);
        let played = Played::new(&desk);
        played.work(&desk);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
        let (core, keys) = (&desk.core, played.keys());
        let taken = receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
        core.wait_durable(taken.last_sequence).unwrap();
        let again = desk.crash_after(taken.sequence);
        finish_interrupted(&again.core, &|_| None).unwrap();
        assert_eq!(again.states(&batch), [LineState::Accepted], "{place}");
        let open: Vec<u64> = {
            let book = again.core.desk();
            book.open_messages()
                .map(|(sequence, ..)| sequence)
                .collect()
        };
        assert_eq!(open, [taken.sequence], "{place}");
        let found = breaks(&again.core.desk());
        let listed = (found[0].kind, found[0].bank, found[0].sequence);
        let expected = (BreakKind::MessageOpen, Some(desk.bank), taken.sequence);
        assert_eq!(listed, expected, "{place}");
        finish_interrupted(&again.core, &|_| Some((adapter, keys))).unwrap();
        assert_eq!(again.states(&batch), [LineState::Paid], "{place}");
        assert!(breaks(&again.core.desk()).is_empty(), "{place}");
        assert_sound(&again.core, place);
    }
}

/// M1: a receipt that has one row both refused and accepted. Taken as failed, the wage could be
/// paid again by a correction: it is unknown, listed, and asked about.
#[test]
fn a_row_that_a_receipt_refuses_and_accepts_is_asked_about() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        // As the adapter gives it (adapters/tests/receipts.rs).
        let receipt = Receipt {
            outcome: Outcome::Accepted,
            bank_code: None,
            bank_text: None,
            references: [].into(),
            lines: vec![row(&lines[0], Outcome::Unknown); 2],
            flaws: vec![Flaw::RowTwice { row_no: 1 }],
        };
        let said = Said::Receipt(&receipt);
        apply(&desk.core, 1, Origin::Receipt, None, said).unwrap();
        let states = [LineState::Unknown, LineState::Accepted];
        assert_eq!(desk.states(&batch), states, "{place}");
        let found = breaks(&desk.core.desk());
        let told: Vec<_> = found.iter().map(|b| (b.kind, b.why.as_str())).collect();
        let expected = [
            (BreakKind::MessageMismatch, "row_twice: row 1"),
            (BreakKind::Unknown, "bank_evidence_or_resolution"),
        ];
        assert_eq!(told, expected, "{place}");
        desk.clock.advance(Duration::from_secs(3_600));
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_sound(&desk.core, place);
    }
}
