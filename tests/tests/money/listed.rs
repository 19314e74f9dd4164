//! A bank whose answers list failures only, in its own bytes: what is left out is paid where the
//! sums agree, and only when the batch is done.

use adapters::BankReply;
use adapters::exchange::Outcome;
use schemas::{FailureReason, LineState};
use std::collections::BTreeMap;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, told};
use tests::desk::{Desk, one_bank_a_dialect};

const HOUR: Duration = Duration::from_secs(3_600);
const FAILED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// Plays the story at every bank that lists failures only; there is one at least.
fn at_each(story: impl Fn(&Desk, &Played, &dyn Fn(&[LineState], &str))) {
    let listing = one_bank_a_dialect().into_iter();
    let listing: Vec<_> = listing.filter(|a| a.capability().failures_only).collect();
    assert!(!listing.is_empty());
    for adapter in listing {
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 3);
        story(&desk, &played, &|expected, word| {
            let place = format!("{} {word}", adapter.dialect());
            assert_eq!(desk.states(&batch), expected, "{place}");
            assert_sound(&desk.core, &place);
        });
    }
}

fn asks(desk: &Desk, played: &Played) {
    desk.clock.advance(HOUR);
    played.work(desk);
}

#[test]
fn the_rest_of_a_batch_is_paid_when_it_is_done() {
    at_each(|desk, played, states| {
        let (paid, failed, taken) = (LineState::Paid, LineState::Failed, LineState::Accepted);
        played.tells(&[Outcome::Paid, FAILED, Outcome::Accepted]);
        asks(desk, played);
        // Worked on: what failed is told, and the silence about the others says nothing.
        states(&[taken, failed, taken], "worked on");
        played.tells(&[Outcome::Paid, FAILED, Outcome::Paid]);
        asks(desk, played);
        states(&[paid, failed, paid], "done");
    });
}

#[test]
fn without_a_failure_every_line_is_paid() {
    at_each(|desk, played, states| {
        played.tells(&[Outcome::Paid]);
        asks(desk, played);
        states(&[LineState::Paid; 3], "all");
    });
}

/// One line more than its sums bear out: nobody knows which.
#[test]
fn sums_that_do_not_agree_pay_nobody() {
    for (name, stated) in [("paid_count", 1), ("paid_fen", 1), ("failed_count", 2)] {
        at_each(|desk, played, states| {
            played.says(move |lines| {
                let all = [Outcome::Paid, FAILED, Outcome::Paid];
                BankReply {
                    totals: BTreeMap::from([(name.to_owned(), stated)]),
                    ..told(lines, &all)
                }
            });
            asks(desk, played);
            let (unknown, failed) = (LineState::Unknown, LineState::Failed);
            states(&[unknown, failed, unknown], name);
        });
    }
}
