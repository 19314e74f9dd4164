//! The template as a workbook: the first visible sheet that holds it.

mod archive;
mod book;
mod number;
mod part;
mod place;
mod probe;
mod sheet;

use super::detect::other_format;
use super::grid::{Cells, Grid};
use super::raw::{Receiver, Stop, schema, shown};
use super::{Limits, ReadOptions, Source};
use crate::finding::{Finding, FindingCode};
use archive::Archive;
use book::{Book, SHEETS_MAX, WORKBOOK};
use part::Part;
use place::{OnSheet, Place};
use probe::Probe;
use quick_xml::events::BytesStart;
use sheet::{Rows, Sheet};

/// Reads the sheet from its first row to its last.
pub(super) fn parse(
    source: &mut dyn Source,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let mut archive = Archive::open(source, &options.limits)?;
    if !archive.has(WORKBOOK) {
        return Err(other_format(options.format, archive.kind()).into());
    }
    archive.check_entries()?;
    let Some(book) = Book::read(&mut archive)? else {
        return Err(schema("form").with("element", WORKBOOK).into());
    };
    let chosen = sheet_of_template(&mut archive, &book, &options.limits)?;
    let mut grid = Grid::new();
    let title = book.sheets.get(chosen).map_or("", |(title, _)| title);
    let place = Place { title };
    let mut on_sheet = OnSheet { to, place };
    if let Some((_, name)) = book.sheets.get(chosen) {
        let mut lines = Lines {
            grid: &mut grid,
            to: &mut on_sheet,
        };
        let mut sheet = Sheet::new(&book, &mut lines, &options.limits);
        part::walk(&mut archive, name, &mut sheet).map_err(|stop| place.of_stop(stop))?;
    }
    for (at, (title, name)) in book.sheets.iter().enumerate() {
        if at == chosen {
            continue;
        }
        let mut holds = Holds::default();
        part::walk(&mut archive, name, &mut holds)?;
        if holds.data {
            on_sheet.to.finding(unread_sheet(title))?;
        }
    }
    if book.beyond.count > 0 {
        let note = unread_sheet(&book.beyond.first).with("limit", SHEETS_MAX);
        on_sheet
            .to
            .finding(note.with("unread", book.beyond.count))?;
    }
    grid.end(&mut on_sheet)
}

/// The note of a sheet that is not read.
fn unread_sheet(title: &str) -> Finding {
    let finding = Finding::of_file(FindingCode::FieldIgnored).value(shown(title));
    let finding = finding.with("element", shown(title));
    finding
        .with("reason", "sheet")
        .with("remedy", "sheet_first")
}

/// Place of the first sheet that holds the template; of the first one where none does.
fn sheet_of_template(
    archive: &mut Archive<'_>,
    book: &Book,
    limits: &Limits,
) -> Result<usize, Stop> {
    if book.sheets.len() == 1 {
        return Ok(0);
    }
    for (at, (_, name)) in book.sheets.iter().enumerate() {
        let mut probe = Probe::default();
        let mut sheet = Sheet::new(book, &mut probe, limits);
        part::walk(archive, name, &mut sheet)?;
        if probe.found() {
            return Ok(at);
        }
    }
    Ok(0)
}

/// The rows of the sheet that is read.
struct Lines<'g, 't> {
    grid: &'g mut Grid,
    to: &'t mut dyn Receiver,
}

impl Rows for Lines<'_, '_> {
    fn row(&mut self, row: u32, cells: &Cells<'_>) -> Result<(), Stop> {
        self.grid.row(row, cells, self.to)
    }

    fn enough(&self) -> bool {
        false
    }
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

    fn enough(&self) -> bool {
        self.data
    }
}
