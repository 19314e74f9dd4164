//! Character sets: strict both ways. Nothing is ever replaced, no byte order mark is obeyed
//! except by the file detector that looks for one.

use encoding_rs::{Encoding, GB18030, GBK, UTF_8};

/// A character set that a file or a bank uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charset {
    /// UTF-8.
    Utf8,
    /// GBK: two-byte hanzi, no four-byte codes.
    Gbk,
    /// GB18030: all of Unicode.
    Gb18030,
    /// GB2312 as its 1980 table: rows 01 to 87 of GBK only.
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
    pub fn decode(self, bytes: &[u8]) -> Result<std::borrow::Cow<'_, str>, CharsetError> {
        if self == Self::Utf8 {
            return std::str::from_utf8(bytes).map(Into::into).map_err(|error| {
                CharsetError::IllFormed {
                    offset: error.valid_up_to(),
                }
            });
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
            Self::Gbk | Self::Gb2312 | Self::Gb18030 => self.encode(text).map(|b| b.len()),
        }
    }

    /// Encodes `text`; borrows where nothing changes.
    ///
    /// # Errors
    /// `Unmappable` with the first character that it lacks: nothing is replaced by `?` or by a
    /// character reference.
    pub fn encode(self, text: &str) -> Result<std::borrow::Cow<'_, [u8]>, CharsetError> {
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
        let mut at = 0;
        while let Some(lead) = bytes.get(at) {
            let step = match (lead, bytes.get(at + 1)) {
                (0..=0x7F, _) => 1,
                (0xB0..=0xF7 | 0xA1..=0xA9, Some(0xA1..=0xFE)) if self == Self::Gb2312 => 2,
                (0x81..=0xFE, Some(0x40..=0x7E | 0x80..=0xFE)) if self != Self::Gb2312 => 2,
                (0x81..=0xFE, Some(0x30..=0x39)) if self == Self::Gb18030 => 4,
                _ => return Some(at),
            };
            let whole = bytes.get(at..at + step);
            if step > 1 && whole.is_none_or(|sequence| !self.sequence_maps(sequence)) {
                return Some(at);
            }
            at += step;
        }
        None
    }

    fn sequence_maps(self, sequence: &[u8]) -> bool {
        // Hanzi rows B0 to F7 with an EUC trail byte are full but for D7FA to D7FE.
        let common = matches!(sequence, [0xB0..=0xD6 | 0xD8..=0xF7, 0xA1..=0xFE]);
        common
            || self
                .table()
                .decode_without_bom_handling_and_without_replacement(sequence)
                .is_some_and(|text| text.chars().count() == 1 && !text.contains('\u{FFFD}'))
    }
}
