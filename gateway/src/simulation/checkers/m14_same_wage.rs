//! M14: the wage of an `unknown` line can't be paid again under another number: the same employer,
//! project, person, month and amount is refused while the first is not final.
//!
//! Compared: each batch that is taken, by the sheet that was written into its file, with the sheets
//! of the batches that were taken before: where the same wage was not final at that record, its
//! line must be a refused one, or a correction; a file that is refused meanwhile is counted. Where
//! it was paid, or where only one of the two names its project, the approver acknowledged it.

use super::cursor::{Answered, sheet_of};
use super::reading::{Reading, Shared};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::{Answer, Sheet, Wage};
use schemas::LineState as S;
use schemas::value::{BatchId, PaymentId};
use serde_json::Value;
use std::collections::BTreeMap;

/// What makes two wages the same, beside their project: employer, month, person, amount.
type SameWage = (String, String, String, i64);
/// A payment of a wage, and the project that its file names.
type OfProject = (Option<String>, PaymentId);

/// Looks after M14.
pub(super) struct OneWage {
    reading: Shared,
    answered: Answered,
    seen: usize,
    life: u32,
    taken: BTreeMap<SameWage, Vec<OfProject>>,
    /// The project of each payment.
    projects: BTreeMap<PaymentId, Option<String>>,
    /// Batches with a wage that was paid elsewhere when they came, or that may be one on its way
    /// of which only one of the two files names a project.
    warned: BTreeMap<BatchId, PaymentId>,
}

impl OneWage {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            seen: 0,
            life: 0,
            taken: BTreeMap::new(),
            projects: BTreeMap::new(),
            warned: BTreeMap::new(),
        }
    }

    fn accepted(&mut self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        if self.life != view.outside.now.life {
            self.life = view.outside.now.life;
            self.seen = 0;
            self.taken.clear();
            self.projects.clear();
            self.warned.clear();
        }
        let news = reading.accepted.get(self.seen..).unwrap_or_default();
        for (sequence, id) in news {
            let Some(batch) = reading.auditor.book().batch(*id) else {
                continue;
            };
            let Some(sheet) = sheet_of(view.outside, batch) else {
                continue;
            };
            for (row, wage) in (1u32..).zip(&sheet.wages) {
                let payment = PaymentId { batch: *id, row };
                if reading.auditor.state_at(payment, *sequence) == Some(S::Refused) {
                    continue;
                }
                // A correction that names no project is of its original's.
                let original = wage.corrects.as_deref().map(PaymentId::parse);
                let of_original = || self.projects.get(&original?.ok()?)?.clone();
                let own = sheet.project.clone().or_else(of_original);
                self.projects.insert(payment, own.clone());
                let same = self.taken.entry(same_wage(sheet, wage)).or_default();
                let elsewhere = same.iter().filter(|(_, one)| one.batch != *id);
                for (project, other) in elsewhere {
                    let state = reading.auditor.state_at(*other, sequence - 1);
                    // A correction is judged by its own rules (M5).
                    let is_same = *project == own;
                    if !is_same && (project.is_some() == own.is_some()) {
                        continue;
                    }
                    if !is_same && wage.corrects.is_none() && !is_final(state) {
                        self.warned.insert(*id, *other);
                    }
                    if is_same && wage.corrects.is_none() {
                        looks.hold(is_final(state), || {
                            format!("{payment} is taken, and {other} of the same wage is {state:?}")
                        });
                    }
                    if wage.corrects.is_none() && state == Some(S::Paid) {
                        self.warned.insert(*id, *other);
                    }
                }
                same.push((own, payment));
            }
        }
        self.seen = reading.accepted.len();
    }

    /// A file that is refused while a wage of it is not final elsewhere: it might have been taken.
    fn refused(&mut self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (call, answer) in self.answered.news(view.outside) {
            let sheet = call.sheet.as_ref().filter(|sheet| !sheet.is_flawed());
            let Some(sheet) = sheet.filter(|_| answer.status == 422) else {
                continue;
            };
            for wage in sheet.wages.iter().filter(|wage| wage.corrects.is_none()) {
                let same = self
                    .taken
                    .get(&same_wage(sheet, wage))
                    .into_iter()
                    .flatten();
                let mut same = same.filter(|(project, _)| *project == sheet.project);
                let is_open = same.any(|(_, one)| {
                    let states =
                        [call.durable, answer.durable].map(|at| reading.auditor.state_at(*one, at));
                    states.into_iter().all(|state| !is_final(state))
                });
                looks.compared += u64::from(is_open);
            }
        }
    }

    /// A wage that was paid before is paid again only where a person has acknowledged it.
    fn acknowledged(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (id, other) in &self.warned {
            if !has_left(&reading, *id) {
                continue;
            }
            let path = format!("/v1/batches/{id}/approve");
            // Where we blame ourselves, or nobody was told, it may be recorded all the same.
            let refused = |answer: &Answer| (400..500).contains(&answer.status);
            let mut approvals = view
                .outside
                .calls
                .iter()
                .filter(|call| call.path == path && !call.answer.as_ref().is_some_and(refused));
            let knew = approvals.any(|call| {
                let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
                let known = body.get("acknowledged").and_then(Value::as_array);
                known.is_some_and(|codes| codes.iter().any(|code| code == "payee_in_flight"))
            });
            looks.hold(knew, || {
                format!("{id} pays again what {other} paid; nobody said so")
            });
        }
    }
}

fn has_left(reading: &Reading, batch: BatchId) -> bool {
    let mut intents = reading.intents.values().flatten();
    intents.any(|(_, intent)| intent.batch == batch)
}

fn same_wage(sheet: &Sheet, wage: &Wage) -> SameWage {
    (
        sheet.employer.clone(),
        sheet.pay_month.clone(),
        wage.payee.id_number.to_uppercase(),
        wage.amount_fen,
    )
}

/// Whether a payment in a state bars no other of its wage.
fn is_final(state: Option<S>) -> bool {
    match state {
        Some(S::Held | S::Released | S::Intended | S::Accepted | S::Unknown) => false,
        Some(S::Paid | S::Failed | S::Returned | S::Cancelled | S::Refused) | None => true,
    }
}

impl Checker for OneWage {
    fn id(&self) -> &'static str {
        "M14"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.accepted(view, looks);
        self.refused(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
        self.acknowledged(view, looks);
    }
}
