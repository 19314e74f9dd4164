//! Rounds of start, load and death on one ground, and the rest at their end.

use super::acks::{Acks, Batch, Step};
use super::checks::{self, MustAsk};
use super::ground::Ground;
use super::load::{Employer, Shared};
use super::rest;
use super::serving::Serving;
use super::stage::Stage;
use super::tally::{self, violation, violations};
use super::walk::Told;
use schemas::people::SplitMix64;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The business of one folder from its first start to its clean stop.
pub struct Epoch {
    // First: a file system is unmounted before its folder goes.
    pub ground: Box<dyn Ground>,
    pub stage: Stage,
    pub draw: SplitMix64,
    shared: Option<Arc<Shared>>,
    acks: Option<Acks>,
    numbers: u32,
    seed: u64,
    must_ask: MustAsk,
}

impl Epoch {
    pub fn begin(stage: Stage, ground: Box<dyn Ground>, seed: u64) -> Self {
        let acks = Acks::new(&stage.path("acks.jsonl"));
        Self {
            stage,
            ground,
            draw: SplitMix64::new(seed),
            shared: None,
            acks: Some(acks),
            numbers: 1,
            seed,
            must_ask: MustAsk::default(),
        }
    }

    /// Starts the program and opens the doors to it.
    pub fn start(&mut self) -> Option<Serving> {
        let mut serving = self.stage.spawn(&self.ground.path());
        if let Err(why) = serving.ready() {
            violation(&format!("M12 {why}: {}", self.last_words()));
            return None;
        }
        self.stage.open(&serving);
        Some(serving)
    }

    /// The end of the program's log.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.stage.path("serve.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// What the callers of one run of the program share; their list comes back in [`Self::end`].
    pub fn callers(&mut self, serving: &Serving) -> Arc<Shared> {
        let shared = Arc::new(Shared {
            url: serving.url.clone(),
            pki: self.stage.path("pki"),
            payers: self.stage.payers.clone(),
            acks: Mutex::new(self.acks.take().unwrap()),
            numbers: AtomicU32::new(self.numbers),
            seed: self.seed,
            stop: AtomicBool::new(false),
            in_flight: AtomicU64::new(0),
            faulty: AtomicBool::new(false),
        });
        self.shared = Some(Arc::clone(&shared));
        shared
    }

    /// Takes the list back when nobody calls any more.
    pub fn end(&mut self) {
        let Some(shared) = self.shared.take() else {
            return;
        };
        self.numbers = shared.numbers.load(Ordering::SeqCst);
        let shared = Arc::into_inner(shared).expect("every caller has ended");
        self.acks = Some(shared.acks.into_inner().unwrap());
    }

    pub fn acks(&self) -> &Acks {
        self.acks.as_ref().unwrap()
    }

    /// From now on the callers know these batches only.
    pub fn remember(&mut self, batches: Vec<Batch>) {
        self.acks.as_mut().unwrap().batches = batches;
    }

    /// One round: start, look, work, die, look at the dead.
    pub async fn round(&mut self) {
        let begun = Instant::now();
        tally::ROUNDS.add(1);
        if !self.harmed_start().await {
            return;
        }
        let is_starting = self.draw.below(5) == 0;
        let (flew, died) = match is_starting {
            true => {
                tally::DEATHS_WHILE_STARTING.add(1);
                let serving = self.stage.spawn(&self.ground.path());
                tokio::time::sleep(Duration::from_micros(self.draw.below(400_000))).await;
                (0, self.ground.die(serving))
            }
            false => {
                tally::DEATHS_UNDER_LOAD.add(1);
                match self.work_and_die().await {
                    Some(died) => died,
                    None => return,
                }
            }
        };
        if let Some(died) = died {
            violation(&format!(
                "M12 it ended by itself: {died}: {}",
                self.last_words()
            ));
        }
        tally::CALLS_IN_FLIGHT.add(flew);
        self.look_at_the_dead();
        let passed = begun.elapsed().as_millis();
        let batches = self.acks().batches.len();
        tally::progress(&format!(
            "    {passed} ms, {flew} calls in flight, {batches} batches"
        ));
    }

    /// A start on bad ground, if the ground has one: it refuses in words or serves rightly, and
    /// spoils nothing. Gives whether the round goes on.
    async fn harmed_start(&mut self) -> bool {
        let Some(harm) = self.ground.harm_start(&mut self.draw) else {
            return true;
        };
        let mut serving = self.stage.spawn(&self.ground.path());
        let ready = serving.ready();
        let how = if ready.is_ok() {
            "it starts"
        } else {
            "it refuses"
        };
        tally::HARMED_STARTS.add(1);
        tally::progress(&format!("    {harm} at the start: {how}"));
        match ready {
            Ok(()) => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(_) => {
                tally::REFUSED_STARTS.add(1);
                // 2 is for what an operator can mend, 3 for the rest; a panic is neither.
                match serving.exited() {
                    Some(2 | 3) => {}
                    other => violation(&format!(
                        "M12 {harm} at the start: {other:?}: {}",
                        self.last_words()
                    )),
                }
            }
        }
        self.ground.die(serving);
        let before = violations().len();
        self.look_at_the_dead();
        if violations().len() > before {
            violation(&format!(
                "after: {harm} at the start: {}",
                self.last_words()
            ));
        }
        violations().len() == before
    }

    async fn work_and_die(&mut self) -> Option<(u64, Option<String>)> {
        let serving = self.start()?;
        let shared = self.callers(&serving);
        checks::of_the_living(&shared, &mut self.draw).await;
        let mut at_work = tokio::task::JoinSet::new();
        for place in 0..shared.payers.len() {
            let employer = Employer::new(&shared, place, self.draw.draw());
            at_work.spawn(employer.work());
        }
        tokio::time::sleep(Duration::from_micros(50_000 + self.draw.below(500_000))).await;
        let harm = self.ground.harm(&mut self.draw);
        if let Some(harm) = harm {
            shared.faulty.store(true, Ordering::SeqCst);
            tally::progress(&format!("    {harm}"));
            tokio::time::sleep(Duration::from_micros(100_000 + self.draw.below(300_000))).await;
            let is_ready = serving.operation("/readyz");
            let is_ready = is_ready.is_ok_and(|told| told.starts_with("HTTP/1.1 200"));
            tally::READINESS_FAILED.add(u64::from(!is_ready));
        }
        // Calls that are answered from here on may still be heard: that they were answered counts.
        let flew = shared.in_flight.load(Ordering::SeqCst);
        let died = match self.draw.below(8) {
            // It dies while it stops; that it may have ended by then is no wonder.
            0 => {
                tally::DEATHS_WHILE_STOPPING.add(1);
                shared.faulty.store(true, Ordering::SeqCst);
                serving.signal("-TERM");
                tokio::time::sleep(Duration::from_micros(self.draw.below(250_000))).await;
                let died = self.ground.die(serving);
                let code = |status: &String| match status.as_str() {
                    "exit status: 0" => false,
                    // With a journal that takes no records it says so.
                    "exit status: 3" => harm.is_none(),
                    _ => true,
                };
                tally::progress("    asked to stop");
                died.filter(code)
            }
            _ => self.ground.die(serving),
        };
        shared.stop.store(true, Ordering::SeqCst);
        while at_work.join_next().await.is_some() {}
        drop(shared);
        self.end();
        Some((flew, died))
    }

    /// Checks what the disk has.
    pub fn look_at_the_dead(&mut self) -> Option<Told> {
        let journal = self.ground.path().join("data/journal");
        let ledger = self.stage.ledger();
        if !journal.exists() {
            if self.acks().batches.iter().any(|batch| batch.id().is_some()) {
                violation("M3 the journal is gone");
            }
            return None;
        }
        let told = Told::by(&journal);
        checks::of_the_dead(&told, self.acks(), &ledger);
        checks::left(&told, &ledger, &mut self.must_ask);
        Some(told)
    }

    /// The faults are over: everything comes to its end, the program stops cleanly, and what it
    /// says is what the banks say.
    pub async fn rest(&mut self) {
        self.ground.heal();
        let Some(serving) = self.start() else { return };
        let shared = self.callers(&serving);
        checks::of_the_living(&shared, &mut self.draw).await;
        rest::come(&shared, &self.stage).await;
        drop(shared);
        self.end();
        match serving.stop() {
            Ok(0) => tally::CLEAN_STOPS.add(1),
            other => violation(&format!("M12 the stop: {other:?}: {}", self.last_words())),
        }
        let data = self.ground.path().join("data");
        rest::verified(&data);
        let told = Told::by(&data.join("journal"));
        let ledger = self.stage.ledger();
        checks::of_the_dead(&told, self.acks(), &ledger);
        rest::banks_truth(&told, &ledger, &self.stage);
        rest::asked(&self.must_ask, &ledger);
        rest::no_account_in_clear(
            &[data.as_path(), &self.stage.path("serve.log")],
            self.acks(),
        );
        rest::audited(&data, &self.stage.path("master.key"));
        self.count(&told);
    }

    /// Counts what was done until now.
    pub fn count(&self, told: &Told) {
        let batches = &self.acks().batches;
        let of =
            |step: fn(&Batch) -> bool| batches.iter().filter(|batch| step(batch)).count() as u64;
        tally::BATCHES.add(batches.len() as u64);
        tally::BATCHES_ACKNOWLEDGED.add(of(|batch| batch.id().is_some()));
        tally::APPROVALS_ACKNOWLEDGED.add(of(|batch| batch.approved == Step::Done));
        tally::WITHDRAWALS_ACKNOWLEDGED.add(of(|batch| batch.withdrawn == Step::Done));
        tally::CORRECTIONS.add(of(|batch| batch.corrected));
        rest::count(told, &self.stage.ledger());
    }

    /// Keeps the folder where something was found.
    pub fn keep(&self, keep: Option<&std::path::Path>, name: &str) {
        let Some(keep) = keep else { return };
        let to = keep.join(name);
        let _ = std::fs::create_dir_all(&to);
        for from in [self.stage.folder.path().to_owned(), self.ground.path()] {
            let copied = std::process::Command::new("cp")
                .arg("-a")
                .arg(&from)
                .arg(&to)
                .status();
            eprintln!("    kept in {}: {copied:?}", to.display());
        }
    }
}

/// Rounds by the seed, some on each ground.
pub async fn run(
    name: &str,
    (rounds, on_one_ground): (u64, u64),
    seed: u64,
    keep: Option<&std::path::Path>,
    mut ground: impl FnMut(&Stage, u64) -> Box<dyn Ground>,
) {
    let mut done = 0;
    let mut number = 0;
    while done < rounds {
        let own = seed.wrapping_mul(1_000_003).wrapping_add(number);
        let before = violations().len();
        tally::at(format!("{name}, seed {seed}, ground {number}, setting up"));
        let stage = Stage::set(own).await;
        let ground = ground(&stage, own);
        let mut epoch = Epoch::begin(stage, ground, own);
        let here = on_one_ground.min(rounds - done);
        for round in 0..here {
            let place = format!("{name}, seed {seed}, ground {number}, round {round}");
            tally::progress(&format!("{place} ({} of {rounds})", done + round + 1));
            tally::at(place);
            epoch.round().await;
            if violations().len() > before {
                break;
            }
        }
        if violations().len() == before {
            tally::at(format!("{name}, seed {seed}, ground {number}, at rest"));
            let begun = Instant::now();
            epoch.rest().await;
            let passed = begun.elapsed().as_millis();
            tally::progress(&format!("{name} ground {number} at rest: {passed} ms"));
        }
        if violations().len() > before {
            epoch.keep(keep, &format!("{name}-{seed}-{number}"));
        }
        done += here;
        number += 1;
    }
}
