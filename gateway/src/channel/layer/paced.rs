//! A bank's wish not to be asked too often.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use adapters::exchange::Outgoing;

use crate::channel::{Channel, SendError};
use crate::clock::{BoxFuture, Clock};

/// Lets messages begin no closer together than an interval, in the order of their coming.
pub struct Paced<C> {
    inner: C,
    interval: Duration,
    clock: Arc<dyn Clock>,
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
            free_at: Mutex::default(),
        }
    }

    /// Takes the next place and says how long to wait for it.
    fn take_place(&self) -> Duration {
        let now = self.clock.elapsed();
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = now.max(*free_at);
        *free_at = begin.saturating_add(self.interval);
        begin.saturating_sub(now)
    }
}

impl<C: Channel> Channel for Paced<C> {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let wait = self.take_place();
            if !wait.is_zero() {
                self.clock.sleep(wait).await;
            }
            self.inner.send(out).await
        })
    }
}
