//! The template as comma-separated text; tabs and semicolons are taken where the first rows use
//! them.

mod plain;
mod splitter;
#[cfg(test)]
mod tests;

use super::ReadOptions;
use super::census::BLOCK;
use super::decoded::Decoded;
use super::grid::{Cells, Grid};
use super::raw::{Receiver, Stop, schema_at};
use splitter::{Fault, Splitter};

/// Reads the file from its first row to its last.
pub(super) fn parse(
    text: Decoded<'_>,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let splitter = Splitter::new(text, options.limits.field_bytes_max, BLOCK);
    walk(splitter, plain_rows, options, to)
}

/// What takes the rows that need not go one by one.
type Ahead = fn(&mut Splitter<'_>, &mut Grid, &mut dyn Receiver) -> Result<(), Stop>;

fn walk(
    mut splitter: Splitter<'_>,
    ahead: Ahead,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let mut grid = Grid::new();
    loop {
        if grid.in_lines() {
            ahead(&mut splitter, &mut grid, to)?;
        }
        if !splitter.advance()? {
            return grid.end(to).map_err(|stop| forced(stop, options));
        }
        let row = splitter.row();
        if let Some(fault) = splitter.fault() {
            to.finding(place(fault, row))?;
        }
        let mut cells = Cells::new();
        cells.broken = splitter.fault().is_some();
        splitter.cells(&mut cells)?;
        if let Err(stop) = grid.row(row, &cells, to) {
            return Err(forced(stop, options));
        }
    }
}

/// Takes the rows before the next one that has a quote or is not read whole yet.
fn plain_rows(
    splitter: &mut Splitter<'_>,
    grid: &mut Grid,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let rows = splitter.plain_rows()?;
    let (bytes, before) = (rows.text.len(), rows.row);
    let mut last = before;
    rows.walk(|row, cells| {
        last = row;
        grid.row(row, cells, to)
    })?;
    splitter.pass(bytes, last - before);
    Ok(())
}

fn place(fault: Fault, row: u32) -> crate::finding::Finding {
    let finding = schema_at(fault.reason, row);
    finding
        .with("line_in_file", fault.line_in_file)
        .with("column", fault.column)
}

/// A file that is no csv, though the caller says that it is one.
fn forced(stop: Stop, options: &ReadOptions<'_>) -> Stop {
    use crate::finding::FindingCode::UnsupportedFormat;
    match (stop, options.format) {
        (Stop::File(finding), Some(format)) if finding.code == UnsupportedFormat => {
            super::detect::unreadable(format, "other_format").into()
        }
        (stop, _) => stop,
    }
}
