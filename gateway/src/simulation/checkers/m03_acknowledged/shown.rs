//! What an answer shows of batches, lines and records is durable when it is given: nobody sees
//! what a crash would take back.

use crate::simulation::checkers::cursor::{number, text};
use crate::simulation::checkers::reading::Reading;
use crate::simulation::outside::{Answer, Call};
use schemas::LineState as S;
use schemas::value::{BatchId, PaymentId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a batch may be (INTERFACE section 4); other words of a refusal are no states.
const BATCH_STATES: [&str; 5] = ["held", "released", "in_progress", "settled", "withdrawn"];

/// Count and sum by the word of the state.
type Sums = BTreeMap<String, (i64, i64)>;

/// What of an answer nobody may know yet; `None` where all of it is durable.
pub(super) fn too_early(reading: &Reading, call: &Call, answer: &Answer) -> Option<String> {
    // Where the disk gives no records just now, nothing can be compared.
    if reading.auditor.read() < answer.durable {
        return None;
    }
    let body = answer.json();
    let parts: Vec<&str> = call.parts().collect();
    if !answer.is_done() {
        return refused(reading, &parts, &body, answer);
    }
    let found = match parts.as_slice() {
        [_, "batches", batch, "approve" | "withdraw"] => {
            word_of_batch(reading, batch, text(&body, "state"), answer.durable)
        }
        [_, "payments", payment, "resolution", ..] => {
            word_of_line(reading, payment, text(&body, "state"), answer.durable)
        }
        _ => None,
    };
    found.or_else(|| look(reading, &body, answer.durable))
}

/// The state for which a command is refused: a caller acts on it as on any other word.
fn refused(reading: &Reading, parts: &[&str], body: &Value, answer: &Answer) -> Option<String> {
    if answer.status != 409 || text(body, "field") != "state" {
        return None;
    }
    let word = text(body, "is");
    match parts {
        [_, "batches", batch, ..] if BATCH_STATES.contains(&word) => {
            word_of_batch(reading, batch, word, answer.durable)
        }
        [_, "payments", payment, ..] if S::ALL.iter().any(|state| state.as_str() == word) => {
            word_of_line(reading, payment, word, answer.durable)
        }
        _ => None,
    }
}

/// Every object of the answer: a batch with its sums, a line with its state, a record.
fn look(reading: &Reading, value: &Value, durable: u64) -> Option<String> {
    match value {
        Value::Array(all) => all.iter().find_map(|one| look(reading, one, durable)),
        Value::Object(members) => {
            let record = number(value, "sequence").and_then(|at| u64::try_from(at).ok());
            if let Some(record) = record.filter(|record| *record > durable) {
                return Some(format!("record {record}, and {durable} are durable"));
            }
            let (batch, payment) = (text(value, "batch_id"), text(value, "payment_id"));
            let of_this = if payment.is_empty() {
                sums_of_batch(reading, batch, value.get("states"), durable)
            } else {
                word_of_line(reading, payment, text(value, "state"), durable)
            };
            of_this.or_else(|| members.values().find_map(|one| look(reading, one, durable)))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn word_of_line(reading: &Reading, payment: &str, word: &str, durable: u64) -> Option<String> {
    let payment = PaymentId::parse(payment).ok()?;
    if word.is_empty() {
        return None;
    }
    let mut past = reading
        .auditor
        .past(payment)
        .take_while(|(at, _)| *at <= durable);
    let known = past.any(|(_, state)| state.as_str() == word);
    (!known).then(|| format!("{payment} {word}, and no durable record says so ({durable} are)"))
}

fn sums_of_batch(
    reading: &Reading,
    batch: &str,
    states: Option<&Value>,
    durable: u64,
) -> Option<String> {
    let batch = BatchId::parse(batch).ok()?;
    let shown = states?.as_object()?;
    let shown = shown.iter().filter(|(state, _)| *state != "refused");
    let shown: Sums = shown
        .filter_map(|(state, sum)| {
            let sum = (number(sum, "count")?, number(sum, "fen")?);
            Some((state.clone(), sum))
        })
        .collect();
    let known = every_sums(reading, batch, durable).any(|sums| sums == shown);
    (!known).then(|| format!("{batch} {shown:?}, and no durable record makes that ({durable} are)"))
}

fn word_of_batch(reading: &Reading, batch: &str, word: &str, durable: u64) -> Option<String> {
    let batch = BatchId::parse(batch).ok()?;
    let known = every_sums(reading, batch, durable).any(|sums| words_of(&sums).contains(&word));
    (!known).then(|| format!("{batch} {word}, and no durable record makes that ({durable} are)"))
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
