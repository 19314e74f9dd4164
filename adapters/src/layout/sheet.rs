//! Rows as a spreadsheet: one sheet, a line of titles, then a line for each row.
//!
//! Every cell is written as a text, never as a number or a formula: an office program would cut
//! an account down to 15 digits. Both kinds are read whatever a dialect writes, told apart by their
//! bytes.

mod biff;
mod kept;
mod reading;
mod streamed;
mod writing;
mod xls;

pub use streamed::{SHEET_ROWS_MAX, SheetWriter};
pub use writing::{SheetError, workbook};

use super::atom::WriteContext;
use super::fault::{WriteFault, unreadable};
use super::lines::{ROWS_MAX, RowFault, context};
use super::slot::Slot;
use super::values::Values;
use crate::exchange::Unreadable;
use schemars::JsonSchema;
use serde::Deserialize;

/// The kind of office file that is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Office Open XML.
    #[default]
    Xlsx,
    /// BIFF8 of Excel 97 to 2003: 65,536 lines, 256 columns.
    Xls,
}

/// A sheet. The path of a slot is the title of its column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The kind that is written.
    #[serde(default)]
    pub kind: Kind,
    /// Columns, with their titles.
    pub row: Vec<Slot>,
}

impl Sheet {
    /// Writes titles and rows: the same values make the same bytes.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn write(&self, context: &WriteContext<'_>) -> Result<Vec<u8>, RowFault> {
        let mut grid = vec![self.titles().map(str::to_owned).collect::<Vec<_>>()];
        for row in context.listed.iter() {
            let context = context.of_row(row);
            let cells = self.row.iter().map(|slot| slot.write(&context));
            let cells: Result<Vec<String>, WriteFault> = cells.collect();
            grid.push(cells.map_err(|fault| (fault, context.row_no()))?);
        }
        let written = match self.kind {
            Kind::Xlsx => workbook(&grid),
            Kind::Xls => xls::workbook(&grid),
        };
        written.map_err(|_| {
            let place = "the sheet".to_owned();
            (WriteFault::Form { place }, None)
        })
    }

    fn titles(&self) -> impl Iterator<Item = &str> {
        self.row.iter().map(|slot| slot.path.as_str())
    }

    /// Reads the first sheet: its titles must be these, in this order, or name the same columns
    /// where somebody kept it. Empty lines are passed over.
    ///
    /// # Errors
    /// `Unreadable` for what is no workbook, other titles, cells that are neither texts nor short
    /// numbers, values of wrong form.
    pub fn read(&self, bytes: &[u8], values: &mut Values) -> Result<(), Unreadable> {
        let mut lines = reading::lines(bytes, self.row.len(), ROWS_MAX)?.into_iter();
        let (_, titles) = lines.next().unwrap_or_default();
        let ours = self.titles().eq(titles.iter().map(String::as_str));
        let known = ours || (values.kept && kept::names_ours(self, &titles));
        if !known {
            return Err(unreadable("the columns have other titles"));
        }
        for (at, cells) in lines {
            let mut context = context(values, true);
            for (slot, cell) in self.row.iter().zip(&cells) {
                let read = slot.read(cell, &mut context);
                read.map_err(|what| unreadable(format!("line {at}: {what}")).after(bytes.len()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
