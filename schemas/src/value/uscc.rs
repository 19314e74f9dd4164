//! Unified social credit code, GB 32100-2015.

use super::{InlineText, ValueError};

/// 18 characters: authority, kind, region, organisation code, check character. Not personal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(InlineText<18>);

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

impl Uscc {
    /// Reads a code; spaces around it are dropped, letters become capital.
    ///
    /// # Errors
    /// `Empty`; `Form` for length, a letter outside the alphabet (no I, O, S, V, Z) or a region
    /// that is not digits; `Check` for a wrong check character. The inner check of the
    /// organisation code (GB 11714) is not demanded: codes without it are in use.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let mut code = InlineText::default();
        if !text
            .bytes()
            .all(|byte| code.push(byte.to_ascii_uppercase()))
            || code.len() != 18
        {
            return Err(ValueError::Form);
        }
        let bytes = code.as_bytes();
        if !bytes[2..8].iter().all(u8::is_ascii_digit) {
            return Err(ValueError::Form);
        }
        let first17 = bytes.first_chunk::<17>().ok_or(ValueError::Form)?;
        match Self::check_character(first17) {
            None => Err(ValueError::Form),
            Some(_) if place(bytes[17]).is_none() => Err(ValueError::Form),
            Some(check) if check == bytes[17] => Ok(Self(code)),
            Some(_) => Err(ValueError::Check),
        }
    }

    /// The check character for the first 17, `None` when one of them is not of the alphabet.
    #[must_use]
    pub fn check_character(first17: &[u8; 17]) -> Option<u8> {
        let mut sum = 0;
        for (weight, byte) in WEIGHTS.iter().zip(first17) {
            sum += weight * place(*byte)?;
        }
        ALPHABET.get((31 - sum % 31) % 31).copied()
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Digits 3 to 8: the region of registration (GB/T 2260).
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.as_str().get(2..8).unwrap_or_default()
    }
}

fn place(byte: u8) -> Option<usize> {
    ALPHABET.iter().position(|letter| *letter == byte)
}

impl std::fmt::Debug for Uscc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Uscc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
