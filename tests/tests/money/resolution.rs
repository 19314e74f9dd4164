//! M13: two operators decide what became of an unknown or disputed line; it never pays.

use adapters::exchange::Outcome;
use gateway::failure::CommandError;
use gateway::reconcile::breaks;
use gateway::resolution::{Decision, confirm, propose};
use schemas::value::PaymentId;
use schemas::{FailureReason, LineEvent, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, release};
use tests::desk::{Desk, one_bank_a_dialect};

pub const ANNA: &str = "urn:anxin:operator:ops:person:anna";
pub const BERT: &str = "urn:anxin:operator:ops:person:bert";

pub fn decision(outcome: LineEvent) -> Decision {
    Decision {
        outcome,
        reason: (outcome == LineEvent::ResolveFailed).then_some(FailureReason::Other),
        words: "the bank's letter of today".to_owned(),
        evidence_digest: "ab".repeat(32),
    }
}

/// A batch of two whose instruction got no answer.
pub fn unknown(desk: &Desk) -> (gateway::intake::Receipt, Played) {
    let batch = release(desk, 2);
    let played = Played::new(desk);
    // The instruction is the first message that instructs: every fault before it is "not sent".
    played.memory(|memory| memory.receipt = Some(Outcome::Unknown));
    played.work(desk);
    assert_eq!(
        desk.states(&batch),
        [LineState::Unknown; 2],
        "{}",
        desk.bank
    );
    (batch, played)
}

#[test]
fn two_operators_over_the_same_evidence_and_nobody_alone() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unknown(&desk);
        let core = &desk.core;
        let payment = |row| PaymentId {
            batch: batch.batch,
            row,
        };
        let evidence = "ab".repeat(32);
        assert!(matches!(
            confirm(core, BERT, payment(1), &evidence),
            Err(CommandError::NotFound)
        ));
        propose(core, ANNA, payment(1), &decision(LineEvent::ResolvePaid)).unwrap();
        let system = "urn:anxin:operator:ops";
        // Herself, her namesake's certificate, and the organisation's own.
        for alone in [ANNA, "urn:anxin:operator:desk:person:Anna", system] {
            let denied = confirm(core, alone, payment(1), &evidence);
            assert!(
                matches!(denied, Err(CommandError::Forbidden { .. })),
                "{place} {alone}"
            );
        }
        let other = confirm(core, BERT, payment(1), &"cd".repeat(32));
        assert!(
            matches!(other, Err(CommandError::Conflict { .. })),
            "{place}"
        );
        confirm(core, BERT, payment(1), &evidence).unwrap();
        propose(core, BERT, payment(2), &decision(LineEvent::ResolveFailed)).unwrap();
        confirm(core, ANNA, payment(2), &evidence).unwrap();
        let states = [LineState::Paid, LineState::Failed];
        assert_eq!(desk.states(&batch), states, "{place}");
        // A resolution pays nothing: the bank heard of the file once.
        desk.clock.advance(Duration::from_secs(7_200));
        played.work(&desk);
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_sound(core, place);
    }
}

#[test]
fn the_bank_is_faster_than_the_second_operator() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unknown(&desk);
        let payment = PaymentId {
            batch: batch.batch,
            row: 1,
        };
        let decided = decision(LineEvent::ResolveFailed);
        propose(&desk.core, ANNA, payment, &decided).unwrap();
        played.settle(&desk, 10);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let late = confirm(&desk.core, BERT, payment, &decided.evidence_digest);
        assert!(
            matches!(late, Err(CommandError::Conflict { .. })),
            "{place}"
        );
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// After a resolution the bank says otherwise: disputed, and open to a new resolution.
#[test]
fn a_resolution_that_the_bank_contradicts_is_disputed_and_resolved_anew() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unknown(&desk);
        let payment = PaymentId {
            batch: batch.batch,
            row: 1,
        };
        let mut decided = decision(LineEvent::ResolveFailed);
        propose(&desk.core, ANNA, payment, &decided).unwrap();
        confirm(&desk.core, BERT, payment, &decided.evidence_digest).unwrap();
        // The second line is still unknown, so the file is asked about.
        played.settle(&desk, 10);
        let states = [LineState::Failed, LineState::Paid];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_eq!(breaks(&desk.core.desk()).len(), 1, "{place}");
        decided.outcome = LineEvent::ResolvePaid;
        decided.reason = None;
        propose(&desk.core, BERT, payment, &decided).unwrap();
        confirm(&desk.core, ANNA, payment, &decided.evidence_digest).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_sound(&desk.core, place);
    }
}

#[test]
fn only_an_unknown_or_disputed_line_is_open_to_it() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 1);
        let played = Played::new(&desk);
        let payment = PaymentId {
            batch: batch.batch,
            row: 1,
        };
        let closed = |place: &str| {
            for outcome in [LineEvent::ResolvePaid, LineEvent::ResolveFailed] {
                let proposed = propose(&desk.core, ANNA, payment, &decision(outcome));
                assert!(
                    matches!(proposed, Err(CommandError::Conflict { .. })),
                    "{} {place}",
                    adapter.dialect()
                );
            }
        };
        closed("released");
        played.memory(|memory| memory.faults.insert(0, Fault::Unreachable));
        played.work(&desk);
        closed("not sent");
        played.settle(&desk, 2);
        closed("accepted or paid");
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid]);
        closed("paid");
        assert_sound(&desk.core, adapter.dialect());
    }
}
