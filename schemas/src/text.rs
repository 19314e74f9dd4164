//! Character sets: strict both ways. Nothing is ever replaced, no byte order mark is obeyed
//! except by the file detector that looks for one.

mod pairs;
#[cfg(test)]
mod tests;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8};
use std::borrow::Cow;

/// A character set that a file or a bank uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// GBK: two-byte hanzi, no four-byte codes.
    Gbk,
    /// GB18030: all of Unicode.
    Gb18030,
    /// GB2312 as its 1980 table: 6763 hanzi and 682 signs, in the codes that GBK has for them.
    Gb2312,
}

/// The first place where text or bytes do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharsetError {
    /// A byte sequence that the character set does not have.
    #[error("ill-formed bytes at offset {offset}")]
    IllFormed {
        /// Offset of the sequence in the input.
        offset: usize,
    },
    /// A character that the character set does not have.
    #[error("character U+{:04X} is not in the character set", u32::from(*character))]
    Unmappable {
        /// The character.
        character: char,
    },
}

/// `bytes` as UTF-8, else the offset of the first bad sequence: what `std::str::from_utf8` says,
/// several times faster where most is not ASCII.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, usize> {
    match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(Cow::Borrowed(text)) => Ok(text),
        Some(Cow::Owned(_)) | None => Err(Encoding::utf8_valid_up_to(bytes)),
    }
}

impl Charset {
    /// The usual name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gbk => "GBK",
            Self::Gb18030 => "GB18030",
            Self::Gb2312 => "GB2312",
        }
    }

    fn table(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Gbk | Self::Gb2312 => GBK,
            Self::Gb18030 => GB18030,
        }
    }

    /// Decodes all of `bytes`; borrows where nothing changes.
    ///
    /// # Errors
    /// `IllFormed` with the offset of the first bad sequence; in GBK and GB2312 a four-byte code
    /// is bad as well.
    pub fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, CharsetError> {
        if self == Self::Utf8 {
            return utf8(bytes)
                .map(Cow::Borrowed)
                .map_err(|offset| CharsetError::IllFormed { offset });
        }
        if let Some(offset) = self.first_ill_formed(bytes) {
            return Err(CharsetError::IllFormed { offset });
        }
        self.table()
            .decode_without_bom_handling_and_without_replacement(bytes)
            .ok_or(CharsetError::IllFormed {
                offset: bytes.len(),
            })
    }

    /// Length in bytes of `text` in this character set.
    ///
    /// # Errors
    /// `Unmappable` with the first character that it lacks.
    pub fn byte_len(self, text: &str) -> Result<usize, CharsetError> {
        match self {
            Self::Utf8 => Ok(text.len()),
            _ if text.is_ascii() => Ok(text.len()),
            Self::Gbk | Self::Gb2312 | Self::Gb18030 => match pairs::byte_len(self, text) {
                Some(bytes) => Ok(bytes),
                None => self.encode(text).map(|bytes| bytes.len()),
            },
        }
    }

    /// Encodes `text`; borrows where nothing changes.
    ///
    /// # Errors
    /// `Unmappable` with the first character that it lacks: nothing is replaced by `?` or by a
    /// character reference.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, CharsetError> {
        if self == Self::Utf8 || text.is_ascii() {
            return Ok(text.as_bytes().into());
        }
        let (bytes, _, unmappable) = self.table().encode(text);
        let fits = !unmappable && self.first_ill_formed(&bytes).is_none();
        if fits {
            Ok(bytes)
        } else {
            Err(self.first_unmappable(text))
        }
    }

    /// Whether every character of `text` is in this character set.
    #[must_use]
    pub fn holds(self, text: &str) -> bool {
        self.byte_len(text).is_ok()
    }

    fn first_unmappable(self, text: &str) -> CharsetError {
        let mut buffer = [0; 4];
        let character = text
            .chars()
            .find(|character| {
                let one = character.encode_utf8(&mut buffer);
                let (bytes, _, unmappable) = self.table().encode(one);
                unmappable || self.first_ill_formed(&bytes).is_some()
            })
            .unwrap_or(char::REPLACEMENT_CHARACTER);
        CharsetError::Unmappable { character }
    }

    /// Walks the bytes by the set's own structure. The decoders are laxer: they read the four-byte
    /// codes of GB18030 in a file that says GBK, and 0x80 as the euro sign.
    fn first_ill_formed(self, bytes: &[u8]) -> Option<usize> {
        let mut at = Encoding::ascii_valid_up_to(bytes);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let length = self.sequence_length(rest);
            if length == 0 {
                return Some(at);
            }
            at += length;
            // Hanzi stand together, and so do digits: the scan for ASCII is asked at the change.
            if rest.get(length).is_some_and(u8::is_ascii) {
                at += rest.get(length..).map_or(0, Encoding::ascii_valid_up_to);
            }
        }
        None
    }

    /// Length of the character of several bytes at the head of `bytes`, 0 where the set has none
    /// there.
    fn sequence_length(self, bytes: &[u8]) -> usize {
        let first4 = |b1, b2| match bytes.get(2..4) {
            Some([b3 @ 0x81..=0xFE, b4 @ 0x30..=0x39]) => four_bytes_map([b1, b2, *b3, *b4]),
            Some(_) | None => false,
        };
        match bytes {
            [lead, trail, ..] if self == Self::Gb2312 => 2 * usize::from(in_gb2312(*lead, *trail)),
            // Each such pair is in the table of the encoding standard.
            [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => 2,
            [b1 @ 0x81..=0xFE, b2 @ 0x30..=0x39, ..]
                if self == Self::Gb18030 && first4(*b1, *b2) =>
            {
                4
            }
            _ => 0,
        }
    }
}

/// Whether a four-byte code has a character: the ranges of GB 18030 for the first plane and the
/// other ones, as the encoding standard counts them.
fn four_bytes_map([b1, b2, b3, b4]: [u8; 4]) -> bool {
    let place = |byte: u8, first: u8| u32::from(byte.wrapping_sub(first));
    let pages = place(b1, 0x81) * 10 + place(b2, 0x30);
    let pointer = (pages * 126 + place(b3, 0x81)) * 10 + place(b4, 0x30);
    matches!(pointer, 0..=39_419 | 189_000..=1_237_575)
}

/// Whether a pair is of the table of 1980: 682 signs in rows 1 to 9, 6763 hanzi in rows 16 to 87.
fn in_gb2312(lead: u8, trail: u8) -> bool {
    match (lead, trail) {
        // The last hanzi of the first level is D7F9.
        (0xD7, 0xFA..=0xFE) => false,
        (0xB0..=0xF7, 0xA1..=0xFE) => true,
        (0xA1 | 0xA3, 0xA1..=0xFE) => true,
        (0xA2, 0xB1..=0xE2 | 0xE5..=0xEE | 0xF1..=0xFC) => true,
        (0xA4, 0xA1..=0xF3) => true,
        (0xA5, 0xA1..=0xF6) => true,
        (0xA6, 0xA1..=0xB8 | 0xC1..=0xD8) => true,
        (0xA7, 0xA1..=0xC1 | 0xD1..=0xF1) => true,
        (0xA8, 0xA1..=0xBA | 0xC5..=0xE9) => true,
        (0xA9, 0xA4..=0xEF) => true,
        _ => false,
    }
}
