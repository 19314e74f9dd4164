//! Looks for files that a bank dropped.

use super::supervision::Ended;
use super::tasks::resumed;
use crate::channel::{Collected, Collector, CollectorError, FoundFile, Listing};
use crate::core::{Core, CoreError};
use crate::installation::Banks;
use crate::outcome::MessageKind;
use crate::telemetry::Concerns;
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
/// A file that so many looks in a row found changed, ten minutes by the default, is a concern: it
/// may never be still, and what the bank says in it stays unread.
const CHANGES_MAX: u32 = 60;

impl Collecting {
    /// Looks until the stop. What can't be taken in is a concern, and looked at again: what the
    /// bank tells through it stays unread.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) -> Ended {
        // Nothing is known of the folder yet: the first look takes nothing.
        let mut before = Listing::default();
        while !*stop.borrow() {
            let (here, stopped) = (Arc::clone(&self), stop.clone());
            let look = move || (here.look(&mut before, &stopped), before);
            // Files and the journal block; they must not hold up the other banks' tasks.
            let (looked, now) = tokio::task::spawn_blocking(look)
                .await
                .unwrap_or_else(resumed);
            before = now;
            match looked {
                Looked::AllTaken => self.concerns.clear(&self.concern),
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

    /// Takes in what is as the look before found it, one file after the other: of many large ones
    /// one at a time is in memory. What fails at one of them does not hide the others.
    fn look(&self, before: &mut Listing, stop: &watch::Receiver<bool>) -> Looked {
        let found = match self.collector.collect(before) {
            Ok(found) => found,
            Err(error) => return self.failed(&error.into()),
        };
        let mut looked = Looked::AllTaken;
        for found in found {
            if *stop.borrow() {
                break;
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
                Ok(file) => match self.take(&file) {
                    Ok(()) => Looked::AllTaken,
                    Err(error) => self.failed(&error),
                },
                Err(why) => self.left_alone(&settled.name, &why),
            },
            Collected::Unsettled { changes, .. } if changes < CHANGES_MAX => Looked::AllTaken,
            Collected::Unsettled { name, changes } => {
                tracing::warn!(%bank, name, changes, "a file changes at every look");
                Looked::FileLeft
            }
            Collected::LeftAlone { name, why } => self.left_alone(&name, &why),
        }
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

    fn left_alone(&self, name: &str, why: &CollectorError) -> Looked {
        let bank = self.bank;
        tracing::warn!(%bank, name, why = %crate::chain(why), "a file is left alone");
        match why {
            // One that was moved or written to meanwhile is no trouble.
            CollectorError::Changed => Looked::AllTaken,
            CollectorError::Folder(_)
            | CollectorError::Name(_)
            | CollectorError::TooLarge { .. } => Looked::FileLeft,
        }
    }

    fn failed(&self, error: &CollectError) -> Looked {
        let bank = self.bank;
        tracing::error!(%bank, error = %crate::chain(error), "collecting failed");
        match error {
            CollectError::Folder(CollectorError::Changed) => Looked::AllTaken,
            CollectError::Folder(_) => Looked::Unusable,
            CollectError::Core(_) => Looked::FileLeft,
        }
    }
}

/// What a look into the folder leaves there, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Looked {
    AllTaken,
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
