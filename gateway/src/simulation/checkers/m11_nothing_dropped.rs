//! M11: nothing is dropped in silence: an unmatched bank record, a late result, a refused event
//! each become a finding that someone can list.
//!
//! Compared: each row that a bank said and that came, with what is recorded of its line: a step, a
//! dispute, a word that came too late, or the state that it tells of anyway; a row that fits no
//! line, and a message that nobody can read, with the records about strays. Every stray, every
//! disputed and every unknown line, and every bank with something unread stands in the list of
//! breaks that an operator is given, whenever he asks, in one page or in many.

mod words;

use super::cursor::{Answered, number, text};
use super::reading::{Reading, Shared, Stray};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{Outside, Way};
use schemas::LineState;
use schemas::value::PaymentId;
use serde_json::Value;
use std::collections::BTreeSet;
use words::Known;

/// Looks after M11.
pub(super) struct NothingDropped {
    reading: Shared,
    answered: Answered,
}

impl NothingDropped {
    pub(super) fn new(reading: Shared) -> Self {
        let answered = Answered::default();
        Self { reading, answered }
    }

    /// What an operator was given while things went on: every line that was open, however lately.
    fn given(&mut self, view: &View<'_>, looks: &mut Looks) {
        let answered = self.answered.news(view.outside).into_iter();
        let lists = answered.filter(|(call, answer)| {
            let is_operator = call.party().0 == "operator";
            is_operator && call.path == "/v1/breaks?limit=1000" && answer.is_done()
        });
        for (call, answer) in lists {
            let body = answer.json();
            let listed = body.get("breaks").and_then(Value::as_array);
            let listed: BTreeSet<&str> = listed
                .into_iter()
                .flatten()
                .map(|one| text(one, "payment_id"))
                .collect();
            let reading = self.reading.borrow();
            // The list was made at some moment between call and answer.
            let open = open_lines(&reading).into_iter();
            for (payment, since) in open.filter(|(_, since)| *since <= call.durable) {
                looks.hold(listed.contains(payment.as_str()), || {
                    format!("{payment} is open since record {since}, and the list has it not")
                });
            }
        }
    }

    fn told(&self, outside: &Outside, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let known = Known::of(outside, &reading);
        for (bank, book) in &outside.banks {
            for (place, told) in book.told.iter().enumerate() {
                // A crash may have taken an answer that came: it is asked for again. What was
                // pushed and receipted stands.
                let lost = told.way == Way::Answer && known.crashed.contains(&told.at.life);
                // Which file an answer about another one was asked for, nobody outside knows.
                let other = told.lie == Some(FaultKind::BankOtherFile) && told.way == Way::Answer;
                if told.has_come && !lost && !other {
                    known.hold(*bank, place, told, looks);
                }
            }
        }
    }

    /// What an operator is given.
    fn listed(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let listed = breaks(view, 1000);
        looks.demand(listed.is_some(), || "the breaks can't be listed".to_owned());
        let Some(listed) = listed else { return };
        let in_parts = breaks(view, 1 + listed.len() / 3);
        looks.demand(in_parts.as_ref() == Some(&listed), || {
            let parts = in_parts.map(|parts| parts.len());
            format!("{} breaks, by pages {parts:?}", listed.len())
        });
        let records: BTreeSet<i64> = listed
            .iter()
            .filter_map(|b| number(b, "sequence"))
            .collect();
        for stray in &reading.strays {
            let sequence = i64::try_from(stray.sequence).unwrap_or(0);
            // A message that a crash interrupted is read again: its records stand there twice.
            let mut twins = reading.strays.iter().filter(|one| stray.is_as(one));
            let is_listed = |one: &Stray| {
                i64::try_from(one.sequence).is_ok_and(|sequence| records.contains(&sequence))
            };
            looks.hold(twins.any(is_listed), || {
                format!("record {sequence} fits nothing and is in no list")
            });
        }
        let unread = |bank: &str| {
            let mut listed = listed.iter();
            listed.any(|b| text(b, "kind") == "message_unreadable" && text(b, "bank") == bank)
        };
        let banks = reading.auditor.book().unread();
        for (bank, _) in banks.filter(|(_, messages)| !messages.is_empty()) {
            looks.hold(unread(bank.as_str()), || {
                format!("{bank}: what nobody could read is in no list")
            });
        }
        let payments: BTreeSet<&str> = listed.iter().map(|b| text(b, "payment_id")).collect();
        for batch in reading.auditor.book().batches() {
            for (row, line) in (1u32..).zip(&batch.lines) {
                let id = batch.id();
                let payment = PaymentId { batch: id, row }.to_string();
                if line.disputed.is_some() || line.state == LineState::Unknown {
                    looks.hold(payments.contains(payment.as_str()), || {
                        format!("{payment} is open and in no list")
                    });
                }
            }
        }
    }
}

/// Lines of which nobody knows what became, with the record since which it is so.
fn open_lines(reading: &Reading) -> Vec<(String, u64)> {
    let mut open = Vec::new();
    for batch in reading.auditor.book().batches() {
        for (row, line) in (1u32..).zip(&batch.lines) {
            let batch = batch.id();
            let payment = PaymentId { batch, row };
            let last = reading.auditor.past(payment).next_back();
            if let Some((since, _)) = last.filter(|_| line.state == LineState::Unknown) {
                open.push((payment.to_string(), since));
            }
        }
    }
    open
}

/// All pages of the breaks.
fn breaks(view: &View<'_>, limit: usize) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = format!("/v1/breaks?limit={limit}");
    for _ in 0..1000 {
        let page = view
            .door
            .call("urn:anxin:operator:lister", "GET", &path, &[]);
        let body = page.json();
        all.extend(body.get("breaks")?.as_array()?.iter().cloned());
        match body.get("next").and_then(Value::as_str) {
            Some(next) => path = format!("/v1/breaks?limit={limit}&next={next}"),
            None => return Some(all),
        }
    }
    None
}

impl Checker for NothingDropped {
    fn id(&self) -> &'static str {
        "M11"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.given(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().close();
        self.told(view.outside, looks);
        self.listed(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}
