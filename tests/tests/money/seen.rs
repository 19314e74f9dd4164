//! M13, M14: who approves beside another payment of the same wage approves what was seen, and
//! nothing that was decided after it.

use super::twins::{pays_after_all, two_decide};
use adapters::exchange::Outcome;
use gateway::failure::CommandError;
use gateway::intake::Receipt;
use schemas::value::PaymentId;
use schemas::{FailureReason, LineEvent, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::Played;
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

const CLOSED: Outcome = Outcome::Failed(FailureReason::AccountClosed);
const IN_FLIGHT: &[&str] = &["payee_in_flight"];

/// A batch of two wages with these outcomes.
fn sent(desk: &Desk, outcomes: &[Outcome]) -> (Receipt, Played) {
    let batch = desk.release(&file(desk.bank, "GZ-1", &wages(5, 2, desk.bank)));
    let played = Played::new(desk);
    played.tells(outcomes);
    played.settle(desk, 20);
    (batch, played)
}

fn paid_after_all(desk: &Desk, batch: &Receipt, row: u32) -> u64 {
    let payment = PaymentId {
        batch: batch.batch,
        row,
    };
    two_decide(desk, payment, LineEvent::ResolvePaid);
    desk.head()
}

fn not_seen(answer: Result<u64, CommandError>, place: &str) -> String {
    match answer {
        Err(CommandError::Conflict {
            field: "as_of",
            why,
        }) => why,
        other => panic!("{place}: {other:?}"),
    }
}

fn works(desk: &Desk, played: &Played) {
    desk.clock.advance(Duration::from_secs(600));
    played.work(desk);
}

/// Approved again over the first decision, while the second one is made: nothing of either is
/// sent before the approver has seen both.
#[test]
fn an_approval_covers_no_decision_that_came_after_the_look() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played) = sent(&desk, &[CLOSED]);
        let second = desk.release(&file(desk.bank, "GZ-2", &wages(5, 2, desk.bank)));
        assert_eq!(desk.other_payments(&second), None, "{place}");
        pays_after_all(&desk, &played);
        let one = paid_after_all(&desk, &first, 1);
        assert_eq!(desk.other_payments(&second), Some(one), "{place}");
        let both = paid_after_all(&desk, &first, 2);
        let told = not_seen(desk.approval(&second, IN_FLIGHT, Some(one)), place);
        assert_eq!(told, both.to_string(), "{place}");
        not_seen(desk.approval(&second, IN_FLIGHT, None), place);
        works(&desk, &played);
        assert_eq!(desk.states(&second), [LineState::Released; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        // Nobody can have seen what is not written yet.
        let future = desk.approval(&second, IN_FLIGHT, Some(desk.head() + 1));
        assert!(
            matches!(future, Err(CommandError::Invalid { .. })),
            "{place}"
        );
        desk.approval(&second, IN_FLIGHT, Some(both)).unwrap();
        assert_eq!(desk.other_payments(&second), None, "{place}");
        played.tells(&[Outcome::Paid]);
        played.settle(&desk, 20);
        assert_eq!(desk.states(&second), [LineState::Paid; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The same of the first approval: one wage was known to be paid when the file came, of the other
/// two people decide while the approver reads. The one warning is not the other's.
#[test]
fn a_first_approval_covers_no_decision_that_came_after_the_look() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played) = sent(&desk, &[Outcome::Paid, CLOSED]);
        let second = desk.accept(&file(desk.bank, "GZ-2", &wages(5, 2, desk.bank)));
        assert_eq!(second.head.must_acknowledge, IN_FLIGHT, "{place}");
        assert_eq!(desk.other_payments(&second), None, "{place}");
        pays_after_all(&desk, &played);
        let decided = paid_after_all(&desk, &first, 2);
        not_seen(desk.approval(&second, IN_FLIGHT, None), place);
        not_seen(desk.approval(&second, IN_FLIGHT, Some(decided - 1)), place);
        assert_eq!(desk.states(&second), [LineState::Held; 2], "{place}");
        assert_eq!(desk.other_payments(&second), Some(decided), "{place}");
        desk.approval(&second, IN_FLIGHT, Some(decided)).unwrap();
        assert_eq!(desk.states(&second), [LineState::Released; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// What the file's own findings told needs no further word.
#[test]
fn what_was_known_when_the_file_came_is_acknowledged_alone() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (first, played) = sent(&desk, &[CLOSED]);
        pays_after_all(&desk, &played);
        paid_after_all(&desk, &first, 1);
        let wages = wages(5, 1, desk.bank);
        let second = desk.accept(&file(desk.bank, "GZ-2", &wages));
        assert_eq!(second.head.must_acknowledge, IN_FLIGHT, "{place}");
        desk.approval(&second, IN_FLIGHT, None).unwrap();
        assert_eq!(desk.states(&second), [LineState::Released], "{place}");
        assert_sound(&desk.core, place);
    }
}
