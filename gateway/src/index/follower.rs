//! Follows the journal: large sorted groups, no flush per group, a bounded lag that a metric shows.

use super::changes_of;
use crate::core::{Core, CoreError, read_event};
use journal::index::{Change, Index, IndexError, SledIndex, Standing, standing};
use std::path::Path;
use std::sync::Arc;

const GROUP_RECORDS_MAX: u64 = 4_096;
const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Memory that sled may use for its pages.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Why the index does not follow: the journal can't be read, or the index is broken.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The journal.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The index.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// Its folder can't be made, or removed for a rebuild.
    #[error("the folder of the index can't be made or removed")]
    Folder(#[source] std::io::Error),
    /// The index has seen a durable record that the journal does not have: the journal was set
    /// back, lost its end, or is another one. What was sent since then would be sent again.
    #[error(
        "the journal was set back: it ends at record {journal}, the index has seen record {index} \
         of it or of another journal"
    )]
    SetBack {
        /// The last record that the index has seen.
        index: u64,
        /// The last record of the journal.
        journal: u64,
    },
}

/// Opens the sled index, and makes it anew where it can't be used.
///
/// # Errors
/// When even an empty one can't be opened.
pub fn open_sled(folder: &Path) -> Result<SledIndex, FollowError> {
    // sled makes its files by the process's mask: the folder keeps others out.
    let mut private = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private
        .recursive(true)
        .create(folder)
        .map_err(FollowError::Folder)?;
    match SledIndex::open(folder, CACHE_BYTES) {
        Ok(index) => Ok(index),
        Err(error) => {
            tracing::warn!(error = %error, "the index is unusable; it is rebuilt from the journal");
            std::fs::remove_dir_all(folder).map_err(FollowError::Folder)?;
            Ok(SledIndex::open(folder, CACHE_BYTES)?)
        }
    }
}

/// The index and how far it is.
pub struct Follower {
    core: Arc<Core>,
    index: Arc<dyn Index>,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").finish_non_exhaustive()
    }
}

impl Follower {
    /// An index that follows this journal. It only ever saw durable records, so one that knows
    /// more than the journal is the witness of a journal that was set back, and stays untouched.
    ///
    /// # Errors
    /// `SetBack`; and when the index can't be read.
    pub fn new(core: Arc<Core>, index: Arc<dyn Index>) -> Result<Self, FollowError> {
        match standing(index.as_ref(), core.journal())? {
            Standing::Behind(_) => Ok(Self { core, index }),
            Standing::Foreign => Err(FollowError::SetBack {
                index: index.position()?,
                journal: core.journal().durable(),
            }),
        }
    }

    /// Applies the next group of durable records. Gives how many records it still is behind.
    ///
    /// # Errors
    /// When the journal can't be read or the index refuses.
    pub fn follow(&self) -> Result<u64, FollowError> {
        let position = self.index.position()?;
        let durable = self.core.journal().durable();
        if position >= durable {
            return Ok(0);
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut reached = None;
        let mut bytes = 0;
        for entry in self.core.journal().scan(position + 1) {
            let (_, record) = entry.map_err(CoreError::from)?;
            if record.sequence > durable {
                break;
            }
            if !record.kind.is_reserved() {
                let (event, table) = read_event(&record)?;
                changes_of(&event, table, &mut changes);
            }
            bytes += record.clear.len();
            let full = record.sequence - position >= GROUP_RECORDS_MAX || bytes >= GROUP_BYTES_MAX;
            reached = Some((record.sequence, record.hash));
            if full {
                break;
            }
        }
        let Some((sequence, hash)) = reached else {
            return Ok(0);
        };
        changes.sort_by(|one, other| one.key.cmp(&other.key));
        self.index.apply(&changes, sequence, &hash)?;
        Ok(durable.saturating_sub(sequence))
    }

    /// Follows to the end of what is durable now.
    ///
    /// # Errors
    /// As [`Follower::follow`].
    pub fn catch_up(&self, progress: &mut dyn FnMut(u64)) -> Result<(), FollowError> {
        loop {
            let behind = self.follow()?;
            progress(behind);
            if behind == 0 {
                return Ok(());
            }
        }
    }

    /// The index.
    #[must_use]
    pub fn index(&self) -> &Arc<dyn Index> {
        &self.index
    }
}
