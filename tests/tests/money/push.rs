//! What banks send unasked: returns before and after the payment, doubled, foreign and
//! unreadable messages, result files that were collected.

use adapters::exchange::{LineOutcome, Outcome};
use gateway::book::FileState;
use gateway::outcome::{MessageKind, Received, receive};
use gateway::reconcile::{BreakKind, breaks};
use schemas::{FailureReason, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, release, row, told, unsent};
use tests::desk::{Desk, banks_of_files, one_bank_a_dialect, wages};
use tests::talk::spells_reasons;

fn push(desk: &Desk, played: &Played, bytes: &[u8]) -> Received {
    let (core, adapter) = (&desk.core, played.adapter());
    receive(core, adapter, played.keys(), MessageKind::Push, bytes).unwrap()
}

#[test]
fn a_return_before_and_after_the_payment_and_a_push_twice() {
    for adapter in banks_of_files() {
        let place = adapter.code().to_string();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        // Before anybody said "paid": both steps are recorded.
        let early = played.push_bytes(1, vec![row(&lines[0], Outcome::Returned)]);
        let first = push(&desk, &played, &early);
        let states = [LineState::Returned, LineState::Accepted];
        assert_eq!(desk.states(&batch), states, "{place}");
        // The same bytes: the same receipt, no second effect.
        let before = format!("{:?}", desk.core.desk().batch(batch.batch).unwrap());
        let again = push(&desk, &played, &early);
        assert!(again.replayed && !first.replayed, "{place}");
        assert_eq!(
            (again.sequence, &again.receipt),
            (first.sequence, &first.receipt)
        );
        // M3: it is given when all that the first one waits for is durable, not the message alone.
        assert!(again.last_sequence >= first.last_sequence, "{place}");
        let side = adapter.bank_side();
        let taken = side.read_push_receipt(&first.receipt, played.keys());
        assert_eq!(taken, Ok(true), "{place}");
        let named = side.push_receipt_file_no(&first.receipt, played.keys());
        assert_eq!(named, Ok(Some(1)), "{place}");
        let after = format!("{:?}", desk.core.desk().batch(batch.batch).unwrap());
        assert_eq!(before, after, "{place}");
        // The other line is paid, and comes back after that.
        for (outcome, state) in [
            (Outcome::Paid, LineState::Paid),
            (Outcome::Returned, LineState::Returned),
        ] {
            push(
                &desk,
                &played,
                &played.push_bytes(1, vec![row(&lines[1], outcome)]),
            );
            assert_eq!(desk.states(&batch)[1], state, "{place}");
        }
        // A result that says "paid" after the return is late, not a contradiction.
        let late = played.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
        push(&desk, &played, &late);
        assert_eq!(desk.states(&batch), [LineState::Returned; 2], "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_sound(&desk.core, &place);
    }
}

/// M6, M11: a bank speaks of its own files only; what it says of others is kept and listed.
#[test]
fn a_push_about_another_banks_file_changes_nothing_and_is_listed() {
    let all = one_bank_a_dialect();
    for (at, adapter) in all.iter().enumerate() {
        let other = all[(at + 1) % all.len()];
        let place = format!("{} about {}", other.code(), adapter.code());
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let elsewhere = Desk {
            bank: other.code(),
            ..desk.clone()
        };
        let foreign = Played::new(&elsewhere);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = foreign.push_bytes(1, told(&lines, &[Outcome::Paid]).lines);
        let received = push(&desk, &foreign, &bytes);
        // A receipt does not tell a bank which files the others have.
        let side = other.bank_side();
        let named = side.push_receipt_file_no(&received.receipt, foreign.keys());
        assert_eq!(named, Ok(None), "{place}");
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        let found = breaks(&desk.core.desk());
        assert_eq!(found.len(), 2, "{place}");
        for each in &found {
            assert_eq!(
                (each.kind, each.bank),
                (BreakKind::UnmatchedRecord, Some(other.code()))
            );
        }
        // A number that no bank has.
        let bytes = played.push_bytes(9_999, told(&lines, &[Outcome::Paid]).lines);
        push(&desk, &played, &bytes);
        assert_eq!(breaks(&desk.core.desk()).len(), 4, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        assert_sound(&desk.core, &place);
    }
}

#[test]
fn an_unreadable_push_is_kept_listed_and_receipted_as_such() {
    for adapter in banks_of_files() {
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 1);
        let received = push(&desk, &played, b"\x81 nothing that a bank says");
        let side = adapter.bank_side();
        let taken = side.read_push_receipt(&received.receipt, played.keys());
        assert_eq!(taken, Ok(false), "{}", adapter.code());
        let found = breaks(&desk.core.desk());
        assert_eq!(found[0].kind, BreakKind::MessageUnreadable);
        assert_eq!(desk.states(&batch), [LineState::Accepted]);
        // M3: what was receipted survives.
        desk.core.wait_durable(received.last_sequence).unwrap();
        let desk = desk.crash();
        assert_eq!(breaks(&desk.core.desk()).len(), 1);
    }
}

/// A result file that the bank puts into a folder, instead of an answer to a query.
#[test]
fn a_collected_result_counts_or_is_listed() {
    for adapter in banks_of_files() {
        let place = adapter.code().to_string();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let failed = Outcome::Failed(FailureReason::IdMismatch);
        let reply = told(&lines, &[Outcome::Paid, failed]);
        let bytes = played.result_bytes(&desk, 1, &reply);
        let (core, keys) = (&desk.core, played.keys());
        receive(core, adapter, keys, MessageKind::Result, &bytes).unwrap();
        let states = desk.states(&batch);
        let listed = breaks(&desk.core.desk());
        let counted = states == [LineState::Paid, LineState::Failed] && listed.is_empty();
        // A dialect whose result does not name our file can't be matched: listed, never guessed.
        let kept = states == [LineState::Accepted; 2] && listed.len() == 2;
        assert!(counted || kept, "{place}: {states:?} {listed:?}");
        assert_sound(&desk.core, &place);
    }
}

/// A file was given up as certainly unsent and its lines went with another one; now the bank
/// pays the first. Both wages may be paid twice: that is disputed and listed, whatever comes later.
#[test]
fn a_push_about_an_abandoned_file_is_an_alarm() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        desk.clock.step(time::Duration::days(1));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        let lines = played.memory(|memory| memory.instructed(2)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]);
        push(&desk, &played, &bytes);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        let kinds = |desk: &Desk| -> Vec<BreakKind> {
            let found = breaks(&desk.core.desk());
            found.iter().map(|found| found.kind).collect()
        };
        let both = [BreakKind::ResultContradiction; 2];
        assert_eq!(kinds(&desk), both, "{place}");
        // The second file is paid as well: the alarm stays.
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(kinds(&desk), both, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The same, told only when the second file has been paid or has come back: as loud.
#[test]
fn a_late_push_about_an_abandoned_file_is_an_alarm_all_the_same() {
    for adapter in one_bank_a_dialect() {
        for (then, said) in [
            (Outcome::Paid, Outcome::Paid),
            (Outcome::Paid, Outcome::Accepted),
            (Outcome::Accepted, Outcome::Accepted),
            (Outcome::Returned, Outcome::Paid),
        ] {
            let place = format!("{} {then:?} {said:?}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let batch = release(&desk, 1);
            let played = Played::new(&desk);
            played.memory(|memory| memory.faults.insert(0, Fault::Unreachable));
            played.work(&desk);
            desk.clock.step(time::Duration::days(1));
            played.work(&desk);
            let lines = played.memory(|memory| memory.instructed(2)).unwrap();
            push(
                &desk,
                &played,
                &played.push_bytes(2, vec![row(&lines[0], then)]),
            );
            let states = desk.states(&batch);
            assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
            push(
                &desk,
                &played,
                &played.push_bytes(1, vec![row(&lines[0], said)]),
            );
            assert_eq!(desk.states(&batch), states, "{place}");
            let found = breaks(&desk.core.desk());
            assert_eq!(found.len(), 1, "{place}: the wage may be paid twice");
            assert_eq!(found[0].kind, BreakKind::ResultContradiction, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// M12: the file that came back to life does not stand in the way of the one that carries the
/// lines: past the answer limit they are unknown, and a later result counts.
#[test]
fn a_revived_file_does_not_hold_up_the_bank() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        desk.clock.step(time::Duration::days(1));
        played.work(&desk);
        let lines = played.memory(|memory| memory.instructed(2)).unwrap();
        push(
            &desk,
            &played,
            &played.push_bytes(1, vec![row(&lines[0], Outcome::Paid)]),
        );
        played.memory(|memory| {
            let silent = |number| (number, Fault::Silent);
            memory.faults = (memory.sent..memory.sent + 400).map(silent).collect();
        });
        let limit = Duration::from_millis(adapter.query_pace().answer_limit_ms);
        desk.clock.advance(limit);
        played
            .try_work(&desk)
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        played.memory(|memory| memory.faults.clear());
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The bank reports a file that we hold to be unsent: nothing of it may leave any more.
#[test]
fn a_push_about_an_unsent_file_stops_it() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 2);
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults = (0..4).map(|n| (n, Fault::Unreachable)).collect());
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Released; 2], "{place}");
        assert_eq!(desk.core.desk().file(1).unwrap().state, FileState::NotSent);
        let wage = &wages(1, 2, desk.bank)[0];
        let known = adapters::BankLine {
            row_no: Some(1),
            name: schemas::PersonName::parse(&wage.name).unwrap(),
            account: schemas::AccountNo::parse(&wage.account).unwrap(),
            amount: schemas::Fen(wage.fen),
            memo: None,
        };
        let bytes = played.push_bytes(1, vec![row(&known, Outcome::Paid)]);
        push(&desk, &played, &bytes);
        for _ in 0..10 {
            desk.clock.advance(Duration::from_secs(600));
            played.work(&desk);
        }
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        let found = breaks(&desk.core.desk());
        assert!(!found.is_empty(), "{place}");
        assert_eq!(found[0].kind, BreakKind::ResultContradiction, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The reason of a return is the line's; a payment that comes with a failure's code is none.
#[test]
fn a_return_has_its_reason_and_a_payment_has_no_failure_code() {
    let reason = FailureReason::AccountClosed;
    let spells = |adapter: &&adapters::BankAdapter| spells_reasons(adapter);
    for adapter in one_bank_a_dialect().into_iter().filter(spells) {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let of = |line, outcome| LineOutcome {
            return_reason: Some(reason),
            ..row(line, outcome)
        };
        let told = vec![
            of(&lines[0], Outcome::Returned),
            of(&lines[1], Outcome::Paid),
        ];
        push(&desk, &played, &played.push_bytes(1, told));
        let states = [LineState::Returned, LineState::Unknown];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_eq!(desk.reasons(&batch), [Some(reason), None], "{place}");
        let found = breaks(&desk.core.desk());
        assert_eq!(found[0].kind, BreakKind::Unknown, "{place}");
        assert_sound(&desk.core, place);
    }
}
