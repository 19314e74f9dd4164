//! The texts of findings, zh and en, from one table (`codes/findings.toml`).

use super::{Finding, Lang};

/// Why the table can't be used; found at start and by a test, never at a user's file.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table is not the TOML that it should be.
    #[error("codes/findings.toml can't be read")]
    Toml(#[from] toml::de::Error),
}

/// What is wrong, in words.
#[must_use]
pub fn message(finding: &Finding, _lang: Lang) -> String {
    finding.code.as_str().to_owned()
}

/// What to do about it.
#[must_use]
pub fn hint(finding: &Finding, _lang: Lang) -> String {
    finding.code.as_str().to_owned()
}
