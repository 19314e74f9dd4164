//! What strikes the process, its disk, its index and its clock.

use super::dice::Dice;
use super::faults::FaultKind;
use super::outside::{Crash, Moment};
use super::world::World;
use journal::Position;
use journal::disk::{Faults, MemoryDisk, PowerCut, Unsynced};
use journal::index::{FaultyIndex, IndexFaults, MemoryIndex};
use std::sync::Arc;
use std::time::Duration;

/// What may strike between two steps.
const KINDS: [FaultKind; 16] = [
    FaultKind::Killed,
    FaultKind::PowerLost,
    FaultKind::TornWrite,
    FaultKind::ReorderedWrite,
    FaultKind::PowerLostInside,
    FaultKind::SyncFails,
    FaultKind::ShortWrite,
    FaultKind::DiskFull,
    FaultKind::SlowDisk,
    FaultKind::ReadError,
    FaultKind::BitFlip,
    FaultKind::IndexFails,
    FaultKind::ClockForward,
    FaultKind::ClockBack,
    FaultKind::LongSilence,
    FaultKind::Stopped,
];

/// These end the process at once.
const ENDINGS: [FaultKind; 3] = [FaultKind::Killed, FaultKind::PowerLost, FaultKind::BitFlip];
/// In these power goes in the middle of an operation of the disk.
const POWER: [FaultKind; 3] = [
    FaultKind::TornWrite,
    FaultKind::ReorderedWrite,
    FaultKind::PowerLostInside,
];

/// Power is lost, and with it everything that was not synced.
pub(super) const POWER_LOST: PowerCut = PowerCut {
    unsynced: Unsynced::Dropped,
    forgets_names: true,
};

/// A fault of the disk that waits for its moment.
#[derive(Clone, Copy, Debug)]
struct Armed {
    kind: FaultKind,
    /// For a read error: the number of the read.
    at: u64,
    /// Since which step.
    since: u64,
    has_struck: bool,
    /// The step at which somebody starts the gateway anew.
    restart: Option<u64>,
}

/// The troubles of a world.
pub(super) struct Troubles {
    pub dice: Dice,
    next_step: u64,
    armed: Option<Armed>,
    /// Until which step the disk is slow, and its operations when it was looked at last.
    slow: (u64, u64),
    /// At which step the index works again.
    index_until: Option<u64>,
    /// Until when those who are at work may go on: the process was asked to end.
    pub stopping: Option<Duration>,
    /// A closing record is the last one.
    pub is_closed: bool,
    /// Where what is durable ended before its last group, and where it ends now.
    pub ends: (Position, Position),
}

impl Troubles {
    pub fn new(dice: Dice) -> Self {
        let next_step = 20 + dice.below(200);
        Self {
            dice,
            next_step,
            armed: None,
            slow: (0, 0),
            index_until: None,
            stopping: None,
            is_closed: false,
            ends: (START, START),
        }
    }

    /// Whether the disk has no fault that waits for its moment.
    pub fn is_sound(&self) -> bool {
        self.armed.is_none()
    }
}

/// Before the first record.
const START: Position = Position {
    segment: 1,
    offset: 0,
};

impl World {
    /// After a step: what was armed may have struck, and something new may come.
    pub(super) fn troubles_strike(&mut self) {
        let Some(gate) = self.gate() else {
            return;
        };
        let step = self.report.steps;
        if gate.disk.is_powerless() {
            return self.restarts_powerless();
        }
        if gate.core.journal().health().is_err() {
            return self.poisoned(step);
        }
        self.disarms(&gate.disk);
        self.drags(&gate.disk, step);
        if self.troubles.index_until.is_some_and(|until| step >= until) {
            self.troubles.index_until = None;
            self.index.set_faults(IndexFaults::default());
        }
        if self.troubles.stopping.is_some() {
            return self.stops();
        }
        if step >= self.troubles.next_step && !self.stage.is_calm() {
            self.troubles.next_step = step + 30 + self.troubles.dice.below(400);
            let kinds = KINDS.into_iter().filter(|kind| self.stage.may(*kind));
            let kinds: Vec<FaultKind> = kinds.collect();
            if let Some(kind) = self.troubles.dice.pick(&kinds) {
                self.begins(kind, &gate.disk, step);
            }
        }
    }

    fn begins(&mut self, kind: FaultKind, disk: &MemoryDisk, step: u64) {
        let dice = self.troubles.dice.clone();
        let mut faults = Faults::default();
        let mut at = 0;
        if ENDINGS.contains(&kind) {
            return self.crashes(kind);
        } else if POWER.contains(&kind) {
            faults.power = Some(1 + dice.below(9));
        } else if kind == FaultKind::SyncFails {
            faults.sync = Some(1 + dice.below(3));
        } else if kind == FaultKind::ShortWrite {
            let some = usize::try_from(dice.below(600)).unwrap_or_default();
            faults.append = Some((1 + dice.below(3), some));
        } else if kind == FaultKind::DiskFull {
            faults.capacity_bytes = Some(disk.used_bytes() + dice.below(9000));
        } else if kind == FaultKind::ReadError {
            at = 1 + dice.below(12);
            faults.read = Some(at);
        } else if kind == FaultKind::SlowDisk {
            self.troubles.slow = (step + 20 + dice.below(60), disk.operations());
            return;
        } else if kind == FaultKind::Stopped {
            return self.is_asked_to_stop();
        } else if kind == FaultKind::IndexFails {
            return self.index_fails(step);
        } else {
            return self.time_jumps(kind);
        }
        disk.set_faults(faults);
        self.troubles.armed = Some(Armed {
            kind,
            at,
            since: step,
            has_struck: false,
            restart: None,
        });
    }

    fn index_fails(&mut self, step: u64) {
        let dice = &self.troubles.dice;
        let nth = Some(1 + dice.below(3));
        let faults = match dice.one_in(2) {
            true => IndexFaults {
                apply: nth,
                ..IndexFaults::default()
            },
            false => IndexFaults {
                read: nth,
                ..IndexFaults::default()
            },
        };
        self.index.set_faults(faults);
        self.troubles.index_until = Some(step + 20 + dice.below(200));
        self.stage.struck(FaultKind::IndexFails);
    }

    fn time_jumps(&mut self, kind: FaultKind) {
        let dice = &self.troubles.dice;
        let minutes = i64::try_from(1 + dice.below(3 * 24 * 60)).unwrap_or(1);
        if kind == FaultKind::ClockForward {
            self.stage.clock.step(time::Duration::minutes(minutes));
        } else if kind == FaultKind::ClockBack {
            self.stage.clock.step(time::Duration::minutes(-minutes));
        } else {
            let wait = dice.seconds(6 * 3600, 30 * 3600);
            self.stage.clock.advance(wait);
        }
        self.stage.struck(kind);
    }

    /// Counts what was armed and has struck now, before anybody looks at what came of it.
    pub(super) fn notices_strikes(&mut self) {
        let Some(gate) = self.gate() else {
            return;
        };
        let end = gate.core.journal().durable_end();
        // A new segment that is still empty is no other end: the last group is that before it.
        if end != self.troubles.ends.1 && end.offset > 0 {
            self.troubles.ends = (self.troubles.ends.1, end);
        }
        let Some(armed) = &mut self.troubles.armed else {
            return;
        };
        let is_poisoned = gate.core.journal().health().is_err();
        let has_struck = if armed.kind == FaultKind::ReadError {
            gate.disk.reads() >= armed.at
        } else {
            gate.disk.is_powerless() || is_poisoned || gate.disk.has_failed()
        };
        if has_struck && !armed.has_struck {
            armed.has_struck = true;
            let kind = armed.kind;
            self.stage.struck(kind);
        }
    }

    /// What was armed and has struck without an end of the process is over; so is what nothing
    /// ran into for long.
    fn disarms(&mut self, disk: &MemoryDisk) {
        let step = self.report.steps;
        let is_over = |armed: &Armed| {
            let is_read = armed.kind == FaultKind::ReadError && armed.has_struck;
            is_read || step > armed.since + 300
        };
        if self.troubles.armed.as_ref().is_some_and(is_over) {
            disk.set_faults(Faults::default());
            self.troubles.armed = None;
        }
    }

    /// A slow disk: time passes with each step that wrote.
    fn drags(&mut self, disk: &MemoryDisk, step: u64) {
        let (until, before) = self.troubles.slow;
        let now = disk.operations();
        if step < until && now != before {
            self.troubles.slow.1 = now;
            self.stage.clock.advance(self.troubles.dice.seconds(1, 40));
            self.stage.struck(FaultKind::SlowDisk);
        }
    }

    /// The journal takes nothing any more: somebody notices, and starts the gateway anew.
    fn poisoned(&mut self, step: u64) {
        let Some(armed) = &mut self.troubles.armed else {
            let what = "the journal refuses records, and nothing was wrong with the disk";
            return self.violated("M12", what.to_owned());
        };
        match armed.restart {
            None => armed.restart = Some(step + 1 + self.troubles.dice.below(60)),
            Some(at) if step >= at => {
                let kind = armed.kind;
                self.troubles.armed = None;
                self.restarts(kind);
            }
            Some(_) => {}
        }
    }

    /// The process ends by a fault.
    fn crashes(&mut self, kind: FaultKind) {
        self.stage.struck(kind);
        self.restarts(kind);
    }

    /// The machine has no power any more.
    pub(super) fn restarts_powerless(&mut self) {
        let kind = self.troubles.armed.take();
        let kind = kind.map_or(FaultKind::PowerLostInside, |armed| armed.kind);
        self.restarts(kind);
    }

    pub(super) fn restarts(&mut self, kind: FaultKind) {
        let dice = self.troubles.dice.clone();
        let Some(gate) = self.gate() else {
            return;
        };
        let journal = gate.core.journal();
        let crash = Crash {
            at: Moment {
                at_ms: self.stage.now_ms(),
                ..self.stage.outside().now
            },
            durable: journal.durable(),
            reopened: None,
        };
        self.stage.outside().crashes.push(crash);
        self.stage.set_gate(None);
        drop(gate);
        // Those as well who were about to begin.
        self.actors.admit(self.stage.newcomers());
        self.actors.drop_gateway();
        self.disk = match cut(kind, &dice) {
            Some(cut) => self.disk.after_power_cut(cut, dice.draw()),
            None => self.disk.after_kill(),
        };
        self.troubles.armed = None;
        self.troubles.stopping = None;
        if dice.one_in(3) {
            self.index = Arc::new(FaultyIndex::new(MemoryIndex::new()));
        }
        self.index.set_faults(IndexFaults::default());
        self.troubles.index_until = None;
        self.stage.clock.advance(dice.seconds(1, 1800));
        if kind == FaultKind::BitFlip {
            self.refuses_flipped();
        }
        self.stumbles(&dice);
        if self.report.violations.is_empty() {
            self.starts();
        }
    }

    /// Troubles are over.
    pub(super) fn troubles_end(&mut self) {
        self.troubles.armed = None;
        self.troubles.slow = (0, 0);
        self.troubles.index_until = None;
        self.index.set_faults(IndexFaults::default());
        let Some(gate) = self.gate() else {
            return;
        };
        let is_broken = gate.disk.is_powerless() || gate.core.journal().health().is_err();
        drop(gate);
        if is_broken {
            self.restarts(FaultKind::PowerLost);
        } else {
            self.disk.set_faults(Faults::default());
            self.stops_now();
        }
        // Whoever waits for a bank that was silent may wait a while longer.
        self.stage.clock.advance(Duration::from_secs(60));
    }
}

/// What a fault that ends the process does to the disk; none where only the process ends.
fn cut(kind: FaultKind, dice: &Dice) -> Option<PowerCut> {
    let keeps = [
        FaultKind::Killed,
        FaultKind::BitFlip,
        FaultKind::DiskFull,
        FaultKind::ShortWrite,
    ];
    // After a failed sync, or for a new version of what lies beneath, somebody starts the gateway
    // anew, or the whole machine.
    let may_keep = [FaultKind::SyncFails, FaultKind::Stopped];
    if keeps.contains(&kind) || (may_keep.contains(&kind) && dice.one_in(2)) {
        return None;
    }
    let unsynced = if kind == FaultKind::TornWrite {
        Unsynced::Prefix
    } else if kind == FaultKind::ReorderedWrite && dice.one_in(3) {
        Unsynced::Pages
    } else if kind == FaultKind::ReorderedWrite {
        Unsynced::Sectors
    } else {
        Unsynced::Dropped
    };
    Some(PowerCut {
        unsynced,
        ..POWER_LOST
    })
}
