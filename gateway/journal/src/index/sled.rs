//! The index in sled 0.34.7.
//!
//! sled syncs with `sync_file_range` and may lose what it reported as flushed; it may also panic
//! when it opens what a power cut left. Neither loses a record here: the journal is the truth.
//! Every call is guarded, so that a panic inside becomes [`IndexError::Unusable`].

use std::fs::{File, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use super::{Change, Entry, Index, IndexError, check_keys, check_position};
use crate::chain::Hash;
use crate::state::lock;

/// The key of position and head: sequence (8 bytes, big-endian) ‖ hash.
const POSITION: &[u8] = b"\0position";

/// The file that sled locks as long as it has a folder open. It says of a lock that is held what it
/// says of a broken file, so that the lock is tried before.
const LOCKED: &str = "db";

/// An index in a folder.
pub struct SledIndex {
    db: sled::Db,
    /// One apply at a time: the position is read and written in it.
    applying: Mutex<()>,
}

impl SledIndex {
    /// Opens or makes the index in a folder, with a page cache of so many bytes. Never flushes
    /// by itself: see [`Index::flush`].
    ///
    /// # Errors
    /// `InUse` where another process has it open. `Unusable`: delete the folder and rebuild.
    pub fn open(dir: &Path, cache_bytes: u64) -> Result<Self, IndexError> {
        Self::is_free(dir)?;
        let db = guarded(|| {
            sled::Config::new()
                .path(dir)
                .cache_capacity(cache_bytes)
                .flush_every_ms(None)
                .mode(sled::Mode::HighThroughput)
                .open()
        })?;
        let index = Self {
            db,
            applying: Mutex::new(()),
        };
        // Whatever is there must at least be readable, and a position if there are entries.
        let position = index.position()?;
        let is_empty = guarded(|| Ok(index.db.is_empty()))?;
        if position == 0 && !is_empty {
            return Err(IndexError::Unusable(
                "entries without a position".to_owned(),
            ));
        }
        Ok(index)
    }

    /// Whether nobody has the index in a folder open, for whoever changes something beside it.
    ///
    /// # Errors
    /// `InUse` where somebody has; `Unusable` where the file that is locked can't be opened.
    pub fn is_free(dir: &Path) -> Result<(), IndexError> {
        let file = match File::open(dir.join(LOCKED)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(IndexError::Unusable(error.to_string())),
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(IndexError::InUse(dir.to_owned())),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
        }
    }

    fn stored(&self) -> Result<Option<(u64, Hash)>, IndexError> {
        let Some(value) = guarded(|| self.db.get(POSITION))? else {
            return Ok(None);
        };
        let bytes: Option<&[u8; 40]> = value.as_ref().try_into().ok();
        let Some(bytes) = bytes else {
            return Err(IndexError::Unusable("an ill-formed position".to_owned()));
        };
        let (mut position, mut head) = ([0; 8], Hash::default());
        position.copy_from_slice(&bytes[..8]);
        head.copy_from_slice(&bytes[8..]);
        Ok(Some((u64::from_be_bytes(position), head)))
    }
}

/// Turns errors and panics of sled into one error. After a panic the caller deletes the index,
/// so that a broken invariant inside sled is never looked at again.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(IndexError::Unusable(error.to_string())),
        Err(_) => Err(IndexError::Unusable("sled panicked".to_owned())),
    }
}

impl Index for SledIndex {
    fn apply(&self, changes: &[Change], position: u64, head: &Hash) -> Result<(), IndexError> {
        check_keys(changes)?;
        let _applying = lock(&self.applying);
        check_position(self.position()?, position)?;
        let mut batch = sled::Batch::default();
        for Change { key, value } in changes {
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        let mut stored = Vec::with_capacity(40);
        stored.extend_from_slice(&position.to_be_bytes());
        stored.extend_from_slice(head);
        batch.insert(POSITION, stored);
        guarded(|| self.db.apply_batch(batch))
    }

    fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        if key.first().is_none_or(|first| *first == 0) {
            return Ok(None);
        }
        let value = guarded(|| self.db.get(key))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, IndexError> {
        // The index's own keys come before all others.
        let from = from.max([1].as_slice());
        if from >= to {
            return Ok(Vec::new());
        }
        guarded(|| {
            let entries = self.db.range(from..to).take(limit);
            entries
                .map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec())))
                .collect()
        })
    }

    fn position(&self) -> Result<u64, IndexError> {
        Ok(self.stored()?.map_or(0, |stored| stored.0))
    }

    fn head(&self) -> Result<Option<Hash>, IndexError> {
        Ok(self.stored()?.map(|stored| stored.1))
    }

    fn clear(&self) -> Result<(), IndexError> {
        let _applying = lock(&self.applying);
        // The position goes first: entries without one are recognised and rebuilt.
        guarded(|| self.db.remove(POSITION))?;
        guarded(|| self.db.clear())
    }

    fn flush(&self) -> Result<(), IndexError> {
        guarded(|| self.db.flush()).map(drop)
    }
}
