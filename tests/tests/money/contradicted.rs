//! A line whose state the bank disputes shows what made the state and what speaks against it, each
//! by its own; its batch waits until two people have decided.

use super::resolution::{ANNA, BERT, decision};
use adapters::exchange::{LineOutcome, Outcome};
use gateway::access::Sight;
use gateway::outcome::{MessageKind, receive};
use gateway::query::{batches, report};
use gateway::reconcile::{BreakKind, breaks};
use gateway::resolution::{confirm, propose};
use schemas::value::{AccountNo, BatchId, Fen, PaymentId};
use schemas::{FailureReason, Lang, LineEvent, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, row, told};
use tests::desk::{Desk, one_bank_a_dialect, one_bank_a_dialect_of_named_lines};

const HOUR: Duration = Duration::from_secs(3_600);

fn push(desk: &Desk, played: &Played, rows: Vec<LineOutcome>) {
    let bytes = played.push_bytes(1, rows);
    let (core, keys) = (&desk.core, played.keys());
    receive(core, played.adapter(), keys, MessageKind::Push, &bytes).unwrap();
}

/// Two operators say that the first line was paid.
fn resolve(desk: &Desk, batch: BatchId) {
    let payment = PaymentId { batch, row: 1 };
    let decided = decision(LineEvent::ResolvePaid);
    propose(&desk.core, ANNA, payment, &decided).unwrap();
    confirm(&desk.core, BERT, payment, &decided.evidence_digest).unwrap();
}

#[test]
fn what_made_the_state_and_what_disputes_it_are_told_apart() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let failed = Outcome::Failed(FailureReason::RefusedByBank);
        let with = |line, outcome, text: &str| LineOutcome {
            bank_text: Some(text.to_owned()),
            ..row(line, outcome)
        };
        let first = vec![
            with(&lines[0], failed, "refused"),
            row(&lines[1], Outcome::Paid),
        ];
        push(&desk, &played, first);
        let id = batch.batch;
        let sight = Sight::Employer(desk.core.desk().batch(id).unwrap().head.employer);
        let waits = || {
            let book = desk.core.desk();
            let waits = book.waits_for(book.batch(id).unwrap());
            waits.map(|(what, _)| what)
        };
        let shown = || {
            let every = batches::Wanted::default();
            let page = batches::lines(&desk.core, sight, id, (0, 10), every, Lang::En);
            page.unwrap().unwrap().0.lines.swap_remove(0)
        };
        let report = || {
            let (report, _) = report::report(&desk.core, sight, id).unwrap();
            let mut text = Vec::new();
            report.write(&desk.core, Lang::En, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(waits(), None, "{place}: all is final");
        let before = shown();
        let code = before.bank_code.clone().unwrap();
        assert_eq!(before.disputed_code, None, "{place}");
        assert!(!report().contains("disputed"), "{place}");
        // Now it was paid after all.
        push(
            &desk,
            &played,
            vec![with(&lines[0], Outcome::Paid, "booked")],
        );
        let after = shown();
        assert_eq!(after.state, "failed", "{place}");
        assert_eq!(after.disputed.as_deref(), Some("result_contradiction"));
        assert_eq!(after.bank_code.as_ref(), Some(&code), "{place}");
        assert_eq!(after.bank_text.as_deref(), Some("refused"), "{place}");
        let against = after.disputed_code.clone().unwrap();
        assert_ne!(against, code, "{place}");
        assert_eq!(after.disputed_text.as_deref(), Some("booked"), "{place}");
        let text = report();
        for expected in [
            format!("the bank's reason: {code} refused</AddtlInf>"),
            format!("<AddtlInf>disputed: the bank says otherwise: {against} booked</AddtlInf>"),
        ] {
            assert!(text.contains(&expected), "{place}: {expected}\n{text}");
        }
        assert_eq!(waits(), Some("bank_evidence_or_resolution"), "{place}");
        resolve(&desk, id);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let resolved = shown();
        assert_eq!(resolved.disputed_code, None, "{place}");
        assert_eq!(resolved.bank_code, None, "{place}: two people's word");
        assert_eq!(waits(), None, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Changes a value of a row; `None` where the row has none.
type Change = fn(&mut LineOutcome) -> Option<()>;

#[test]
fn another_amount_or_account_is_not_taken_as_paid() {
    let changes: [(&str, Change); 2] = [
        ("amount", |line| {
            line.amount.as_mut().map(|Fen(fen)| *fen -= 1)
        }),
        ("account", |line| {
            let other = AccountNo::parse("6222021202000000019").unwrap();
            line.account.as_mut().map(|account| *account = other)
        }),
    ];
    for adapter in one_bank_a_dialect_of_named_lines() {
        for (name, change) in changes {
            let place = format!("{} {name}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            if change(&mut played.row_of_result(&desk)).is_none() {
                continue;
            }
            played.says(move |lines| {
                let mut reply = told(lines, &[Outcome::Paid]);
                change(&mut reply.lines[0]);
                reply
            });
            desk.clock.advance(HOUR);
            played.work(&desk);
            let states = desk.states(&batch);
            assert_ne!(states[0], LineState::Paid, "{place}");
            assert_eq!(states[1], LineState::Paid, "{place}");
            let found = breaks(&desk.core.desk());
            let mismatch = found.iter().find(|b| b.kind == BreakKind::ResultMismatch);
            assert!(mismatch.is_some(), "{place}: {found:?}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// M12: beside a line that the bank works on, the disputed one is what people must decide.
#[test]
fn a_disputed_line_is_waited_for_before_the_banks_result() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let failed = Outcome::Failed(FailureReason::RefusedByBank);
        let waits = || {
            let book = desk.core.desk();
            book.waits_for(book.batch(batch.batch).unwrap()).unwrap().0
        };
        push(&desk, &played, vec![row(&lines[0], failed)]);
        assert_eq!(waits(), "bank_result", "{place}");
        push(&desk, &played, vec![row(&lines[0], Outcome::Paid)]);
        let states = [LineState::Failed, LineState::Accepted];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_eq!(waits(), "bank_evidence_or_resolution", "{place}");
        resolve(&desk, batch.batch);
        assert_eq!(waits(), "bank_result", "{place}");
        assert_sound(&desk.core, place);
    }
}
