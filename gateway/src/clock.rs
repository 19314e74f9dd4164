//! The only door to time. Libraries below never read a clock; what is in a message or a record
//! came from here.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use time::{OffsetDateTime, UtcOffset};
use tokio::sync::oneshot;

/// A boxed future that may move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Wall time and waiting.
pub trait Clock: Send + Sync {
    /// The time of day in China, offset +08:00. May step when the machine's clock is set.
    fn now(&self) -> OffsetDateTime;
    /// Time since this clock was made; never goes back. For intervals and ages in the process.
    fn elapsed(&self) -> Duration;
    /// Ends when `wait` has passed on this clock. Dropping the future ends the wait.
    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()>;
}

/// China's standard time: +08:00 all year.
pub const CHINA: UtcOffset = time::macros::offset!(+8);

/// A moment in Unix milliseconds, as records carry it.
#[must_use]
pub fn unix_ms(moment: OffsetDateTime) -> i64 {
    moment.unix_timestamp() * 1000 + i64::from(moment.millisecond())
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    made: Instant,
}

impl SystemClock {
    /// The machine's clock from now on.
    #[must_use]
    pub fn new() -> Self {
        Self {
            made: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the door to time")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc().to_offset(CHINA)
    }

    fn elapsed(&self) -> Duration {
        self.made.elapsed()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait))
    }
}

/// A clock that starts at a given time and runs on, `factor` times as fast as the machine's.
/// The demonstration starts at 10:00 of a bank day whatever the hour outside.
#[derive(Debug)]
pub struct OffsetClock {
    start: OffsetDateTime,
    made: Instant,
    factor: u32,
}

impl OffsetClock {
    /// A clock that shows `start` now. A factor of 0 counts as 1.
    #[must_use]
    pub fn new(start: OffsetDateTime, factor: u32) -> Self {
        Self {
            start: start.to_offset(CHINA),
            made: Instant::now(),
            factor: factor.max(1),
        }
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> OffsetDateTime {
        later(self.start, self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.made.elapsed().saturating_mul(self.factor)
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(wait / self.factor))
    }
}

/// A clock that stands until it is moved: for tests and the simulation.
#[derive(Debug)]
pub struct ManualClock {
    start: OffsetDateTime,
    state: Mutex<ManualState>,
}

#[derive(Debug, Default)]
struct ManualState {
    elapsed: Duration,
    /// Added to the wall time only: what a set clock does.
    step: time::Duration,
    sleepers: Vec<(Duration, oneshot::Sender<()>)>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn new(start: OffsetDateTime) -> Self {
        Self {
            start: start.to_offset(CHINA),
            state: Mutex::default(),
        }
    }

    /// Moves on and wakes who waited for that, in the order of their times.
    pub fn advance(&self, by: Duration) {
        let due = {
            let mut state = self.state();
            state.elapsed = state.elapsed.saturating_add(by);
            let now = state.elapsed;
            let sleepers = std::mem::take(&mut state.sleepers);
            let (mut due, waiting): (Vec<_>, Vec<_>) =
                sleepers.into_iter().partition(|(at, _)| *at <= now);
            state.sleepers = waiting;
            due.sort_by_key(|(at, _)| *at);
            due
        };
        for (_, sleeper) in due {
            // A sleeper that has gone away needs no waking.
            let _ = sleeper.send(());
        }
    }

    /// Sets the wall time forward or back, as an operator does; waits are not touched.
    pub fn step(&self, by: time::Duration) {
        let mut state = self.state();
        state.step = state.step.saturating_add(by);
    }

    /// How long until the next who waits is woken; `None` where nobody waits.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        let mut state = self.state();
        state.sleepers.retain(|(_, sleeper)| !sleeper.is_closed());
        let first = state.sleepers.iter().map(|(at, _)| *at).min()?;
        Some(first.saturating_sub(state.elapsed))
    }

    /// How many wait now, those that gave up left out.
    #[must_use]
    pub fn sleeping(&self) -> usize {
        let mut state = self.state();
        state.sleepers.retain(|(_, sleeper)| !sleeper.is_closed());
        state.sleepers.len()
    }

    fn state(&self) -> MutexGuard<'_, ManualState> {
        // No code panics while it holds the lock, and the state stays whole if one ever did.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        let state = self.state();
        let wall = later(self.start, state.elapsed);
        wall.checked_add(state.step).unwrap_or(wall)
    }

    fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        let (waker, woken) = oneshot::channel();
        {
            let mut state = self.state();
            let at = state.elapsed.saturating_add(wait);
            if at <= state.elapsed {
                return Box::pin(std::future::ready(()));
            }
            state.sleepers.push((at, waker));
        }
        Box::pin(async move {
            // The sender only goes away with the clock; then nobody waits for anything any more.
            let _ = woken.await;
        })
    }
}

fn later(start: OffsetDateTime, by: Duration) -> OffsetDateTime {
    time::Duration::try_from(by)
        .ok()
        .and_then(|by| start.checked_add(by))
        .unwrap_or(start)
}
