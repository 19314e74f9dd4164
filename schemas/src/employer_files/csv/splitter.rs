//! Rows and cells of comma-separated text (RFC 4180), straight from the block buffer.
//!
//! Our own and not the csv crate's: it skips empty rows without counting them, so a clerk's row
//! number is lost; it takes an unclosed quote for a field up to the end of the file, however
//! large; and it can't say where a quote was left open.

use crate::employer_files::csv::plain::PlainRows;
use crate::employer_files::decoded::Decoded;
use crate::employer_files::detect::encoding_invalid;
use crate::employer_files::grid::Cells;
use crate::employer_files::raw::{Stop, size};
use crate::finding::{Finding, FindingCode};
use crate::text::utf8;
use memchr::{memchr, memchr_iter, memchr2, memchr3, memrchr};
use std::io::Read;

/// Bytes of a row.
pub(super) const ROW_MAX: usize = 256 << 10;

/// A row that is longer than any.
pub(super) fn too_large(row: u32) -> Stop {
    let mut finding = Finding::of_file(FindingCode::TooLarge);
    finding.row = Some(row);
    let finding = finding.with("limit", size(ROW_MAX as u64));
    finding.with("reason", "row").into()
}

/// What is wrong with the quotes of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) reason: &'static str,
    pub(super) line_in_file: u64,
    pub(super) column: usize,
}

/// Walks rows.
pub(super) struct Splitter<'s> {
    text: Decoded<'s>,
    buffer: Vec<u8>,
    /// Start of the present row in the buffer.
    start: usize,
    /// End of what was read into the buffer.
    filled: usize,
    /// Bytes of the present row, its end of line left out.
    length: usize,
    /// Bytes of its end of line.
    ending: usize,
    ended: bool,
    row: u32,
    line_in_file: u64,
    next_line_in_file: u64,
    delimiter: Option<u8>,
    /// Cells of a row with quotes, unquoted one after the other, and where each ends.
    unquoted: Vec<u8>,
    ends: Vec<usize>,
    quoted: bool,
    fault: Option<Fault>,
    field_bytes_max: usize,
    /// Bytes of one read.
    block_bytes: usize,
}

impl<'s> Splitter<'s> {
    pub(super) fn new(text: Decoded<'s>, field_bytes_max: usize, block_bytes: usize) -> Self {
        Self {
            text,
            buffer: Vec::new(),
            start: 0,
            filled: 0,
            length: 0,
            ending: 0,
            ended: false,
            row: 0,
            line_in_file: 0,
            next_line_in_file: 1,
            delimiter: None,
            unquoted: Vec::new(),
            ends: Vec::new(),
            quoted: false,
            fault: None,
            field_bytes_max,
            block_bytes,
        }
    }

    /// The row as a spreadsheet counts it, from 1.
    pub(super) fn row(&self) -> u32 {
        self.row
    }

    /// What is wrong with the present row.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.fault
    }

    /// The whole rows that follow the present one as far as they are read already and have
    /// neither a quote nor an end of line other than LF and CRLF; maybe none.
    pub(super) fn plain_rows(&mut self) -> Result<PlainRows<'_>, Stop> {
        self.leave_row();
        if self.start >= self.filled {
            self.more()?;
        }
        let Some(delimiter) = self.delimiter else {
            return Ok(PlainRows::none(self.row));
        };
        let rest = self.buffer.get(self.start..self.filled).unwrap_or_default();
        let end = memchr(b'"', rest).unwrap_or(rest.len());
        let before_quote = rest.get(..end).unwrap_or_default();
        let lone = |at: &usize| rest.get(at + 1) != Some(&b'\n');
        let end = memchr_iter(b'\r', before_quote).find(lone).unwrap_or(end);
        let rows = rest.get(..end).unwrap_or_default();
        let end = memrchr(b'\n', rows).map_or(0, |at| at + 1);
        Ok(PlainRows {
            // What is no UTF-8 is refused row by row, where its place is known.
            text: utf8(rest.get(..end).unwrap_or_default()).unwrap_or_default(),
            delimiter,
            row: self.row,
        })
    }

    /// Passes over so many bytes and rows that were taken as plain rows.
    pub(super) fn pass(&mut self, bytes: usize, rows: u32) {
        self.start += bytes;
        self.row = self.row.saturating_add(rows);
        self.next_line_in_file += u64::from(rows);
    }

    fn leave_row(&mut self) {
        self.start += self.length + self.ending;
        (self.length, self.ending) = (0, 0);
    }

    /// Goes to the next row, an empty one too; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, Stop> {
        self.leave_row();
        (self.quoted, self.fault) = (false, None);
        self.line_in_file = self.next_line_in_file;
        if self.byte(0)?.is_none() {
            return Ok(false);
        }
        self.row = self.row.saturating_add(1);
        self.next_line_in_file += 1;
        let mut at = 0;
        loop {
            let rest = self
                .buffer
                .get(self.start + at..self.filled)
                .unwrap_or_default();
            match memchr3(b'\n', b'\r', b'"', rest) {
                Some(found) if rest.get(found) == Some(&b'"') => {
                    self.with_quotes()?;
                    break;
                }
                Some(found) => {
                    self.end_at(at + found)?;
                    break;
                }
                None => {
                    at += rest.len();
                    if !self.more()? {
                        self.end_at(at)?;
                        break;
                    }
                }
            }
        }
        if self.delimiter.is_none() {
            let row = self.buffer.get(self.start..self.start + self.length);
            self.delimiter = memchr3(b',', b'\t', b';', row.unwrap_or_default())
                .and_then(|at| row?.get(at).copied());
        }
        Ok(true)
    }

    /// The cells of the present row.
    pub(super) fn cells<'a>(&'a self, cells: &mut Cells<'a>) -> Result<(), Stop> {
        let row = self.buffer.get(self.start..self.start + self.length);
        let bytes = if self.quoted {
            self.unquoted.as_slice()
        } else {
            row.unwrap_or_default()
        };
        let text =
            utf8(bytes).map_err(|valid_up_to| encoding_invalid("UTF-8", valid_up_to as u64))?;
        let mut from = 0;
        if self.quoted {
            for end in &self.ends {
                cells.push(text.get(from..*end).unwrap_or_default());
                from = *end;
            }
            return Ok(());
        }
        for end in memchr_iter(self.delimiter.unwrap_or(b','), bytes) {
            cells.push(text.get(from..end).unwrap_or_default());
            from = end + 1;
        }
        cells.push(text.get(from..).unwrap_or_default());
        Ok(())
    }

    /// Ends the row at its `at`th byte.
    fn end_at(&mut self, at: usize) -> Result<(), Stop> {
        self.length = at;
        if at > ROW_MAX {
            return Err(too_large(self.row));
        }
        // What stands after a line feed may be ill-formed, and is no part of the row.
        self.ending = match self.byte(at)? {
            Some(b'\r') if self.byte(at + 1)? == Some(b'\n') => 2,
            Some(_) => 1,
            None => 0,
        };
        Ok(())
    }

    /// A byte of the present row and what follows, read when needed.
    fn byte(&mut self, at: usize) -> Result<Option<u8>, Stop> {
        while self.start + at >= self.filled {
            if !self.more()? {
                return Ok(None);
            }
        }
        Ok(self.buffer.get(self.start + at).copied())
    }

    /// Reads on; the present row moves to the front of the buffer.
    fn more(&mut self) -> Result<bool, Stop> {
        if self.ended {
            return Ok(false);
        }
        // A row that ends here may still have its two bytes of CRLF to come.
        if self.filled - self.start > ROW_MAX + 2 {
            return Err(too_large(self.row));
        }
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        self.buffer.resize(self.filled + self.block_bytes, 0);
        let room = self.buffer.get_mut(self.filled..).unwrap_or_default();
        let read = self.text.read(room).map_err(|error| {
            let reason = self.text.trouble().take();
            reason.unwrap_or_else(|| error.into())
        })?;
        self.filled += read;
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// Splits a row that has a quote somewhere.
    fn with_quotes(&mut self) -> Result<(), Stop> {
        self.quoted = true;
        self.unquoted.clear();
        self.ends.clear();
        let mut at = 0;
        // Before the first row is split its delimiter is not known; quotes do not hide it.
        if self.delimiter.is_none() {
            self.guess_delimiter()?;
        }
        loop {
            at = match self.byte(at)? {
                Some(b'"') => match self.quoted_cell(at)? {
                    Some(after) => after,
                    None => return self.unclosed(at),
                },
                Some(_) | None => at,
            };
            at = self.plain_cell(at)?;
            self.ends.push(self.unquoted.len());
            match self.byte(at)? {
                Some(byte) if Some(byte) == self.delimiter => at += 1,
                Some(_) | None => return self.end_at(at),
            }
        }
    }

    fn guess_delimiter(&mut self) -> Result<(), Stop> {
        let (mut at, mut inside) = (0, false);
        while let Some(byte) = self.byte(at)? {
            match byte {
                b'"' => inside = !inside,
                b',' | b'\t' | b';' if !inside => {
                    self.delimiter = Some(byte);
                    return Ok(());
                }
                b'\n' | b'\r' if !inside => return Ok(()),
                _ if at > self.field_bytes_max => return Ok(()),
                _ => {}
            }
            at += 1;
        }
        Ok(())
    }

    /// Copies a quoted cell; the place after its closing quote, `None` if it has none within
    /// the limit.
    fn quoted_cell(&mut self, from: usize) -> Result<Option<usize>, Stop> {
        let mut at = from + 1;
        loop {
            match self.byte(at)? {
                Some(b'"') if self.byte(at + 1)? == Some(b'"') => {
                    self.unquoted.push(b'"');
                    at += 2;
                }
                Some(b'"') => break,
                Some(_) if at - from > self.field_bytes_max => return Ok(None),
                Some(byte) => {
                    self.next_line_in_file += u64::from(byte == b'\n');
                    self.unquoted.push(byte);
                    at += 1;
                }
                None => return Ok(None),
            }
        }
        at += 1;
        let next = self.byte(at)?;
        if !matches!(next, None | Some(b'\n' | b'\r')) && next != self.delimiter {
            self.note("stray_quote", at);
        }
        Ok(Some(at))
    }

    /// Copies up to the delimiter or the end of the row, quotes as they are.
    fn plain_cell(&mut self, from: usize) -> Result<usize, Stop> {
        let mut at = from;
        while let Some(byte) = self.byte(at)? {
            if matches!(byte, b'\n' | b'\r') || Some(byte) == self.delimiter {
                break;
            }
            self.unquoted.push(byte);
            at += 1;
        }
        Ok(at)
    }

    /// A quote that is never closed: only its own line is lost, the next is a row again.
    fn unclosed(&mut self, at: usize) -> Result<(), Stop> {
        self.note("open_quote", at);
        self.quoted = false;
        self.next_line_in_file = self.line_in_file + 1;
        let mut end = at;
        loop {
            let rest = self.buffer.get(self.start + end..self.filled);
            let rest = rest.unwrap_or_default();
            if let Some(found) = memchr2(b'\n', b'\r', rest) {
                return self.end_at(end + found);
            }
            end += rest.len();
            if !self.more()? {
                return self.end_at(end);
            }
        }
    }

    fn note(&mut self, reason: &'static str, at: usize) {
        let before = self
            .buffer
            .get(self.start..self.start + at)
            .unwrap_or_default();
        self.fault.get_or_insert(Fault {
            reason,
            line_in_file: self.line_in_file,
            column: String::from_utf8_lossy(before).chars().count() + 1,
        });
    }
}
