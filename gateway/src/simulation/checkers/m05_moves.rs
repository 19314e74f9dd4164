//! M5: states move only along the machine; a correction is a new line, and a line has at most one
//! live correction, whatever races.
//!
//! Compared: the auditor's table of moves with every record; and each correction that an employer
//! was told is taken with the other ones that were: two that live at once are too many.

use super::cursor::Answered;
use super::reading::Shared;
use crate::simulation::audit::is_live;
use crate::simulation::checker::{Checker, Looks, View};
use schemas::value::PaymentId;
use std::collections::BTreeMap;

/// Looks after M5.
pub(super) struct Moves {
    reading: Shared,
    answered: Answered,
    /// Corrections that were taken, by what they correct.
    taken: BTreeMap<String, Vec<PaymentId>>,
}

impl Moves {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            taken: BTreeMap::new(),
        }
    }

    fn answered(&mut self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (call, answer) in self.answered.news(view.outside) {
            let Some(sheet) = call.sheet.as_ref().filter(|_| answer.status == 202) else {
                continue;
            };
            let Some(batch) = reading.batch_of(&sheet.employer, &sheet.batch_no) else {
                continue;
            };
            let at = batch.accepted_at;
            for (row, wage) in (1u32..).zip(&sheet.wages) {
                let Some(original) = &wage.corrects else {
                    continue;
                };
                let batch = batch.id();
                let payment = PaymentId { batch, row };
                if !reading.auditor.state_at(payment, at).is_some_and(is_live) {
                    continue;
                }
                let others = self.taken.entry(original.clone()).or_default();
                let rests = |one: &PaymentId| {
                    *one == payment || !reading.auditor.state_at(*one, at).is_some_and(is_live)
                };
                looks.hold(others.iter().all(rests), || {
                    format!("{payment} corrects {original}, and so does one of {others:?}")
                });
                others.push(payment);
            }
        }
    }
}

impl Checker for Moves {
    fn id(&self) -> &'static str {
        "M5"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.answered(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().close();
        self.after_step(view, looks);
    }
}
