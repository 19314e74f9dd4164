//! The same question and the same answer again and again: one entry with its first and its last
//! time, so that what became of a line is not buried.

use crate::api::answer::{LastTime, PaymentEvent};

/// Puts what repeats together. Only questions and answers are: a step of the line, or anything
/// that people do, ends a run.
pub(super) fn together(events: Vec<PaymentEvent>) -> Vec<PaymentEvent> {
    let mut told: Vec<PaymentEvent> = Vec::new();
    let mut run = 0;
    for event in events {
        if !is_talk(&event) {
            told.push(event);
            run = told.len();
            continue;
        }
        let mut of_run = told.iter_mut().skip(run);
        match of_run.find(|earlier| is_same(earlier, &event)) {
            None => told.push(event),
            Some(earlier) => {
                earlier.count += 1;
                earlier.last = Some(LastTime {
                    time: event.time,
                    message: event.message,
                    journal: event.journal,
                });
            }
        }
    }
    told
}

fn is_talk(event: &PaymentEvent) -> bool {
    matches!(
        event.event.as_str(),
        "message_sent" | "message_answered" | "file_receipt"
    )
}

fn is_same(one: &PaymentEvent, other: &PaymentEvent) -> bool {
    let key = |event: &PaymentEvent| {
        let of_bank = (event.bank_code.clone(), event.reported_fen, event.file_no);
        let words = (event.reason.clone(), event.detail.clone());
        (
            event.event.clone(),
            event.source.clone(),
            event.actor.clone(),
            words,
            of_bank,
        )
    };
    key(one) == key(other)
}
