//! M5: a line has at most one correction that may still pay it, whatever races. Only the word of
//! two operators may bring a second one back to life: it is evidence, and pays nothing.

use super::Found;
use crate::book::{Batch, Book};
use crate::event::Event;
use schemas::LineState as S;
use schemas::value::{BatchId, PaymentId};
use std::collections::{BTreeMap, BTreeSet};

/// Live corrections by what they correct.
#[derive(Debug, Default)]
pub(super) struct Corrections(BTreeMap<PaymentId, BTreeSet<PaymentId>>);

impl Corrections {
    pub(super) fn after(
        &mut self,
        book: &Book,
        batch: &Batch,
        event: &Event,
        found: &mut Found<'_>,
    ) {
        if batch.corrects.is_empty() {
            return;
        }
        let id = batch.id();
        let evidence = matches!(event, Event::ResolutionConfirmed { .. });
        for (row, original) in &batch.corrects {
            let payment = PaymentId {
                batch: id,
                row: *row,
            };
            let state = batch.line(*row).map(|line| line.state);
            let live = self.0.entry(*original).or_default();
            if !state.is_some_and(is_live) {
                live.remove(&payment);
            } else if live.insert(payment) && live.len() > 1 && !evidence {
                found.add(
                    "M5",
                    format!("{original} has two live corrections: {live:?}"),
                );
            }
        }
        if let Event::FileIntended(intent) = event {
            self.intended(book, (id, &intent.lines), batch, found);
        }
    }

    /// What is to be corrected is asked again when the correction is intended.
    fn intended(
        &self,
        book: &Book,
        (id, rows): (BatchId, &[u32]),
        batch: &Batch,
        found: &mut Found<'_>,
    ) {
        for row in rows {
            let Some(original) = batch.corrects.get(row) else {
                continue;
            };
            let line = book.line(*original).map(|(_, line)| line);
            let rests = line.is_some_and(|line| {
                matches!(line.state, S::Failed | S::Returned) && line.disputed.is_none()
            });
            let alone = self.0.get(original).is_some_and(|live| live.len() == 1);
            if !rests || !alone {
                let text = format!("{id}.{row} corrects {original}, which does not rest");
                found.add("M5", text);
            }
        }
    }
}

/// Whether a payment in a state may still pay, or has paid.
pub(in crate::simulation) fn is_live(state: S) -> bool {
    match state {
        S::Failed | S::Returned | S::Cancelled | S::Refused => false,
        S::Held | S::Released | S::Intended | S::Accepted | S::Paid | S::Unknown => true,
    }
}
