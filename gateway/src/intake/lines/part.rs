//! Numbers and codes of a line as JSON.

use schemas::value::Fen;

/// Bytes of the longest run of numbers and codes: a type of document, its number, an account, a
/// bank, a branch, two amounts, with quotes and commas; and what a last number is written over.
const PART_BYTES: usize = 4 + (30 + 3) + (32 + 3) + (10 + 3) + (12 + 3) + 2 * 21 + 8;

const EIGHT_DIGITS: u64 = 100_000_000;

/// The digits of a number below 100,000,000, one a byte, the first in the lowest: halves of four
/// digits, of two and of one, each step for all halves at once.
fn eight_digits(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // Rounded quotients: exact for every number of four digits, below of two.
    let high = ((fours * 10_486) >> 20) & 0x7F_0000_007F;
    let twos = high | ((fours - 100 * high) << 16);
    let tens = ((twos * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | ((twos - 10 * tens) << 8)
}

/// Numbers and codes that stand together, each with the comma behind it: their length is bounded
/// by their types, and they are copied to the text in one piece.
pub(super) struct Part {
    bytes: [u8; PART_BYTES],
    at: usize,
}

impl Default for Part {
    fn default() -> Self {
        Self {
            bytes: [0; PART_BYTES],
            at: 0,
        }
    }
}

impl Part {
    fn all(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        if let Some(room) = self.bytes.get_mut(self.at..end) {
            room.copy_from_slice(bytes);
            self.at = end;
        }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.all(&[byte]);
    }

    /// Decimal digits without leading zeros, and a comma.
    pub(super) fn number(&mut self, number: u64) {
        self.digits(number);
        self.byte(b',');
    }

    fn digits(&mut self, number: u64) {
        let (high, low) = (number / EIGHT_DIGITS, number % EIGHT_DIGITS);
        let digits = eight_digits(low);
        let zeros = match high {
            0 => (digits.trailing_zeros() / 8).min(7),
            _ => {
                self.digits(high);
                0
            }
        };
        let text = (digits | u64::from_le_bytes([b'0'; 8])) >> (8 * zeros);
        // All eight bytes in one step; what is behind the digits is written over.
        let end = self.at + 8;
        if let Some(room) = self.bytes.get_mut(self.at..end) {
            room.copy_from_slice(&text.to_le_bytes());
            self.at = end - zeros as usize;
        }
    }

    pub(super) fn amount(&mut self, amount: Option<Fen>) {
        let Some(Fen(fen)) = amount else {
            return self.all(b"null,");
        };
        if fen < 0 {
            self.byte(b'-');
        }
        self.number(fen.unsigned_abs());
    }

    /// A code without a character that JSON escapes.
    pub(super) fn code(&mut self, code: Option<&[u8]>) {
        let Some(code) = code else {
            return self.all(b"null,");
        };
        self.byte(b'"');
        self.all(code);
        self.all(b"\",");
    }

    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        debug_assert!(self.at <= PART_BYTES, "the types bound every length");
        out.extend_from_slice(self.bytes.get(..self.at).unwrap_or_default());
        self.at = 0;
    }
}
