//! 备份与恢复: a copy of the data folder while the gateway works on it, and a data folder made of
//! such a copy (decision 023).
//!
//! A copy holds the segments up to one durable record, the key files, the signed checkpoints, and
//! a manifest that is written last: without it a copy is none. What a restore can't know is whether
//! the original sent what the copy shows as waiting; so the new folder is marked, no gateway starts
//! on it before a person has said that the original is at its end, and nothing that waited is sent
//! by itself.

mod backup;
mod checkpoints;
mod manifest;
mod mark;
mod restore;

#[cfg(test)]
mod tests;

pub use backup::{BackedUp, back_up};
pub use manifest::{FileEntry, MANIFEST, Manifest, SUM, read_backup};
pub use mark::{Mark, SetApart, Stage, confirm, may_start, may_use};
pub use restore::{Restored, restore};

use crate::proof::held::{Sealed, Sealing};
use journal::copy::{CopyError, FileError};
use journal::disk::{Disk, OsDisk};
use journal::seal::{KeyCopyError, SealError};
use journal::{Damage, JournalError};
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no copy, or nothing was restored from one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no journal in the data folder.
    #[error("there is no journal in {}", .0.display())]
    NoJournal(PathBuf),
    /// The target holds something already.
    #[error("{} is not empty", .0.display())]
    Occupied(PathBuf),
    /// One of the two folders lies in the other.
    #[error("{} lies in the other folder, or the other in it", .0.display())]
    Inside(PathBuf),
    /// The folder is a copy, or one that was restored and not taken into use.
    #[error(transparent)]
    SetApart(#[from] SetApart),
    /// The folder to restore from is no copy.
    #[error("{} is no backup", .0.display())]
    NoBackup(PathBuf),
    /// The copy was broken off before its end.
    #[error("the backup in {} is incomplete", .0.display())]
    Incomplete(PathBuf),
    /// A file of the copy is not as it was written.
    #[error("{} is changed", .0.display())]
    Changed(PathBuf),
    /// A file of the copy is gone.
    #[error("{} is missing", .0.display())]
    Missing(PathBuf),
    /// A file in the copy's folders that the manifest does not list.
    #[error("{} is not listed in the manifest", .0.display())]
    Unlisted(PathBuf),
    /// Another version's manifest.
    #[error("the backup has the format {0}")]
    Format(String),
    /// A record is damaged.
    #[error("{0}")]
    Damaged(Box<Damage>),
    /// The journal ends at another record than the manifest says.
    #[error("the journal ends at record {found}, the manifest says {stated}")]
    OtherEnd {
        /// What the manifest says.
        stated: u64,
        /// Where it ends.
        found: u64,
    },
    /// The journal is not the one that was signed: it was rewritten, set back, or is another one.
    #[error("a checkpoint of {records} records was signed that the journal is not")]
    Checkpoint {
        /// Of the first such checkpoint.
        records: u64,
    },
    /// The number that confirms is not that of the copy's last record.
    #[error("the folder was restored up to record {record}")]
    OtherRecord {
        /// The last record of the copy.
        record: u64,
    },
    /// Nothing in the folder waits to be confirmed.
    #[error("{} does not wait to be confirmed", .0.display())]
    NotWaiting(PathBuf),
    /// A key file is damaged or can't be read.
    #[error("a key file can't be used")]
    Key(#[from] SealError),
    /// The journal can't be read, or not be written on.
    #[error("the journal can't be used")]
    Journal(#[from] JournalError),
    /// A file or folder can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The index of the new folder can't be made.
    #[error("the index can't be made")]
    Index(#[from] crate::index::FollowError),
    /// A fact or a manifest could not be written as JSON: ours.
    #[error("a value could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl From<CopyError> for BackupError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Source(JournalError::Damaged(damage)) => Self::Damaged(Box::new(damage)),
            CopyError::Source(error) => Self::Journal(error),
            CopyError::Empty(path) => Self::NoJournal(path),
            CopyError::File(error) => Self::File(error),
            CopyError::Changed(path) => Self::Changed(path),
        }
    }
}

impl From<KeyCopyError> for BackupError {
    fn from(error: KeyCopyError) -> Self {
        match error {
            KeyCopyError::Key(error) => Self::Key(error),
            KeyCopyError::Copy(error) => error.into(),
        }
    }
}

/// Makes the target, empty and closed to others; it must lie apart from the source.
pub(crate) fn new_folder(folder: &Path, other: &Path) -> Result<(), BackupError> {
    use std::os::unix::fs::PermissionsExt as _;
    let (own, others) = (place_of(folder)?, place_of(other)?);
    if own.starts_with(&others) || others.starts_with(&own) {
        return Err(BackupError::Inside(folder.to_owned()));
    }
    match folder.read_dir().map(|mut entries| entries.next()) {
        Ok(Some(_)) => return Err(BackupError::Occupied(folder.to_owned())),
        Ok(None) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(FileError::writing(folder)(error).into()),
    }
    OsDisk
        .create_dir_all(folder)
        .map_err(FileError::writing(folder))?;
    let private = std::fs::Permissions::from_mode(0o700);
    let closed = std::fs::set_permissions(folder, private);
    Ok(closed.map_err(FileError::writing(folder))?)
}

/// Where a path leads, whether or not its end is there.
fn place_of(path: &Path) -> Result<PathBuf, FileError> {
    let whole = std::path::absolute(path).map_err(FileError::reading(path))?;
    let mut there = whole.as_path();
    loop {
        match there.canonicalize() {
            Ok(real) => return Ok(real.join(whole.strip_prefix(there).unwrap_or(Path::new("")))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => match there.parent() {
                Some(above) => there = above,
                None => return Err(FileError::reading(path)(error)),
            },
            Err(error) => return Err(FileError::reading(path)(error)),
        }
    }
}

/// Writes a small file durably, but for its name.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = OsDisk
        .create_append(path)
        .map_err(FileError::writing(path))?;
    file.append(bytes).map_err(FileError::writing(path))?;
    file.sync_data().map_err(FileError::writing(path))
}

/// Checks the records of the copy in a folder, one behind the other, where they end, and every
/// checkpoint against them. Gives how those stand.
fn check_records(folder: &Path, manifest: &Manifest) -> Result<Sealing, BackupError> {
    let mut sealed = Sealed::of_copy(folder);
    let journal = folder.join("journal");
    let report = journal::verify_with(&OsDisk, &journal, 0, &mut |passed| sealed.see(&passed))?;
    if let Some(damage) = report.damages.into_iter().next() {
        return Err(BackupError::Damaged(Box::new(damage)));
    }
    let end = (report.head_sequence, manifest::seal_of(&report.head_hash));
    if end != (manifest.end.sequence, manifest.end.seal.clone()) {
        return Err(BackupError::OtherEnd {
            stated: manifest.end.sequence,
            found: report.head_sequence,
        });
    }
    let stated = (manifest.journal_id.as_str(), manifest.is_closed);
    let id = report.journal_id.map(|id| crate::hex(&id));
    if (id.unwrap_or_default().as_str(), report.closed_cleanly) != stated {
        return Err(BackupError::Changed(folder.join(MANIFEST)));
    }
    match sealed.judge() {
        Sealing::Differs { records } => Err(BackupError::Checkpoint { records }),
        // What can't be checked is copied as it is, and said: a backup must not end for it.
        sealing @ (Sealing::Agrees { .. }
        | Sealing::Absent
        | Sealing::NoEvidence { .. }
        | Sealing::KeyDamaged { .. }
        | Sealing::EndUnsigned { .. }
        | Sealing::Unreadable
        | Sealing::Unsigned
        | Sealing::TileDiffers { .. }) => Ok(sealing),
    }
}
