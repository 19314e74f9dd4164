//! The narrow door to a key-value store over the journal.
//!
//! An index holds nothing that the journal does not: it may be lost, cleared and rebuilt at any
//! time. It knows up to which record it is complete, and that record's hash, so that an index of
//! another journal, or one that is ahead of a journal that was set back, is recognised.

mod faulty;
mod memory;
mod sled;

use std::path::PathBuf;

use crate::chain::Hash;

pub use self::faulty::{FaultyIndex, IndexFaults};
pub use self::memory::MemoryIndex;
pub use self::sled::SledIndex;

/// A key and a value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// One change of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The key; its first byte is not 0.
    pub key: Vec<u8>,
    /// The new value, or none to remove the key.
    pub value: Option<Vec<u8>>,
}

/// What can go wrong with an index. None of it loses anything.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The store is broken: delete its folder and rebuild it from the journal.
    #[error("the index is unusable and must be rebuilt: {0}")]
    Unusable(String),
    /// Another process has it open: none of its files is touched.
    #[error("the index in {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// Keys are not empty and do not begin with a zero byte: those are the index's own.
    #[error("a key is empty or begins with a zero byte")]
    KeyReserved,
    /// Changes must not end before what is already applied.
    #[error("changes up to {given} after {present} are applied")]
    Backwards {
        /// The position of the index.
        present: u64,
        /// The position that was given.
        given: u64,
    },
}

/// A key-value store in the order of its keys.
pub trait Index: Send + Sync {
    /// Applies changes together with the sequence of the last record that they come from and
    /// that record's hash: all or nothing. Of two changes of one key the later holds.
    ///
    /// # Errors
    /// `Unusable`, `KeyReserved`, `Backwards`.
    fn apply(&self, changes: &[Change], position: u64, head: &Hash) -> Result<(), IndexError>;
    /// The value of a key.
    ///
    /// # Errors
    /// `Unusable`.
    fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError>;
    /// Entries from a key on to another one (exclusive), at most `limit`, in order.
    ///
    /// # Errors
    /// `Unusable`.
    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, IndexError>;
    /// The sequence up to which the index is complete; 0 if it is empty.
    ///
    /// # Errors
    /// `Unusable`.
    fn position(&self) -> Result<u64, IndexError>;
    /// The hash of that record; none if the index is empty.
    ///
    /// # Errors
    /// `Unusable`.
    fn head(&self) -> Result<Option<Hash>, IndexError>;
    /// Removes everything, also the position.
    ///
    /// # Errors
    /// `Unusable`.
    fn clear(&self) -> Result<(), IndexError>;
    /// Gives to the disk what was applied. Nothing depends on it but the time of a restart.
    ///
    /// # Errors
    /// `Unusable`.
    fn flush(&self) -> Result<(), IndexError>;
}

/// Where an index stands against its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is a true picture up to this sequence; apply what comes after.
    Behind(u64),
    /// It is of another journal or of one that was set back: clear and rebuild.
    Foreign,
}

/// Compares an index with the journal: its position must be there, with the same hash.
///
/// # Errors
/// `Unusable` if the index can't be read.
pub fn standing(index: &dyn Index, journal: &crate::Journal) -> Result<Standing, IndexError> {
    let (position, head) = (index.position()?, index.head()?);
    let Some(head) = head else {
        return Ok(Standing::Behind(0));
    };
    // A record that can't be read now will be reported by whoever reads it next.
    let record = journal.read_sequence(position).ok();
    Ok(match record {
        Some(record) if record.hash == head => Standing::Behind(position),
        Some(_) | None => Standing::Foreign,
    })
}

/// Refuses keys that are the index's own.
fn check_keys(changes: &[Change]) -> Result<(), IndexError> {
    let reserved = |change: &Change| matches!(change.key.first(), None | Some(0));
    match changes.iter().any(reserved) {
        true => Err(IndexError::KeyReserved),
        false => Ok(()),
    }
}

fn check_position(present: u64, given: u64) -> Result<(), IndexError> {
    match given < present {
        true => Err(IndexError::Backwards { present, given }),
        false => Ok(()),
    }
}
