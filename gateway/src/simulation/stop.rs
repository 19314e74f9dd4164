//! A stop as operators make it: nobody is let in any more, what is under way may end, the last
//! checkpoint is signed and the closing record written behind it. The disk may fail meanwhile.

use super::faults::FaultKind;
use super::gate;
use super::world::World;
use crate::clock::Clock as _;
use std::time::Duration;

/// So long, in seconds, those who are at work may go on.
const GRACE_S: (u64, u64) = (0, 120);

impl World {
    /// From now on the process is about to end.
    pub(super) fn is_asked_to_stop(&mut self) {
        let Some(gate) = self.gate() else { return };
        let (least, most) = GRACE_S;
        let grace = self.troubles.dice.seconds(least, most);
        self.troubles.stopping = Some(self.stage.clock.elapsed() + grace);
        self.stage.tell("asked to stop".to_owned());
        gate.stops();
    }

    /// Ends it, when all who were at work have ended or their time is over: a bank that says
    /// nothing is left, as by a crash.
    pub(super) fn stops(&mut self) {
        let Some(gate) = self.gate() else { return };
        let now = self.stage.clock.elapsed();
        if !gate.is_idle() && self.troubles.stopping.is_some_and(|until| now < until) {
            return;
        }
        let closed = gate.closes();
        self.notices_strikes();
        let is_powerless = gate.disk.is_powerless();
        drop(gate);
        if is_powerless {
            return self.restarts_powerless();
        }
        // Where the disk fails just now, the journal stays as a crash leaves it.
        self.troubles.is_closed = closed.unwrap_or(false);
        if !self.troubles.is_closed && self.troubles.is_sound() {
            let what = "a stop writes no closing record, and nothing was wrong with the disk";
            self.violated("M12", what.to_owned());
        }
        self.stage.struck(FaultKind::Stopped);
        self.restarts(FaultKind::Stopped);
    }

    /// Whoever was asked to stop waits no longer.
    pub(super) fn stops_now(&mut self) {
        if self.troubles.stopping.is_some() {
            self.troubles.stopping = Some(Duration::ZERO);
            self.stops();
        }
    }

    /// What was closed is found closed, and no start takes it for a crash.
    pub(super) fn holds_closed(&mut self, opened: &gate::Opened) {
        if std::mem::take(&mut self.troubles.is_closed) && !opened.is_closed {
            let what = "the closing record that was written is not found by the next start";
            self.violated("M3", what.to_owned());
        }
    }
}
