//! What looks at a world while it runs: one checker an invariant.

use super::outside::{Answer, Outside};
use crate::core::Core;
use journal::disk::MemoryDisk;

/// The interface of the simulated gateway, for checkers that ask it something. Such a call is not
/// in [`Outside::calls`], and goes to its end before anything else happens.
pub trait Door {
    /// One call by the certificate with that URI.
    fn call(&self, caller: &str, method: &'static str, path: &str, body: &[u8]) -> Answer;
}

/// What a checker sees.
pub struct View<'a> {
    /// What the world knows by itself.
    pub outside: &'a Outside,
    /// The gateway's facts.
    pub core: &'a Core,
    /// The disk under it, with what is not synced.
    pub disk: &'a MemoryDisk,
    /// The interface.
    pub door: &'a dyn Door,
}

/// What checkers found.
#[derive(Debug, Default)]
pub struct Looks {
    /// How often something was held that might have been broken there.
    pub compared: u64,
    /// What does not hold, without personal values.
    pub breaches: Vec<String>,
}

impl Looks {
    /// Counts one comparison, and keeps the breach where it does not hold.
    pub fn hold(&mut self, holds: bool, breach: impl FnOnce() -> String) {
        self.compared += 1;
        if !holds {
            self.breaches.push(breach());
        }
    }

    /// Keeps the breach where it does not hold, and counts nothing: that it holds is what every
    /// world has, whatever strikes it.
    pub fn demand(&mut self, holds: bool, breach: impl FnOnce() -> String) {
        if !holds {
            self.breaches.push(breach());
        }
    }
}

/// Looks after one invariant. A checker lives as long as its world and may remember how far it
/// has looked: most steps change little, and there are many.
pub trait Checker {
    /// The invariant, `M1` to `M14`.
    fn id(&self) -> &'static str;

    /// After each step of the scheduler. Must be cheap.
    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks);

    /// After each crash, when the journal was opened and replayed again, before interrupted work
    /// is taken up.
    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks);

    /// At the end of the world: faults are over, banks told the truth, time has passed.
    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks);
}
