//! Why a definition is refused.

use serde::Deserialize;

/// A definition is refused: where, and what would be allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct DefinitionError {
    /// Path below the crate (`dialects/hxb_xhj/dialect.toml`).
    pub file: String,
    /// Line from 1.
    pub line: usize,
    /// What is wrong; unknown words come with the allowed ones.
    pub what: String,
}

impl DefinitionError {
    /// At a byte range of the file.
    #[must_use]
    pub fn at(file: &str, text: &str, span: Option<std::ops::Range<usize>>, what: &str) -> Self {
        let start = span.map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            what: what.trim().to_owned(),
        }
    }

    /// What the TOML reader says.
    #[must_use]
    pub fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let marked = message
            .split_once(MARK)
            .and_then(|(_, rest)| rest.split_once(MARK))
            .and_then(|(start, what)| Some((start.parse::<usize>().ok()?, what)));
        match marked {
            Some((start, what)) => Self::at(file, text, Some(start..start), what),
            None => Self::at(file, text, error.span(), message),
        }
    }
}

/// Encloses the offset in an error of ours: the TOML reader knows the place of a wrong word, but
/// for a table that is refused as a whole only that of the list around it.
const MARK: char = '\u{1}';

/// Reads a raw table and checks it, keeping its place for the error.
///
/// # Errors
/// What the raw form or the check says.
pub fn located<'de, D, R, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    R: Deserialize<'de>,
    T: TryFrom<R, Error = String>,
{
    let raw = toml::Spanned::<R>::deserialize(deserializer)?;
    let start = raw.span().start;
    T::try_from(raw.into_inner())
        .map_err(|what| serde::de::Error::custom(format!("{MARK}{start}{MARK}{what}")))
}
