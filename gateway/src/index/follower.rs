//! Follows the journal: large sorted groups, no flush per group, a bounded lag that a metric shows.

use super::inventory::{remove_inventory, write_inventory};
use super::{Keeper, WITNESS, changes_of};
use crate::core::{Core, CoreError, read_event};
use journal::index::{Change, Index, IndexError, SledIndex, Standing, standing};
use journal::{Journal, Kind};
use std::path::{Path, PathBuf};
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
    /// A witness of the journal can't be written.
    #[error("the witness {} can't be written", path.display())]
    Witness {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// Opens the sled index over a journal, and makes it anew where it can't be used: where it can't
/// be read, knows what the journal does not, or is not at the last record of a journal that was
/// closed (sled goes back in silence to what it can still read). The witnesses were asked before.
///
/// # Errors
/// When another process has it open: nothing is touched then. When even an empty one can't be
/// opened.
pub fn open_sled(folder: &Path, journal: &Journal) -> Result<SledIndex, FollowError> {
    // sled makes its files by the process's mask: the folder keeps others out.
    let mut private = std::fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
    private
        .recursive(true)
        .create(folder)
        .map_err(FollowError::Folder)?;
    if let Err(error @ IndexError::InUse(_)) = SledIndex::is_free(folder) {
        return Err(error.into());
    }
    remove_inventory(folder).map_err(FollowError::Folder)?;
    match usable(folder, journal) {
        Ok(index) => Ok(index),
        Err(error @ IndexError::InUse(_)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(error = %error, "the index is unusable; it is rebuilt from the journal");
            remove_all_but_the_witness(folder).map_err(FollowError::Folder)?;
            Ok(SledIndex::open(folder, CACHE_BYTES)?)
        }
    }
}

fn usable(folder: &Path, journal: &Journal) -> Result<SledIndex, IndexError> {
    let index = SledIndex::open(folder, CACHE_BYTES)?;
    let last = journal.durable();
    let record = journal.read_sequence(last);
    let is_closed = record.is_ok_and(|record| record.kind == Kind::CLOSING);
    match standing(&index, journal)? {
        Standing::Behind(position) if is_closed && position != last => Err(IndexError::Unusable(
            format!("it is at record {position} of {last}, and the journal was closed"),
        )),
        Standing::Behind(_) => Ok(index),
        Standing::Foreign => Err(IndexError::Unusable(
            "it knows a record that the journal lacks".to_owned(),
        )),
    }
}

fn remove_all_but_the_witness(folder: &Path) -> std::io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else if entry.file_name() != WITNESS {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The index and how far it is.
pub struct Follower {
    core: Arc<Core>,
    index: Arc<dyn Index>,
    witness: Keeper,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").finish_non_exhaustive()
    }
}

impl Follower {
    /// An index that follows this journal, behind its witness.
    #[must_use]
    pub fn new(core: Arc<Core>, index: Arc<dyn Index>, witness: Keeper) -> Self {
        Self {
            core,
            index,
            witness,
        }
    }

    /// Applies the next group of durable records that are witnessed. Gives how many more of those
    /// there are.
    ///
    /// # Errors
    /// When the journal can't be read, the witness not written, or the index refuses.
    pub fn follow(&self) -> Result<u64, FollowError> {
        let witnessed = self.witness.look(self.core.journal())?;
        self.follow_to(witnessed)
    }

    fn follow_to(&self, witnessed: u64) -> Result<u64, FollowError> {
        follow_to(self.core.journal(), self.index.as_ref(), witnessed)
    }

    /// Follows to the end of what is durable now.
    ///
    /// # Errors
    /// As [`Follower::follow`].
    pub fn catch_up(&self, progress: &mut dyn FnMut(u64)) -> Result<(), FollowError> {
        let witnessed = self.witness.note(self.core.journal())?;
        loop {
            let behind = self.follow_to(witnessed)?;
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

/// Makes the index of a journal that was closed, to its end, with the folder's own witnesses and
/// inventory, as a stop leaves them.
///
/// # Errors
/// As [`Follower::follow`].
pub fn build_index(data: &Path, journal: &Journal) -> Result<(), FollowError> {
    let witnessed = Keeper::of(data, None).note(journal)?;
    let folder = data.join("index");
    let index = open_sled(&folder, journal)?;
    while follow_to(journal, &index, witnessed)? > 0 {}
    index.flush()?;
    drop(index);
    write_inventory(&folder).map_err(FollowError::Folder)
}

/// Applies the next group of records, up to a witnessed one. Gives how many more there are.
fn follow_to(journal: &Journal, index: &dyn Index, witnessed: u64) -> Result<u64, FollowError> {
    let position = index.position()?;
    if position >= witnessed {
        return Ok(0);
    }
    let mut changes: Vec<Change> = Vec::new();
    let mut reached = None;
    let mut bytes = 0;
    for entry in journal.scan(position + 1) {
        let (_, record) = entry.map_err(CoreError::from)?;
        if record.sequence > witnessed {
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
    index.apply(&changes, sequence, &hash)?;
    Ok(witnessed.saturating_sub(sequence))
}

#[cfg(test)]
mod tests;
