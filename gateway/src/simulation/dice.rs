//! Chance by the seed.

use schemas::people::SplitMix64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A sequence of draws; clones go on with the same one.
#[derive(Clone, Debug)]
pub(super) struct Dice(Arc<Mutex<SplitMix64>>);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(SplitMix64::new(seed))))
    }

    /// Another sequence, that follows from this one: draws of one actor do not move another's.
    pub fn fork(&self) -> Self {
        Self::new(self.draw())
    }

    pub fn draw(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).draw()
    }

    /// Below `bound`; 0 where that is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dice.below(bound)
    }

    /// True once in so many times.
    pub fn one_in(&self, times: u64) -> bool {
        self.below(times) == 0
    }

    pub fn pick<T: Copy>(&self, choices: &[T]) -> Option<T> {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dice.pick(choices).copied()
    }

    pub fn pick_of<T: Clone>(&self, choices: &[T]) -> Option<T> {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dice.pick(choices).cloned()
    }

    /// From one number of seconds to another.
    pub fn seconds(&self, from: u64, to: u64) -> Duration {
        let span = to.saturating_sub(from) * 1000 + 1;
        Duration::from_millis(from * 1000 + self.below(span))
    }
}
