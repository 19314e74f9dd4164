//! The cells of the sheet, row by row.

use super::book::Book;
use super::number;
use super::part::{Part, attribute};
use crate::employer_files::Limits;
use crate::employer_files::grid::{CELLS_MAX, Cells};
use crate::employer_files::raw::{Stop, schema_at, shown, size};
use crate::employer_files::spreadsheet::BOOLEANS;
use crate::finding::{Finding, FindingCode};
use quick_xml::events::BytesStart;
use std::borrow::Cow;

/// Bytes of the texts of a row, as of a row of csv. A shared text stands in the file once, and
/// every cell may name it: what a row comes to is limited by nothing else.
const ROW_MAX: usize = 256 << 10;

/// The kind of a cell, by its `t`.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    /// `str` of a formula, or text in place.
    Text,
    Date,
    /// TRUE or FALSE, kept as 1 or 0: no field of ours has one.
    Boolean,
    /// An error: no field of ours has one.
    Foreign,
}

/// Where the walk stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Between rows.
    Nothing,
    Row,
    Cell,
}

/// What a cell says.
#[derive(Default)]
struct Said<'v> {
    text: Cow<'v, str>,
    damaged: bool,
    date: bool,
}

/// Takes the rows of a sheet; a gap in their numbers comes as one empty row.
pub(super) trait Rows {
    fn row(&mut self, row: u32, cells: &Cells<'_>) -> Result<(), Stop>;
    /// The rest need not be walked.
    fn enough(&self) -> bool;
}

/// The walk over the sheet.
pub(super) struct Sheet<'b, 'r> {
    book: &'b Book,
    rows: &'r mut dyn Rows,
    /// Bytes of a cell.
    cell_max: usize,
    /// Bytes of shared texts that cells have named, each as often as it was, and their limit.
    shared: u64,
    shared_max: u64,
    open: Open,
    /// The present row, or the last one.
    row: u32,
    /// Texts of the row, one after the other, and the place of each column's.
    texts: String,
    places: [(u32, u32); CELLS_MAX],
    damaged: u64,
    dates: u64,
    beyond: bool,
    hidden: bool,
    /// Number of the present cell's column, from 0.
    column: usize,
    next_column: usize,
    kind: Kind,
    style: usize,
    value: String,
    /// The cell has a formula: without a value nobody has reckoned its result yet.
    has_formula: bool,
    in_value: bool,
    in_phonetic: bool,
}

impl<'b, 'r> Sheet<'b, 'r> {
    pub(super) fn new(book: &'b Book, rows: &'r mut dyn Rows, limits: &Limits) -> Self {
        Self {
            book,
            rows,
            // A spreadsheet's own limit is 32,767 characters a cell.
            cell_max: limits.field_bytes_max.max(128 << 10),
            shared: 0,
            shared_max: limits.unpacked_bytes_max,
            open: Open::Nothing,
            row: 0,
            texts: String::new(),
            places: [(0, 0); CELLS_MAX],
            damaged: 0,
            dates: 0,
            beyond: false,
            hidden: false,
            column: 0,
            next_column: 0,
            kind: Kind::default(),
            style: 0,
            value: String::new(),
            has_formula: false,
            in_value: false,
            in_phonetic: false,
        }
    }

    /// A fault in the structure, in the present cell or row or, between rows, after the last one:
    /// that one is in order.
    fn fault(&self, reason: &str, element: &'static str) -> Finding {
        let row = match self.open {
            Open::Nothing => self.row.saturating_add(1),
            Open::Row | Open::Cell => self.row,
        };
        let finding = schema_at(reason, row).with("element", element);
        match self.open {
            Open::Cell => finding.with("column", self.column + 1),
            Open::Nothing | Open::Row => finding,
        }
    }

    /// A cell or a row that is longer than any.
    fn too_large(&self, reason: &str, limit: usize) -> Stop {
        let mut finding = Finding::of_file(FindingCode::TooLarge).with("reason", reason);
        finding.row = Some(self.row);
        finding.with("limit", size(limit as u64)).into()
    }

    /// The shared text whose number a cell gives.
    fn shared_text(&self, number: &str) -> Result<&'b str, Stop> {
        let text = number.trim().parse().ok();
        let text = text.and_then(|number| self.book.strings.text_of(number));
        text.ok_or_else(|| {
            let finding = self.fault("no_shared_text", "sharedStrings");
            finding.with("found", shown(number)).into()
        })
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) -> Result<(), Stop> {
        if self.open != Open::Nothing {
            return Err(self.fault("form", "row").into());
        }
        let stated = attribute(tag, "r");
        let row = match stated.as_deref().map(str::parse::<u32>) {
            None => self.row.saturating_add(1),
            Some(Ok(row)) if row > self.row => row,
            Some(_) => {
                let finding = self.fault("form", "row");
                let found = shown(&stated.unwrap_or_default());
                return Err(finding.with("found", found).into());
            }
        };
        // A gap in the numbers is an empty row; one says as much as many.
        if row > self.row.saturating_add(1) {
            self.rows.row(self.row + 1, &Cells::new())?;
        }
        (self.open, self.row) = (Open::Row, row);
        self.hidden = matches!(attribute(tag, "hidden").as_deref(), Some("1" | "true"));
        self.texts.clear();
        self.places = [(0, 0); CELLS_MAX];
        (self.damaged, self.dates, self.beyond) = (0, 0, false);
        self.next_column = 0;
        Ok(())
    }

    fn begin_cell(&mut self, tag: &BytesStart<'_>) -> Result<(), Stop> {
        if self.open != Open::Row {
            return Err(self.fault("form", "c").into());
        }
        let reference = attribute(tag, "r");
        self.column = match &reference {
            None => self.next_column,
            Some(reference) => match place(reference) {
                Some((column, row)) if row == self.row && column >= self.next_column => column,
                _ => {
                    let finding = self.fault("form", "c");
                    return Err(finding.with("found", shown(reference)).into());
                }
            },
        };
        self.next_column = self.column + 1;
        (self.open, self.has_formula) = (Open::Cell, false);
        self.kind = match attribute(tag, "t").as_deref() {
            None | Some("n") => Kind::Number,
            Some("s") => Kind::Shared,
            Some("d") => Kind::Date,
            Some("str" | "inlineStr") => Kind::Text,
            Some("b") => Kind::Boolean,
            Some(_) => Kind::Foreign,
        };
        let style = attribute(tag, "s").and_then(|style| style.parse().ok());
        self.style = style.unwrap_or(0);
        self.value.clear();
        Ok(())
    }

    /// What the present cell says with its value.
    fn said<'v>(&self, value: &'v str) -> Result<Said<'v>, Stop>
    where
        'b: 'v,
    {
        let text = match self.kind {
            _ if value.is_empty() => {
                return Ok(Said {
                    damaged: self.has_formula,
                    ..Said::default()
                });
            }
            Kind::Number => return Ok(self.number(value)),
            Kind::Text | Kind::Foreign => value,
            Kind::Date => {
                let end = value.char_indices().nth(10);
                end.map_or(value, |(end, _)| value.get(..end).unwrap_or(value))
            }
            Kind::Boolean if value.trim() == "0" => BOOLEANS[0],
            Kind::Boolean => BOOLEANS[1],
            Kind::Shared => self.shared_text(value)?,
        };
        Ok(Said {
            text: text.into(),
            damaged: matches!(self.kind, Kind::Boolean | Kind::Foreign),
            date: self.kind == Kind::Date,
        })
    }

    fn number<'v>(&self, value: &'v str) -> Said<'v> {
        let styled = self.book.styles.is_date(self.style);
        let day = || number::day(value, self.book.from_1904);
        if let Some(day) = styled.then(day).flatten() {
            return Said {
                text: day.into(),
                damaged: false,
                date: true,
            };
        }
        let Some(number) = number::read(value) else {
            return Said {
                text: value.into(),
                ..Said::default()
            };
        };
        Said {
            text: number.text.into(),
            // What people see there is no amount that the number says.
            damaged: number.damaged || self.book.styles.is_percent(self.style),
            date: false,
        }
    }

    fn end_cell(&mut self) -> Result<(), Stop> {
        // Taken out and given back: one buffer serves all cells.
        let value = std::mem::take(&mut self.value);
        let said = self.said(&value)?;
        if self.kind == Kind::Shared {
            self.count_shared(said.text.len())?;
        }
        self.keep(&said)?;
        drop(said);
        self.value = value;
        self.open = Open::Row;
        Ok(())
    }

    /// A cell names a long text with a few bytes: what all of them come to is limited like what
    /// is unpacked.
    fn count_shared(&mut self, bytes: usize) -> Result<(), Stop> {
        self.shared = self.shared.saturating_add(bytes as u64);
        if self.shared > self.shared_max {
            let finding = Finding::of_file(FindingCode::TooLarge).with("reason", "unpacked");
            return Err(finding.with("limit", size(self.shared_max)).into());
        }
        Ok(())
    }

    /// Adds what a cell says to the row. Beyond the cells that are looked at nothing is kept but
    /// that there is something.
    fn keep(&mut self, said: &Said<'_>) -> Result<(), Stop> {
        let text = said.text.as_ref();
        if self.column >= CELLS_MAX {
            self.beyond = self.beyond || !text.trim().is_empty();
            return Ok(());
        }
        let start = self.texts.len();
        if start + text.len() > ROW_MAX {
            return Err(self.too_large("row", ROW_MAX));
        }
        self.texts.push_str(text);
        if let Some(place) = self.places.get_mut(self.column) {
            *place = (start as u32, self.texts.len() as u32);
        }
        self.damaged |= u64::from(said.damaged) << self.column;
        self.dates |= u64::from(said.date) << self.column;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Stop> {
        self.open = Open::Nothing;
        let mut cells = Cells::new();
        let last = self.places.iter().rposition(|(start, end)| start < end);
        for (start, end) in self.places.iter().take(last.map_or(0, |last| last + 1)) {
            let text = self.texts.get(*start as usize..*end as usize);
            cells.push(text.unwrap_or_default());
        }
        (cells.damaged, cells.dates) = (self.damaged, self.dates);
        (cells.beyond, cells.hidden) = (self.beyond, self.hidden);
        self.rows.row(self.row, &cells)
    }
}

impl Part for Sheet<'_, '_> {
    fn enough(&self) -> bool {
        self.rows.enough()
    }

    fn start(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), Stop> {
        match name {
            "row" => self.begin_row(tag),
            "c" => self.begin_cell(tag),
            "v" | "t" => {
                self.in_value = true;
                Ok(())
            }
            "f" => {
                self.has_formula = true;
                Ok(())
            }
            "rPh" => {
                self.in_phonetic = true;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Stop> {
        if !self.in_value || self.in_phonetic || self.open != Open::Cell {
            return Ok(());
        }
        if self.value.len() + text.len() > self.cell_max {
            return Err(self.too_large("field", self.cell_max));
        }
        self.value.push_str(text);
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Stop> {
        match name {
            "row" => self.end_row(),
            "c" => self.end_cell(),
            "v" | "t" => {
                self.in_value = false;
                Ok(())
            }
            "rPh" => {
                self.in_phonetic = false;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Column from 0 and row of a reference such as `B14`.
fn place(reference: &str) -> Option<(usize, u32)> {
    let letters = reference.bytes().take_while(u8::is_ascii_uppercase).count();
    let (column, row) = reference.split_at_checked(letters)?;
    if !(1..=3).contains(&letters) || !row.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let column = column
        .bytes()
        .fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    Some((column - 1, row.parse().ok()?))
}
