//! Names of payees, kept as they came.

use super::{Purpose, ValueError, first_forbidden, forbidden, trimmed};

/// A payee's name exactly as written, outer white space dropped, 1 to 120 characters without
/// control characters. Never normalised: 吴 and 吳 are two names. Personal: prints its first
/// character and stars.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// The longest name in characters; the paying bank's own limit, in its bytes, is shorter.
    pub const CHARS_MAX: usize = 120;

    /// Checks a name and borrows it: the door for readers that must not allocate.
    ///
    /// # Errors
    /// `Empty`; `Form` for control characters, line separators, bidirectional overrides or
    /// U+FFFD (the mark of a broken decoding); `Overflow` beyond 120 characters.
    pub fn check(text: &str) -> Result<&str, ValueError> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        if first_forbidden(text).is_some() {
            return Err(ValueError::Form);
        }
        if text.len() > Self::CHARS_MAX && text.chars().count() > Self::CHARS_MAX {
            return Err(ValueError::Overflow);
        }
        Ok(text)
    }

    /// Reads a name.
    ///
    /// # Errors
    /// As [`PersonName::check`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        Self::check(text).map(|name| Self(name.to_owned()))
    }

    /// The name in clear.
    #[must_use]
    pub fn reveal(&self, _purpose: Purpose) -> &str {
        &self.0
    }

    /// The first character and a star for each other one, at most three; a single character is
    /// not shown.
    #[must_use]
    pub fn masked(&self) -> String {
        Self::mask(&self.0)
    }

    /// Masks any text as a name is masked.
    #[must_use]
    pub fn mask(text: &str) -> String {
        let mut characters = text.trim().chars();
        let first = characters.next().filter(|c| !forbidden(*c)).unwrap_or('*');
        let stars = characters.count().min(3);
        if stars == 0 {
            return "*".to_owned();
        }
        std::iter::once(first)
            .chain(std::iter::repeat_n('*', stars))
            .collect()
    }
}

impl std::fmt::Debug for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}
