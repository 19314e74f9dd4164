//! Texts in rows and columns as an office file.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

/// Why no office file was written.
#[derive(Debug, thiserror::Error)]
#[error("the office file can't be written")]
pub enum SheetError {
    /// A text longer than a cell takes, or more rows or columns than a sheet has.
    TooMuch,
    /// What the xlsx library says.
    Xlsx(#[from] XlsxError),
    /// What the library of the container says, or where it is written to.
    Container(#[from] std::io::Error),
}

/// One sheet as xlsx, every cell a text: an office program would cut an ID number typed as a
/// number down to 15 digits. An empty row is left out, as office programs do.
///
/// # Errors
/// A text longer than a cell takes, or more rows than a sheet has.
pub fn workbook(grid: &[Vec<String>]) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    // The library would take the machine's time: the same cells make the same file.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    for (row, cells) in (0u32..).zip(grid) {
        for (column, text) in (0u16..).zip(cells) {
            if !text.is_empty() {
                sheet.write_string(row, column, text)?;
            }
        }
    }
    Ok(book.save_to_buffer()?)
}
