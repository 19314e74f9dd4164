//! Token buckets by caller: searches by a person's number are the way to guess who works where
//! (THREATS row 15), so nobody asks quickly.

use crate::clock::Clock;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Callers whose buckets are kept; the fullest go first when there are more.
const CALLERS_MAX: usize = 10_000;

/// How fast one caller may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Questions in a row after a rest.
    pub burst: u32,
    /// Time after which one more may be asked.
    pub refill: Duration,
}

/// The buckets of all callers.
pub struct Buckets {
    rate: Rate,
    clock: Arc<dyn Clock>,
    /// When each caller's bucket is full again, on the clock's own time.
    full_at: Mutex<BTreeMap<String, Duration>>,
}

impl std::fmt::Debug for Buckets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buckets")
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

impl Buckets {
    /// Full buckets.
    #[must_use]
    pub fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        Self {
            rate,
            clock,
            full_at: Mutex::default(),
        }
    }

    /// Takes one token of a caller.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub fn take(&self, caller: &str) -> Result<(), Duration> {
        let now = self.clock.elapsed();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.get(caller).copied().unwrap_or(now).max(now);
        // The bucket holds `burst`; each token taken puts its being full off by `refill`.
        let after = full.saturating_add(self.rate.refill);
        let allowed = now.saturating_add(self.rate.refill.saturating_mul(self.rate.burst));
        if after > allowed {
            return Err(after.saturating_sub(allowed));
        }
        if full_at.len() >= CALLERS_MAX {
            full_at.retain(|_, full| *full > now);
        }
        full_at.insert(caller.to_owned(), after);
        Ok(())
    }
}
