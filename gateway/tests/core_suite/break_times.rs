//! Since when a break is one, and a clock that was set back.

use super::desk::Desk;
use super::doubts::{bank, instructed, outcomes, record, resolve, step};
use gateway::access::Sight;
use gateway::core::Core;
use gateway::event::{Dispute, Event};
use gateway::query::breaks::breaks;
use schemas::value::PaymentId;
use schemas::{Lang, LineEvent};
use std::time::Duration;

/// A line that was paid in March and is disputed in June is in dispute since June, also in what a
/// replay makes of the journal; once it is resolved, a new dispute has a time of its own.
#[test]
fn a_dispute_is_as_old_as_itself() {
    let desk = Desk::new();
    let core = &desk.core;
    let batch = instructed(core, 1, 1);
    let since = |core: &Core| {
        let (page, _) = breaks(core, Sight::Operator, (None, 10), Lang::En).unwrap();
        let shown = page.breaks.into_iter();
        shown
            .map(|found| (found.kind, found.age_seconds))
            .collect::<Vec<(String, i64)>>()
    };
    let day = Duration::from_secs(86_400);
    let dispute = |kind| {
        let said = (1, kind, step(1, LineEvent::Fail));
        outcomes(core, 1, Vec::new(), vec![said]);
    };
    outcomes(core, 1, vec![step(1, LineEvent::Pay)], Vec::new());
    desk.clock.advance(day * 90);
    dispute(Dispute::ResultContradiction);
    desk.clock.advance(day);
    // The same again is not news.
    dispute(Dispute::ResultContradiction);
    let expected: Vec<(String, i64)> = vec![("result_contradiction".to_owned(), 86_400)];
    assert_eq!(since(core), expected);
    // The state moves; the dispute stays.
    outcomes(core, 1, vec![step(1, LineEvent::Return)], Vec::new());
    assert_eq!(since(core), expected);
    let payment = PaymentId { batch, row: 1 };
    resolve(core, payment, LineEvent::ResolvePaid);
    assert_eq!(since(core), []);
    desk.clock.advance(day);
    dispute(Dispute::ResultMismatch);
    desk.clock.advance(day);
    let expected = [("result_mismatch".to_owned(), 86_400)];
    assert_eq!(since(core), expected);
    core.wait_durable(core.desk().sequence()).unwrap();
    assert_eq!(since(&desk.crash().core), expected);
}

/// The clock is set back: a message of "the future" that is not read to its end is listed all the
/// same.
#[test]
fn an_open_message_of_the_future_is_listed() {
    let desk = Desk::new();
    let open = Event::BankMessage {
        bank: bank("HXB"),
        message: "push".to_owned(),
        digest: "push:1".to_owned(),
        reading: "applied".to_owned(),
        again: None,
        seen_at: None,
        written_at: None,
        file_no: None,
    };
    record(&desk.core, open);
    let listed = || {
        breaks(&desk.core, Sight::Operator, (None, 10), Lang::En)
            .unwrap()
            .0
            .breaks
            .len()
    };
    assert_eq!(listed(), 0, "it is being read now");
    desk.clock.step(-time::Duration::hours(6));
    assert_eq!(listed(), 1);
}
