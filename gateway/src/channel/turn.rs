//! Blocking work, one after the other, that may hang for good.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

/// Lets one piece of blocking work run at a time. A thread that hangs, as on a share whose server
/// is gone, can't be ended from outside: it keeps the turn, and no second one is given to the same
/// folder, so that the threads of the process do not run out.
#[derive(Clone, Debug, Default)]
pub(super) struct Turn(Arc<Mutex<()>>);

/// Why work did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTurn {
    /// It did not begin, and never will.
    #[error("earlier work in this place does not end")]
    Taken,
    /// It panicked.
    #[error("the work ended by a defect")]
    Defect(#[source] tokio::task::JoinError),
}

impl Turn {
    /// Runs `work` on a thread for blocking work once it has the turn, for which it waits for
    /// `wait` of the machine's time at most. Dropping the future before that leaves the work
    /// undone; later it goes on, and keeps the turn to its end.
    ///
    /// # Errors
    /// See [`NoTurn`].
    pub async fn run<T: Send + 'static>(
        &self,
        wait: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoTurn> {
        let turn = Arc::clone(&self.0).lock_owned();
        let Ok(turn) = tokio::time::timeout(wait, turn).await else {
            return Err(NoTurn::Taken);
        };
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(NoTurn::Defect)
    }
}

#[cfg(test)]
mod tests;
