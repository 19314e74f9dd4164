//! What must hold after every death: first on what the disk has, then on what the program says
//! when it is there again.

use super::acks::{Acks, Step};
use super::bank::{Entry, Ledger};
use super::load::{Shared, accept, call, ended, text};
use super::tally::{self, violation};
use super::walk::Told;
use hyper::Method;
use schemas::people::SplitMix64;
use schemas::value::BatchId;
use serde_json::Value;
use std::collections::BTreeMap;

/// The files that had left without an answer in a moment, with the length of the banks' ledger
/// then: each must be asked about, or told of by its bank, afterwards.
#[derive(Default)]
pub struct MustAsk(pub Vec<(usize, u64)>);

/// On the disk of the dead: M1, M2, M3, M4, M5, M7, M10.
pub fn of_the_dead(told: &Told, acks: &Acks, ledger: &Ledger) {
    for breach in &told.breaches {
        violation(breach);
    }
    for found in ledger.paid_twice().iter().chain(&ledger.other_receipts()) {
        violation(found);
    }
    acknowledged_is_there(told, acks);
    instructed_as_intended(told, acks, ledger);
    receipted_is_there(told, ledger);
}

/// M3: what callers were answered is in the journal.
pub fn acknowledged_is_there(told: &Told, acks: &Acks) {
    for batch in &acks.batches {
        let Some(id) = batch.id() else { continue };
        let Some(known) = BatchId::parse(id).ok().and_then(|id| told.batches.get(&id)) else {
            violation(&format!("M3 {} is lost", batch.wages.batch_no));
            continue;
        };
        let amounts = known.lines.iter().map(|line| line.fen);
        if !amounts.eq(batch.wages.rows.iter().map(|row| row.fen)) {
            violation(&format!("M3 {id}: other amounts"));
        }
        if batch.approved == Step::Done && known.approved.is_none() {
            violation(&format!("M3 the approval of {id} is lost"));
        }
        if batch.approved == Step::Never && known.approved.is_some() {
            violation(&format!("M13 nobody approved {id}"));
        }
        if batch.withdrawn == Step::Done && !known.withdrawn {
            violation(&format!("M3 the withdrawal of {id} is lost"));
        }
    }
}

/// M2: whatever a bank was told, the journal told first, and as the employer wrote it.
pub fn instructed_as_intended(told: &Told, acks: &Acks, ledger: &Ledger) {
    let by_id: BTreeMap<&str, _> = acks
        .batches
        .iter()
        .filter_map(|batch| Some((batch.id()?, batch)))
        .collect();
    for (file_no, (bank, rows)) in ledger.booked() {
        let Some(filed) = told.files.get(&file_no).filter(|filed| filed.left) else {
            violation(&format!("M2 {bank}: file {file_no} is not in the journal"));
            continue;
        };
        let id = filed.batch.to_string();
        let Some(batch) = by_id.get(id.as_str()) else {
            violation(&format!(
                "M13 {bank}: file {file_no} of {id}, which nobody approved"
            ));
            continue;
        };
        let of_file = |index: &u32| batch.wages.rows.get(*index as usize - 1);
        let intended = filed.lines.iter().filter_map(of_file);
        if !intended.eq(rows.iter().map(|(row, _)| row)) || filed.lines.len() != rows.len() {
            violation(&format!(
                "M2 {bank}: file {file_no} has other lines than {id}"
            ));
        }
    }
}

/// M3: what banks were receipted is there, at the position that the receipt names.
pub fn receipted_is_there(told: &Told, ledger: &Ledger) {
    for entry in &ledger.entries {
        let Entry::Pushed {
            digest,
            position,
            file_no,
            ..
        } = entry
        else {
            continue;
        };
        let known = position.and_then(|position| told.messages.get(&position));
        let is_there = known.is_some_and(|(kept, of)| {
            kept.ends_with(digest.as_str()) && of.is_none_or(|of| of == *file_no)
        });
        if !is_there {
            violation(&format!(
                "M3 the push {digest} at {position:?} is lost: {known:?}"
            ));
        }
    }
}

/// Counts what a death left.
pub fn left(told: &Told, ledger: &Ledger, must_ask: &mut MustAsk) {
    tally::TORN_TAILS.add(u64::from(told.is_torn()));
    for (file_no, _) in told.files.iter().filter(|(_, filed)| !filed.answered) {
        tally::OPEN_INTENTS.add(1);
        if told.files[file_no].left {
            tally::LEFT_UNANSWERED.add(1);
            must_ask.0.push((ledger.entries.len(), *file_no));
        }
    }
}

/// How many batches that a restart shows are looked at; the newest always are.
const LOOKED_AT: u64 = 60;
/// How many of them are submitted again.
const REPEATED: u64 = 6;

/// The program is there again: M3, M4, M7 by its own interface.
pub async fn of_the_living(shared: &Shared, draw: &mut SplitMix64) {
    let count = shared.acks.lock().unwrap().batches.len() as u64;
    let newest = count.saturating_sub(LOOKED_AT / 2)..count;
    let older = (0..LOOKED_AT / 2).map(|_| draw.below(count.max(1)));
    let older: Vec<u64> = older.filter(|at| *at < newest.start).collect();
    let mut callers = BTreeMap::new();
    for at in older.into_iter().chain(newest) {
        let at = usize::try_from(at).unwrap();
        let again = draw.below(LOOKED_AT / REPEATED) == 0;
        let (payer, bytes, id, other) = {
            let acks = shared.acks.lock().unwrap();
            let batch = &acks.batches[at];
            let other = again.then(|| batch.wages.contradicted());
            (
                batch.payer,
                batch.wages.bytes.clone(),
                batch.id().map(str::to_owned),
                other,
            )
        };
        let caller = callers
            .entry(payer)
            .or_insert_with(|| shared.client(&shared.payers[payer].person("maker")));
        let post = || (Method::POST, "/v1/batches");
        let Some(id) = id else {
            // Whether it happened is not known: now it must happen, or have happened.
            match call(caller, post(), bytes).await {
                Some(answer) => accept(shared, at, &answer),
                None => violation("M12 no answer to a repeated submission"),
            }
            continue;
        };
        let path = format!("/v1/batches/{id}");
        match call(caller, (Method::GET, &path), Vec::new()).await {
            Some(answer) if answer.status == 200 => {
                is_whole(shared, at, &answer.json().unwrap_or_default());
            }
            Some(answer) => violation(&format!("M3 {path}: {}", text(&answer))),
            None => violation(&format!("M12 no answer to {path}")),
        }
        let Some(other) = other else { continue };
        for (bytes, status) in [(bytes, 200), (other, 409)] {
            let Some(answer) = call(caller, post(), bytes).await else {
                violation("M12 no answer to a repetition");
                continue;
            };
            let told = answer.json().unwrap_or_default();
            let same =
                status == 409 || (told["replayed"] == true && told["batch_id"] == id.as_str());
            if answer.status.as_u16() != status || !same {
                violation(&format!("M7 {id}: {} {told}", answer.status));
            }
            tally::ANSWERS_REPEATED.add(1);
        }
    }
}

/// A batch as the program shows it, against what was acknowledged.
fn is_whole(shared: &Shared, at: usize, view: &Value) {
    let acks = shared.acks.lock().unwrap();
    let batch = &acks.batches[at];
    let id = batch.id().unwrap_or_default();
    let states = view["states"].as_object().cloned().unwrap_or_default();
    let count: u64 = states
        .values()
        .filter_map(|sum| sum["count"].as_u64())
        .sum();
    let fen: i64 = states.values().filter_map(|sum| sum["fen"].as_i64()).sum();
    if (count, fen) != (batch.wages.rows.len() as u64, batch.wages.total()) {
        violation(&format!("M4 {id}: {view}"));
    }
    if batch.approved == Step::Done && view["approved"].is_null() {
        violation(&format!("M3 the approval of {id} is not shown"));
    }
    if batch.withdrawn == Step::Done && view["state"] != "withdrawn" {
        violation(&format!("M3 the withdrawal of {id} is not shown"));
    }
    if ended(view) < batch.ended_seen {
        violation(&format!(
            "M5 {id}: lines that had ended are open again: {view}"
        ));
    }
}
