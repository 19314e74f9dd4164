//! Which sheet of a workbook holds the template.

use super::sheet::Rows;
use crate::employer_files::grid::{Cells, HEADINGS_MAX, Titles};
use crate::employer_files::raw::Stop;
use crate::employer_files::template::{HEAD_KEYS, HeadKey, is_signature};
use crate::value::{AccountNo, Fen, PayMonth, Uscc};

/// Rows of a sheet that are looked at: what may stand above the template, and its head.
const ROWS_MAX: usize = HEADINGS_MAX + 2 * HEAD_KEYS;
/// Keys with values of their kind that no instruction has by chance.
const KEYS_MIN: usize = 2;

/// Looks at the first rows of a sheet. Whether its template is whole does not count: a second
/// sheet, of another month, must not be paid because the first has a fault.
#[derive(Default)]
pub(super) struct Probe {
    rows: usize,
    keys: usize,
    found: bool,
}

impl Probe {
    /// The sheet holds the template's first cell, its titles, or keys with their values.
    pub(super) fn found(&self) -> bool {
        self.found
    }
}

impl Rows for Probe {
    fn row(&mut self, _: u32, cells: &Cells<'_>) -> Result<(), Stop> {
        self.rows += 1;
        let mut filled = cells.filled().map(|(_, text)| text);
        let Some(first) = filled.next() else {
            return Ok(());
        };
        let key = HeadKey::stated(first);
        let stated = key.and_then(|(key, own)| Some(is_one(key, own.or_else(|| filled.next())?)));
        self.keys += usize::from(stated == Some(true));
        self.found |= is_signature(first) || Titles::of_wages(cells) || self.keys >= KEYS_MIN;
        Ok(())
    }

    fn enough(&self) -> bool {
        self.found || self.rows >= ROWS_MAX
    }
}

/// Whether a value is one of its key: an instruction says in words what to write.
fn is_one(key: HeadKey, value: &str) -> bool {
    let value = value.trim();
    match key {
        HeadKey::EmployerUscc => Uscc::parse(value).is_ok(),
        HeadKey::PayMonth => PayMonth::parse(value.get(..7).unwrap_or(value)).is_ok(),
        HeadKey::PayerAccount => AccountNo::parse(value).is_ok(),
        HeadKey::LineCount | HeadKey::TotalAmount => Fen::parse_yuan(value).is_ok(),
        HeadKey::BatchNo
        | HeadKey::EmployerName
        | HeadKey::ProjectCode
        | HeadKey::PayingBank
        | HeadKey::PayerName => false,
    }
}
