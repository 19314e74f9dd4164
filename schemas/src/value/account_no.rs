//! Bank account and card numbers.

use super::{InlineText, Purpose, ValueError, narrow};

/// A payee's or payer's account: 8 to 32 digits. Personal: prints masked (first 6, last 4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountNo(InlineText<32>);

impl AccountNo {
    /// Reads digits after removing spaces and hyphens; full-width digits are folded.
    ///
    /// # Errors
    /// `Empty` for nothing, `Form` for another character or a length outside 8 to 32.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match InlineText::digits(text.as_bytes()) {
            Some(digits) => Self::of_length(digits),
            None => Self::parse_written(text),
        }
    }

    /// As people write it; the same as [`AccountNo::parse`] for what is digits alone.
    pub(super) fn parse_written(text: &str) -> Result<Self, ValueError> {
        let mut digits = InlineText::default();
        for character in text.chars() {
            let byte = match narrow(character) {
                digit @ '0'..='9' => digit as u8,
                _ if Self::groups_digits(character) => continue,
                _ => return Err(ValueError::Form),
            };
            if !digits.push(byte) {
                return Err(ValueError::Form);
            }
        }
        Self::of_length(digits)
    }

    /// Whether people write it between the digits to group them: it is none of the number.
    pub(crate) fn groups_digits(character: char) -> bool {
        matches!(narrow(character), ' ' | '-' | '\u{3000}' | '\t')
    }

    fn of_length(digits: InlineText<32>) -> Result<Self, ValueError> {
        match digits.len() {
            0 => Err(ValueError::Empty),
            8..=32 => Ok(Self(digits)),
            _ => Err(ValueError::Form),
        }
    }

    /// The digits in clear.
    #[must_use]
    pub fn reveal(&self, _purpose: Purpose) -> &str {
        self.0.as_str()
    }

    /// The same as bytes, all ASCII.
    #[must_use]
    pub fn reveal_bytes(&self, _purpose: Purpose) -> &[u8] {
        self.0.as_bytes()
    }

    /// The digits as bytes, for indexes and checks of this crate.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// First 6 and last 4 digits of 16 or more, of shorter numbers a quarter at each end; stars
    /// between.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(self.0.as_str(), 6, 4)
    }

    /// The number of digits.
    #[must_use]
    pub fn digits(&self) -> usize {
        self.0.len()
    }

    /// Whether the Luhn check applies (a card: 16 to 19 digits that begin with 3 to 6 or 9) and
    /// fails. A warning, never an error: bankbooks share the lengths.
    #[must_use]
    pub fn luhn_suspicious(&self) -> bool {
        self.like_a_card() && !luhn_holds(self.0.as_bytes())
    }

    /// Length and first digit of a card: bankbooks share the lengths.
    pub(crate) fn like_a_card(&self) -> bool {
        let digits = self.0.as_bytes();
        (16..=19).contains(&digits.len()) && matches!(digits.first(), Some(b'3'..=b'6' | b'9'))
    }
}

/// The Luhn check over ASCII digits (ISO/IEC 7812-1 annex B).
#[must_use]
pub fn luhn_holds(digits: &[u8]) -> bool {
    let value = |byte: &u8| u32::from(byte.wrapping_sub(b'0'));
    let mut sum = 0u32;
    for pair in digits.rchunks(2) {
        let (doubled, single) = match pair {
            [doubled, single] => (value(doubled), value(single)),
            [single] => (0, value(single)),
            _ => (0, 0),
        };
        let carry = if doubled > 4 { 9 } else { 0 };
        sum = sum.wrapping_add(single + doubled * 2 - carry);
    }
    sum.is_multiple_of(10)
}

/// Fewer hidden characters than this could be guessed.
const HIDDEN_MIN: usize = 6;

/// Keeps `head` and `tail` characters where at least six stay hidden, else a quarter at each
/// end.
pub(super) fn mask(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    let (head, tail) = if head + tail + HIDDEN_MIN <= count {
        (head, tail)
    } else {
        (count / 4, count / 4)
    };
    text.chars()
        .enumerate()
        .map(|(at, character)| {
            if at < head || at >= count - tail {
                character
            } else {
                '*'
            }
        })
        .collect()
}

impl std::fmt::Debug for AccountNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::fmt::Display for AccountNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}
