//! The table attached to `BatchLines`: what the book must know of each line without opening
//! anything sealed. 40 bytes a row, little-endian: index u32, row u32, line_no u32, flags u32,
//! amount i64, person 8 bytes, account 8 bytes.
//!
//! `person` and `account` are the first 8 bytes of keyed hashes (journal::seal, fields
//! `id_number` and `account`): equal for equal people, telling nothing without the index key.

/// Bytes of one row.
pub const ROW_BYTES: usize = 40;

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableRow {
    /// Place in the batch, from 1.
    pub index: u32,
    /// Place in the file.
    pub row: u32,
    /// The number as written.
    pub line_no: u32,
    /// Refused at intake.
    pub refused: bool,
    /// Amount in fen; 0 for a refused line.
    pub amount_fen: i64,
    /// Keyed hash of the document number.
    pub person: u64,
    /// Keyed hash of the account.
    pub account: u64,
}

impl TableRow {
    /// Appends the row to a table.
    pub fn write(&self, table: &mut Vec<u8>) {
        let (index, row, line_no) = (self.index, self.row, self.line_no);
        let words = [index, row, line_no, u32::from(self.refused)];
        let longs = [self.amount_fen.cast_unsigned(), self.person, self.account];
        let mut bytes = [0; ROW_BYTES];
        let (of_words, of_longs) = bytes.split_at_mut(size_of_val(&words));
        for (to, word) in of_words.as_chunks_mut().0.iter_mut().zip(words) {
            *to = word.to_le_bytes();
        }
        for (to, long) in of_longs.as_chunks_mut().0.iter_mut().zip(longs) {
            *to = long.to_le_bytes();
        }
        table.extend_from_slice(&bytes);
    }

    /// Reads a table; `None` when its length is not a whole number of rows.
    #[must_use]
    pub fn read_all(table: &[u8]) -> Option<Vec<Self>> {
        Some(Self::each(table)?.collect())
    }

    /// The same, row by row.
    #[must_use]
    pub fn each(table: &[u8]) -> Option<impl ExactSizeIterator<Item = Self>> {
        let (rows, rest) = table.as_chunks::<ROW_BYTES>();
        rest.is_empty().then(|| rows.iter().map(Self::read))
    }

    fn read(row: &[u8; ROW_BYTES]) -> Self {
        let word = |at: usize| u32::from_le_bytes([row[at], row[at + 1], row[at + 2], row[at + 3]]);
        let long = |at: usize| u64::from(word(at)) | (u64::from(word(at + 4)) << 32);
        Self {
            index: word(0),
            row: word(4),
            line_no: word(8),
            refused: word(12) != 0,
            amount_fen: long(16).cast_signed(),
            person: long(24),
            account: long(32),
        }
    }
}
