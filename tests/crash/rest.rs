//! When the faults are over: everything ends or says what it waits for, and agrees with the banks.

use super::acks::Acks;
use super::bank::{Booked, Entry, Ledger};
use super::checks::MustAsk;
use super::load::{Shared, call};
use super::program::run;
use super::stage::Stage;
use super::tally::{self, violation};
use super::walk::Told;
use gateway::clock::OffsetClock;
use gateway::serving::open_data;
use hyper::Method;
use schemas::LineState as S;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use time::macros::datetime;

/// The longest way to the end, with the slowest bank's questions.
const REST_MAX: Duration = Duration::from_secs(180);

/// M12: waits until every batch has ended or waits for somebody outside, by name and since when.
pub async fn come(shared: &Shared, stage: &Stage) {
    let begun = Instant::now();
    loop {
        let open = open(shared, stage).await;
        if open.is_empty() {
            return;
        }
        if begun.elapsed() > REST_MAX {
            for batch in open.iter().take(5) {
                violation(&format!("M12 it does not end: {batch}"));
            }
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Batches that must still move: their banks know how their lines end.
async fn open(shared: &Shared, stage: &Stage) -> Vec<String> {
    let ledger = stage.ledger();
    let booked = ledger.booked();
    let mut open = Vec::new();
    for (place, payer) in shared.payers.iter().enumerate() {
        let own: Vec<String> = {
            let acks = shared.acks.lock().unwrap();
            let own = acks.batches.iter().filter(|batch| batch.payer == place);
            own.filter_map(|batch| batch.id().map(str::to_owned))
                .collect()
        };
        let mut caller = shared.client(&payer.person("maker"));
        for id in own {
            let get = (Method::GET, &*format!("/v1/batches/{id}"));
            let Some(answer) = call(&mut caller, get, Vec::new()).await else {
                open.push(format!("{id}: no answer"));
                continue;
            };
            let view = answer.json().unwrap_or_default();
            if !is_at_rest(&view, &booked, stage) {
                open.push(view.to_string());
            }
        }
    }
    open
}

fn is_at_rest(view: &Value, booked: &Booked<'_>, stage: &Stage) -> bool {
    let count = |state: &str| view["states"][state]["count"].as_u64().unwrap_or_default();
    match view["state"].as_str().unwrap_or_default() {
        "held" => view["waits_for"]["what"] == "approval",
        "withdrawn" => true,
        "settled" => true,
        "in_progress" => {
            let files = view["files"].as_array().cloned().unwrap_or_default();
            let rows = files
                .iter()
                .filter_map(|file| booked.get(&file["file_no"].as_u64()?));
            let rows = rows.filter(|(bank, rows)| !stage.is_quiet(bank, rows));
            let rows: Vec<_> = rows.flat_map(|(_, rows)| rows.iter()).collect();
            let told = |fate: &&(_, String)| !matches!(fate.1.as_str(), "unlisted" | "never");
            let certain = rows.iter().filter(|row| told(row)).count() as u64;
            let ended = count("paid") + count("failed") + count("returned");
            // A bank that never heard of a file says so, and nobody sends it again by himself.
            let is_named = matches!(
                view["waits_for"]["what"].as_str(),
                Some("bank_result" | "bank_evidence_or_resolution")
            );
            let moves = count("released") + count("intended") + count("held");
            moves == 0 && ended >= certain && is_named && !view["waits_for"]["since"].is_null()
        }
        _ => false,
    }
}

/// M10: a clean stop verifies.
pub fn verified(data: &Path) {
    let output = run(&["verify", "--json", "--data", data.to_str().unwrap()]);
    if output.status.code() != Some(0) {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        violation(&format!("M10 verify: {:?} {said}", output.status.code()));
    }
}

/// Every line ended as its bank says; of lines that no bank knows nobody pretends.
pub fn banks_truth(told: &Told, ledger: &Ledger, stage: &Stage) {
    let booked = ledger.booked();
    for (file_no, filed) in &told.files {
        let Some(batch) = told.batches.get(&filed.batch) else {
            continue;
        };
        let states = filed
            .lines
            .iter()
            .map(|index| batch.lines[*index as usize - 1].state);
        let Some((bank, rows)) = booked.get(file_no) else {
            for state in states {
                // A later file may carry the line after this one was given up.
                if !filed.left && state != S::Intended {
                    continue;
                }
                if !matches!(state, S::Unknown | S::Failed | S::Released) {
                    violation(&format!("file {file_no}: {state:?}, and no bank has it"));
                }
            }
            continue;
        };
        let is_quiet = stage.is_quiet(bank, rows);
        for ((state, (_, fate)), index) in states.zip(*rows).zip(&filed.lines) {
            let is_open = is_quiet && matches!(state, S::Accepted | S::Unknown);
            let fits = is_open
                || match fate.as_str() {
                    "paid" => state == S::Paid,
                    "failed" => state == S::Failed,
                    "returned" => matches!(state, S::Paid | S::Returned),
                    "unlisted" | "never" => matches!(state, S::Accepted | S::Unknown),
                    _ => false,
                };
            if !fits {
                violation(&format!(
                    "{bank} file {file_no} row {index}: {state:?}, {fate} there"
                ));
                break;
            }
        }
    }
}

/// Whether a file was asked about, or told of by its bank, behind so many entries.
fn is_heard_of((after, file_no): &(usize, u64), ledger: &Ledger) -> bool {
    ledger.entries[*after..].iter().any(|entry| match entry {
        Entry::Asked { file_no: about } => *about == Some(*file_no),
        Entry::Pushed { file_no: about, .. } => about == file_no,
        Entry::Instructed { .. } => false,
    })
}

/// Waits until each was asked about, or for so long that it never will be.
pub async fn are_asked(must_ask: &MustAsk, stage: &Stage) {
    let begun = Instant::now();
    while begun.elapsed() < REST_MAX {
        let ledger = stage.ledger();
        if must_ask.0.iter().all(|one| is_heard_of(one, &ledger)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// M2: what had left without an answer was asked about.
pub fn asked(must_ask: &MustAsk, ledger: &Ledger) {
    for one in &must_ask.0 {
        let file_no = one.1;
        match is_heard_of(one, ledger) {
            true => tally::ASKED_AFTERWARDS.add(1),
            false => violation(&format!("M2 file {file_no} was never asked about")),
        }
    }
}

/// The auditor of the other suites reads the same journal, with the keys (M1, M2, M4, M5, M8,
/// M11, M13).
pub fn audited(data: &Path, master: &Path) {
    let clock = OffsetClock::new(datetime!(2026-11-23 16:00 +8), 1);
    let options = journal::Options::default();
    let opened = open_data(
        data,
        None,
        master,
        false,
        Arc::new(clock),
        options,
        &mut |_| {},
    );
    match opened {
        Ok(opened) => {
            for breach in tests::audit::audit(&opened.core) {
                violation(&format!("audit: {breach}"));
            }
        }
        Err(error) => violation(&format!("audit: the folder does not open: {error:?}")),
    }
}

/// M9: no account that a file brought stands in clear in the data folder or in the log.
pub fn no_account_in_clear(places: &[&Path], acks: &Acks) {
    let rows = acks.batches.iter().flat_map(|batch| &batch.wages.rows);
    let accounts: BTreeSet<&[u8]> = rows.map(|row| row.account.as_bytes()).collect();
    let mut open: Vec<PathBuf> = places.iter().map(|place| place.to_path_buf()).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let mut runs = bytes.split(|byte| !byte.is_ascii_digit());
        if runs.any(|run| run.len() >= 12 && accounts.contains(run)) {
            violation(&format!("M9 an account in clear in {}", path.display()));
        }
    }
}

/// Counts how everything stands.
pub fn count(told: &Told, ledger: &Ledger) {
    let booked = ledger.booked();
    tally::BANK_FILES.add(booked.len() as u64);
    tally::LINES_INSTRUCTED.add(booked.values().map(|(_, rows)| rows.len() as u64).sum());
    let of = |is: fn(&Entry) -> bool| ledger.entries.iter().filter(|e| is(e)).count() as u64;
    tally::PUSHES_RECEIPTED.add(of(|entry| matches!(entry, Entry::Pushed { .. })));
    tally::QUESTIONS.add(of(|entry| matches!(entry, Entry::Asked { .. })));
    tally::RECORDS.add(told.report.as_ref().map_or(0, |report| report.records));
    for line in told.batches.values().flat_map(|batch| &batch.lines) {
        match line.state {
            S::Paid => tally::LINES_PAID.add(1),
            S::Failed => tally::LINES_FAILED.add(1),
            S::Returned => tally::LINES_RETURNED.add(1),
            S::Unknown => tally::LINES_UNKNOWN.add(1),
            S::Accepted => tally::LINES_ACCEPTED.add(1),
            _ => {}
        }
    }
}
