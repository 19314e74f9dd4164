//! Money: whole fen in an `i64`, never a float.

use super::{ValueError, narrow, trimmed};

/// An amount of CNY in fen (1 yuan = 100 fen).
///
/// Range ±92 quadrillion yuan; every sum is checked. A payable amount is positive; sums may be
/// zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads yuan as people write them: `6523.50`, `6523.5`, `6523`, `1,234.50`, full-width
    /// digits and separators.
    ///
    /// # Errors
    /// `Empty` for nothing; `Form` for a sign, an exponent, a third decimal, a comma that does
    /// not group by three, a currency mark or any other character; `Overflow` beyond the range.
    pub fn parse_yuan(text: &str) -> Result<Self, ValueError> {
        match plain(text.as_bytes()) {
            Some(amount) => Ok(amount),
            None => Self::parse_written(text),
        }
    }

    /// As people write it; the same as [`Fen::parse_yuan`] for the plain form.
    pub(super) fn parse_written(text: &str) -> Result<Self, ValueError> {
        if text.is_ascii() {
            return parse_ascii(text.trim_ascii().as_bytes());
        }
        // A full-width sign or letter is none of an amount's either way.
        let narrowed: String = trimmed(text).chars().map(narrow).collect();
        parse_ascii(narrowed.as_bytes())
    }

    /// Reads a whole number of fen: ASCII digits only.
    ///
    /// # Errors
    /// `Empty`, `Form` or `Overflow` as for yuan.
    pub fn parse_fen(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        text.bytes().try_fold(0, push_digit).map(Self)
    }

    /// The amount if it can be paid.
    ///
    /// # Errors
    /// `NotPositive` for zero and below.
    pub fn positive(self) -> Result<Self, ValueError> {
        if self.0 > 0 {
            Ok(self)
        } else {
            Err(ValueError::NotPositive)
        }
    }

    /// Sum, `None` on overflow.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Difference, `None` on overflow.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Yuan with exactly two decimals, no grouping: `13603.50`.
    #[must_use]
    pub fn yuan(self) -> String {
        self.written(|yuan| yuan.to_string())
    }

    /// Yuan with exactly two decimals and thousands separated, for people: `13,603.50`.
    #[must_use]
    pub fn yuan_grouped(self) -> String {
        self.written(grouped)
    }

    fn written(self, yuan: impl FnOnce(u64) -> String) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", yuan(magnitude / 100), magnitude % 100)
    }
}

impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.yuan())
    }
}

/// A number with thousands separated: `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn push_digit(total: i64, byte: u8) -> Result<i64, ValueError> {
    if !byte.is_ascii_digit() {
        return Err(ValueError::Form);
    }
    total
        .checked_mul(10)
        .and_then(|tens| tens.checked_add(i64::from(byte - b'0')))
        .ok_or(ValueError::Overflow)
}

/// Digits, a point and two digits, as programs write amounts; `None` for anything else and for
/// what might not fit.
fn plain(text: &[u8]) -> Option<Fen> {
    let [whole @ .., b'.', tenths, hundredths] = text else {
        return None;
    };
    if !(1..=15).contains(&whole.len()) {
        return None;
    }
    let mut fen = 0i64;
    let mut digits = true;
    for byte in whole.iter().chain([tenths, hundredths]) {
        let digit = byte.wrapping_sub(b'0');
        digits &= digit < 10;
        fen = fen.wrapping_mul(10).wrapping_add(i64::from(digit));
    }
    digits.then_some(Fen(fen))
}

fn parse_ascii(text: &[u8]) -> Result<Fen, ValueError> {
    if text.is_empty() {
        return Err(ValueError::Empty);
    }
    let point = text
        .iter()
        .position(|byte| *byte == b'.')
        .unwrap_or(text.len());
    let (whole, rest) = text.split_at(point);
    let decimals = rest.get(1..).unwrap_or_default();
    if whole.is_empty() || decimals.len() > 2 || (!rest.is_empty() && decimals.is_empty()) {
        return Err(ValueError::Form);
    }
    let yuan = parse_whole(whole)?;
    let mut fen = yuan;
    for place in 0..2 {
        fen = push_digit(fen, decimals.get(place).copied().unwrap_or(b'0'))?;
    }
    Ok(Fen(fen))
}

/// Digits, with commas only where they group by three from the right.
fn parse_whole(whole: &[u8]) -> Result<i64, ValueError> {
    let grouped = whole.contains(&b',');
    // Groups of three from the right: the first has one to three digits, so the length with the
    // commas is never a multiple of four.
    if grouped && whole.len().is_multiple_of(4) {
        return Err(ValueError::Form);
    }
    let mut total = 0;
    for (at, byte) in whole.iter().enumerate() {
        let comma_expected = grouped && at > 0 && (whole.len() - at).is_multiple_of(4);
        match (byte, comma_expected) {
            (b',', true) => {}
            (b',', false) | (_, true) => return Err(ValueError::Form),
            (digit, false) => total = push_digit(total, *digit)?,
        }
    }
    Ok(total)
}
