//! Looks for files that a bank dropped.

use super::Setup;
use super::supervision::Ended;
use super::tasks::resumed;
use crate::book::Came;
use crate::channel::{Collected, Collector, CollectorError, FoundFile, Listing, SettledFile};
use crate::core::{Core, CoreError};
use crate::installation::Banks;
use crate::telemetry::Concerns;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
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
    /// What the look before found; at the first look nothing, so that it takes nothing. A collector
    /// that takes over after a defect goes on with it: no file becomes younger by that.
    pub before: Mutex<Listing>,
    /// Becomes true with the end of the first look.
    pub looked: watch::Sender<bool>,
}

/// The folder can't be listed, is perhaps not the bank's, or nothing can be put away in it.
const UNUSABLE: &str = "unusable";
/// Something lies in the folder that is not taken in.
const FILE_LEFT: &str = "file_left";
/// A file that so many looks in a row found changed, ten minutes by the default, is a concern: it
/// may never be still, and what the bank says in it stays unread.
const CHANGES_MAX: u32 = 60;

impl Collecting {
    /// One for each folder. Nothing that lies there is taken in yet.
    pub fn all(core: &Arc<Core>, setup: &Setup) -> BTreeMap<BankCode, Arc<Self>> {
        let of_bank = |(bank, collector): (&BankCode, &Collector)| {
            let concern = format!("folder:{bank}");
            setup.concerns.foresee(&concern);
            core.collected(*bank, false);
            let collecting = Self {
                core: Arc::clone(core),
                banks: setup.banks.clone(),
                bank: *bank,
                collector: collector.clone(),
                every: setup.pace.wait(setup.collect_wait_ms),
                concerns: Arc::clone(&setup.concerns),
                concern,
                before: Mutex::default(),
                looked: watch::Sender::new(false),
            };
            (*bank, Arc::new(collecting))
        };
        setup.collectors.iter().map(of_bank).collect()
    }

    /// Looks until the stop. What can't be taken in is a concern, and looked at again: what the
    /// bank tells through it stays unread.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) -> Ended {
        while !*stop.borrow() {
            let (here, stopped) = (Arc::clone(&self), stop.clone());
            let look = move || here.look(&stopped);
            // Files and the journal block; they must not hold up the other banks' tasks.
            let looked = tokio::task::spawn_blocking(look).await;
            let looked = looked.unwrap_or_else(resumed);
            self.looked.send_replace(true);
            match looked {
                Looked::AllTaken | Looked::Unsettled => self.concerns.clear(&self.concern),
                Looked::FileLeft => self.concerns.raise(&self.concern, FILE_LEFT),
                Looked::Unusable => self.concerns.raise(&self.concern, UNUSABLE),
            }
            tokio::select! {
                () = self.core.clock().sleep(self.every) => {}
                changed = stop.changed() => if changed.is_err() { return Ok(()) },
            }
        }
        Ok(())
    }

    /// One look. Until it ends, and however it ends otherwise, what lies in the folder is not known
    /// to be taken in.
    fn look(&self, stop: &watch::Receiver<bool>) -> Looked {
        self.core.collected(self.bank, false);
        let looked = self.take_all(stop);
        self.core.collected(self.bank, looked == Looked::AllTaken);
        looked
    }

    /// Takes in what is as the look before found it, one file after the other: of many large ones
    /// one at a time is in memory. What fails at one of them does not hide the others.
    fn take_all(&self, stop: &watch::Receiver<bool>) -> Looked {
        // A listing is exchanged whole.
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        let now_at = self.core.desk().sequence().saturating_add(1);
        let found = match self.collector.collect(&mut before, now_at) {
            Ok(found) => found,
            Err(error) => return self.failed(&error.into()),
        };
        drop(before);
        let mut looked = Looked::AllTaken;
        for found in found {
            if *stop.borrow() {
                return looked.max(Looked::Unsettled);
            }
            if self.core.is_doubtful() || self.core.journal().health().is_err() {
                // Nothing is recorded any more, whichever file is tried.
                return looked.max(Looked::FileLeft);
            }
            looked = looked.max(self.deal_with(found));
        }
        looked
    }

    fn deal_with(&self, found: Collected) -> Looked {
        let bank = self.bank;
        match found {
            Collected::File(settled) => match self.collector.read(&settled) {
                Ok(file) => match self.take(&file, &settled) {
                    Ok(looked) => looked,
                    Err(error) => self.failed(&error),
                },
                Err(why) => self.left_alone(&settled.name, &why),
            },
            Collected::Unsettled { changes, .. } if changes < CHANGES_MAX => Looked::Unsettled,
            Collected::Unsettled { name, changes } => {
                tracing::warn!(%bank, name, changes, "a file changes at every look");
                Looked::FileLeft
            }
            Collected::LeftAlone { name, why } => self.left_alone(&name, &why),
        }
    }

    fn take(&self, file: &FoundFile, settled: &SettledFile) -> Result<Looked, CollectError> {
        let (banks, bytes) = (&self.banks, &file.bytes);
        let came = self.came(settled)?;
        let received = banks.receive_found(&self.core, self.bank, bytes, came)?;
        let Some(received) = received else {
            // The bank is not connected: nobody reads it.
            return Ok(Looked::Unsettled);
        };
        // The bank's file is put away only when what it says survives a crash.
        self.core.wait_durable(received.last_sequence)?;
        self.collector.confirm(file)?;
        Ok(Looked::AllTaken)
    }

    /// When the file came there. A look of this process saw it first, but it may have lain there
    /// before: while nobody looked, or where no look took it. Since when, only its time of change
    /// says. A clock there that is ahead of ours makes it no younger than the look.
    fn came(&self, settled: &SettledFile) -> Result<Came, CoreError> {
        let (journal, latest) = (self.core.journal(), settled.seen_at);
        let earliest = journal.first_since(settled.modified_ms())?.min(latest);
        Ok(Came { earliest, latest })
    }

    fn left_alone(&self, name: &str, why: &CollectorError) -> Looked {
        let bank = self.bank;
        tracing::warn!(%bank, name, why = %crate::chain(why), "a file is left alone");
        match why {
            // One that was moved or written to meanwhile is no trouble.
            CollectorError::Changed => Looked::Unsettled,
            CollectorError::Folder(_)
            | CollectorError::NoDone
            | CollectorError::Name(_)
            | CollectorError::TooLarge { .. } => Looked::FileLeft,
        }
    }

    fn failed(&self, error: &CollectError) -> Looked {
        let bank = self.bank;
        tracing::error!(%bank, error = %crate::chain(error), "collecting failed");
        match error {
            CollectError::Folder(CollectorError::Changed) => Looked::Unsettled,
            CollectError::Folder(_) => Looked::Unusable,
            CollectError::Core(_) => Looked::FileLeft,
        }
    }
}

/// What a look into the folder leaves there, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Looked {
    AllTaken,
    /// Something is not taken in, which is no trouble: it is not still yet, for example.
    Unsettled,
    FileLeft,
    Unusable,
}

#[derive(Debug, thiserror::Error)]
enum CollectError {
    #[error("the folder can't be read")]
    Folder(#[from] CollectorError),
    #[error("what was collected can't be recorded")]
    Core(#[from] CoreError),
}

#[cfg(test)]
mod tests;
