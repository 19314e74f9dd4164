//! Why the gateway does not start.

use crate::copy::SetApart;
use crate::core::CoreError;
use crate::index::{FollowError, OpenError, WitnessRefusal};
use crate::proof::{KeyFailure, LogError};
use journal::JournalError;
use journal::seal::SealError;
use std::path::PathBuf;

/// Why the gateway does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal can't be opened.
    #[error("the journal can't be opened")]
    Journal(#[from] JournalError),
    /// The master key can't be used.
    #[error("the master key can't be used")]
    Master(#[source] SealError),
    /// The data keys can't be opened.
    #[error("the data keys can't be opened")]
    Vault(#[from] SealError),
    /// The journal can't be followed.
    #[error("the journal can't be followed")]
    Core(#[from] CoreError),
    /// Another process works on the data folder.
    #[error("another process works on the data folder {}", .0.display())]
    InUse(PathBuf),
    /// The data folder can't be made or locked.
    #[error("the data folder can't be made or locked")]
    Folder(#[from] std::io::Error),
    /// The witnesses of the journal forbid it; nothing was changed.
    #[error(transparent)]
    Refused(#[from] WitnessRefusal),
    /// The folder is a backup, or was restored from one and not taken into use.
    #[error(transparent)]
    SetApart(#[from] SetApart),
    /// The key of the checkpoints can't be used.
    #[error(transparent)]
    CheckpointKey(#[from] KeyFailure),
    /// The tree over the journal can't be read, or the journal is not what was signed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The index can't be opened, even empty.
    #[error("the index can't be opened")]
    Index(#[from] FollowError),
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Refused(error) => Self::Refused(error),
            OpenError::Journal(error) => Self::Journal(error),
            OpenError::Witness(error) => Self::Index(error),
        }
    }
}
