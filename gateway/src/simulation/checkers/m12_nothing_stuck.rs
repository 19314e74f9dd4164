//! M12: a failed dependency gives a clear state and message, no panic, no stuck batch: every batch
//! ends or shows what it waits for and since when.
//!
//! Compared: every call with its answer: it comes, a failure of ours is a document that says so,
//! and nothing panics. At the end, when nothing fails any more and days have passed, each batch as
//! its employer is shown it: ended, or waiting for a person or for evidence that no machine can
//! bring, since a time that has passed.

use super::cursor::{Answered, text};
use super::reading::Shared;
use crate::simulation::checker::{Checker, Looks, View};
use schemas::LineState;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An answer comes within so many milliseconds.
const ANSWER_MS: i64 = 3_600_000;

/// Looks after M12.
pub(super) struct NothingStuck {
    reading: Shared,
    answered: Answered,
    lines: usize,
}

impl NothingStuck {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            lines: 0,
        }
    }

    fn words(&mut self, view: &View<'_>, looks: &mut Looks) {
        for (call, answer) in self.answered.news(view.outside) {
            let (method, path, status) = (call.method, &call.path, answer.status);
            if status == 500 {
                let told = told(view, text(&answer.json(), "reference"));
                looks.hold(has_failed(told), || {
                    format!("{method} {path} answers 500, and nothing fails: {told}")
                });
            }
            if status >= 400 {
                let body = answer.json();
                let says = ["type", "title", "detail"]
                    .iter()
                    .all(|name| !text(&body, name).is_empty());
                looks.hold(says, || format!("{method} {path}: {status} without words"));
            }
        }
        for line in view.outside.log.get(self.lines..).unwrap_or_default() {
            let panicked = line.text.contains("panicked");
            looks.hold(!panicked, || "a log line tells of a panic".to_owned());
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
            .filter(|call| now.at_ms - call.begun.at_ms > ANSWER_MS)
        {
            looks.hold(call.answer.is_some() || !call.is_whole, || {
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
            let state = text(&shown, "state");
            let has_ended = matches!(state, "settled" | "withdrawn");
            let waits = shown.get("waits_for").unwrap_or(&Value::Null);
            if waits.is_null() {
                looks.hold(has_ended, || {
                    format!("{path} is {state} and waits for nothing")
                });
                continue;
            }
            let (what, since) = (text(waits, "what"), text(waits, "since"));
            let since_ms = OffsetDateTime::parse(since, &Rfc3339).map(crate::clock::unix_ms);
            // A clock that was set back leaves moments that are still to come.
            looks.hold(since_ms.is_ok(), || format!("{path} waits since {since}"));
            let open = |line: &crate::book::Line| {
                line.state == LineState::Unknown || line.disputed.is_some()
            };
            let may_wait = match what {
                "approval" => batch.lines.iter().any(|line| line.state == LineState::Held),
                "bank_evidence_or_resolution" => batch.lines.iter().any(open),
                "other_payment" => true,
                _ => false,
            };
            looks.hold(may_wait, || {
                format!("{path} is {state} and still waits for {what}")
            });
        }
    }
}

/// What the log tells of a failure, by its reference.
fn told<'v>(view: &View<'v>, reference: &str) -> &'v str {
    let mut lines = view.outside.log.iter();
    let line = lines.find(|line| line.text.contains(reference));
    line.map_or("", |line| line.text.as_str())
}

/// Whether the log tells of the disk or the index: then there is nothing clearer to say.
fn has_failed(told: &str) -> bool {
    let words = [
        "no power",
        "a short write",
        "the sync failed",
        "could not be synced",
        "the read failed",
        "storage",
        "index",
    ];
    words.iter().any(|word| told.contains(word))
}

impl Checker for NothingStuck {
    fn id(&self) -> &'static str {
        "M12"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.words(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.words(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.words(view, looks);
        self.unanswered(view, looks);
        self.batches(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}
