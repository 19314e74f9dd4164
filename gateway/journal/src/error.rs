//! What can go wrong with a journal.

use std::io;
use std::path::{Path, PathBuf};

use crate::chain::Digest;

/// Why no record is acknowledged any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoisonCause {
    /// The disk or the quota is full.
    DiskFull,
    /// Writing or creating failed for another reason.
    Write,
    /// Syncing failed: what the disk holds is no longer known.
    Sync,
}

impl std::fmt::Display for PoisonCause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DiskFull => "the disk is full",
            Self::Write => "writing failed",
            Self::Sync => "syncing failed",
        })
    }
}

/// What is wrong at a place of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The end of the last segment is not a whole record: an interrupted write, or a cut.
    #[error("a torn tail of {bytes} bytes: an interrupted write, or a cut")]
    TornTail {
        /// Bytes from the place to the end of the file.
        bytes: u64,
    },
    /// The record's length points past the end of the segment.
    #[error("the record goes past the end of the segment")]
    Cut,
    /// The record's length is not possible.
    #[error("the record's length is impossible")]
    Length,
    /// The checksum does not fit the bytes.
    #[error("the checksum does not fit")]
    Checksum,
    /// The lengths inside, the reserved bytes or the text of a record are not well formed.
    #[error("the record's fields are ill-formed")]
    Fields,
    /// The sequence is not the one after the previous record's.
    #[error("sequence {found} stands where {expected} must")]
    Sequence {
        /// The sequence that must be here.
        expected: u64,
        /// The one that is.
        found: u64,
    },
    /// The record does not continue from the hash of the one before.
    #[error("the chain is broken: the previous hash differs")]
    Chain,
    /// The record's own hash does not fit its fields.
    #[error("the record's hash does not fit its fields")]
    Hash,
    /// The number of the commit group goes back or ahead.
    #[error("the commit group does not follow")]
    Group,
    /// The first record is not a header that this version reads, or is another journal's.
    #[error("the segment header is wrong: {0}")]
    Header(&'static str),
    /// A header or a closing record where there can't be one, or with contents.
    #[error("a header stands inside a segment")]
    Misplaced,
    /// The segments before this one are not there.
    #[error("records {expected} to {found} are missing", found = found.saturating_sub(1))]
    SegmentMissing {
        /// The sequence with which this or an earlier segment must begin.
        expected: u64,
        /// The one with which it begins.
        found: u64,
    },
    /// A file that is not a segment.
    #[error("not a segment")]
    Foreign,
    /// The segment could not be read.
    #[error("unreadable ({0})")]
    Unreadable(io::ErrorKind),
}

/// A flaw and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("segment {segment}, offset {offset}, sequence {sequence}: {what}")]
pub struct Damage {
    /// The segment's file name.
    pub segment: String,
    /// Bytes from the beginning of that file.
    pub offset: u64,
    /// The sequence that is expected there.
    pub sequence: u64,
    /// What is wrong.
    pub what: Flaw,
}

/// What can go wrong with a journal. All are ours or the machine's fault, never a sender's.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Disk access failed outside of a commit.
    #[error("could not {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The journal on disk is not whole; it is not opened, and nothing has been changed.
    #[error("the journal is damaged: {0}")]
    Damaged(Damage),
    /// A write or a sync failed earlier in this process: nothing is acknowledged any more.
    #[error("the journal takes no records since {cause}: {detail}")]
    Poisoned {
        /// What failed.
        cause: PoisonCause,
        /// The first error's text and file.
        detail: String,
    },
    /// A record is larger than [`crate::record::RECORD_BYTES_MAX`].
    #[error("a record of {bytes} bytes is over the limit of {bytes_max}")]
    TooLarge {
        /// Its bytes with everything.
        bytes: u64,
        /// The limit.
        bytes_max: u64,
    },
    /// The actor or the key id is over 65,535 bytes.
    #[error("the field {0} is too long")]
    FieldTooLong(&'static str),
    /// Kinds 0 and 1 are the journal's own.
    #[error("kind {0} is reserved")]
    KindReserved(u16),
    /// The journal was closed.
    #[error("the journal is closed")]
    Closed,
    /// There is no record of that sequence.
    #[error("there is no record {0}")]
    NoSuchSequence(u64),
    /// There is no record at that place.
    #[error("no record begins at segment {segment}, offset {offset}")]
    NoSuchPosition {
        /// First sequence of the segment.
        segment: u64,
        /// Bytes into it.
        offset: u64,
    },
    /// Another process has the journal open.
    #[error("the journal in {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The journal was made with another digest than the one that is asked for, which is fixed.
    #[error("the journal was made with {}, not with {}", found.as_str(), wanted.as_str())]
    OtherDigest {
        /// The journal's.
        found: Digest,
        /// The one asked for.
        wanted: Digest,
    },
    /// No randomness for the journal's id.
    #[error("no id for a new journal")]
    Random(#[from] crate::random::RandomUnavailable),
    /// The committing thread could not be started.
    #[error("could not start the committing thread")]
    Thread(#[source] io::Error),
}

impl JournalError {
    /// An error of disk access.
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }
}

#[cfg(test)]
mod tests;
