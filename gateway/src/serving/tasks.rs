//! What runs beside the HTTP interface, each kept at work by a supervisor.

use super::supervision::{Ended, Supervisor};
use crate::channel::{Collected, Collector, CollectorError, FoundFile};
use crate::core::{Core, CoreError};
use crate::dispatch::{Dispatcher, recovery};
use crate::index::Follower;
use crate::installation::Banks;
use crate::outcome::MessageKind;
use crate::proof::{Log, LogError};
use crate::telemetry::{Concerns, Metrics};
use schemas::value::BankCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Looks for files that a bank dropped.
pub(super) struct Collecting {
    pub core: Arc<Core>,
    pub banks: Banks,
    pub bank: BankCode,
    pub collector: Collector,
    pub every: Duration,
    pub concerns: Arc<Concerns>,
    /// Its name among them.
    pub concern: String,
}

/// The folder can't be listed, or nothing can be put away in it.
const UNUSABLE: &str = "unusable";
/// Something lies in the folder that is not taken in.
const FILE_LEFT: &str = "file_left";

impl Collecting {
    /// Looks until the stop. A folder that can't be used is a concern, and looked at again: what
    /// the bank tells through it stays unread.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) -> Ended {
        while !*stop.borrow() {
            let here = Arc::clone(&self);
            // Files and the journal block; they must not hold up the other banks' tasks.
            let collected = tokio::task::spawn_blocking(move || here.collect()).await;
            match collected.unwrap_or_else(resumed) {
                Ok(Looked::AllTaken) => self.concerns.clear(&self.concern),
                Ok(Looked::FileLeft) => self.concerns.raise(&self.concern, FILE_LEFT),
                Err(error) => {
                    let bank = self.bank;
                    tracing::error!(%bank, error = %crate::chain(&error), "collecting failed");
                    if error.is_of_the_folder() {
                        self.concerns.raise(&self.concern, UNUSABLE);
                    }
                }
            }
            tokio::select! {
                () = self.core.clock().sleep(self.every) => {}
                changed = stop.changed() => if changed.is_err() { return Ok(()) },
            }
        }
        Ok(())
    }

    fn collect(&self) -> Result<Looked, CollectError> {
        let mut looked = Looked::AllTaken;
        for found in self.collector.collect()? {
            match found {
                Collected::File(file) => self.take(&file)?,
                Collected::LeftAlone { name, why } => {
                    let bank = self.bank;
                    tracing::warn!(%bank, name, why = %crate::chain(&why), "a file is left alone");
                    // One that was moved meanwhile is no trouble.
                    if !matches!(why, CollectorError::Changed) {
                        looked = Looked::FileLeft;
                    }
                }
            }
        }
        Ok(looked)
    }

    fn take(&self, file: &FoundFile) -> Result<(), CollectError> {
        let kind = MessageKind::Result;
        let received = self
            .banks
            .receive(&self.core, self.bank, kind, &file.bytes)?;
        // The bank's file is put away only when what it says survives a crash.
        if let Some(received) = received {
            self.core.wait_durable(received.last_sequence)?;
            self.collector.confirm(file)?;
        }
        Ok(())
    }
}

/// What a look into the folder leaves there.
enum Looked {
    AllTaken,
    FileLeft,
}

#[derive(Debug, thiserror::Error)]
enum CollectError {
    #[error("the folder can't be read")]
    Folder(#[from] CollectorError),
    #[error("what was collected can't be recorded")]
    Core(#[from] CoreError),
}

impl CollectError {
    /// Whether the folder is at fault, and not our records or a file that is still written to.
    fn is_of_the_folder(&self) -> bool {
        match self {
            Self::Folder(CollectorError::Changed) | Self::Core(_) => false,
            Self::Folder(_) => true,
        }
    }
}

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
) -> tokio::task::JoinHandle<()> {
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

/// Works for a bank until the stop. What an earlier one left in the middle is settled first by
/// the rule of a start: an intent without an answer is asked about, never sent.
pub(super) async fn dispatch(
    dispatcher: Dispatcher,
    begun: u64,
    stop: watch::Receiver<bool>,
) -> Ended {
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

/// A panic of blocking work goes on as this task's own; nothing aborts such work.
fn resumed<T>(error: tokio::task::JoinError) -> T {
    std::panic::resume_unwind(error.into_panic())
}
