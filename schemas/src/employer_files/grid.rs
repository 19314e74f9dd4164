//! The template as rows of cells, walked once for csv and workbooks: signature, head, an empty
//! row, titles, lines.

use super::currency::{self, Currencies};
use super::raw::{Columns, RawHead, RawLine, Receiver, Stop, schema_at, shown};
use super::template::{COLUMNS, Column, HeadKey, is_signature};
use crate::finding::{Finding, FindingCode};
use crate::value::trimmed;

/// Cells of a row that are looked at; a row with data beyond them is refused.
pub(super) const CELLS_MAX: usize = 64;

/// Cells of a row that are kept in place; more than the template has columns.
const CELLS_USUAL: usize = 16;

/// One row: its cells, borrowed, and which of them their program destroyed.
pub(super) struct Cells<'a> {
    /// The first cells; all of them, and nothing here, once there are more.
    few: [&'a str; CELLS_USUAL],
    count: usize,
    many: Vec<&'a str>,
    /// A bit for each damaged cell.
    pub(super) damaged: u64,
    /// A bit for each cell that is typed as a date, `2026-11-01`.
    pub(super) dates: u64,
    /// Data stands beyond the cells that are looked at.
    pub(super) beyond: bool,
    /// The row breaks the structure; that is reported already.
    pub(super) broken: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn new() -> Self {
        Self {
            few: [""; CELLS_USUAL],
            count: 0,
            many: Vec::new(),
            damaged: 0,
            dates: 0,
            beyond: false,
            broken: false,
        }
    }

    #[inline]
    pub(super) fn push(&mut self, text: &'a str) {
        match self.few.get_mut(self.count) {
            Some(cell) => {
                *cell = text;
                self.count += 1;
            }
            None => self.push_further(text),
        }
    }

    #[cold]
    fn push_further(&mut self, text: &'a str) {
        if self.many.len() >= CELLS_MAX {
            self.beyond |= !is_empty(text);
            return;
        }
        if self.many.is_empty() {
            self.many.extend(self.few);
        }
        self.many.push(text);
    }

    /// Forgets the cells, for the next row.
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.many.clear();
        (self.damaged, self.dates) = (0, 0);
        (self.beyond, self.broken) = (false, false);
    }

    pub(super) fn texts(&self) -> &[&'a str] {
        if self.many.is_empty() {
            self.few.get(..self.count).unwrap_or_default()
        } else {
            &self.many
        }
    }

    fn is_empty(&self) -> bool {
        !self.beyond && self.texts().iter().all(|cell| is_empty(cell))
    }

    fn damaged(&self, at: usize) -> bool {
        self.damaged & 1u64.checked_shl(at as u32).unwrap_or(0) != 0
    }
}

fn is_empty(text: &str) -> bool {
    trimmed(text).is_empty()
}

/// Where in the template the walk is.
enum Place {
    Head,
    /// After the empty row.
    Titles,
    Lines,
}

/// What a title stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Title {
    Known(Column),
    Currency,
    /// No title, or none that we know; reported once if it carries data.
    Unknown {
        reported: bool,
    },
}

/// The walk over the template.
pub(super) struct Grid {
    place: Place,
    head: RawHead,
    stated: Columns,
    titles: Vec<(Title, String)>,
    /// Required columns that have no title; that is said once, not at every line.
    absent: Columns,
    currencies: Currencies,
    /// Something of the template was recognised.
    recognised: bool,
}

impl Grid {
    pub(super) fn new() -> Self {
        Self {
            place: Place::Head,
            head: RawHead::default(),
            stated: Columns::default(),
            titles: Vec::new(),
            absent: Columns::default(),
            currencies: Currencies::default(),
            recognised: false,
        }
    }

    /// Whether the titles are past and each further row is a line.
    pub(super) fn in_lines(&self) -> bool {
        matches!(self.place, Place::Lines)
    }

    /// Takes a row; empty ones too.
    pub(super) fn row(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        match self.place {
            Place::Lines if cells.is_empty() => Ok(()),
            Place::Lines => self.line(row, cells, to),
            Place::Head if cells.is_empty() => {
                // Empty rows before anything else mean nothing.
                if self.recognised {
                    self.place = Place::Titles;
                }
                Ok(())
            }
            Place::Titles if cells.is_empty() => Ok(()),
            Place::Head | Place::Titles => self.before_lines(row, cells, to),
        }
    }

    /// The end of the file.
    pub(super) fn end(&mut self, to: &mut dyn Receiver) -> Result<(), Stop> {
        match self.place {
            Place::Lines => Ok(()),
            Place::Head | Place::Titles => {
                to.head(&self.head)?;
                to.finding(super::raw::schema("no_title_row").with("expected", "name"))
            }
        }
    }

    fn before_lines(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let first = cells.texts().first().copied().unwrap_or_default();
        if is_signature(first) {
            self.recognised = true;
            return version(cells);
        }
        let known = cells
            .texts()
            .iter()
            .filter(|cell| Column::parse(cell).is_some());
        // A key of the head never stands beside two titles of the lines.
        if known.take(2).count() == 2 {
            self.recognised = true;
            return self.title_row(row, cells, to);
        }
        self.head_row(row, first, cells, to)
    }

    fn head_row(
        &mut self,
        row: u32,
        first: &str,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let value = cells.texts().get(1).copied().unwrap_or_default().trim();
        let further = cells.beyond || cells.texts().iter().skip(2).any(|cell| !is_empty(cell));
        let Some(key) = HeadKey::parse(first) else {
            if cells
                .texts()
                .iter()
                .any(|cell| Column::parse(cell).is_some())
            {
                self.recognised = true;
                return self.title_row(row, cells, to);
            }
            return self.unknown_row(row, first, value, to);
        };
        self.recognised = true;
        if further {
            let finding = schema_at("too_many_cells", row).with("expected", 2);
            to.finding(finding.with("found", cells.texts().len()).field(key.key()))?;
        }
        if value.is_empty() {
            return Ok(());
        }
        if self.stated.has(key as usize) {
            return to.finding(schema_at("stated_twice", row).field(key.key()));
        }
        self.stated.add(key as usize);
        // A month typed as one of its days is that month.
        let month = value
            .get(..7)
            .filter(|_| key == HeadKey::PayMonth && cells.dates & 2 != 0);
        self.head.fields[key as usize] = month.unwrap_or(value).to_owned();
        if cells.damaged(1) {
            self.head.damaged.add(key as usize);
        }
        Ok(())
    }

    /// A row before the titles that is no key of the head: an unknown key that carries data.
    fn unknown_row(
        &mut self,
        row: u32,
        first: &str,
        value: &str,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        if currency::is_title(first) {
            self.recognised = true;
            return self.currencies.refuses(value, row, to).map(drop);
        }
        if !self.recognised {
            // The first row of a file that is something else altogether.
            let finding = Finding::of_file(FindingCode::UnsupportedFormat);
            return Err(finding.with("format", "text").into());
        }
        if matches!(self.place, Place::Titles) {
            to.finding(schema_at("no_title_row", row).with("found", shown(first)))?;
            to.head(&self.head)?;
            self.absent = Column::REQUIRED.into_iter().collect();
            self.place = Place::Lines;
            return Ok(());
        }
        if value.is_empty() {
            return Ok(());
        }
        to.finding(ignored(first, row))
    }

    fn title_row(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let mut known = [false; COLUMNS];
        for cell in cells.texts() {
            let mut title = Title::Unknown { reported: false };
            if let Some(column) = Column::parse(cell) {
                let seen = &mut known[column as usize];
                if std::mem::replace(seen, true) {
                    to.finding(schema_at("title_twice", row).field(column.key()))?;
                } else {
                    title = Title::Known(column);
                }
            } else if currency::is_title(cell) {
                title = Title::Currency;
            }
            self.titles.push((title, shown(cell)));
        }
        for column in Column::REQUIRED {
            if !known[column as usize] {
                self.absent.add(column as usize);
                let finding = Finding::of_file(FindingCode::MissingField).field(column.key());
                let mut finding = finding.with("element", column.key());
                finding.row = Some(row);
                to.finding(finding)?;
            }
        }
        self.place = Place::Lines;
        to.head(&self.head)
    }

    fn line(&mut self, row: u32, cells: &Cells<'_>, to: &mut dyn Receiver) -> Result<(), Stop> {
        let mut line = RawLine {
            row,
            // Without titles nothing is known of a row; that is said already.
            broken: cells.broken || self.titles.is_empty(),
            absent: self.absent,
            ..RawLine::default()
        };
        let mut beyond = cells.beyond;
        for (at, text) in cells.texts().iter().enumerate() {
            match self.titles.get_mut(at) {
                Some((Title::Known(column), _)) => {
                    line.fields[*column as usize] = text;
                    if cells.damaged(at) {
                        line.damaged.add(*column as usize);
                    }
                }
                Some((Title::Currency, _)) => {
                    line.broken |= self.currencies.refuses(text, row, to)?
                }
                Some((Title::Unknown { reported: true }, _)) => {}
                Some((_, _)) if is_empty(text) => {}
                Some((title, name)) => {
                    *title = Title::Unknown { reported: true };
                    let name = if name.is_empty() {
                        (at + 1).to_string()
                    } else {
                        name.clone()
                    };
                    to.finding(ignored(&name, row))?;
                }
                None => beyond |= !is_empty(text),
            }
        }
        if beyond && !self.titles.is_empty() {
            let finding = schema_at("too_many_cells", row);
            let finding = finding.with("expected", self.titles.len());
            to.finding(finding.with("found", cells.texts().len()))?;
            line.broken = true;
        }
        to.line(&line)
    }
}

/// A note about the whole file: where it was first seen is an argument.
fn ignored(name: &str, row: u32) -> Finding {
    let finding = Finding::of_file(FindingCode::FieldIgnored).value(shown(name));
    finding.with("element", shown(name)).with("first_row", row)
}

/// `V1`, or no version at all.
fn version(cells: &Cells<'_>) -> Result<(), Stop> {
    let stated = cells.texts().get(1).copied().unwrap_or_default().trim();
    if stated.is_empty() || stated.eq_ignore_ascii_case("v1") || stated == "1" {
        return Ok(());
    }
    let finding = Finding::of_file(FindingCode::UnsupportedFormat);
    let finding = finding.with("format", shown(stated)).with("expected", "V1");
    Err(finding.into())
}
