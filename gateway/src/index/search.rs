//! Equality search by keyed hash: in the index where it has come so far, in the book where not,
//! so that a search sees what was acknowledged.

use super::{ACCOUNT, ENTRY_BYTES, PERSON, block_key};
use crate::book::{Batch, Line};
use journal::index::{Index, IndexError};
use std::sync::Arc;

/// What is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The payee's document number.
    IdNumber,
    /// The payee's account.
    Account,
}

impl Field {
    /// Name of the field's key in the vault.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::IdNumber => "id_number",
            Self::Account => "account",
        }
    }

    fn kind(self) -> u8 {
        match self {
            Self::IdNumber => PERSON,
            Self::Account => ACCOUNT,
        }
    }

    fn of(self, line: &Line) -> u64 {
        match self {
            Self::IdNumber => line.person,
            Self::Account => line.account,
        }
    }
}

/// A search over the index.
#[derive(Clone)]
pub struct Search {
    index: Arc<dyn Index>,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").finish_non_exhaustive()
    }
}

impl Search {
    /// A search over an index.
    #[must_use]
    pub fn new(index: Arc<dyn Index>) -> Self {
        Self { index }
    }

    /// How many of the durable records the index has not applied; all, where it can't be read.
    #[must_use]
    pub fn behind(&self, durable: u64) -> u64 {
        durable.saturating_sub(self.index.position().unwrap_or_default())
    }

    /// The lines of a batch that carry a hash, by index, ascending.
    #[must_use]
    pub fn lines_with(&self, batch: &Batch, field: Field, hash: u64) -> Vec<u32> {
        match self.in_index(batch, field, hash) {
            Ok(Some(lines)) => lines,
            // Behind, or unusable: the book knows every line.
            Ok(None) | Err(_) => (1u32..)
                .zip(&batch.lines)
                .filter(|(_, line)| field.of(line) == hash && line.person != 0)
                .map(|(index, _)| index)
                .collect(),
        }
    }

    fn in_index(
        &self,
        batch: &Batch,
        field: Field,
        hash: u64,
    ) -> Result<Option<Vec<u32>>, IndexError> {
        if self.index.position()? < batch.accepted_at {
            return Ok(None);
        }
        let opened = batch.id().sequence();
        let from = block_key(field.kind(), opened, 0);
        let to = block_key(field.kind(), opened + 1, 0);
        let mut lines = Vec::new();
        for (_, block) in self.index.range(&from, &to, batch.line_records.len())? {
            lines.extend(lines_in(&block, hash));
        }
        lines.sort_unstable();
        Ok(Some(lines))
    }
}

/// The entries of one sorted block that carry the hash.
fn lines_in(block: &[u8], hash: u64) -> Vec<u32> {
    let (entries, _) = block.as_chunks::<ENTRY_BYTES>();
    let wanted = hash.to_be_bytes();
    let first = entries.partition_point(|entry| entry[..8] < wanted[..]);
    entries[first..]
        .iter()
        .take_while(|entry| entry[..8] == wanted[..])
        .map(|entry| u32::from_be_bytes([entry[8], entry[9], entry[10], entry[11]]))
        .collect()
}
