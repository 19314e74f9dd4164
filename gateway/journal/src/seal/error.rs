//! What can go wrong with sealing.

use std::io;
use std::path::PathBuf;

use crate::random::RandomUnavailable;

/// What can go wrong with sealing.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The data key was destroyed: what it sealed is erased.
    #[error("the data key {0} was destroyed")]
    KeyDestroyed(String),
    /// There never was such a data key here.
    #[error("there is no data key {0}")]
    KeyUnknown(String),
    /// The sealed bytes, the key or the associated data are not those that were sealed.
    #[error("the sealed data does not open with key {0}")]
    NotAuthentic(String),
    /// The key file does not open with this master key, or is damaged.
    #[error("the key file {} is damaged, or does not open with this master key", .0.display())]
    KeyFile(PathBuf),
    /// The search key is gone. A new one would find no person, and no wage that was paid already.
    #[error("the search key is missing in {}", .0.display())]
    SearchMissing(PathBuf),
    /// There are two search keys: which one found what is recorded nobody can say.
    #[error("there are two search keys in {}", .0.display())]
    SearchTwice(PathBuf),
    /// The search key is another one than that by which the journal's persons were recorded: by it
    /// no wage would be found that was paid already.
    #[error("the search key in {} is not the journal's", .0.display())]
    SearchForeign(PathBuf),
    /// The owner's name is empty or over 255 bytes.
    #[error("an owner has 1 to 255 bytes")]
    Owner,
    /// The master key file is not 64 hexadecimal digits.
    #[error("the master key in {} is not 64 hexadecimal digits", .0.display())]
    Master(PathBuf),
    /// The master key file can be read by others.
    #[error("the master key in {} has mode {mode:o}; only its owner may read it", path.display())]
    MasterMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Disk access failed.
    #[error("could not {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No randomness for a key or a nonce.
    #[error("no randomness for sealing")]
    Random(#[from] RandomUnavailable),
    /// The algorithm refused; it never does for data under 64 GiB.
    #[error("the data can't be sealed")]
    Refused,
}
