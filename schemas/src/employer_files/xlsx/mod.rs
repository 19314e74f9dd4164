//! The template as a workbook: its first visible sheet.

mod archive;
mod book;
mod number;
mod part;
mod sheet;

use super::grid::Grid;
use super::raw::{Receiver, Stop, schema};
use super::{ReadOptions, Source};
use crate::finding::{Finding, FindingCode};
use archive::Archive;
use book::{Book, WORKBOOK};
use sheet::Sheet;

/// Reads the sheet from its first row to its last.
pub(super) fn parse(
    source: &mut dyn Source,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let mut archive = Archive::open(source, &options.limits)?;
    if !archive.has(WORKBOOK) {
        return Err(match options.format {
            Some(format) => super::detect::unreadable(format, "other_format").into(),
            None => {
                let finding = Finding::of_file(FindingCode::UnsupportedFormat);
                finding.with("format", "zip").into()
            }
        });
    }
    let Some(book) = Book::read(&mut archive)? else {
        return Err(schema("form").with("element", WORKBOOK).into());
    };
    let mut grid = Grid::new();
    let field_bytes_max = options.limits.field_bytes_max;
    let mut sheet = Sheet::new(&book, &mut grid, to, field_bytes_max);
    part::walk(&mut archive, &book.sheet, &mut sheet)?;
    grid.end(to)
}
