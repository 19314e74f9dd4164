//! What every actor of a world stands on: the clock, the chance, the outside's knowledge, the
//! gateway as it is now, and which troubles may strike.

use super::dice::Dice;
use super::faults::FaultKind;
use super::gate::Gate;
use super::outside::{Happening, Moment, Outside};
use crate::clock::{BoxFuture, Clock, ManualClock, unix_ms};
use certs::digest::{DigestAlgorithm, Digester};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lines of the story that are kept; a violation shows the last ones.
const STORY_MAX: usize = 4_000;

/// Whether an actor goes with the gateway when that crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Part of the process.
    Gateway,
    /// A person or a bank.
    Outside,
}

/// An actor that begins.
pub(super) struct Newcomer {
    pub side: Side,
    pub future: BoxFuture<'static, ()>,
}

/// See the module.
pub(super) struct Stage {
    pub clock: Arc<ManualClock>,
    pub dice: Dice,
    outside: Mutex<Outside>,
    gate: Mutex<Option<Arc<Gate>>>,
    newcomers: Mutex<Vec<Newcomer>>,
    /// Of every line of the story, those as well that are not kept.
    digester: Mutex<Digester>,
    /// The troubles of this world: each world has others, so that each is seen without the rest.
    may_strike: BTreeSet<FaultKind>,
    is_over: AtomicBool,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    pub fn new(
        seed: u64,
        dice: Dice,
        clock: Arc<ManualClock>,
        may_strike: BTreeSet<FaultKind>,
    ) -> Self {
        let outside = Outside {
            seed,
            ..Outside::default()
        };
        Self {
            clock,
            dice,
            outside: Mutex::new(outside),
            gate: Mutex::default(),
            newcomers: Mutex::default(),
            digester: Mutex::new(Digester::new(DigestAlgorithm::Sha256)),
            may_strike,
            is_over: AtomicBool::new(false),
        }
    }

    /// What is known. Never held across an await or a call of the gateway.
    pub fn outside(&self) -> MutexGuard<'_, Outside> {
        held(&self.outside)
    }

    /// The gateway; `None` while it is down.
    pub fn gate(&self) -> Option<Arc<Gate>> {
        held(&self.gate).clone()
    }

    /// Opens or closes the gateway's door.
    pub fn set_gate(&self, gate: Option<Arc<Gate>>) {
        *held(&self.gate) = gate;
    }

    pub fn spawn(&self, side: Side, future: impl Future<Output = ()> + Send + 'static) {
        let future = Box::pin(future);
        held(&self.newcomers).push(Newcomer { side, future });
    }

    /// Those who began since the last time.
    pub fn newcomers(&self) -> Vec<Newcomer> {
        std::mem::take(&mut *held(&self.newcomers))
    }

    pub async fn sleep(&self, wait: Duration) {
        self.clock.sleep(wait).await;
    }

    pub fn now_ms(&self) -> i64 {
        unix_ms(self.clock.now())
    }

    /// The moment of this step.
    pub fn moment(&self) -> Moment {
        Moment {
            at_ms: self.now_ms(),
            ..self.outside().now
        }
    }

    /// Troubles are over: banks tell the truth, the network works.
    pub fn calm_down(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub fn is_calm(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    /// Whether a kind of trouble belongs to this world and is not over.
    pub fn may(&self, kind: FaultKind) -> bool {
        !self.is_calm() && self.may_strike.contains(&kind)
    }

    /// Whether a trouble strikes now, once in so many times; counts it.
    pub fn strikes(&self, kind: FaultKind, dice: &Dice, one_in: u64) -> bool {
        let strikes = self.may(kind) && dice.one_in(one_in);
        if strikes {
            self.struck(kind);
        }
        strikes
    }

    /// Counts a trouble that struck.
    pub fn struck(&self, kind: FaultKind) {
        *self.outside().struck.entry(kind).or_default() += 1;
        self.tell(kind.as_str().to_owned());
    }

    /// Adds a line to the story; no personal values in it.
    pub fn tell(&self, what: String) {
        let at = self.moment();
        let line = format!("{} {} {what}\n", at.step, at.at_ms);
        held(&self.digester).update(line.as_bytes());
        let story = &mut self.outside().story;
        if story.len() >= STORY_MAX {
            story.drain(..STORY_MAX / 2);
        }
        story.push(Happening { at, what });
    }

    /// SHA-256 of the whole story and of the hash in which the journal ends, which every byte of
    /// its records made; lower hex. Another story begins.
    pub fn digest(&self, journal: &[u8]) -> String {
        let begun = Digester::new(DigestAlgorithm::Sha256);
        let mut told = std::mem::replace(&mut *held(&self.digester), begun);
        told.update(journal);
        crate::hex(&told.finish())
    }
}

#[cfg(test)]
mod tests;
