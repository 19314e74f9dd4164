//! The cells of an xlsx or xls file as texts.

use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::wire::BYTES_MAX;
use calamine::{Data, DataRef, Reader as _, Xls, Xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::panic::catch_unwind;

/// How an xls file begins: the compound file that Excel 97 to 2003 wrote.
const XLS: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// An xls file is made of whole sectors: one that is not is cut off, if only in what fills it up.
const SECTOR: usize = 512;
/// How an xlsx file begins: a zip archive.
const XLSX: &[u8] = b"PK";
/// Digits that an office program keeps of a number; what is longer may have been cut.
const DIGITS_KEPT: usize = 15;

/// The cells of one line, by column.
type Cells = BTreeMap<usize, String>;

/// The lines of the first sheet that are not empty, with their numbers from 1, each of exactly
/// `columns` cells.
pub(super) fn lines(
    bytes: &[u8],
    columns: usize,
    rows_max: usize,
) -> Result<Vec<(u32, Vec<String>)>, Unreadable> {
    let found = if bytes.starts_with(XLS) {
        if !bytes.len().is_multiple_of(SECTOR) {
            return Err(unreadable("the xls file is cut off"));
        }
        // The reader of cells indexes what a broken file says without asking whether it is there:
        // the container is opened by the careful one first, and what is left ends here.
        cfb::CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
        catch_unwind(|| of_xls(bytes)).unwrap_or_else(|_| Err(broken(())))?
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

fn of_xls(bytes: &[u8]) -> Result<BTreeMap<u32, Cells>, Unreadable> {
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(broken)?;
    let name = book.sheet_names().first().cloned();
    let name = name.ok_or_else(|| unreadable("a workbook without a sheet"))?;
    let range = book.worksheet_range(&name).map_err(broken)?;
    let (row_start, column_start) = range.start().unwrap_or_default();
    let mut found = BTreeMap::new();
    for (row, column, data) in range.used_cells() {
        let text = match data {
            Data::Empty => continue,
            Data::String(text) => text.clone(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => number_text(*number)?,
            Data::Bool(_)
            | Data::DateTime(_)
            | Data::DateTimeIso(_)
            | Data::DurationIso(_)
            | Data::Error(_) => return Err(other_kind()),
        };
        let row = u32::try_from(row).unwrap_or(u32::MAX);
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        let row = row_start.saturating_add(row);
        keep(&mut found, (row, column_start.saturating_add(column)), text);
    }
    Ok(found)
}

fn keep(found: &mut BTreeMap<u32, Cells>, (row, column): (u32, u32), text: String) {
    if !text.is_empty() {
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        found.entry(row).or_default().insert(column, text);
    }
}

fn other_kind() -> Unreadable {
    unreadable("a cell is neither a text nor a number")
}

/// A number cell as an office program shows it, where nothing of it can have been cut.
fn number_text(number: f64) -> Result<String, Unreadable> {
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
