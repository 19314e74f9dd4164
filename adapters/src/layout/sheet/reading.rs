//! The cells of an xlsx or xls file as texts.

use super::biff;
use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::wire::BYTES_MAX;
use calamine::{DataRef, Reader as _, Xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

/// How an xls file begins: the compound file that Excel 97 to 2003 wrote.
const XLS: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// How an xlsx file begins: a zip archive.
const XLSX: &[u8] = b"PK";
/// Digits that an office program keeps of a number; what is longer may have been cut.
const DIGITS_KEPT: usize = 15;

/// The cells of one line, by column.
pub(super) type Cells = BTreeMap<usize, String>;

/// The lines of the first sheet that are not empty, with their numbers from 1, each of exactly
/// `columns` cells.
pub(super) fn lines(
    bytes: &[u8],
    columns: usize,
    rows_max: usize,
) -> Result<Vec<(u32, Vec<String>)>, Unreadable> {
    let found = if bytes.starts_with(XLS) {
        biff::cells(bytes, rows_max)?
    } else if bytes.starts_with(XLSX) {
        of_xlsx(bytes)?
    } else {
        return Err(unreadable("neither an xlsx nor an xls file"));
    };
    if found.len() > rows_max.saturating_add(1) {
        return Err(unreadable("too many rows"));
    }
    let line = |(at, cells): (u32, Cells)| {
        let line = at.saturating_add(1);
        if cells
            .keys()
            .next_back()
            .is_some_and(|last| *last >= columns)
        {
            return Err(unreadable(format!("line {line} has more columns")));
        }
        let cell = |column| cells.get(&column).cloned().unwrap_or_default();
        Ok((line, (0..columns).map(cell).collect()))
    };
    found.into_iter().map(line).collect()
}

fn broken<E>(_: E) -> Unreadable {
    // The library's own words may repeat what stands in a cell.
    unreadable("not a workbook, or a broken one")
}

/// Cell by cell: a sheet of one cell far out must not make a table of all before it.
fn of_xlsx(bytes: &[u8]) -> Result<BTreeMap<u32, Cells>, Unreadable> {
    check_unpacked(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let name = book.sheet_names().first().cloned();
    let name = name.ok_or_else(|| unreadable("a workbook without a sheet"))?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(broken)?;
    let mut found = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let text = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::String(text) => text.clone(),
            DataRef::SharedString(text) => (*text).to_owned(),
            DataRef::Int(number) => number.to_string(),
            DataRef::Float(number) => number_text(*number)?,
            DataRef::Bool(_)
            | DataRef::DateTime(_)
            | DataRef::DateTimeIso(_)
            | DataRef::DurationIso(_)
            | DataRef::Error(_) => return Err(other_kind()),
        };
        keep(&mut found, cell.get_position(), text);
    }
    Ok(found)
}

pub(super) fn keep(found: &mut BTreeMap<u32, Cells>, (row, column): (u32, u32), text: String) {
    if !text.is_empty() {
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        found.entry(row).or_default().insert(column, text);
    }
}

pub(super) fn other_kind() -> Unreadable {
    unreadable("a cell is neither a text nor a number")
}

/// A number cell as an office program shows it, where nothing of it can have been cut.
pub(super) fn number_text(number: f64) -> Result<String, Unreadable> {
    let text = number.to_string();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if number.is_finite() && digits <= DIGITS_KEPT {
        Ok(text)
    } else {
        Err(unreadable("a number too long for a cell"))
    }
}

/// Refuses an archive whose parts unpack to more than any message has.
fn check_unpacked(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut left = BYTES_MAX as u64;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(broken)?;
        let size = std::io::copy(&mut part.take(left.saturating_add(1)), &mut std::io::sink());
        let size = size.map_err(broken)?;
        left = left
            .checked_sub(size)
            .ok_or_else(|| unreadable("unpacks to too much"))?;
    }
    Ok(())
}
