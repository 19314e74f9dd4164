//! The template as comma-separated text; tabs and semicolons are taken where the first rows use
//! them.

mod splitter;

use super::ReadOptions;
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
    let mut splitter = Splitter::new(text, options.limits.field_bytes_max);
    let mut grid = Grid::new();
    while splitter.advance()? {
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
    grid.end(to)
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
