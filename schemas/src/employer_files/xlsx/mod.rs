//! The template as a workbook: its first visible sheet.

mod archive;
mod book;
mod number;
mod part;
mod sheet;

use super::grid::Grid;
use super::raw::{Receiver, Stop, schema, shown};
use super::{ReadOptions, Source};
use crate::finding::{Finding, FindingCode};
use archive::Archive;
use book::{Book, WORKBOOK};
use part::Part;
use quick_xml::events::BytesStart;
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
    for (title, name) in &book.others {
        let mut holds = Holds::default();
        part::walk(&mut archive, name, &mut holds)?;
        if holds.data {
            let finding = Finding::of_file(FindingCode::FieldIgnored).value(shown(title));
            to.finding(finding.with("element", shown(title)))?;
        }
    }
    grid.end(to)
}

/// Whether a sheet that is not read has something in a cell.
#[derive(Default)]
struct Holds {
    in_cell: bool,
    data: bool,
}

impl Part for Holds {
    fn start(&mut self, name: &str, _: &BytesStart<'_>) -> Result<(), Stop> {
        self.in_cell |= name == "c";
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Stop> {
        self.data |= self.in_cell && !text.trim().is_empty();
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Stop> {
        self.in_cell &= name != "c";
        Ok(())
    }
}
