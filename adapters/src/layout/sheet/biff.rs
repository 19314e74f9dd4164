//! The cells of an xls: the records of BIFF8 in a compound file, read with every length checked.
//!
//! Read by us: the library that reads xlsx asks for as much memory as a damaged xls says, and ends
//! the process (decision 018). Source: Microsoft, [MS-XLS] sections 2.1.4 (records), 2.4 (each
//! of them) and 2.5.293 (texts). Of BIFF5 and older, and of locked files, nothing is read.

mod texts;

use super::reading::{Cells, keep, number_text, other_kind};
use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::wire::BYTES_MAX;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _};

/// A record's kind and body.
type Record<'s> = (u16, &'s [u8]);

/// Bytes of the smallest sector of a compound file ([MS-CFB] 2.2).
const SECTOR_BYTES: usize = 512;

const BEGINNING: u16 = 0x0809;
const END: u16 = 0x000A;
const CONTINUE: u16 = 0x003C;
const SHARED_TEXTS: u16 = 0x00FC;
const SHEET_PLACE: u16 = 0x0085;
const LOCKED: u16 = 0x002F;
const CELL_FORMAT: u16 = 0x00E0;
const NUMBER_FORMAT: u16 = 0x041E;

/// The lines of the first sheet that are not empty, by line and column, each counted from 0.
///
/// # Errors
/// What is no BIFF8 workbook; a record that is cut off; a cell beyond `rows_max` lines; a date, a
/// formula, a truth value or an error.
pub(super) fn cells(bytes: &[u8], rows_max: usize) -> Result<BTreeMap<u32, Cells>, Unreadable> {
    // A compound file is made of whole sectors: one that is not was cut, perhaps behind the rows.
    let whole = bytes.len().is_multiple_of(SECTOR_BYTES);
    let stream = Some(bytes).filter(|_| whole).and_then(stream);
    let stream = stream.ok_or_else(|| unreadable("not a workbook, or a broken one"))?;
    let workbook = Workbook::of(&stream)?;
    let sheet = stream.get(workbook.first_sheet..).ok_or_else(cut)?;
    let mut found = BTreeMap::new();
    let mut depth = 0usize;
    for record in Records(sheet) {
        let (kind, body) = record?;
        match kind {
            BEGINNING => depth += 1,
            // Charts and the like have a beginning and an end of their own.
            END if depth <= 1 => return Ok(found),
            END => depth -= 1,
            _ if depth == 1 => workbook.cell(kind, body, rows_max, &mut found)?,
            _ => {}
        }
    }
    Err(unreadable("the sheet has no end"))
}

fn cut() -> Unreadable {
    unreadable("a record of the workbook is cut off")
}

fn stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let mut stream = Vec::new();
    let most = u64::try_from(BYTES_MAX).ok()?;
    let workbook = file.open_stream("/Workbook").ok()?;
    workbook.take(most).read_to_end(&mut stream).ok()?;
    Some(stream)
}

/// Record after record; one that is cut off is an error, and the last.
struct Records<'s>(&'s [u8]);

impl<'s> Iterator for Records<'s> {
    type Item = Result<Record<'s>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let record = (|| {
            let (kind, rest) = short(self.0)?;
            let (length, rest) = short(rest)?;
            let (body, rest) = rest.split_at_checked(usize::from(length))?;
            self.0 = rest;
            Some((kind, body))
        })();
        if record.is_none() {
            self.0 = &[];
        }
        Some(record.ok_or_else(cut))
    }
}

/// A number of two bytes, and what follows it.
fn short(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u16::from_le_bytes(*number), rest))
}

/// A number of four bytes, and what follows it.
fn long(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number), rest))
}

/// What stands before the sheets.
#[derive(Default)]
struct Workbook {
    first_sheet: usize,
    texts: Vec<String>,
    /// The number format of each format of cells.
    formats: Vec<u16>,
    /// Number formats of this workbook that show a date or a time.
    dates: BTreeSet<u16>,
}

impl Workbook {
    fn of(stream: &[u8]) -> Result<Self, Unreadable> {
        let mut workbook = Self::default();
        let mut sheet = None;
        let mut shared: Vec<&[u8]> = Vec::new();
        let mut before = None;
        for record in Records(stream) {
            let (kind, body) = record?;
            match kind {
                BEGINNING if before.is_none() && short(body).is_none_or(|own| own.0 != 0x0600) => {
                    return Err(unreadable("a workbook older than Excel 97"));
                }
                LOCKED => return Err(unreadable("a locked workbook")),
                SHARED_TEXTS => shared.push(body),
                CONTINUE if before == Some(SHARED_TEXTS) => shared.push(body),
                SHEET_PLACE if sheet.is_none() => {
                    let (place, rest) = long(body).ok_or_else(cut)?;
                    let is_sheet = rest.get(1).is_some_and(|kind| *kind == 0);
                    sheet = usize::try_from(place).ok().filter(|_| is_sheet);
                }
                CELL_FORMAT => workbook
                    .formats
                    .extend(body.get(2..).and_then(short).map(first)),
                NUMBER_FORMAT => workbook.dates.extend(texts::date_format(body)),
                END => break,
                _ => {}
            }
            before = Some(kind).filter(|kind| *kind != CONTINUE).or(before);
        }
        workbook.first_sheet = sheet.ok_or_else(|| unreadable("a workbook without a sheet"))?;
        workbook.texts = texts::shared(&shared).ok_or_else(cut)?;
        Ok(workbook)
    }

    /// Takes what a record says of cells.
    fn cell(
        &self,
        kind: u16,
        body: &[u8],
        rows_max: usize,
        found: &mut BTreeMap<u32, Cells>,
    ) -> Result<(), Unreadable> {
        match kind {
            // Text of the list, text, number, short number, several short numbers.
            0x00FD | 0x0204 | 0x0203 | 0x027E | 0x00BD => {}
            // A formula, a truth value or an error.
            0x0006 | 0x0205 => return Err(other_kind()),
            _ => return Ok(()),
        }
        let (row, rest) = short(body).ok_or_else(cut)?;
        let (column, rest) = short(rest).ok_or_else(cut)?;
        if usize::from(row) > rows_max {
            return Err(unreadable("too many rows"));
        }
        let place = (u32::from(row), u32::from(column));
        if kind == 0x00BD {
            return self.short_numbers(place, rest, found);
        }
        let (format, rest) = short(rest).ok_or_else(cut)?;
        let text = match kind {
            0x00FD => {
                let (at, _) = long(rest).ok_or_else(cut)?;
                let text = usize::try_from(at).ok().and_then(|at| self.texts.get(at));
                text.ok_or_else(cut)?.clone()
            }
            0x0204 => texts::own(rest).ok_or_else(cut)?,
            0x0203 => {
                let bytes = rest.first_chunk().ok_or_else(cut)?;
                self.number(format, number_text(f64::from_le_bytes(*bytes))?)?
            }
            _ => self.number(format, short_number(long(rest).ok_or_else(cut)?.0)?)?,
        };
        keep(found, place, text);
        Ok(())
    }

    fn short_numbers(
        &self,
        (row, first): (u32, u32),
        mut rest: &[u8],
        found: &mut BTreeMap<u32, Cells>,
    ) -> Result<(), Unreadable> {
        // At the end stands the last column.
        for column in first.. {
            if rest.len() < 6 {
                return Ok(());
            }
            let (format, after) = short(rest).ok_or_else(cut)?;
            let (number, after) = long(after).ok_or_else(cut)?;
            keep(
                found,
                (row, column),
                self.number(format, short_number(number)?)?,
            );
            rest = after;
        }
        Ok(())
    }

    /// A number as an office program shows it; what it would show as a date is none.
    fn number(&self, format: u16, number: String) -> Result<String, Unreadable> {
        let format = self.formats.get(usize::from(format)).copied();
        let format = format.ok_or_else(cut)?;
        // Built in: dates and times, of China too ([MS-XLS] 2.5.165).
        let built_in = matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58);
        if built_in || self.dates.contains(&format) {
            return Err(other_kind());
        }
        Ok(number)
    }
}

fn first<T, U>((first, _): (T, U)) -> T {
    first
}

/// [MS-XLS] 2.5.217: 30 bits of a whole number or of a fraction, one bit for hundredths. No
/// arithmetic on fractions: the point is moved in the text.
fn short_number(bits: u32) -> Result<String, Unreadable> {
    let whole = bits & 2 != 0;
    let text = if whole {
        (bits.cast_signed() >> 2).to_string()
    } else {
        number_text(f64::from_bits(u64::from(bits & 0xFFFF_FFFC) << 32))?
    };
    Ok(if bits & 1 != 0 {
        hundredth(&text)
    } else {
        text
    })
}

/// A decimal number divided by a hundred.
fn hundredth(text: &str) -> String {
    let (sign, digits) = text
        .strip_prefix('-')
        .map_or(("", text), |bare| ("-", bare));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole:0>3}{decimals}");
    let point = all.len() - decimals.len() - 2;
    let (whole, decimals) = all.split_at(point);
    match decimals.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        decimals => format!("{sign}{whole}.{decimals}"),
    }
}

#[cfg(test)]
mod tests;
