//! The title row: which column stands where.

use super::cells::Cells;
use crate::employer_files::currency;
use crate::employer_files::raw::{Columns, Receiver, Stop, schema_at, shown};
use crate::employer_files::template::{COLUMNS, Column};
use crate::finding::{Finding, FindingCode};

/// What a title stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Title {
    Known(Column),
    Currency,
    /// No title, or none that we know; reported once if it carries data.
    Unknown {
        reported: bool,
    },
}

impl Title {
    fn of(cell: &str) -> Self {
        match Column::parse(cell) {
            Some(column) => Self::Known(column),
            None if currency::is_title(cell) => Self::Currency,
            None => Self::Unknown { reported: false },
        }
    }
}

/// The titles of a table.
#[derive(Default)]
pub(in crate::employer_files) struct Titles {
    pub(super) columns: Vec<(Title, String)>,
    /// Required columns that have no title; that is said once, not at every line.
    pub(super) absent: Columns,
}

impl Titles {
    /// Whether a row is one of titles: two of them, or one beside texts that are no numbers. A
    /// key of the head never stands beside two titles of the lines.
    pub(super) fn stand_in(cells: &Cells<'_>) -> bool {
        match known(cells) {
            0 => false,
            1 => cells.filled().count() > 1 && !cells.filled().any(|(_, c)| is_number(c)),
            _ => true,
        }
    }

    /// Whether a row is one of titles of wages: a table of working days has a name as well, and
    /// perhaps a document.
    pub(in crate::employer_files) fn of_wages(cells: &Cells<'_>) -> bool {
        let stands = |wanted: &Column| {
            cells
                .filled()
                .any(|(_, c)| Column::parse(c) == Some(*wanted))
        };
        Column::REQUIRED
            .iter()
            .filter(|column| stands(column))
            .count()
            > 2
    }

    /// Whether two titles stand in a row.
    pub(super) fn two_in(cells: &Cells<'_>) -> bool {
        known(cells) > 1
    }

    /// Reads a title row; what is wrong with it is said.
    pub(super) fn read(row: u32, cells: &Cells<'_>, to: &mut dyn Receiver) -> Result<Self, Stop> {
        let mut titles = Self::default();
        let mut known = [false; COLUMNS];
        for (at, cell) in cells.texts().iter().enumerate() {
            let mut title = Title::of(cell);
            if let Title::Known(column) = title
                && std::mem::replace(&mut known[column as usize], true)
            {
                let finding = schema_at("title_twice", row).field(column.key());
                let finding = finding.with("column", at + 1);
                to.finding(finding.with("found", shown(cell)))?;
                // What the second one holds is not read, which is said with it.
                title = Title::Unknown { reported: true };
            }
            titles.columns.push((title, shown(cell)));
        }
        let found: Vec<_> = cells.filled().map(|(_, cell)| shown(cell)).collect();
        for column in Column::REQUIRED {
            if !known[column as usize] {
                titles.absent.add(column as usize);
                let finding = Finding::of_file(FindingCode::MissingField).field(column.key());
                let finding = finding.with("element", column.key());
                let mut finding = finding.with("found", found.join(", "));
                finding.row = Some(row);
                to.finding(finding)?;
            }
        }
        Ok(titles)
    }

    /// Whether another row has the same titles in the same places.
    pub(super) fn same(&self, cells: &Cells<'_>) -> bool {
        let known = |title| matches!(title, Title::Known(_));
        let here = self.columns.iter().map(|(title, _)| *title);
        let there = cells.texts().iter().map(|cell| Title::of(cell));
        let there = there.chain(std::iter::repeat(Title::Unknown { reported: false }));
        here.zip(there)
            .all(|(here, there)| here == there || !(known(here) || known(there)))
    }
}

/// Titles in a row, counted up to two.
fn known(cells: &Cells<'_>) -> usize {
    let known = cells
        .filled()
        .filter(|(_, cell)| Column::parse(cell).is_some());
    known.take(2).count()
}

/// Digits with what stands between them in numbers.
fn is_number(cell: &str) -> bool {
    let mut digits = cell.trim().bytes();
    digits.all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b',' | b'-' | b'X' | b'x'))
}
