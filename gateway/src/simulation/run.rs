//! Many worlds from one seed: each has its own, and can be run alone.

use super::faults::FaultKind;
use super::scene::SceneError;
use super::world::{self, WorldReport};
use adapters::Book;
use certs::digest::{DigestAlgorithm, Digester};
use schemas::people::SplitMix64;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files that people of one world set out to have paid, at least and at most.
const BATCHES: (u64, u64) = (8, 20);

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// The seed of the run.
    pub seed: u64,
    /// So many files in all; the last world has what is left.
    pub batches: u64,
    /// This world of them alone, by its number from 0. None is run where there are fewer.
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
    /// For each invariant and fault: what was compared after the fault had struck.
    pub together: BTreeMap<(&'static str, FaultKind), Together>,
    /// SHA-256 over the stories of all worlds.
    pub digest: String,
    /// Worlds in which something does not hold, in order.
    pub failed: Vec<WorldReport>,
}

/// What was compared for an invariant in worlds in which a fault had struck before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// Worlds in which anything was.
    pub worlds: u64,
    /// Comparisons.
    pub compared: u64,
}

/// A world to run.
#[derive(Clone, Copy)]
struct Task {
    number: u64,
    seed: u64,
    batches: u32,
}

/// The worlds of a run, drawn one after the other: the same for the same seed, however many are
/// wanted.
struct Worlds {
    draws: SplitMix64,
    /// Files of the worlds to come.
    left: u64,
    number: u64,
}

impl Worlds {
    fn of(plan: &Plan) -> impl Iterator<Item = Task> + Send {
        let worlds = Self {
            draws: SplitMix64::new(plan.seed),
            left: plan.batches,
            number: 0,
        };
        let (first, count) = match plan.world {
            Some(world) => (world, 1),
            None => (0, usize::MAX),
        };
        worlds
            .skip_while(move |task| task.number < first)
            .take(count)
    }
}

impl Iterator for Worlds {
    type Item = Task;

    fn next(&mut self) -> Option<Task> {
        if self.left == 0 {
            return None;
        }
        let (least, most) = BATCHES;
        let seed = self.draws.draw();
        let batches = least + self.draws.below(most - least + 1);
        let task = Task {
            number: self.number,
            seed,
            batches: u32::try_from(batches.min(self.left)).unwrap_or(u32::MAX),
        };
        self.number += 1;
        self.left = self.left.saturating_sub(batches);
        Some(task)
    }
}

/// What has been run so far, counted in the order of the worlds. Those that end early wait: as
/// many as there are threads, or a few more.
struct Count {
    report: RunReport,
    stories: Digester,
    waiting: BTreeMap<u64, WorldReport>,
    next: u64,
    broken: Option<SceneError>,
}

impl Count {
    fn take(&mut self, place: u64, world: WorldReport) {
        self.waiting.insert(place, world);
        while let Some(world) = self.waiting.remove(&self.next) {
            self.stories.update(world.digest.as_bytes());
            self.report.add(world);
            self.next += 1;
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
    let worlds = Mutex::new((0..).zip(Worlds::of(plan)));
    let count = Mutex::new(Count {
        report: RunReport::default(),
        stories: Digester::new(DigestAlgorithm::Sha256),
        waiting: BTreeMap::new(),
        next: 0,
        broken: None,
    });
    let work = || {
        while locked(&count).broken.is_none() {
            let Some((place, task)) = locked(&worlds).next() else {
                return;
            };
            let world = world::run(book, task.number, task.seed, task.batches);
            progress(u64::from(task.batches));
            let mut count = locked(&count);
            match world {
                Ok(world) => count.take(place, world),
                Err(error) => count.broken = Some(error),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..plan.threads {
            scope.spawn(work);
        }
        work();
    });
    let count = count.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = count.broken {
        return Err(error);
    }
    let mut report = count.report;
    report.digest = crate::hex(&count.stories.finish());
    Ok(report)
}

/// A panic while it is held is that of the whole run.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RunReport {
    fn add(&mut self, world: WorldReport) {
        self.worlds += 1;
        self.batches += u64::from(world.batches);
        self.accepted += world.accepted;
        self.steps += world.steps;
        self.records += world.records;
        let stops = world.struck.get(&FaultKind::Stopped).copied().unwrap_or(0);
        self.crashes += u64::from(world.lives.saturating_sub(1)).saturating_sub(stops);
        self.simulated_s += world.simulated_s;
        for (kind, times) in &world.struck {
            *self.struck.entry(*kind).or_default() += times;
        }
        for (cell, times) in &world.compared_after {
            let together = self.together.entry(*cell).or_default();
            together.worlds += u64::from(*times > 0);
            together.compared += times;
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
