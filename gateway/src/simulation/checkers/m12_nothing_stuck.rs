//! M12: a failed dependency gives a clear state and message, no panic, no stuck batch: every batch
//! ends or shows what it waits for and since when.
//!
//! Compared: every call with its answer: it comes, a failure of ours is a document that says so,
//! and nothing panics. Each answer that shows a batch: what it waits for and since when, by the
//! records that were there, and by the journal where that has failed. At the end, when nothing
//! fails any more and days have passed, each batch as its employer is shown it: ended, or waiting
//! for a person or for evidence that no machine can bring.

mod shown;
mod waits;

use super::cursor::{Answered, text};
use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::LogLine;
use schemas::LineState;
use serde_json::Value;
use shown::Journal;

/// An answer comes within so many milliseconds.
const ANSWER_MS: i64 = 3_600_000;

/// Looks after M12.
pub(super) struct NothingStuck {
    reading: Shared,
    answered: Answered,
    journal: Journal,
    lines: usize,
}

impl NothingStuck {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            journal: Journal::default(),
            lines: 0,
        }
    }

    fn words(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.journal.look(view);
        for (call, answer) in self.answered.news(view.outside) {
            let reading = self.reading.borrow();
            let said = (call, answer);
            self.journal.answered((view, &reading), said, looks);
            drop(reading);
            let (method, path, status) = (call.method, &call.path, answer.status);
            if status == 500 {
                let why = cause(&view.outside.log, text(&answer.json(), "reference"));
                looks.hold(why.as_deref().is_some_and(is_planned), || {
                    format!("{method} {path} answers 500, and nothing fails: {why:?}")
                });
            }
            if status >= 400 {
                let body = answer.json();
                let says = ["type", "title", "detail"]
                    .iter()
                    .all(|name| !text(&body, name).is_empty());
                let words = || format!("{method} {path}: {status} without words");
                match status {
                    500.. => looks.hold(says, words),
                    // Nothing failed: somebody asked for what he may not have.
                    _ => looks.demand(says, words),
                }
            }
        }
        for line in view.outside.log.get(self.lines..).unwrap_or_default() {
            let panicked = line.text.contains("panicked");
            looks.demand(!panicked, || "a log line tells of a panic".to_owned());
        }
        self.lines = view.outside.log.len();
    }

    /// No call of the last life is without an answer.
    fn unanswered(&self, view: &View<'_>, looks: &mut Looks) {
        let now = view.outside.now;
        for call in view
            .outside
            .calls
            .iter()
            .filter(|call| call.begun.life == now.life)
            .filter(|call| call.is_whole && now.at_ms - call.begun.at_ms > ANSWER_MS)
        {
            looks.hold(call.answer.is_some(), || {
                format!("{} {} was never answered", call.method, call.path)
            });
        }
    }

    fn batches(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for batch in reading.auditor.book().batches() {
            let caller = format!("urn:anxin:employer:{}", batch.head.employer);
            let path = format!("/v1/batches/{}", batch.id());
            let shown = view.door.call(&caller, "GET", &path, &[]).json();
            shown::at_rest(&reading, &shown, looks);
            let state = text(&shown, "state");
            let has_ended = matches!(state, "settled" | "withdrawn");
            let waits = shown.get("waits_for").unwrap_or(&Value::Null);
            if waits.is_null() {
                looks.hold(has_ended, || {
                    format!("{path} is {state} and waits for nothing")
                });
                continue;
            }
            let what = text(waits, "what");
            let open = |line: &crate::book::Line| {
                line.state == LineState::Unknown || line.disputed.is_some()
            };
            let may_wait = match what {
                "approval" => batch.lines.iter().any(|line| line.state == LineState::Held),
                "bank_evidence_or_resolution" => batch.lines.iter().any(open),
                // Another payment of the same wage bars what is approved and not sent yet.
                "other_payment" => {
                    let mut lines = batch.lines.iter();
                    lines.any(|line| line.state == LineState::Released)
                }
                _ => false,
            };
            looks.hold(may_wait, || {
                format!("{path} is {state} and still waits for {what}")
            });
        }
    }
}

/// What the log tells of a failure, by its reference; `None` where there is no line of that.
fn cause(log: &[LogLine], reference: &str) -> Option<String> {
    let mut named = log
        .iter()
        .rev()
        .filter(|line| !reference.is_empty() && line.text.contains(reference));
    named.find_map(|line| {
        let line: Value = serde_json::from_str(&line.text).ok()?;
        let is_its = text(&line, "level") == "error" && text(&line, "reference") == reference;
        is_its.then(|| text(&line, "error").to_owned())
    })
}

/// Whether a failure is one that the world made: these words are those of its disk and its index,
/// and there is nothing clearer to say.
fn is_planned(cause: &str) -> bool {
    let words = [
        "no power",
        "a short write",
        "no storage space",
        "the sync failed",
        "the folder could not be synced",
        "the read failed",
        "a planned fault",
    ];
    words.iter().any(|word| cause.contains(word))
}

impl Checker for NothingStuck {
    fn id(&self) -> &'static str {
        "M12"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.words(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.words(view, looks);
        self.unanswered(view, looks);
        self.batches(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}

#[cfg(test)]
mod tests;
