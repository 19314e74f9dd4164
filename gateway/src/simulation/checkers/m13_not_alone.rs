//! M13: no one alone moves money or changes an outcome: maker and approver, the two of a
//! resolution, are different persons by certificate, over what they saw.
//!
//! Compared: the calls that were answered as done, by the certificates of their callers and the
//! values that they stated; and each instruction that came to a bank with the approvals that
//! people gave. Beside it the auditor's replay.

use super::cursor::{Answered, Arrivals, number, text};
use super::reading::{Reading, Shared};
use crate::simulation::audit::{may_be_one, person};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::{Answer, Call, Outside};
use schemas::value::BatchId;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What an operator states: evidence, count, sum.
type Seen = (String, Option<i64>, Option<i64>);

/// Looks after M13.
pub(super) struct NotAlone {
    reading: Shared,
    answered: Answered,
    arrivals: Arrivals,
    /// Who proposed something for a payment or a file, and over what.
    proposed: BTreeMap<String, Vec<(String, Seen)>>,
}

impl NotAlone {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            arrivals: Arrivals::default(),
            proposed: BTreeMap::new(),
        }
    }

    fn answered(&mut self, view: &View<'_>, looks: &mut Looks) {
        for (call, answer) in self.answered.news(view.outside) {
            if !answer.is_done() || call.method != "POST" {
                continue;
            }
            let parts: Vec<&str> = call.parts().collect();
            match parts.as_slice() {
                [_, "batches", batch, "approve"] => {
                    approved(view, &self.reading.borrow(), (batch, call), looks);
                }
                // A line, or all open ones of a bank file.
                [of @ .., "resolution"] => {
                    let said = self.proposed.entry(of.join("/")).or_default();
                    said.push((call.caller.clone(), stated(call)));
                }
                [of @ .., "resolution", "confirm"] => {
                    self.confirmed(view.outside, &of.join("/"), call, looks);
                }
                _ => {}
            }
        }
    }

    fn confirmed(&self, outside: &Outside, of: &str, call: &Call, looks: &mut Looks) {
        let said = self.proposed.get(of).into_iter().flatten();
        let mut over_the_same = said.filter(|(_, seen)| *seen == stated(call)).peekable();
        // A crash may have cut off the answer to the proposal: then the auditor knows who it was.
        let unknown = over_the_same.peek().is_none();
        let other = over_the_same.any(|(by, _)| !may_be_one(by, &call.caller));
        let path = format!("/{of}/resolution");
        let seen = stated(call);
        let proposals = outside.calls.iter().filter(|one| one.path == path);
        let mut proposals = proposals.filter(|one| stated(one) == seen).peekable();
        let is_proposed = proposals.peek().is_some();
        // The same evidence may have served before, and another one may have proposed it anew.
        let is_cut_off = |answer: &Option<Answer>| answer.as_ref().is_none_or(|a| a.status >= 500);
        let may_be_another =
            proposals.any(|one| is_cut_off(&one.answer) && !may_be_one(&one.caller, &call.caller));
        if !unknown {
            looks.hold(other || may_be_another, || {
                format!("one operator alone decides {of}")
            });
        }
        looks.hold(is_proposed, || {
            format!("{of} is decided over {seen:?}, which nobody proposed")
        });
    }

    /// Nothing leaves that no person has approved.
    fn arrived(&mut self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (bank, arrived) in self.arrivals.news(view.outside) {
            if !arrived.instructs() || arrived.is_copy {
                continue;
            }
            let intent = arrived.file_no.and_then(|file_no| reading.intent(file_no));
            let Some(intent) = intent else { continue };
            let path = format!("/v1/batches/{}/approve", intent.batch);
            let calls = view.outside.calls.iter();
            let mut approvals = calls.filter(|call| {
                // Where we blame ourselves, it may be recorded all the same.
                let refused = call
                    .answer
                    .as_ref()
                    .is_some_and(|answer| (400..500).contains(&answer.status));
                call.path == path && call.begun.step <= arrived.at.step && !refused
            });
            looks.hold(
                approvals.any(|call| call.caller.contains(":person:")),
                || {
                    let file = intent.file_no;
                    format!(
                        "{bank}: file {file} leaves, and no person approved {}",
                        intent.batch
                    )
                },
            );
        }
    }
}

/// Evidence, and for a file count and sum of its open lines, as an operator stated them.
fn stated(call: &Call) -> Seen {
    let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
    let evidence = text(&body, "evidence_digest").to_lowercase();
    let total_fen = number(&body, "total_fen");
    (evidence, number(&body, "line_count"), total_fen)
}

/// The approver is a person, not the maker, and stated the values of the file.
fn approved(view: &View<'_>, reading: &Reading, (batch, call): (&str, &Call), looks: &mut Looks) {
    let approver = person(&call.caller);
    looks.hold(approver.is_some(), || {
        format!("{batch}: nobody in person approves")
    });
    let answered = submission(view.outside, batch);
    let cut_off = || unanswered(view.outside, reading, batch);
    let Some(made) = answered.map(|(call, _)| call).or_else(cut_off) else {
        return looks.hold(false, || format!("{batch}: nobody has submitted it"));
    };
    looks.hold(person(&made.caller) != approver, || {
        format!("{batch}: the maker approves")
    });
    let seen = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
    let stated = (
        text(&seen, "digest").to_lowercase(),
        number(&seen, "line_count"),
        number(&seen, "total_fen"),
    );
    let told = answered.map(|(_, answer)| answer.json());
    let Some((line_count, total_fen)) = taken(made, told.as_ref()) else {
        return;
    };
    let own = (crate::sha256_hex(&made.body), line_count, total_fen);
    looks.hold(stated == own, || {
        format!("{batch}: approved over {stated:?}, its file has {own:?}")
    });
    let Some(told) = told else {
        return;
    };
    let codes = |value: &Value, name: &str| -> BTreeSet<String> {
        let codes = value.get(name).and_then(Value::as_array);
        let codes = codes.into_iter().flatten().filter_map(Value::as_str);
        codes.map(str::to_owned).collect()
    };
    let (weighty, known) = (
        codes(&told, "must_acknowledge"),
        codes(&seen, "acknowledged"),
    );
    looks.hold(weighty.is_subset(&known), || {
        format!("{batch}: approved with {known:?} acknowledged, it must be {weighty:?}")
    });
}

/// The call by which a batch was submitted first, and its answer.
fn submission<'o>(outside: &'o Outside, batch: &str) -> Option<(&'o Call, &'o Answer)> {
    let calls = outside.calls.iter().filter(|call| call.sheet.is_some());
    let mut answered = calls.filter_map(|call| Some((call, call.answer.as_ref()?)));
    answered.find(|(_, answer)| answer.status == 202 && text(&answer.json(), "batch_id") == batch)
}

/// Count and sum of what was taken of a file: as the submitter was told, and where he was not, by
/// the wages of his file. Of a file of which only good lines are taken nobody else knows them.
fn taken(made: &Call, told: Option<&Value>) -> Option<(Option<i64>, Option<i64>)> {
    if let Some(told) = told {
        return Some((number(told, "line_count"), number(told, "total_fen")));
    }
    let sheet = made.sheet.as_ref()?;
    let is_whole = sheet.policy == "all_or_nothing";
    let wages = sheet.wages.iter().map(|wage| wage.amount_fen);
    let count = i64::try_from(sheet.wages.len()).ok();
    is_whole.then(|| (count, Some(wages.sum())))
}

/// The call that brought the file of a batch, where nobody was told its number: by its bytes.
fn unanswered<'o>(outside: &'o Outside, reading: &Reading, batch: &str) -> Option<&'o Call> {
    let batch = BatchId::parse(batch).ok()?;
    let digest = &reading.auditor.book().batch(batch)?.head.digest;
    let mut calls = outside.calls.iter().filter(|call| call.sheet.is_some());
    calls.find(|call| call.is_whole && crate::sha256_hex(&call.body) == *digest)
}

impl Checker for NotAlone {
    fn id(&self) -> &'static str {
        "M13"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.answered(view, looks);
        self.arrived(view, looks);
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
