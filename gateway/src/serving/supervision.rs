//! Tasks that must not end: a dispatcher, a collector, the follower. One that ends by a defect
//! or a failure is a concern of readiness, logged, counted, and begun again after a while.

use crate::clock::Clock;
use crate::telemetry::{Concerns, Metrics};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

/// Before the first new beginning; doubled with each one up to [`AGAIN_MAX`].
const AGAIN_FIRST: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(60);
/// A task that was begun again and works for so long is no concern any more.
pub(super) const STEADY: Duration = Duration::from_secs(60);

/// How a task ended: well, because of the stop, or not.
pub(super) type Ended = Result<(), Box<dyn Error + Send + Sync>>;

/// Looks after tasks.
#[derive(Clone)]
pub(super) struct Supervisor {
    pub clock: Arc<dyn Clock>,
    pub concerns: Arc<Concerns>,
    pub metrics: Arc<Metrics>,
    pub stop: watch::Receiver<bool>,
}

impl Supervisor {
    /// Keeps one task at work until the stop. `begin` is told how often it was begun before:
    /// from the second time on the task first puts in order what the earlier one left. Its numbers
    /// are there at once.
    pub fn keep<F>(self, name: String, begin: impl FnMut(u64) -> F) -> impl Future<Output = ()>
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        self.metrics.watched(&name);
        self.look_after(name, begin)
    }

    async fn look_after<F>(mut self, name: String, mut begin: impl FnMut(u64) -> F)
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        let (mut begun, mut in_a_row) = (0, 0);
        loop {
            // Its own task, so that a panic ends there; it goes with this one.
            let mut task = JoinSet::new();
            task.spawn(begin(begun));
            begun += 1;
            let mut ended = None;
            if in_a_row > 0 {
                tokio::select! {
                    done = task.join_next() => ended = Some(done),
                    () = self.clock.sleep(STEADY) => {
                        tracing::info!(task = %name, "a task works again");
                        self.concerns.clear(&name);
                        in_a_row = 0;
                    }
                }
            }
            let ended = match ended {
                Some(ended) => ended,
                None => task.join_next().await,
            };
            if !self.is_bad(&name, ended) || *self.stop.borrow() {
                return;
            }
            self.metrics.restarted(&name);
            let wait = AGAIN_FIRST.saturating_mul(1 << in_a_row.min(6));
            in_a_row += 1;
            tokio::select! {
                () = self.clock.sleep(wait.min(AGAIN_MAX)) => {}
                _ = self.stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Whether the task ended otherwise than it should; then it is a concern.
    fn is_bad(&self, name: &str, ended: Option<Result<Ended, JoinError>>) -> bool {
        let why = match ended {
            None | Some(Ok(Ok(()))) => return false,
            Some(Ok(Err(error))) => {
                let error = crate::chain(error.as_ref());
                tracing::error!(task = name, error, "a task failed; it is begun again");
                "failed"
            }
            Some(Err(error)) if error.is_cancelled() => return false,
            Some(Err(_)) => {
                tracing::error!(task = name, "a task ended by a defect; it is begun again");
                "defect"
            }
        };
        self.concerns.raise(name, why);
        true
    }
}

#[cfg(test)]
mod tests;
