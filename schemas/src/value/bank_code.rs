//! Our code of a bank: ICBC, WZCB, YWRCB.

use super::{InlineText, ValueError};

/// 2 to 10 capital letters and digits. That the bank exists is the code list's word
/// (`codes::banks`), not this type's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCode(InlineText<10>);

impl BankCode {
    /// Reads a code in any letter case, spaces around it dropped.
    ///
    /// # Errors
    /// `Empty` or `Form`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let mut code = InlineText::default();
        for byte in text.bytes() {
            if !byte.is_ascii_alphanumeric() || !code.push(byte.to_ascii_uppercase()) {
                return Err(ValueError::Form);
            }
        }
        match code.len() {
            0 => Err(ValueError::Empty),
            1 => Err(ValueError::Form),
            _ => Ok(Self(code)),
        }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Debug for BankCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for BankCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
