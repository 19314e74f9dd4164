//! One value of a known key: its text, kept by its digits.

use serde_json::value::RawValue;

/// What stands after a key.
pub(super) enum Leaf {
    /// `null`.
    Absent,
    /// A text, or a number by its digits.
    Text(String),
    /// `true`, `false`, an object or an array, as it begins.
    Other(String),
}

/// Characters kept of a value that is of the wrong type.
const OTHER_CHARS_MAX: usize = 60;

impl Leaf {
    pub(super) fn of(raw: &RawValue) -> Self {
        let text = raw.get();
        match text.as_bytes().first() {
            // Half of a surrogate pair is a character that a program lost.
            Some(b'"') => Self::Text(serde_json::from_str(text).unwrap_or_else(|_| lossy(text))),
            Some(b'0'..=b'9' | b'-') => Self::Text(text.to_owned()),
            Some(b'n') => Self::Absent,
            Some(_) | None => Self::Other(text.chars().take(OTHER_CHARS_MAX).collect()),
        }
    }

    /// Whether a key that nobody reads carries anything.
    pub(super) fn carries_data(&self) -> bool {
        match self {
            Self::Absent => false,
            Self::Text(text) => !text.trim().is_empty(),
            Self::Other(_) => true,
        }
    }
}

/// A text whose escapes name half a character: U+FFFD stands for what can't be read.
fn lossy(quoted: &str) -> String {
    let bare = quoted.trim_matches('"');
    let mut pieces = bare.split("\\u");
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push(char::REPLACEMENT_CHARACTER);
        text.push_str(piece.get(4..).unwrap_or_default());
    }
    text
}
