//! Whether the index holds what the journal says, entry by entry.

use super::{ACCOUNT, BATCH, PERSON, changes_of};
use crate::core::read_clear;
use crate::event::AcceptedHead;
use journal::index::{Index, IndexError};

/// Entries of the index that are read at once: some 12 kB each at most.
const PAGE: usize = 256;
/// Differences are listed up to this many.
const DIFFERENCES_MAX: usize = 1000;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// The head of a batch.
    Batch,
    /// Document numbers of lines.
    Person,
    /// Accounts of lines.
    Account,
    /// A key that the gateway does not write.
    Strange,
}

impl EntryKind {
    /// A word for print-outs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Person => "person",
            Self::Account => "account",
            Self::Strange => "strange",
        }
    }
}

/// Which entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What it is about.
    pub kind: EntryKind,
    /// Sequence of the record with which its batch begins.
    pub opened: u64,
    /// The first line of its block.
    pub first: u32,
}

impl Place {
    fn of(key: &[u8]) -> Self {
        let kind = match key.first() {
            Some(&BATCH) if key.len() == 9 => EntryKind::Batch,
            Some(&PERSON) if key.len() == 13 => EntryKind::Person,
            Some(&ACCOUNT) if key.len() == 13 => EntryKind::Account,
            Some(_) | None => EntryKind::Strange,
        };
        let part = |from: usize| key.get(from..).unwrap_or_default();
        let opened = part(1).first_chunk().copied().map(u64::from_be_bytes);
        let first = part(9).first_chunk().copied().map(u32::from_be_bytes);
        Self {
            kind,
            opened: opened.unwrap_or_default(),
            first: first.unwrap_or_default(),
        }
    }
}

/// An entry that is not as the journal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Its value is another one.
    Changed(Place),
    /// The journal has it, the index has not.
    Missing(Place),
    /// The index has it, the journal has not.
    Additional(Place),
}

/// A comparison under way: give it the journal's records in order, then end it. Holds 16 bytes
/// for each entry of the index and never the entries.
pub struct Comparison<'i> {
    index: &'i dyn Index,
    /// The sequence up to which the index is complete.
    position: u64,
    expected: Vec<Place>,
    differences: Vec<Difference>,
}

impl std::fmt::Debug for Comparison<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Comparison").finish_non_exhaustive()
    }
}

impl<'i> Comparison<'i> {
    /// Nothing compared yet.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn begin(index: &'i dyn Index) -> Result<Self, IndexError> {
        Ok(Self {
            index,
            position: index.position()?,
            expected: Vec::new(),
            differences: Vec::new(),
        })
    }

    fn note(&mut self, difference: Difference) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        }
    }

    /// Compares what one record put into the index. What is no event puts nothing there.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn record(&mut self, sequence: u64, clear: &[u8]) -> Result<(), IndexError> {
        if sequence > self.position {
            return Ok(());
        }
        let Ok((event, table)) = read_clear(sequence, clear) else {
            return Ok(());
        };
        let mut changes = Vec::new();
        changes_of(&event, table, &mut changes);
        for change in changes {
            let place = Place::of(&change.key);
            let found = self.index.lookup(&change.key)?;
            match (&found, &change.value) {
                (None, None) => {}
                (None, Some(_)) => self.note(Difference::Missing(place)),
                (Some(found), Some(wanted)) if is_same(place.kind, found, wanted) => {}
                (Some(_), _) => self.note(Difference::Changed(place)),
            }
            self.expected.push(place);
        }
        Ok(())
    }

    /// Ends with every difference, at most 1,000. Entries that no record made are named only
    /// where `is_whole`: of a damaged journal nobody knows what the lost records made.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn end(mut self, is_whole: bool) -> Result<Vec<Difference>, IndexError> {
        if is_whole {
            self.find_additional()?;
        }
        Ok(self.differences)
    }

    fn find_additional(&mut self) -> Result<(), IndexError> {
        self.expected.sort_unstable();
        let mut from = vec![1];
        loop {
            let page = self.index.range(&from, &[u8::MAX; 16], PAGE)?;
            for (key, _) in &page {
                let place = Place::of(key);
                let is_known = self.expected.binary_search(&place).is_ok();
                if !is_known || place.kind == EntryKind::Strange {
                    self.note(Difference::Additional(place));
                }
            }
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            // The next key in order.
            from.clone_from(last);
            from.push(0);
        }
    }
}

/// Whether two values say the same. A head may have been written by an earlier version, which
/// left out what has a default.
fn is_same(kind: EntryKind, found: &[u8], wanted: &[u8]) -> bool {
    let head = |bytes| serde_json::from_slice::<AcceptedHead>(bytes).ok();
    found == wanted
        || kind == EntryKind::Batch && head(found).is_some_and(|found| Some(found) == head(wanted))
}

#[cfg(test)]
mod tests;
