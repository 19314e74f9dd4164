//! One sheet as an office file that is written while its rows come. The xlsx library holds a whole
//! sheet in memory, or lays it in clear into a file of the system's: this one does neither.

use super::writing::SheetError;
use std::borrow::Cow;
use std::io::{self, Write};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{DateTime, ZipWriter};

/// Rows that an xlsx sheet takes.
pub const SHEET_ROWS_MAX: u32 = 1_048_576;
const COLUMNS_MAX: usize = 16_384;
const TEXT_UNITS_MAX: usize = 32_767;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The parts of the container but the sheet itself: the least that office programs want.
const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-packa\
         ge.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/x\
         ml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.op\
         enxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName\
         =\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-of\
         ficedocument.spreadsheetml.worksheet+xml\"/></Types>",
    ),
    (
        "_rels/.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relation\
         ships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/off\
         iceDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></\
         Relationships>",
    ),
    (
        "xl/workbook.xml",
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
         xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\
         \"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></work\
         book>",
    ),
    (
        "xl/_rels/workbook.xml.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relation\
         ships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/off\
         iceDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><\
         /Relationships>",
    ),
];

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Writes one sheet, every cell a text: an office program would cut an ID number typed as a number
/// down to 15 digits. What is dropped before [`SheetWriter::finish`] is no readable file.
pub struct SheetWriter<W: Write> {
    zip: ZipWriter<StreamWriter<Once<W>>>,
    rows: u32,
}

impl<W: Write> SheetWriter<W> {
    /// Writes what stands before the first row.
    ///
    /// # Errors
    /// `out` takes no more.
    pub fn begin(out: W) -> Result<Self, SheetError> {
        let once = Once { out, failed: false };
        let mut zip = ZipWriter::new_stream(once);
        // Without the machine's time: the same cells make the same file.
        let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
        for (name, text) in PARTS {
            zip.start_file(name, options).map_err(io::Error::from)?;
            zip.write_all(DECLARATION.as_bytes())?;
            zip.write_all(text.as_bytes())?;
        }
        let sheet = zip.start_file("xl/worksheets/sheet1.xml", options);
        sheet.map_err(io::Error::from)?;
        write!(zip, "{DECLARATION}<worksheet xmlns=\"{MAIN}\"><sheetData>")?;
        Ok(Self { zip, rows: 0 })
    }

    /// Writes the next row; empty cells, and a row of such alone, are left out as office programs
    /// do.
    ///
    /// # Errors
    /// More rows or columns than a sheet has, a text longer than a cell takes, or `out` takes no
    /// more.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<(), SheetError> {
        let long = |text: &str| text.encode_utf16().count() > TEXT_UNITS_MAX;
        let too_long = cells.iter().any(|cell| long(cell.as_ref()));
        if self.rows == SHEET_ROWS_MAX || cells.len() > COLUMNS_MAX || too_long {
            return Err(SheetError::TooMuch);
        }
        self.rows += 1;
        let number = self.rows;
        let mut row = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let text = cell.as_ref();
            if !text.is_empty() {
                let (column, text) = (letters(column), escaped(text));
                row.push_str(&format!(
                    "<c r=\"{column}{number}\" t=\"inlineStr\"><is>\
                     <t xml:space=\"preserve\">{text}</t></is></c>"
                ));
            }
        }
        if !row.is_empty() {
            write!(self.zip, "<row r=\"{number}\">{row}</row>")?;
        }
        Ok(())
    }

    /// Writes what stands behind the last row.
    ///
    /// # Errors
    /// `out` takes no more.
    pub fn finish(mut self) -> Result<(), SheetError> {
        self.zip.write_all(b"</sheetData></worksheet>")?;
        self.zip.finish().map_err(io::Error::from)?;
        Ok(())
    }
}

/// The column's name: A to Z, AA and on.
fn letters(column: usize) -> String {
    let mut name = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        name.push(char::from(
            b'A' + u8::try_from(left % 26).unwrap_or_default(),
        ));
        left /= 26;
    }
    name.iter().rev().collect()
}

/// A text of XML; a character that XML has not as office programs write it, `_x0007_`.
fn escaped(text: &str) -> Cow<'_, str> {
    let special = |c: char| matches!(c, '&' | '<' | '>' | '\u{FFFE}' | '\u{FFFF}') || c < ' ';
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '\t' | '\n' => written.push(c),
            c if special(c) => written.push_str(&format!("_x{:04X}_", u32::from(c))),
            c => written.push(c),
        }
    }
    Cow::Owned(written)
}

/// Gives an error once: what the container still writes when it is dropped goes nowhere.
struct Once<W> {
    out: W,
    failed: bool,
}

impl<W: Write> Write for Once<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        let ends = |error: &io::Error| error.kind() != io::ErrorKind::Interrupted;
        self.failed = written.as_ref().is_err_and(ends);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.failed {
            true => Ok(()),
            false => self.out.flush(),
        }
    }
}
