//! One value of a known key: its text, kept by its digits.

use serde_json::value::RawValue;

/// What stands after a key.
pub(super) enum Leaf {
    /// `null`.
    Absent,
    /// A text, or a number by its digits.
    Text(String),
    /// `true`, `false`, an object or an array.
    Other,
}

impl Leaf {
    pub(super) fn of(raw: &RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str(text).map_or(Self::Other, Self::Text),
            Some(b'0'..=b'9' | b'-') => Self::Text(text.to_owned()),
            Some(b'n') => Self::Absent,
            Some(_) | None => Self::Other,
        }
    }

    /// Whether a key that nobody reads carries anything.
    pub(super) fn carries_data(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Text(text) => !text.trim().is_empty(),
            Self::Other => true,
        }
    }
}
