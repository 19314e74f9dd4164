//! The quirks that a dialect names.

use super::super::DefinitionError;
use super::super::dialect::Dialect;
use super::Source;
use crate::quirks;

/// Each is one of the list, and there are few of them.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let names: Vec<&str> = quirks::QUIRKS.iter().map(|(name, _)| *name).collect();
    for (at, name) in dialect.quirks.iter().enumerate() {
        if quirks::quirk(name.get_ref()).is_none() {
            let what = format!(
                "unknown quirk `{}`, expected one of {}",
                name.get_ref(),
                names.join(", ")
            );
            return Err(source.at(name, &what));
        }
        if at >= quirks::QUIRKS_MAX {
            return Err(source.at(name, "more than three quirks: write a new dialect"));
        }
    }
    Ok(())
}
