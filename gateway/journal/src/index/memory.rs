//! An index in memory.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Mutex;

use super::{Change, Entry, Index, IndexError, check_keys, check_position};
use crate::chain::Hash;
use crate::state::lock;

/// An index in memory: for tests, simulations and small tools.
#[derive(Default)]
pub struct MemoryIndex(Mutex<Content>);

#[derive(Default)]
struct Content {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    position: u64,
    head: Option<Hash>,
}

impl MemoryIndex {
    /// An empty index.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Index for MemoryIndex {
    fn apply(&self, changes: &[Change], position: u64, head: &Hash) -> Result<(), IndexError> {
        check_keys(changes)?;
        let mut content = lock(&self.0);
        check_position(content.position, position)?;
        for Change { key, value } in changes {
            match value {
                Some(value) => content.entries.insert(key.clone(), value.clone()),
                None => content.entries.remove(key),
            };
        }
        content.position = position;
        content.head = Some(*head);
        Ok(())
    }

    fn lookup(&self, key: &[u8]) -> Result<Option<Vec<u8>>, IndexError> {
        Ok(lock(&self.0).entries.get(key).cloned())
    }

    fn range(&self, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Entry>, IndexError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let content = lock(&self.0);
        let bounds = (Bound::Included(from), Bound::Excluded(to));
        let entries = content.entries.range::<[u8], _>(bounds).take(limit);
        let entries = entries.map(|(key, value)| (key.clone(), value.clone()));
        Ok(entries.collect())
    }

    fn position(&self) -> Result<u64, IndexError> {
        Ok(lock(&self.0).position)
    }

    fn head(&self) -> Result<Option<Hash>, IndexError> {
        Ok(lock(&self.0).head)
    }

    fn clear(&self) -> Result<(), IndexError> {
        *lock(&self.0) = Content::default();
        Ok(())
    }

    fn flush(&self) -> Result<(), IndexError> {
        Ok(())
    }
}
