//! What runs beside the HTTP interface, each kept at work by a supervisor.

use super::supervision::{Ended, Supervisor};
use crate::core::Core;
use crate::dispatch::{Dispatcher, recovery};
use crate::index::Follower;
use crate::proof::{Log, LogError};
use crate::telemetry::Metrics;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

/// Lets the index follow the journal until the stop.
pub(super) async fn follow(
    follower: Arc<Follower>,
    core: Arc<Core>,
    metrics: Arc<Metrics>,
    mut stop: watch::Receiver<bool>,
) -> Ended {
    loop {
        let here = Arc::clone(&follower);
        let followed = tokio::task::spawn_blocking(move || here.follow()).await;
        let behind = followed.unwrap_or_else(resumed)?;
        for records in core.journal().take_groups() {
            metrics.fsync_group(records);
        }
        if behind > 0 {
            continue;
        }
        if *stop.borrow() {
            return Ok(());
        }
        tokio::select! {
            () = core.clock().sleep(Duration::from_millis(50)) => {}
            changed = stop.changed() => if changed.is_err() { return Ok(()) },
        }
    }
}

/// Between two looks of the tree at the journal.
const SEAL_LOOK: Duration = Duration::from_secs(1);
/// A checkpoint is signed at least once in so many milliseconds in which the journal grew.
const SEAL_EVERY_MS: i64 = 60_000;

/// Lets the tree follow the journal, and signs a checkpoint once a minute.
pub(super) fn seal_journal(
    core: &Arc<Core>,
    log: &Arc<Log>,
    supervisor: Supervisor,
) -> JoinHandle<()> {
    let (core, log) = (Arc::clone(core), Arc::clone(log));
    let stop = supervisor.stop.clone();
    let begin = move |_| seal(Arc::clone(&core), Arc::clone(&log), stop.clone());
    tokio::spawn(supervisor.keep("checkpoints".to_owned(), begin))
}

async fn seal(core: Arc<Core>, log: Arc<Log>, mut stop: watch::Receiver<bool>) -> Ended {
    while !*stop.borrow() {
        let (here, facts) = (Arc::clone(&log), Arc::clone(&core));
        let look = move || {
            let behind = here.follow(facts.journal())?;
            if behind == 0 && facts.journal().durable() > 0 {
                here.sign(facts.journal(), 0, facts.now_ms(), SEAL_EVERY_MS)?;
            }
            Ok::<u64, LogError>(behind)
        };
        let behind = tokio::task::spawn_blocking(look).await;
        if behind.unwrap_or_else(resumed)? > 0 {
            continue;
        }
        tokio::select! {
            () = core.clock().sleep(SEAL_LOOK) => {}
            changed = stop.changed() => if changed.is_err() { return Ok(()) },
        }
    }
    Ok(())
}

/// A first look into a bank's folder that takes longer hangs: the bank is worked for all the same.
const FIRST_LOOK: Duration = Duration::from_secs(60);

/// Works for a bank until the stop. What an earlier one left in the middle is settled first by
/// the rule of a start: an intent without an answer is asked about, never sent. `looked` becomes
/// true with the first look into the bank's folder: what lay there before a question of ours is
/// older than the answer.
pub(super) async fn dispatch(
    dispatcher: Dispatcher,
    begun: u64,
    (mut stop, looked): (watch::Receiver<bool>, Option<watch::Receiver<bool>>),
) -> Ended {
    if let Some(mut looked) = looked {
        let bank = dispatcher.bank.adapter.code();
        tokio::select! {
            // An error: there is no collector any more, and a stop follows.
            _ = looked.wait_for(|looked| *looked) => {}
            _ = stop.wait_for(|stop| *stop) => {}
            () = dispatcher.core.clock().sleep(FIRST_LOOK) => {
                tracing::warn!(%bank, "a look into the folder of the bank does not end");
            }
        }
    }
    if begun > 0 {
        if dispatcher.core.is_doubtful() {
            return Err(Box::new(BookInDoubt));
        }
        let bank = dispatcher.bank.adapter.code();
        let intents = recovery::recover_bank(&dispatcher.core, bank)?;
        tracing::warn!(%bank, intents, "finished what a defect had interrupted");
    }
    dispatcher.run(stop).await;
    Ok(())
}

/// A panic in the middle of a change: what memory says may differ from the journal.
#[derive(Debug, thiserror::Error)]
#[error("the book may differ from the journal: nothing is instructed until a restart")]
struct BookInDoubt;

/// Waits for the end of the tasks, which were told of the stop. Those that a bank or its folder may
/// hold up are dropped where they wait at the end of `limit`; what hangs on a thread ends with the
/// process.
pub(super) async fn end(
    tasks: Vec<JoinHandle<()>>,
    held_up: &[AbortHandle],
    limit: impl Future<Output = ()>,
) {
    let mut ended = std::pin::pin!(async {
        for task in tasks {
            match task.await {
                Ok(()) => {}
                Err(error) if error.is_cancelled() => tracing::warn!(
                    "a bank or its folder did not answer before the stop; it is asked later"
                ),
                // What it said is told to nobody; the log has its place.
                Err(_) => tracing::error!("a task ended by a defect"),
            }
        }
    });
    tokio::select! {
        () = &mut ended => {}
        () = limit => {
            held_up.iter().for_each(AbortHandle::abort);
            ended.await;
        }
    }
}

/// A panic of blocking work goes on as this task's own; nothing aborts such work.
pub(super) fn resumed<T>(error: tokio::task::JoinError) -> T {
    std::panic::resume_unwind(error.into_panic())
}

#[cfg(test)]
mod tests;
