//! What an answer shows of batches, lines and records is durable when it is given: nobody sees
//! what a crash would take back.

use crate::simulation::checker::Looks;
use crate::simulation::checkers::cursor::{number, text};
use crate::simulation::checkers::reading::Reading;
use crate::simulation::outside::{Answer, Call};
use schemas::LineState as S;
use schemas::value::{BatchId, PaymentId};
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// What a batch may be (INTERFACE section 4); other words of a refusal are no states.
const BATCH_STATES: [&str; 5] = ["held", "released", "in_progress", "settled", "withdrawn"];

/// Count and sum by the word of the state.
type Sums = BTreeMap<String, (i64, i64)>;

/// What was durable when an answer was given.
struct Then<'r> {
    reading: &'r Reading,
    durable: u64,
    /// How much of the answer was held against it.
    compared: Cell<u64>,
}

/// Holds an answer against what was durable: nothing in it may be known too early.
pub(super) fn look(reading: &Reading, call: &Call, answer: &Answer, looks: &mut Looks) {
    // Where the disk gives no records just now, nothing can be compared.
    if reading.auditor.read() < answer.durable {
        return;
    }
    let then = Then {
        reading,
        durable: answer.durable,
        compared: Cell::new(0),
    };
    let early = then.too_early(call, answer);
    looks.compared += then.compared.get();
    looks.demand(early.is_none(), || {
        let path: Vec<&str> = call.parts().collect();
        format!("{} shows {}", path.join("/"), early.unwrap_or_default())
    });
}

impl Then<'_> {
    /// What of an answer nobody may know yet; `None` where all of it is durable.
    fn too_early(&self, call: &Call, answer: &Answer) -> Option<String> {
        let body = answer.json();
        let parts: Vec<&str> = call.parts().collect();
        if !answer.is_done() {
            return self.refused(&parts, &body, answer);
        }
        let found = match parts.as_slice() {
            [_, "batches", batch, "approve" | "withdraw"] => {
                self.word_of_batch(batch, text(&body, "state"))
            }
            [_, "payments", payment, "resolution", ..] => {
                self.word_of_line(payment, text(&body, "state"))
            }
            _ => None,
        };
        found.or_else(|| self.object(&body))
    }

    /// The state for which a command is refused: a caller acts on it as on any other word.
    fn refused(&self, parts: &[&str], body: &Value, answer: &Answer) -> Option<String> {
        if answer.status != 409 || text(body, "field") != "state" {
            return None;
        }
        let word = text(body, "is");
        match parts {
            [_, "batches", batch, ..] if BATCH_STATES.contains(&word) => {
                self.word_of_batch(batch, word)
            }
            [_, "payments", payment, ..] if S::ALL.iter().any(|state| state.as_str() == word) => {
                self.word_of_line(payment, word)
            }
            _ => None,
        }
    }

    /// Every object of the answer: a batch with its sums, a line with its state, a record.
    fn object(&self, value: &Value) -> Option<String> {
        match value {
            Value::Array(all) => all.iter().find_map(|one| self.object(one)),
            Value::Object(members) => {
                let record = number(value, "sequence").and_then(|at| u64::try_from(at).ok());
                self.count(u64::from(record.is_some()));
                let durable = self.durable;
                if let Some(record) = record.filter(|record| *record > durable) {
                    return Some(format!("record {record}, and {durable} are durable"));
                }
                let (batch, payment) = (text(value, "batch_id"), text(value, "payment_id"));
                let of_this = if payment.is_empty() {
                    self.sums_of_batch(batch, value.get("states"))
                } else {
                    self.word_of_line(payment, text(value, "state"))
                };
                of_this.or_else(|| members.values().find_map(|one| self.object(one)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        }
    }

    fn word_of_line(&self, payment: &str, word: &str) -> Option<String> {
        let payment = PaymentId::parse(payment).ok()?;
        if word.is_empty() {
            return None;
        }
        self.count(1);
        let durable = self.durable;
        let past = self.reading.auditor.past(payment);
        let mut past = past.take_while(|(at, _)| *at <= durable);
        let known = past.any(|(_, state)| state.as_str() == word);
        (!known).then(|| format!("{payment} {word}, and no durable record says so ({durable} are)"))
    }

    fn sums_of_batch(&self, batch: &str, states: Option<&Value>) -> Option<String> {
        let batch = BatchId::parse(batch).ok()?;
        let shown = states?.as_object()?;
        self.count(1);
        let shown = shown.iter().filter(|(state, _)| *state != "refused");
        let shown: Sums = shown
            .filter_map(|(state, sum)| {
                let sum = (number(sum, "count")?, number(sum, "fen")?);
                Some((state.clone(), sum))
            })
            .collect();
        let durable = self.durable;
        let known = every_sums(self.reading, batch, durable).any(|sums| sums == shown);
        (!known)
            .then(|| format!("{batch} {shown:?}, and no durable record makes that ({durable} are)"))
    }

    fn word_of_batch(&self, batch: &str, word: &str) -> Option<String> {
        let batch = BatchId::parse(batch).ok()?;
        self.count(1);
        let durable = self.durable;
        let mut sums = every_sums(self.reading, batch, durable);
        let known = sums.any(|sums| words_of(&sums).contains(&word));
        (!known)
            .then(|| format!("{batch} {word}, and no durable record makes that ({durable} are)"))
    }

    fn count(&self, more: u64) {
        self.compared.set(self.compared.get() + more);
    }
}

/// The sums of a batch as they were after each durable record that moved a line of it.
fn every_sums(reading: &Reading, batch: BatchId, durable: u64) -> impl Iterator<Item = Sums> + '_ {
    let lines = reading.auditor.book().batch(batch);
    let lines = lines.map_or(&[][..], |batch| batch.lines.as_slice());
    let payments = move || {
        (1u32..)
            .zip(lines)
            .map(move |(row, line)| (PaymentId { batch, row }, line))
    };
    let moved: BTreeSet<u64> = payments()
        .flat_map(|(payment, _)| reading.auditor.past(payment).map(|(at, _)| at))
        .filter(|at| *at <= durable)
        .collect();
    moved.into_iter().map(move |at| {
        let mut sums = Sums::new();
        for (payment, line) in payments() {
            let state = reading.auditor.state_at(payment, at);
            let Some(state) = state.filter(|state| *state != S::Refused) else {
                continue;
            };
            let sum = sums.entry(state.as_str().to_owned()).or_default();
            *sum = (sum.0 + 1, sum.1 + line.amount_fen);
        }
        sums
    })
}

/// The words that a batch with these sums may have (INTERFACE section 4).
fn words_of(sums: &Sums) -> &'static [&'static str] {
    let has = |word: &str| sums.contains_key(word);
    let only = |words: &[&str]| sums.keys().all(|word| words.contains(&word.as_str()));
    if has("held") {
        &["held"]
    } else if only(&["released"]) {
        &["released"]
    } else if only(&["paid", "failed", "returned", "cancelled"]) {
        &["settled", "withdrawn"]
    } else {
        &["in_progress"]
    }
}
