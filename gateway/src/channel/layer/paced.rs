//! A bank's wish not to be asked too often.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapters::exchange::Outgoing;

use crate::channel::{Channel, SendError};
use crate::clock::{BoxFuture, Clock};

/// Lets messages begin no closer together than an interval, in the order in which they ask to be
/// [`Channel::ready`]. All waiting is done there: sending waits for nothing, and puts off the next.
pub struct Paced<C> {
    inner: C,
    interval: Duration,
    clock: Arc<dyn Clock>,
    /// Held by the one that waits for the next place; the others queue. Who gives up lets go of
    /// it and has used up nothing.
    turn: tokio::sync::Mutex<()>,
    /// When the next message may begin, on the clock's `elapsed`.
    free_at: Mutex<Duration>,
}

impl<C: Channel> Paced<C> {
    /// Paces `inner`; an interval of zero paces nothing.
    #[must_use]
    pub fn new(inner: C, interval: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            inner,
            interval,
            clock,
            turn: tokio::sync::Mutex::default(),
            free_at: Mutex::default(),
        }
    }

    fn free_at(&self) -> MutexGuard<'_, Duration> {
        // No code panics while it holds the lock, and a moment is whole at any time.
        self.free_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the place of now, or says how long it is to the next one.
    fn take_place(&self) -> Result<(), Duration> {
        let now = self.clock.elapsed();
        let mut free_at = self.free_at();
        let wait = free_at.saturating_sub(now);
        if !wait.is_zero() {
            return Err(wait);
        }
        *free_at = now.saturating_add(self.interval);
        Ok(())
    }

    /// The interval runs from the first byte, not from the place that was taken for it.
    fn begins(&self) {
        let next = self.clock.elapsed().saturating_add(self.interval);
        let mut free_at = self.free_at();
        *free_at = next.max(*free_at);
    }
}

impl<C: Channel> Channel for Paced<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let turn = self.turn.lock().await;
            while let Err(wait) = self.take_place() {
                self.clock.sleep(wait).await;
            }
            drop(turn);
            self.inner.ready(out).await;
        })
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            self.begins();
            self.inner.send(out).await
        })
    }
}
