//! One world: people, banks, a gateway, and time; every step is drawn from its seed.

use super::actors::{Actors, Polled};
use super::checker::{Checker, Looks, View};
use super::checkers;
use super::dice::Dice;
use super::faults::FaultKind;
use super::gate::{self, Gate, Installation};
use super::logs::Kept;
use super::outside::Moment;
use super::scene::{self, SceneError};
use super::stage::Stage;
use super::trouble::Troubles;
use crate::book::BatchState;
use crate::clock::Clock as _;
use adapters::Book;
use journal::disk::MemoryDisk;
use journal::index::{FaultyIndex, MemoryIndex};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use time::Date;

/// A world that takes more steps than this hangs.
const STEPS_MAX: u64 = 120_000;
/// Troubles are over after so many hours at the latest.
const STORM_HOURS: u64 = 96;
/// So long after them a world ends, whatever still waits.
const CALM_MAX: Duration = Duration::from_secs(30 * 24 * 3600);
/// So long after them it does not end yet: returns come late.
const CALM_MIN: Duration = Duration::from_secs(3 * 24 * 3600);
/// Lines of the story before a violation.
const STORY_LINES: usize = 60;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant, `M1` to `M14`.
    pub invariant: &'static str,
    /// What does not hold.
    pub what: String,
    /// The step after which it was seen.
    pub step: u64,
    /// What happened before, oldest first.
    pub story: Vec<String>,
}

/// What a world came to.
#[derive(Clone, Debug, Default)]
pub struct WorldReport {
    /// Its number in the run, from 0.
    pub number: u64,
    /// Its seed.
    pub seed: u64,
    /// Files that people set out to have paid.
    pub batches: u32,
    /// Files that the gateway accepted, corrections included.
    pub accepted: u64,
    /// Steps of the scheduler.
    pub steps: u64,
    /// Records of the journal at the end.
    pub records: u64,
    /// Lives of the gateway: crashes, stops and one.
    pub lives: u32,
    /// Business time that passed, in seconds.
    pub simulated_s: u64,
    /// How often each fault struck.
    pub struck: BTreeMap<FaultKind, u64>,
    /// How many comparisons were made for each invariant.
    pub compared: BTreeMap<&'static str, u64>,
    /// How many of them after a fault had struck for the first time.
    pub compared_after: BTreeMap<(&'static str, FaultKind), u64>,
    /// SHA-256 of the whole story and of the hash in which the journal ends: two runs of one seed
    /// have the same.
    pub digest: String,
    /// What does not hold.
    pub violations: Vec<Violation>,
}

/// See the module.
pub(super) struct World {
    pub stage: Arc<Stage>,
    pub installation: Installation,
    pub seed: u64,
    pub dice: Dice,
    pub disk: MemoryDisk,
    pub index: Arc<FaultyIndex<MemoryIndex>>,
    pub life: u32,
    pub actors: Actors,
    pub troubles: Troubles,
    pub report: WorldReport,
    checkers: Vec<Box<dyn Checker>>,
    log: Kept,
    seen: (u64, usize, usize),
    /// The bank's day when it was looked at last.
    pub day: Option<Date>,
    /// The comparisons that had been made when each fault struck for the first time.
    before: BTreeMap<FaultKind, BTreeMap<&'static str, u64>>,
}

/// Runs one world to its end.
///
/// # Errors
/// When it can't even begin.
pub fn run(
    book: &'static Book,
    number: u64,
    seed: u64,
    batches: u32,
) -> Result<WorldReport, SceneError> {
    let dice = Dice::new(seed);
    let scene = scene::draw(seed, &dice, book)?;
    let (log, _collecting) = Kept::begin(&scene.clock);
    let clock = Arc::clone(&scene.clock);
    let stage = Arc::new(Stage::new(seed, dice.fork(), clock, scene.troubles.clone()));
    stage.outside().employers.clone_from(&scene.employers);
    scene::populate(&stage, &scene, (seed, batches));
    let mut world = World {
        stage,
        installation: scene.installation,
        seed,
        troubles: Troubles::new(dice.fork()),
        dice,
        disk: MemoryDisk::new(),
        index: Arc::new(FaultyIndex::new(MemoryIndex::new())),
        life: 0,
        actors: Actors::default(),
        report: WorldReport {
            number,
            seed,
            batches,
            ..WorldReport::default()
        },
        checkers: checkers::all(),
        log,
        seen: (0, 0, 0),
        day: None,
        before: BTreeMap::new(),
    };
    world.lasts();
    Ok(world.ends())
}

impl World {
    fn lasts(&mut self) {
        self.starts();
        let storm = Duration::from_secs((24 + self.dice.below(STORM_HOURS - 24)) * 3600);
        while self.is_sound() && self.stage.clock.elapsed() < storm {
            self.step();
        }
        self.stage.calm_down();
        self.stage.tell("calm".to_owned());
        self.troubles_end();
        let calm = self.stage.clock.elapsed();
        while self.is_sound() {
            let passed = self.stage.clock.elapsed().saturating_sub(calm);
            if passed >= CALM_MAX || (passed >= CALM_MIN && self.has_ended()) {
                break;
            }
            self.step();
        }
        // What did not come to its end can't be held against what ought to be there.
        if self.is_sound() {
            self.checks(|checker, view, looks| checker.at_end(view, looks));
        }
    }

    /// One violation is enough: what comes after it may follow from it.
    fn is_sound(&self) -> bool {
        self.report.violations.is_empty()
    }

    /// One actor has its turn, or time passes.
    fn step(&mut self) {
        self.report.steps += 1;
        let step = self.report.steps;
        if step > STEPS_MAX {
            return self.violated("M12", "the world never rests".to_owned());
        }
        let now = Moment {
            step,
            at_ms: self.stage.now_ms(),
            life: self.life,
        };
        self.stage.outside().now = now;
        self.actors.admit(self.stage.newcomers());
        match self.actors.poll_one(&self.dice) {
            Polled::Went => {}
            Polled::AllWait => self.time_passes(),
            Polled::Panicked => {
                return self.violated("M12", "a part of the gateway panicked".to_owned());
            }
        }
        let lines = self.log.take(now);
        self.stage.outside().log.extend(lines);
        self.notices_strikes();
        self.notices_days();
        if self.has_changed() {
            self.checks(|checker, view, looks| checker.after_step(view, looks));
        }
        if self.is_sound() {
            self.troubles_strike();
        }
    }

    /// Nobody has anything to do before some time: often it is later than the first one wanted.
    fn time_passes(&self) {
        let dice = &self.dice;
        let due = self.stage.clock.next_due();
        let due = due.unwrap_or(Duration::from_secs(3600));
        let wait = match dice.below(20) {
            0..5 => due,
            5..16 => due.max(dice.seconds(0, 1200)),
            _ => due.max(dice.seconds(0, 7200)),
        };
        // No more than some hours at once: a bank's day must not be slept through for ever.
        self.stage
            .clock
            .advance(wait.min(Duration::from_secs(3 * 3600)));
    }

    fn has_changed(&mut self) -> bool {
        let head = self
            .stage
            .gate()
            .map_or(0, |gate| gate.core.journal().head().0);
        let outside = self.stage.outside();
        let arrived = outside
            .banks
            .values()
            .map(|book| book.arrived.len() + book.told.len());
        let answered = outside.story.len();
        let now = (head, arrived.sum(), answered + outside.log.len());
        drop(outside);
        std::mem::replace(&mut self.seen, now) != now
    }

    /// Lets every checker look, if the gateway is up.
    fn checks(&mut self, look: impl Fn(&mut dyn Checker, &View<'_>, &mut Looks)) {
        let Some(gate) = self.stage.gate() else {
            return;
        };
        self.check_with(&gate.core, gate.as_ref(), look);
    }

    pub fn check_with(
        &mut self,
        core: &crate::core::Core,
        door: &dyn super::checker::Door,
        look: impl Fn(&mut dyn Checker, &View<'_>, &mut Looks),
    ) {
        let mut checkers = std::mem::take(&mut self.checkers);
        let mut found = Vec::new();
        {
            let outside = self.stage.outside();
            if outside.struck.len() > self.before.len() {
                for kind in outside.struck.keys() {
                    let before = self.before.entry(*kind);
                    before.or_insert_with(|| self.report.compared.clone());
                }
            }
            let view = View {
                outside: &outside,
                core,
                disk: &self.disk,
                door,
            };
            for checker in &mut checkers {
                let mut looks = Looks::default();
                look(checker.as_mut(), &view, &mut looks);
                *self.report.compared.entry(checker.id()).or_default() += looks.compared;
                let id = checker.id();
                found.extend(looks.breaches.into_iter().map(|breach| (id, breach)));
            }
        }
        self.checkers = checkers;
        for (id, breach) in found {
            self.violated(id, breach);
        }
    }

    pub fn violated(&mut self, invariant: &'static str, what: String) {
        let outside = self.stage.outside();
        let from = outside.story.len().saturating_sub(STORY_LINES);
        let story = outside.story.iter().skip(from);
        let story = story.map(|one| format!("{:>6} {}", one.at.step, one.what));
        let violation = Violation {
            invariant,
            what,
            step: self.report.steps,
            story: story.collect(),
        };
        drop(outside);
        self.report.violations.push(violation);
    }

    /// Whether nothing is under way any more: what waits for a person's approval does not count.
    fn has_ended(&self) -> bool {
        let Some(gate) = self.stage.gate() else {
            return false;
        };
        let desk = gate.core.desk();
        desk.batches().all(|batch| match batch.state() {
            BatchState::Settled | BatchState::Withdrawn | BatchState::Held => true,
            BatchState::Released | BatchState::InProgress => false,
        })
    }

    /// A life of the gateway begins.
    pub fn starts(&mut self) {
        self.life += 1;
        self.report.lives += 1;
        // Who looks after the reopening reads the new life's journal.
        self.stage.outside().now.life = self.life;
        let opened = gate::open(
            &self.stage,
            &self.installation,
            self.disk.clone(),
            (self.seed, self.life),
        );
        match opened {
            Ok(opened) => {
                self.holds_closed(&opened);
                self.takes_up(opened);
            }
            Err(error) => {
                let what = format!("the gateway does not start: {}", crate::chain(&error));
                self.violated("M12", what);
            }
        }
    }

    fn takes_up(&mut self, opened: gate::Opened) {
        let core = Arc::clone(&opened.core);
        if let Some(crash) = self.stage.outside().crashes.last_mut() {
            crash.reopened = Some(core.journal().head().0);
        }
        if self.life > 1 {
            let closed = gate::Closed;
            self.check_with(&core, &closed, |checker, view, looks| {
                checker.after_reopening(view, looks);
            });
        }
        let index = Arc::clone(&self.index);
        match gate::begin(&self.stage, &self.installation, opened, index) {
            Ok(gate) => self.stage.set_gate(Some(Arc::new(gate))),
            Err(error) => {
                let what = format!("the gateway does not begin: {}", crate::chain(&error));
                self.violated("M12", what);
            }
        }
    }

    /// The gateway, where it is up.
    pub fn gate(&self) -> Option<Arc<Gate>> {
        self.stage.gate()
    }

    fn ends(mut self) -> WorldReport {
        let head = self.stage.gate().map(|gate| gate.core.journal().head());
        self.report.records = head.map_or(0, |(sequence, _)| sequence);
        self.stage.set_gate(None);
        let outside = self.stage.outside();
        self.report.struck.clone_from(&outside.struck);
        let accepted = outside.calls.iter().filter(|call| {
            let taken = call
                .answer
                .as_ref()
                .is_some_and(|answer| answer.status == 202);
            call.sheet.is_some() && taken
        });
        self.report.accepted = accepted.count() as u64;
        drop(outside);
        let hash = head.map_or_else(Vec::new, |(_, hash)| hash.to_vec());
        self.report.digest = self.stage.digest(&hash);
        self.report.simulated_s = self.stage.clock.elapsed().as_secs();
        for (kind, before) in &self.before {
            for (id, times) in &self.report.compared {
                let after = times - before.get(id).copied().unwrap_or(0);
                self.report.compared_after.insert((id, *kind), after);
            }
        }
        self.report
    }
}
