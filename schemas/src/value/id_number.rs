//! Identity documents: the resident number of GB 11643 and others by shape.

use super::account_no::mask;
use super::{InlineText, Purpose, ValueError, narrow, trimmed};
use std::borrow::Cow;

/// Kind of identity document, 01 to 17 of the national worker platform's list (证件类型);
/// 01 is the resident identity card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdType(u8);

const CODES: [&str; 17] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
    "17",
];

impl IdType {
    /// 居民身份证.
    pub const RESIDENT: Self = Self(1);

    /// Reads `01` to `17` (one digit is taken as well); empty is 01.
    ///
    /// # Errors
    /// `Form` for anything else.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let digit = |byte: u8| byte.wrapping_sub(b'0');
        let number = match trimmed(text).as_bytes() {
            [] => return Ok(Self::RESIDENT),
            [one] if one.is_ascii_digit() => digit(*one),
            [ten, one] if ten.is_ascii_digit() && one.is_ascii_digit() => {
                digit(*ten) * 10 + digit(*one)
            }
            [..] => return Err(ValueError::Form),
        };
        match number {
            1..=17 => Ok(Self(number)),
            _ => Err(ValueError::Form),
        }
    }

    /// The number 1 to 17.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The number in two digits, `01` to `17`.
    #[must_use]
    pub fn code(self) -> &'static str {
        let before = usize::from(self.0.saturating_sub(1));
        CODES.get(before).copied().unwrap_or_default()
    }
}

impl std::fmt::Display for IdType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// A document number. Type 01: 18 characters of GB 11643-1999 with a real birth date and the
/// check character; other types: 4 to 30 letters, digits, `(`, `)`, `-`. Personal: prints masked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber(InlineText<30>);

const WEIGHTS: [u16; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [u8; 11] = *b"10X98765432";

/// Each byte of a number as it is kept, letters capital; 0 for one that no number has.
const KEPT: [u8; 256] = {
    let mut kept = [0; 256];
    let mut at = 0;
    while at < kept.len() {
        let byte = at as u8;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'(' | b')' | b'-') {
            kept[at] = byte.to_ascii_uppercase();
        }
        at += 1;
    }
    kept
};

impl IdNumber {
    /// Reads a number of the given type; spaces around it are dropped, letters become capital,
    /// full-width forms plain, as in accounts and amounts.
    ///
    /// # Errors
    /// `Empty`; `Form` for length or characters; `Date` for a birth date that no calendar has;
    /// `Check` for a wrong check character. The address code is held against the list of
    /// provinces only: a number keeps the county code of its day.
    pub fn parse(kind: IdType, text: &str) -> Result<Self, ValueError> {
        match resident(text.as_bytes()) {
            Some(number) if kind == IdType::RESIDENT => Ok(Self(number)),
            Some(_) | None => Self::parse_written(kind, text),
        }
    }

    /// As people write it; the same as [`IdNumber::parse`] for what is right as it stands.
    pub(super) fn parse_written(kind: IdType, text: &str) -> Result<Self, ValueError> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let number = InlineText::through(&KEPT, text.as_bytes());
        let number = number.or_else(|| narrowed(text)).ok_or(ValueError::Form)?;
        if kind == IdType::RESIDENT {
            check_resident(number.as_bytes())?;
        } else if number.len() < 4 {
            return Err(ValueError::Form);
        }
        Ok(Self(number))
    }

    /// Year, month and day of birth in a resident's number, `YYYYMMDD`; other kinds of numbers
    /// may have anything there, or nothing.
    pub(crate) fn birth_date(&self) -> Option<[u8; 8]> {
        let bytes: &[u8] = self.0.as_bytes().get(6..14)?;
        bytes.try_into().ok()
    }

    /// The number in clear.
    #[must_use]
    pub fn reveal(&self, _purpose: Purpose) -> &str {
        self.0.as_str()
    }

    /// The same as bytes, all ASCII.
    #[must_use]
    pub fn reveal_bytes(&self, _purpose: Purpose) -> &[u8] {
        self.0.as_bytes()
    }

    /// The number as people are compared by it: without brackets and hyphens, and a resident's
    /// number of 15 digits (before 1999) as the one of 18 that took its place (GB 11643-1999: the
    /// century 19 and the check character). In every other number nothing changes.
    #[must_use]
    pub fn comparable(&self, _purpose: Purpose) -> Cow<'_, [u8]> {
        let written = self.0.as_bytes();
        let plain = |all, byte: &u8| all & byte.is_ascii_alphanumeric();
        if written.len() != 15 && written.iter().fold(true, plain) {
            return Cow::Borrowed(written);
        }
        let kept: Vec<u8> = written
            .iter()
            .copied()
            .filter(u8::is_ascii_alphanumeric)
            .collect();
        Cow::Owned(widened(&kept).unwrap_or(kept))
    }

    /// First 6 and last 4 characters of 16 or more, of shorter numbers a quarter at each end;
    /// stars between.
    #[must_use]
    pub fn masked(&self) -> String {
        mask(self.0.as_str(), 6, 4)
    }

    /// The check character for 17 digits, as the generator of test people needs it.
    #[must_use]
    pub fn check_character(first17: &[u8; 17]) -> u8 {
        let sum = WEIGHTS
            .iter()
            .zip(first17)
            .map(|(w, d)| w.wrapping_mul(u16::from(d.wrapping_sub(b'0'))))
            .fold(0, u16::wrapping_add);
        CHECKS[(sum % 11) as usize]
    }
}

/// A number that is typed full-width, in whole or in part.
#[cold]
fn narrowed(text: &str) -> Option<InlineText<30>> {
    let mut narrowed = InlineText::default();
    let all = text.chars().all(|c| {
        let byte = u8::try_from(narrow(c)).map_or(0, |byte| KEPT[usize::from(byte)]);
        byte != 0 && narrowed.push(byte)
    });
    all.then_some(narrowed)
}

/// The number of 18 characters of one of 15 digits; `None` for what was never a resident's number.
fn widened(old: &[u8]) -> Option<Vec<u8>> {
    let (place, rest) = old.split_at_checked(6)?;
    if old.len() != 15 || !old.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let first17: [u8; 17] = [place, b"19", rest].concat().try_into().ok()?;
    let mut number = first17.to_vec();
    number.push(IdNumber::check_character(&first17));
    check_resident(&number).is_ok().then_some(number)
}

/// A resident number with nothing wrong and nothing to change; `None` for anything else.
fn resident(text: &[u8]) -> Option<InlineText<30>> {
    let number: &[u8; 18] = text.try_into().ok()?;
    let first17: &[u8; 17] = number.first_chunk()?;
    let digits = first17.map(|byte| byte.wrapping_sub(b'0'));
    if !digits.iter().fold(true, |all, digit| all & (*digit < 10)) {
        return None;
    }
    let pair = |at: usize| u16::from(digits[at]) * 10 + u16::from(digits[at + 1]);
    let right = province_known(&number[..2])
        && date_exists(pair(6) * 100 + pair(8), pair(10), pair(12))
        && IdNumber::check_character(first17) == number[17];
    right.then(|| InlineText::of_ascii(number)).flatten()
}

fn check_resident(number: &[u8]) -> Result<(), ValueError> {
    let first17: &[u8; 17] = number
        .first_chunk()
        .filter(|first| number.len() == 18 && first.iter().all(u8::is_ascii_digit))
        .ok_or(ValueError::Form)?;
    if !province_known(&number[..2]) {
        return Err(ValueError::Form);
    }
    let digits = |range: std::ops::Range<usize>| {
        number[range]
            .iter()
            .fold(0u16, |total, d| total * 10 + u16::from(d - b'0'))
    };
    if !date_exists(digits(6..10), digits(10..12), digits(12..14)) {
        return Err(ValueError::Date);
    }
    if IdNumber::check_character(first17) == number[17] {
        Ok(())
    } else {
        Err(ValueError::Check)
    }
}

/// Province prefixes of GB/T 2260 and 81, 82, 83 for residence permits of Hong Kong, Macau and
/// Taiwan people, which use the same form; 91 for foreigners' permanent residence.
fn province_known(prefix: &[u8]) -> bool {
    matches!(
        prefix,
        [b'1', b'1'..=b'5']
            | [b'2', b'1'..=b'3']
            | [b'3', b'1'..=b'7']
            | [b'4', b'1'..=b'6']
            | [b'5', b'0'..=b'4']
            | [b'6', b'1'..=b'5']
            | [b'7', b'1']
            | [b'8', b'1'..=b'3']
            | [b'9', b'1']
    )
}

fn date_exists(year: u16, month: u16, day: u16) -> bool {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1850..=2199).contains(&year) && (1..=days).contains(&day)
}

impl std::fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::fmt::Display for IdNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.masked())
    }
}
