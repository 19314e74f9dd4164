//! The mark of a folder that was restored from a copy: a gateway starts on it only when a person
//! has said that the original is at its end.

use super::{BackupError, MANIFEST};
use journal::copy::FileError;
use journal::disk::{OsDisk, replace};
use std::io;
use std::path::{Path, PathBuf};

/// The file's name in the data folder.
const MARK: &str = "restored";
const MAGIC: &str = "anxin-restored 1";

/// How far the restore is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It is under way, or was broken off.
    Incomplete,
    /// A person must say that the original is at its end.
    Waits,
    /// That was said.
    Confirmed,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Incomplete, Self::Waits, Self::Confirmed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Waits => "waits",
            Self::Confirmed => "confirmed",
        }
    }
}

/// What is known of the copy that a folder was restored from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// How far the restore is.
    pub stage: Stage,
    /// The last record of the copy.
    pub record: u64,
    /// Its seal, lower hex; its hash where an earlier version restored.
    pub hash: String,
    /// When the copy was begun, RFC 3339.
    pub taken_at: String,
}

/// Why no gateway starts on a folder. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SetApart {
    /// It is a backup, no data folder.
    #[error("{} is a backup", .0.display())]
    Backup(PathBuf),
    /// Its restore did not come to its end.
    #[error("the restore into {} was not finished", .0.display())]
    Incomplete(PathBuf),
    /// Nobody has said yet that the original is at its end.
    #[error(
        "{} was restored up to record {record} of a backup of {taken_at}; nobody has confirmed it",
        folder.display()
    )]
    Waits {
        /// The data folder.
        folder: PathBuf,
        /// The last record of the copy.
        record: u64,
        /// When the copy was begun, RFC 3339.
        taken_at: String,
    },
    /// Its journal was restored and never used since, and the mark of that is not there: the folder
    /// was put together from parts of another one.
    #[error(
        "{} was restored up to record {record} of a backup, and the mark of that is gone",
        folder.display()
    )]
    Unmarked {
        /// The data folder.
        folder: PathBuf,
        /// The last record of the copy.
        record: u64,
    },
    /// The mark is not as it was written.
    #[error("{} is damaged", .0.display())]
    Damaged(PathBuf),
    /// The mark can't be read.
    #[error("{} can't be read", path.display())]
    Io {
        /// The mark.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Mark {
    /// Reads the mark of a data folder; `None` where it was not restored.
    ///
    /// # Errors
    /// `Damaged`, `Io`.
    pub fn read(data: &Path) -> Result<Option<Self>, SetApart> {
        let path = data.join(MARK);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SetApart::Io { path, source }),
        };
        let text = String::from_utf8(bytes).ok();
        let mark = text.as_deref().and_then(Self::parse);
        // One way only to write each value: whatever else reads as it was changed.
        match mark.filter(|mark| Some(mark.text()) == text) {
            Some(mark) => Ok(Some(mark)),
            None => Err(SetApart::Damaged(path)),
        }
    }

    /// Replaces the mark: it is the old or the new one, whole, whatever happens.
    pub(super) fn write(&self, data: &Path) -> Result<(), BackupError> {
        let path = data.join(MARK);
        let written = replace(&OsDisk, &path, self.text().as_bytes());
        Ok(written.map_err(FileError::writing(&path))?)
    }

    fn text(&self) -> String {
        let text = format!(
            "{MAGIC}\nstage {}\nrecord {}\nhash {}\ntaken_at {}\n",
            self.stage.as_str(),
            self.record,
            self.hash,
            self.taken_at,
        );
        let digest = crate::sha256_hex(text.as_bytes());
        format!("{text}digest {digest}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != MAGIC {
            return None;
        }
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let stage = value("stage")?;
        Some(Self {
            stage: Stage::ALL.into_iter().find(|one| one.as_str() == stage)?,
            record: value("record")?.parse().ok()?,
            hash: value("hash")?.to_owned(),
            taken_at: value("taken_at")?.to_owned(),
        })
    }
}

/// Whether a gateway may start on a folder.
///
/// # Errors
/// See [`SetApart`].
pub fn may_start(data: &Path) -> Result<(), SetApart> {
    if data.join(MANIFEST).exists() {
        return Err(SetApart::Backup(data.to_owned()));
    }
    let Some(mark) = Mark::read(data)? else {
        return Ok(());
    };
    match mark.stage {
        Stage::Incomplete => Err(SetApart::Incomplete(data.to_owned())),
        Stage::Waits => Err(SetApart::Waits {
            folder: data.to_owned(),
            record: mark.record,
            taken_at: mark.taken_at,
        }),
        Stage::Confirmed => Ok(()),
    }
}

/// Whether a gateway may start on a folder whose journal was restored up to `record` of a copy, and
/// never used since: a person has said so of this copy.
///
/// # Errors
/// See [`SetApart`].
pub fn may_use(data: &Path, record: u64) -> Result<(), SetApart> {
    may_start(data)?;
    let mark = Mark::read(data)?;
    match mark.filter(|mark| mark.record == record) {
        Some(_) => Ok(()),
        None => Err(SetApart::Unmarked {
            folder: data.to_owned(),
            record,
        }),
    }
}

/// A person says that the original is at its end and takes the folder into use. `record` must be
/// the copy's last one, so that it is said of this copy and of no other.
///
/// # Errors
/// `SetApart`, `NotWaiting`, `OtherRecord`, `Write`.
pub fn confirm(data: &Path, record: u64) -> Result<Mark, BackupError> {
    let mark = match Mark::read(data)? {
        Some(mark) if mark.stage == Stage::Incomplete => {
            return Err(SetApart::Incomplete(data.to_owned()).into());
        }
        Some(mark) if mark.stage == Stage::Waits => mark,
        Some(_) | None => return Err(BackupError::NotWaiting(data.to_owned())),
    };
    if mark.record != record {
        return Err(BackupError::OtherRecord {
            record: mark.record,
        });
    }
    let confirmed = Mark {
        stage: Stage::Confirmed,
        ..mark
    };
    confirmed.write(data)?;
    Ok(confirmed)
}
