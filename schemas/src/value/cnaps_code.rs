//! 联行号: the 12-digit bank number of the payment systems.

use super::{InlineText, ValueError, trimmed};

/// 3-digit bank class, 4-digit area, 4-digit branch, check digit (ISO 7064 MOD 11,10).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CnapsCode(InlineText<12>);

impl CnapsCode {
    /// Reads 12 digits, spaces around them dropped. The area digits are not held against a
    /// list: none is complete.
    ///
    /// # Errors
    /// `Empty`, `Form` or `Check`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let code = InlineText::new(text).ok_or(ValueError::Form)?;
        let digits: &[u8; 12] = code.as_bytes().try_into().map_err(|_| ValueError::Form)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(ValueError::Form);
        }
        if Self::check_digit(&digits[..11]) == digits[11] {
            Ok(Self(code))
        } else {
            Err(ValueError::Check)
        }
    }

    /// The check digit for the first 11 digits.
    #[must_use]
    pub fn check_digit(first11: &[u8]) -> u8 {
        let mut product = 10u32;
        for digit in first11 {
            let sum = (product + u32::from(digit.wrapping_sub(b'0'))) % 10;
            product = (if sum == 0 { 10 } else { sum } * 2) % 11;
        }
        b'0' + ((11 - product) % 10) as u8
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The first three digits: the bank's class, which names one bank only for some classes.
    #[must_use]
    pub fn class(&self) -> &str {
        self.0.as_str().get(..3).unwrap_or_default()
    }
}

impl std::fmt::Debug for CnapsCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for CnapsCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
