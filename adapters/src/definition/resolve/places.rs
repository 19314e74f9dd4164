//! Where a value stands that carries no place of its own: found in the text when it is refused.

use super::super::DefinitionError;
use super::Source;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Whether a table is the one that is meant.
pub(super) type Fits<'f> = &'f dyn Fn(&DeTable<'_>) -> bool;

impl Source<'_> {
    /// An error at the key that this path of tables leads to.
    pub(super) fn at_path(&self, path: &[&str], what: &str) -> DefinitionError {
        let read = DeTable::parse(self.text).ok();
        let place = read.and_then(|read| follow(read.get_ref(), path));
        DefinitionError::at(self.file, self.text, place, what)
    }

    /// An error at a key of the first table that fits.
    pub(super) fn at_table(&self, fits: Fits<'_>, key: &str, what: &str) -> DefinitionError {
        let read = DeTable::parse(self.text).ok();
        let place = read.and_then(|read| first(read.get_ref(), fits, key));
        DefinitionError::at(self.file, self.text, place, what)
    }
}

fn place(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (key, _) = table.get_key_value(key)?;
    Some(key.span())
}

fn follow(table: &DeTable<'_>, path: &[&str]) -> Option<Range<usize>> {
    match path {
        [] => None,
        [last] => place(table, last),
        [first, rest @ ..] => follow(table.get(*first)?.get_ref().as_table()?, rest),
    }
}

fn first(table: &DeTable<'_>, fits: Fits<'_>, key: &str) -> Option<Range<usize>> {
    if fits(table) {
        return place(table, key);
    }
    let mut values = table.values();
    values.find_map(|value| below(value, fits, key))
}

fn below(value: &Spanned<DeValue<'_>>, fits: Fits<'_>, key: &str) -> Option<Range<usize>> {
    let value = value.get_ref();
    if let Some(table) = value.as_table() {
        return first(table, fits, key);
    }
    let mut values = value.as_array()?.iter();
    values.find_map(|value| below(value, fits, key))
}
