//! Rows without quotes, cell by cell in one pass: nearly all rows of nearly all files.

use super::splitter::{ROW_MAX, too_large};
use crate::employer_files::grid::Cells;
use crate::employer_files::raw::Stop;

/// Whole rows, each with its end of line (LF or CRLF), and no quote in them.
pub(super) struct PlainRows<'a> {
    pub(super) text: &'a str,
    pub(super) delimiter: u8,
    /// The row before the first of these.
    pub(super) row: u32,
}

impl<'a> PlainRows<'a> {
    /// None after `row`.
    pub(super) fn none(row: u32) -> Self {
        Self {
            text: "",
            delimiter: b',',
            row,
        }
    }

    /// Hands each row with its number to `each`.
    pub(super) fn walk(
        &self,
        mut each: impl FnMut(u32, &Cells<'a>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let bytes = self.text.as_bytes();
        let mut cells = Cells::new();
        let (mut row, mut row_start, mut from) = (self.row, 0, 0);
        // Few bytes are less; the digits are where the delimiter is a semicolon.
        let ordinary = if self.delimiter < b'-' { b'-' } else { b'<' };
        let (words, tail) = bytes.as_chunks::<8>();
        let mut last = [0xFF; 8];
        for (to, byte) in last.iter_mut().zip(tail) {
            *to = *byte;
        }
        for (place, word) in words.iter().chain([&last]).enumerate() {
            let word = u64::from_le_bytes(*word);
            let mut hits = less_than(ordinary, word);
            while hits != 0 {
                let bits = hits.trailing_zeros() & !7;
                hits &= hits.wrapping_sub(1);
                let at = place * 8 + (bits / 8) as usize;
                let byte = (word >> bits) as u8;
                if byte == self.delimiter {
                    cells.push(self.text.get(from..at).unwrap_or_default());
                } else if byte == b'\n' {
                    let cell = self.text.get(from..at).unwrap_or_default();
                    let cell = cell.strip_suffix('\r').unwrap_or(cell);
                    cells.push(cell);
                    row = row.saturating_add(1);
                    if from + cell.len() - row_start > ROW_MAX {
                        return Err(too_large(row));
                    }
                    row_start = at + 1;
                    each(row, &cells)?;
                    cells.clear();
                } else {
                    continue;
                }
                from = at + 1;
            }
        }
        Ok(())
    }
}

/// The highest bit of each byte that is less than `limit`, itself at most 80.
fn less_than(limit: u8, word: u64) -> u64 {
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    // With its highest bit set no byte borrows from the next one.
    let not_less = (word | HIGHEST).wrapping_sub(u64::from_le_bytes([limit; 8]));
    !(not_less | word) & HIGHEST
}
