//! A place of a packet head that says in which character set the message is.

use super::{Slot, Source};
use crate::definition::dialect::CharsetWord;
use schemas::text::Charset;
use std::collections::BTreeMap;

/// The bank's text for each character set.
pub type Words = BTreeMap<CharsetWord, String>;

/// The text for a character set.
#[must_use]
pub(super) fn word(words: &Words, charset: Charset) -> Option<&str> {
    let mut words = words.iter();
    let (_, text) = words.find(|(word, _)| word.charset() == charset)?;
    Some(text)
}

/// The character set that a head of fixed width names; `None` where it has no place for one.
///
/// # Errors
/// Another text stands there than the definition has.
pub fn named(slots: &[Slot], head: &[u8]) -> Result<Option<Charset>, &'static str> {
    let mut at = 0;
    for slot in slots {
        let width = slot.width.unwrap_or_default();
        if let Source::Charset(words) = &slot.source {
            let text = head.get(at..at + width).unwrap_or_default();
            let mut words = words.iter();
            let found = words.find(|(_, own)| own.as_bytes() == text);
            let (word, _) = found.ok_or("a fixed text is another one")?;
            return Ok(Some(word.charset()));
        }
        at += width;
    }
    Ok(None)
}
