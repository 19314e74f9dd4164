//! Texts in rows and columns as an xls file: the records of BIFF8 that an office program asks
//! for, in the compound file of the library `cfb`. No maintained library writes them
//! (decision 018).
//!
//! Source: Microsoft, [MS-XLS] sections 2.1.7.20 (order of records), 2.4 (each record) and 2.5.293
//! (texts). Only texts: no numbers, formulas, formats or macros.

use super::writing::SheetError;
use std::io::{Cursor, Write as _};

/// Bytes of one record's body ([MS-XLS] 2.1.4).
const BODY_MAX: usize = 8224;
/// Lines and columns of a sheet.
const ROWS_MAX: usize = 65_536;
const COLUMNS_MAX: usize = 256;
/// UTF-16 units of a text, so that each fits one record.
const TEXT_MAX: usize = 4000;
/// Record of a cell's format: the one of a text, behind fifteen of styles and one for plain cells.
const TEXT_FORMAT: u16 = 16;
/// The number format `@`: text.
const AS_TEXT: u16 = 0x31;

/// One sheet, every cell a text. The same cells make the same bytes; an empty cell is left out.
///
/// # Errors
/// A text longer than 4,000 UTF-16 units, or more rows or columns than a sheet has.
pub(super) fn workbook(grid: &[Vec<String>]) -> Result<Vec<u8>, SheetError> {
    let too_wide = grid.iter().any(|cells| cells.len() > COLUMNS_MAX);
    if grid.len() > ROWS_MAX || too_wide {
        return Err(SheetError::TooMuch);
    }
    let (mut cells, mut texts) = (Vec::new(), Vec::new());
    for (row, line) in (0u16..=u16::MAX).zip(grid) {
        for (column, text) in (0u16..).zip(line).filter(|(_, text)| !text.is_empty()) {
            let at = u32::try_from(texts.len()).map_err(|_| SheetError::TooMuch)?;
            cells.push((row, column, at));
            texts.push(shared_text(text)?);
        }
    }
    let sheet = sheet(&cells, grid)?;
    // The place of the sheet stands in the records before it, whose length does not change with it.
    let before = globals(&texts, 0)?.len();
    let before = u32::try_from(before).map_err(|_| SheetError::TooMuch)?;
    let mut stream = globals(&texts, before)?;
    stream.extend_from_slice(&sheet);
    compound(&stream)
}

fn compound(stream: &[u8]) -> Result<Vec<u8>, SheetError> {
    let version = cfb::Version::V3;
    let mut file = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new()))?;
    file.create_stream("/Workbook")?.write_all(stream)?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// The records that hold for the whole workbook, the last of them the texts of all cells.
fn globals(texts: &[Vec<u8>], sheet_at: u32) -> Result<Vec<u8>, SheetError> {
    let mut out = Vec::new();
    record(&mut out, 0x0809, &beginning(0x0005))?;
    record(&mut out, 0x0042, &1200u16.to_le_bytes())?; // texts are UTF-16
    record(
        &mut out,
        0x003D,
        &words(&[0, 0, 15_000, 9000, 0x38, 0, 0, 1, 600]),
    )?;
    for _ in 0..4 {
        let mut font = words(&[200, 0, 0x7FFF, 400, 0]);
        font.extend_from_slice(&[0, 0, 0, 0, 5, 0]); // the name: five one-byte letters
        font.extend_from_slice(b"Arial");
        record(&mut out, 0x0031, &font)?;
    }
    for at in 0..=TEXT_FORMAT {
        record(&mut out, 0x00E0, &cell_format(at))?;
    }
    record(&mut out, 0x0293, &[0x00, 0x80, 0x00, 0xFF])?; // the built-in style "Normal"
    let mut place = sheet_at.to_le_bytes().to_vec();
    place.extend_from_slice(&[0, 0, 6, 0]); // visible, a sheet, its name: six one-byte letters
    place.extend_from_slice(b"Sheet1");
    record(&mut out, 0x0085, &place)?;
    shared_texts(&mut out, texts)?;
    record(&mut out, 0x000A, &[])?;
    Ok(out)
}

/// The texts, in as many records as they need: a further one begins with a whole text.
fn shared_texts(out: &mut Vec<u8>, texts: &[Vec<u8>]) -> Result<(), SheetError> {
    let count = u32::try_from(texts.len()).map_err(|_| SheetError::TooMuch)?;
    let mut body = [count.to_le_bytes(), count.to_le_bytes()].concat();
    let mut id = 0x00FC;
    for text in texts {
        if body.len().saturating_add(text.len()) > BODY_MAX {
            record(out, id, &body)?;
            body.clear();
            id = 0x003C;
        }
        body.extend_from_slice(text);
    }
    record(out, id, &body)
}

fn sheet(cells: &[(u16, u16, u32)], grid: &[Vec<String>]) -> Result<Vec<u8>, SheetError> {
    let mut out = Vec::new();
    record(&mut out, 0x0809, &beginning(0x0010))?;
    let rows = u32::try_from(grid.len()).map_err(|_| SheetError::TooMuch)?;
    let columns = grid.iter().map(Vec::len).max().unwrap_or(0);
    let columns = u16::try_from(columns).map_err(|_| SheetError::TooMuch)?;
    let mut extent = [0u32.to_le_bytes(), rows.to_le_bytes()].concat();
    extent.extend(words(&[0, columns, 0]));
    record(&mut out, 0x0200, &extent)?;
    for (row, column, text) in cells {
        let mut cell = words(&[*row, *column, TEXT_FORMAT]);
        cell.extend_from_slice(&text.to_le_bytes());
        record(&mut out, 0x00FD, &cell)?;
    }
    record(
        &mut out,
        0x023E,
        &words(&[0x06B6, 0, 0, 0x40, 0, 0, 0, 0, 0]),
    )?;
    record(&mut out, 0x000A, &[])?;
    Ok(out)
}

/// The first record of the workbook or of a sheet: BIFF8, as Excel 97 wrote it.
fn beginning(of: u16) -> Vec<u8> {
    words(&[0x0600, of, 0x0DBB, 0x07CC, 0x00C1, 0, 0x0006, 0])
}

/// A format of cells: fifteen of styles, a plain one, the one of texts.
fn cell_format(at: u16) -> Vec<u8> {
    let number_format = if at == TEXT_FORMAT { AS_TEXT } else { 0 };
    // Style formats have no parent and are locked; cell formats are locked and of style 0.
    let kind = if at < 15 { 0xFFF5 } else { 0x0001 };
    words(&[0, number_format, kind, 0x0020, 0, 0, 0, 0, 0, 0x20C0])
}

/// A text with its length in UTF-16 units, each unit as two bytes.
fn shared_text(text: &str) -> Result<Vec<u8>, SheetError> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let count = u16::try_from(units.len()).map_err(|_| SheetError::TooMuch)?;
    if units.len() > TEXT_MAX {
        return Err(SheetError::TooMuch);
    }
    let mut bytes = count.to_le_bytes().to_vec();
    bytes.push(1); // two bytes a unit
    bytes.extend(words(&units));
    Ok(bytes)
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn record(out: &mut Vec<u8>, id: u16, body: &[u8]) -> Result<(), SheetError> {
    let length = u16::try_from(body.len()).map_err(|_| SheetError::TooMuch)?;
    out.extend_from_slice(&id.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(body);
    Ok(())
}
