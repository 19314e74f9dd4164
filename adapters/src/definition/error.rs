//! Why a definition is refused.

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
        Self::at(file, text, error.span(), error.message())
    }
}
