//! Many worlds from one seed: each has its own, and can be run alone.

use super::faults::FaultKind;
use super::scene::SceneError;
use super::world::{self, WorldReport};
use adapters::Book;
use schemas::people::SplitMix64;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Files that people of one world set out to have paid, at least and at most.
const BATCHES: (u64, u64) = (8, 20);

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The seed of the run.
    pub seed: u64,
    /// So many files in all.
    pub batches: u64,
    /// This world alone, by its number.
    pub world: Option<u64>,
    /// Worlds that run at the same time; it changes nothing of what comes out.
    pub threads: usize,
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct RunReport {
    /// Worlds.
    pub worlds: u64,
    /// Files that people set out to have paid.
    pub batches: u64,
    /// Files accepted.
    pub accepted: u64,
    /// Steps.
    pub steps: u64,
    /// Journal records.
    pub records: u64,
    /// Crashes.
    pub crashes: u64,
    /// Business time, in seconds.
    pub simulated_s: u64,
    /// How often each fault struck.
    pub struck: BTreeMap<FaultKind, u64>,
    /// Comparisons by invariant.
    pub compared: BTreeMap<&'static str, u64>,
    /// For each invariant and fault: worlds in which both were there.
    pub together: BTreeMap<(&'static str, FaultKind), u64>,
    /// SHA-256 over the stories of all worlds.
    pub digest: String,
    /// Worlds in which something does not hold, in order.
    pub failed: Vec<WorldReport>,
}

/// A world to run.
#[derive(Clone, Copy)]
struct Task {
    number: u64,
    seed: u64,
    batches: u32,
}

/// The worlds of a plan: the same for the same seed, however many are wanted.
fn tasks(plan: &Plan) -> Vec<Task> {
    let mut draws = SplitMix64::new(plan.seed);
    let mut tasks = Vec::new();
    let (mut left, mut number) = (plan.batches, 0);
    let (least, most) = BATCHES;
    loop {
        let seed = draws.draw();
        let batches = least + draws.below(most - least + 1);
        let is_wanted = plan.world.is_none_or(|world| world == number);
        let batches_now = match plan.world {
            Some(_) => batches,
            None => batches.min(left),
        };
        if is_wanted {
            tasks.push(Task {
                number,
                seed,
                batches: u32::try_from(batches_now).unwrap_or(u32::MAX),
            });
        }
        number += 1;
        left = left.saturating_sub(batches);
        let is_done = plan.world.map_or(left == 0, |world| number > world);
        if is_done {
            return tasks;
        }
    }
}

/// Runs a plan. `progress` is told how many files are done.
///
/// # Errors
/// When a world can't begin: a defect.
pub fn run(
    book: &'static Book,
    plan: &Plan,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<RunReport, SceneError> {
    let tasks = tasks(plan);
    let next = AtomicU64::new(0);
    let broken = AtomicBool::new(false);
    let done: Mutex<BTreeMap<u64, Result<WorldReport, SceneError>>> = Mutex::default();
    let work = || {
        while !broken.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(usize::try_from(at).unwrap_or(usize::MAX)) else {
                return;
            };
            let report = world::run(book, task.number, task.seed, task.batches);
            broken.fetch_or(report.is_err(), Ordering::Relaxed);
            progress(u64::from(task.batches));
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            done.insert(task.number, report);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..plan.threads.max(1) {
            scope.spawn(work);
        }
        work();
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut report = RunReport::default();
    let mut stories = String::new();
    for world in done.into_values() {
        let world = world?;
        stories.push_str(&world.digest);
        report.add(world);
    }
    report.digest = crate::sha256_hex(stories.as_bytes());
    Ok(report)
}

impl RunReport {
    fn add(&mut self, world: WorldReport) {
        self.worlds += 1;
        self.batches += u64::from(world.batches);
        self.accepted += world.accepted;
        self.steps += world.steps;
        self.records += world.records;
        self.crashes += u64::from(world.lives.saturating_sub(1));
        self.simulated_s += world.simulated_s;
        for (kind, times) in &world.struck {
            *self.struck.entry(*kind).or_default() += times;
            let compared = world.compared.iter().filter(|(_, times)| **times > 0);
            for (id, _) in compared {
                *self.together.entry((id, *kind)).or_default() += 1;
            }
        }
        for (id, times) in &world.compared {
            *self.compared.entry(id).or_default() += times;
        }
        if !world.violations.is_empty() {
            self.failed.push(world);
        }
    }

    /// Violations of all worlds.
    #[must_use]
    pub fn violations(&self) -> usize {
        self.failed.iter().map(|world| world.violations.len()).sum()
    }
}
