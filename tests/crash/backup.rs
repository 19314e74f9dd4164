//! Backups made beside the program under full load, which then dies or is stopped and is lost. The
//! newest one is restored: everything that was acknowledged before it began is in it, and whatever
//! is done on it, no line is sent again (decision 023).

use super::acks::{Batch, Step};
use super::bank::Ledger;
use super::checks::{self, MustAsk};
use super::ground::Firm;
use super::load::{Employer, Shared, call, text};
use super::program::{program, run as command};
use super::rest;
use super::rounds::Epoch;
use super::stage::Stage;
use super::tally::{self, violation, violations};
use super::walk::Told;
use hyper::Method;
use schemas::LineState as S;
use schemas::value::BatchId;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A backup, and what was known when it began.
struct Taken {
    folder: PathBuf,
    /// Its last record.
    record: u64,
    batches: Vec<Batch>,
    ledger: Ledger,
}

/// One that is being made, in a process of its own.
struct Making {
    child: Child,
    folder: PathBuf,
    batches: Vec<Batch>,
    ledger: Ledger,
}

impl Making {
    fn begin(epoch: &Epoch, shared: &Shared, number: u64) -> Self {
        // The banks' book first: whatever it has of a batch, the employer was answered before.
        let ledger = epoch.stage.ledger();
        let batches = shared.acks.lock().unwrap().batches.clone();
        let folder = epoch.stage.path(&format!("backup-{number}"));
        let child = Command::new(program())
            .args(["backup", "--json", "--lang", "en", "--data"])
            .arg(epoch.ground.path().join("data"))
            .arg("--to")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn();
        Self {
            child: child.unwrap(),
            folder,
            batches,
            ledger,
        }
    }

    fn end(self) -> Option<Taken> {
        let output = self.child.wait_with_output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let record = told["end"]["sequence"].as_u64();
        let (true, Some(record)) = (output.status.success(), record) else {
            violation(&format!("M12 the backup: {} {told}", output.status));
            return None;
        };
        tally::BACKUPS.add(1);
        Some(Taken {
            folder: self.folder,
            record,
            batches: self.batches,
            ledger: self.ledger,
        })
    }
}

/// Rounds by the seed, each of an installation of its own.
pub async fn run(rounds: u64, seed: u64, keep: Option<&Path>) {
    for round in 0..rounds {
        let own = seed.wrapping_mul(1_000_003).wrapping_add(round);
        let place = format!("backup, seed {seed}, round {round}");
        tally::progress(&format!("{place} ({} of {rounds})", round + 1));
        tally::at(place);
        tally::ROUNDS.add(1);
        let before = violations().len();
        let stage = Stage::set(own).await;
        let ground = Firm::at(&stage.path("ground"));
        let mut epoch = Epoch::begin(stage, Box::new(ground), own);
        if let Some((taken, original)) = lost(&mut epoch).await {
            restored(&mut epoch, &taken, &original).await;
        }
        if violations().len() > before {
            epoch.keep(keep, &format!("backup-{seed}-{round}"));
        }
    }
}

/// The original at work, until it is gone: its newest backup, and what its own journal says.
async fn lost(epoch: &mut Epoch) -> Option<(Taken, Told)> {
    let serving = epoch.start()?;
    let shared = epoch.callers(&serving);
    let mut at_work = tokio::task::JoinSet::new();
    for place in 0..shared.payers.len() {
        at_work.spawn(Employer::new(&shared, place, epoch.draw.draw()).work());
    }
    let finished = 1 + epoch.draw.below(3);
    let mut newest = None;
    for number in 0..finished {
        tokio::time::sleep(Duration::from_micros(200_000 + epoch.draw.below(600_000))).await;
        newest = Some(Making::begin(epoch, &shared, number).end()?);
    }
    // Half of the times one more is under way in that moment.
    let last = (epoch.draw.below(2) == 0).then(|| Making::begin(epoch, &shared, finished));
    tokio::time::sleep(Duration::from_micros(epoch.draw.below(60_000))).await;
    tally::CALLS_IN_FLIGHT.add(shared.in_flight.load(Ordering::SeqCst));
    if epoch.draw.below(4) == 0 {
        shared.faulty.store(true, Ordering::SeqCst);
        match serving.stop() {
            Ok(0) => tally::CLEAN_STOPS.add(1),
            other => violation(&format!("M12 the stop: {other:?}: {}", epoch.last_words())),
        }
    } else {
        tally::DEATHS_UNDER_LOAD.add(1);
        if let Some(died) = epoch.ground.die(serving) {
            violation(&format!("M12 it ended: {died}: {}", epoch.last_words()));
        }
    }
    shared.stop.store(true, Ordering::SeqCst);
    while at_work.join_next().await.is_some() {}
    drop(shared);
    epoch.end();
    if let Some(last) = last {
        tally::BACKUPS_UNDER_WAY_AT_THE_END.add(1);
        newest = Some(last.end()?);
    }
    let original = epoch.look_at_the_dead()?;
    epoch.count(&original);
    Some((newest?, original))
}

/// The restored folder, from the first look to a clean stop.
async fn restored(epoch: &mut Epoch, taken: &Taken, original: &Told) {
    let old = epoch.ground.path();
    let all = epoch.acks().batches.clone();
    let ground = Firm::at(&epoch.stage.path("restored"));
    epoch.ground = Box::new(ground);
    let data = epoch.ground.path().join("data");
    if !is_made(&["--from", text_of(&taken.folder)], &data) {
        return;
    }
    tally::RESTORES.add(1);
    rest::verified(&data);
    let copy = Told::by(&data.join("journal"));
    has_what_was_acknowledged(epoch, taken, &copy);
    unconfirmed(epoch);
    let key = "data/checkpoints/key.pem";
    std::fs::copy(old.join(key), epoch.ground.path().join(key)).expect("the key that signs");
    if !is_made(&["--confirm", &taken.record.to_string()], &data) {
        return;
    }
    epoch.remember(of_the_copy(&all, taken, &copy));
    let lost = all.iter().filter(|batch| batch.id().is_some()).count() - epoch.acks().batches.len();
    tally::BATCHES_AFTER_THE_BACKUP.add(lost as u64);
    let must_ask = unanswered(&copy, &epoch.stage.ledger());
    let Some(serving) = epoch.start() else { return };
    let shared = epoch.callers(&serving);
    checks::of_the_living(&shared, &mut epoch.draw).await;
    barred(&shared, &copy).await;
    rest::come(&shared, &epoch.stage).await;
    rest::are_asked(&must_ask, &epoch.stage).await;
    drop(shared);
    epoch.end();
    match serving.stop() {
        Ok(0) => tally::CLEAN_STOPS.add(1),
        other => violation(&format!("M12 the stop: {other:?}: {}", epoch.last_words())),
    }
    rest::verified(&data);
    let told = Told::by(&data.join("journal"));
    let ledger = epoch.stage.ledger();
    nothing_is_sent(&told, &copy, original, &ledger);
    rest::banks_truth(&told, &ledger, &epoch.stage);
    rest::asked(&must_ask, &ledger);
    epoch.remember(all);
    rest::no_account_in_clear(&[&data, &taken.folder], epoch.acks());
    rest::audited(&data, &epoch.stage.path("master.key"));
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// `anxin restore` into the folder.
fn is_made(words: &[&str], data: &Path) -> bool {
    let output = command(&[&["restore", "--json", "--data", text_of(data)], words].concat());
    let is_made = output.status.success();
    if !is_made {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        violation(&format!("M12 restore {words:?}: {} {said}", output.status));
    }
    is_made
}

/// M3, M2: what callers and banks were answered before the backup began, and what banks were told.
fn has_what_was_acknowledged(epoch: &mut Epoch, taken: &Taken, copy: &Told) {
    for breach in &copy.breaches {
        violation(&format!("the copy: {breach}"));
    }
    // What was asked for before it began, and happened after, may be in it or not.
    let mut known = taken.batches.clone();
    for (before, after) in known.iter_mut().zip(&epoch.acks().batches) {
        before.approved = before.approved.max(after.approved.min(Step::Tried));
        before.withdrawn = before.withdrawn.max(after.withdrawn.min(Step::Tried));
    }
    tally::BATCHES_IN_BACKUPS.add(known.iter().filter(|batch| batch.id().is_some()).count() as u64);
    let all = epoch.acks().batches.clone();
    epoch.remember(known);
    checks::acknowledged_is_there(copy, epoch.acks());
    checks::instructed_as_intended(copy, epoch.acks(), &taken.ledger);
    checks::receipted_is_there(copy, &taken.ledger);
    epoch.remember(all);
}

/// Before a person has said that the original is at its end, nothing starts.
fn unconfirmed(epoch: &mut Epoch) {
    let mut serving = epoch.stage.spawn(&epoch.ground.path());
    match (serving.ready(), serving.exited()) {
        (Err(_), Some(2)) => tally::REFUSED_STARTS.add(1),
        (ready, code) => violation(&format!("M1 it starts unconfirmed: {ready:?}, {code:?}")),
    }
}

/// The batches that the copy has, each with what is certain to be in it.
fn of_the_copy(all: &[Batch], taken: &Taken, copy: &Told) -> Vec<Batch> {
    let has = |id: &str| BatchId::parse(id).is_ok_and(|id| copy.batches.contains_key(&id));
    let known = |at: usize| taken.batches.get(at);
    let inside = all.iter().enumerate();
    let inside = inside.filter(|(_, batch)| batch.id().is_some_and(has));
    let certain = inside.map(|(at, batch)| Batch {
        approved: known(at).map_or(Step::Never, |known| known.approved),
        withdrawn: known(at).map_or(Step::Never, |known| known.withdrawn),
        ended_seen: known(at).map_or(0, |known| known.ended_seen),
        ..batch.clone()
    });
    certain.collect()
}

/// Of every file without an answer in the copy, one that had not left included, nobody there knows
/// what became of it.
fn unanswered(copy: &Told, ledger: &Ledger) -> MustAsk {
    let open = copy.files.iter().filter(|(_, filed)| !filed.answered);
    MustAsk(
        open.map(|(file_no, _)| (ledger.entries.len(), *file_no))
            .collect(),
    )
}

/// Nobody approves what waited in the copy; its employer takes back whatever still waits.
async fn barred(shared: &Arc<Shared>, copy: &Told) {
    let batches = shared.acks.lock().unwrap().batches.clone();
    for (at, batch) in batches.iter().enumerate() {
        let id = batch.id().unwrap();
        let known = &copy.batches[&BatchId::parse(id).unwrap()];
        let waits = |state| known.lines.iter().any(|line| line.state == state);
        if !waits(S::Held) && !waits(S::Released) {
            continue;
        }
        let payer = &shared.payers[batch.payer];
        let (approve, withdraw) = (
            format!("/v1/batches/{id}/approve"),
            format!("/v1/batches/{id}/withdraw"),
        );
        let mut checker = shared.client(&payer.person("checker"));
        let seen = batch.seen().to_string().into_bytes();
        match call(&mut checker, (Method::POST, &approve), seen).await {
            Some(answer) if answer.status == 409 => tally::APPROVALS_BARRED.add(1),
            Some(answer) => violation(&format!("M1 {approve}: {}", text(&answer))),
            None => violation(&format!("M12 no answer to {approve}")),
        }
        let mut maker = shared.client(&payer.person("maker"));
        match call(&mut maker, (Method::POST, &withdraw), b"{}".to_vec()).await {
            Some(answer) if answer.status == 200 => {
                tally::TAKEN_BACK_AFTER_A_RESTORE.add(1);
                shared.acks.lock().unwrap().withdrawing(at, Step::Done);
            }
            Some(answer) => violation(&format!("M12 {withdraw}: {}", text(&answer))),
            None => violation(&format!("M12 no answer to {withdraw}")),
        }
    }
}

/// M1: the restored journal has no intent and no message that instructs beyond the copy's, and the
/// banks have heard of no file that the original did not send.
fn nothing_is_sent(told: &Told, copy: &Told, original: &Told, ledger: &Ledger) {
    for breach in told.breaches.iter().chain(&ledger.paid_twice()) {
        violation(breach);
    }
    for (file_no, filed) in &told.files {
        let before = copy.files.get(file_no);
        if before.is_none_or(|before| filed.left && !before.left) {
            violation(&format!("M1 file {file_no} is sent after the restore"));
        }
    }
    for (file_no, (bank, _)) in ledger.booked() {
        if !original.files.get(&file_no).is_some_and(|filed| filed.left) {
            violation(&format!(
                "M1 {bank}: file {file_no}, which the original never sent"
            ));
        }
    }
}
