//! The template as rows of cells, walked once for csv and workbooks: headings above it, signature,
//! head, an empty row, titles, lines.

mod cells;
mod lines;
mod rows;
mod splits;
mod titles;

pub(super) use cells::{CELLS_MAX, Cells};
pub(super) use titles::Titles;

use super::currency::{self, Currencies};
use super::detect::other_format;
use super::masking::{shown_in, shown_label};
use super::raw::{Columns, RawHead, Receiver, Stop, Tally, schema_at, shown};
use super::template::{Column, HeadKey, is_signature};
use crate::finding::{Finding, FindingCode};

/// Rows that stand above or between the parts of the template; a file with more is none.
pub(super) const HEADINGS_MAX: usize = 32;
/// Digits in a row of a document or account number.
const LONG_DIGITS: usize = 8;

/// Where in the template the walk is.
enum Place {
    Head,
    /// After the empty row.
    Titles,
    Lines,
    /// Lines without titles: nothing is known of their cells.
    Untitled,
}

/// The walk over the template.
pub(super) struct Grid {
    place: Place,
    head: RawHead,
    stated: Columns,
    titles: Titles,
    currencies: Currencies,
    /// Something of the template was recognised.
    recognised: bool,
    /// Rows and first cells above whatever was recognised first.
    headings: Vec<(u32, String)>,
    headings_seen: usize,
    /// The last row before the lines that is not empty, and the first one below the head.
    seen: u32,
    below_head: Option<u32>,
    /// Counted when the last totals row came.
    part_start: Tally,
    remarks: usize,
    /// Kinds of rows that are noted once.
    numbered_noted: bool,
    titles_noted: bool,
}

impl Grid {
    pub(super) fn new() -> Self {
        Self {
            place: Place::Head,
            head: RawHead::default(),
            stated: Columns::default(),
            titles: Titles::default(),
            currencies: Currencies::default(),
            recognised: false,
            headings: Vec::new(),
            headings_seen: 0,
            seen: 0,
            below_head: None,
            part_start: Tally::default(),
            remarks: 0,
            numbered_noted: false,
            titles_noted: false,
        }
    }

    /// Whether the titles are past and each further row is a line.
    pub(super) fn in_lines(&self) -> bool {
        matches!(self.place, Place::Lines | Place::Untitled)
    }

    /// Takes a row; empty ones too.
    pub(super) fn row(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        match self.place {
            Place::Head if cells.is_empty() => {
                // Empty rows before anything else mean nothing.
                if self.recognised {
                    self.place = Place::Titles;
                }
                Ok(())
            }
            Place::Lines | Place::Untitled | Place::Titles if cells.is_empty() => Ok(()),
            Place::Lines => self.line(row, cells, to),
            Place::Untitled => to.line(&rows::unread(row, &self.titles, cells)),
            Place::Head | Place::Titles => self.before_lines(row, cells, to),
        }
    }

    /// The end of the file.
    pub(super) fn end(&mut self, to: &mut dyn Receiver) -> Result<(), Stop> {
        match self.place {
            Place::Lines | Place::Untitled => Ok(()),
            Place::Head | Place::Titles if !self.recognised => Err(no_template()),
            Place::Head | Place::Titles => {
                // Where they should stand, else behind the head.
                let row = self.below_head.unwrap_or(self.seen);
                self.no_titles(untitled(row), to)
            }
        }
    }

    fn before_lines(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let Some((_, first)) = cells.first() else {
            return Ok(());
        };
        self.seen = row;
        if matches!(self.place, Place::Titles) {
            self.below_head.get_or_insert(row);
        }
        if is_signature(first) {
            self.recognise(to)?;
            return version(cells);
        }
        let keyed = HeadKey::stated(first).is_some();
        if Titles::stand_in(cells) && (!keyed || Titles::two_in(cells)) {
            self.recognise(to)?;
            self.titles = Titles::read(row, cells, to)?;
            self.place = Place::Lines;
            self.head.no_amounts = self.titles.absent.has(Column::Amount as usize);
            return to.head(&self.head);
        }
        if keyed {
            self.head_row(row, cells, to)
        } else {
            self.unknown_row(row, first, cells, to)
        }
    }

    /// The first part of the template is found: what stood above it is noted.
    fn recognise(&mut self, to: &mut dyn Receiver) -> Result<(), Stop> {
        self.recognised = true;
        for (row, name) in std::mem::take(&mut self.headings) {
            to.finding(noted(&name, row, "heading"))?;
        }
        Ok(())
    }

    /// Keys, each with its value: in the same cell after a colon, or in a cell after it, with cells
    /// between that are merged with the key's.
    fn head_row(&mut self, row: u32, cells: &Cells<'_>, to: &mut dyn Receiver) -> Result<(), Stop> {
        self.recognise(to)?;
        let mut filled = cells.filled().peekable();
        while let Some((at, text)) = filled.next() {
            let Some((key, own)) = HeadKey::stated(text) else {
                to.finding(noted(text, row, "heading"))?;
                continue;
            };
            if let Some(value) = own {
                self.value(row, key, value, (at, cells), to)?;
                continue;
            }
            let is_value = |cell: &(usize, &str)| HeadKey::stated(cell.1).is_none();
            let Some((place, value)) = filled.next_if(is_value) else {
                // A formula without a result is a value that can't be read.
                if cells.damaged(at + 1) {
                    self.head.damaged.add(key as usize);
                }
                continue;
            };
            // What stands apart from the value, or is its unit, is no second value.
            let mut values = 1;
            while let Some((next, text)) = filled.next_if(is_value) {
                if next == place + values && !is_unit(text) {
                    values += 1;
                } else {
                    to.finding(noted(text, row, "heading"))?;
                }
            }
            if values == 1 && !cells.beyond {
                self.value(row, key, value, (place, cells), to)?;
                continue;
            }
            self.head.broken.add(key as usize);
            let finding = schema_at("too_many_values", row).field(key.key());
            let finding = finding.with("column", place + 2);
            let split = splits::is_split(cells.texts().get(place..).unwrap_or_default());
            to.finding(if split {
                finding.with("remedy", "comma_in_amount")
            } else {
                finding
            })?;
        }
        Ok(())
    }

    /// Takes the value of a key from the cell where it stands.
    fn value(
        &mut self,
        row: u32,
        key: HeadKey,
        value: &str,
        (place, cells): (usize, &Cells<'_>),
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        if self.stated.has(key as usize) {
            let finding = schema_at("stated_twice", row).field(key.key());
            return to.finding(finding.with("column", place + 1));
        }
        self.stated.add(key as usize);
        let value = value.trim();
        // A month typed as one of its days is that month.
        let date = cells.dates & 1u64.checked_shl(place as u32).unwrap_or(0) != 0;
        let month = value.get(..7).filter(|_| key == HeadKey::PayMonth && date);
        self.head.fields[key as usize] = month.unwrap_or(value).to_owned();
        if cells.damaged(place) {
            self.head.damaged.add(key as usize);
        }
        Ok(())
    }

    /// A row before the titles that is neither a key nor titles.
    fn unknown_row(
        &mut self,
        row: u32,
        first: &str,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let mut further = cells.filled().skip(1);
        let value = further.next().map(|(_, value)| value);
        if currency::is_title(first) {
            self.recognise(to)?;
            let value = value.unwrap_or_default();
            return self.currencies.refuses(value, row, to).map(drop);
        }
        // A document and an account: a line.
        let numbers = cells.filled().filter(|(_, cell)| long_digits(cell)).count();
        let is_line = numbers > 1;
        if self.recognised && is_line {
            self.no_titles(untitled_but(first, row), to)?;
            return to.line(&rows::unread(row, &self.titles, cells));
        }
        self.headings_seen += 1;
        if !self.recognised {
            let name = if is_line {
                shown_of_line(first)
            } else {
                first.to_owned()
            };
            self.headings.push((row, name));
            if self.headings_seen > HEADINGS_MAX {
                return Err(no_template());
            }
            return Ok(());
        }
        if self.headings_seen > HEADINGS_MAX {
            return self.no_titles(untitled_but(first, row), to);
        }
        match (value, further.next()) {
            // A key that the template does not have, or a signature.
            (Some(_), None) if matches!(self.place, Place::Head) => {
                let name = match first.contains([':', '：']) {
                    true => shown_label(first),
                    false => first.to_owned(),
                };
                to.finding(ignored(&name, row))
            }
            _ => to.finding(noted(first, row, "heading")),
        }
    }

    /// There are no titles: that is said, and the lines are only counted.
    fn no_titles(&mut self, finding: Finding, to: &mut dyn Receiver) -> Result<(), Stop> {
        self.head.no_titles = true;
        to.head(&self.head)?;
        self.place = Place::Untitled;
        to.finding(finding.with("remedy", "title_row"))
    }
}

/// The first row of a file that is something else altogether.
fn no_template() -> Stop {
    other_format(None, "text").into()
}

/// No titles from a row on.
fn untitled(row: u32) -> Finding {
    schema_at("no_title_row", row).with("column", 1)
}

/// No titles from a row on that begins with a text.
fn untitled_but(first: &str, row: u32) -> Finding {
    untitled(row).with("found", shown_of_line(first))
}

/// The first cell of a row that may be a line: the payee's name may stand there.
fn shown_of_line(first: &str) -> String {
    shown_in(Column::LineNo, first).unwrap_or_default()
}

/// A note about the whole file: where it was first seen is an argument.
fn ignored(name: &str, row: u32) -> Finding {
    let finding = Finding::of_file(FindingCode::FieldIgnored).value(shown(name));
    finding.with("element", shown(name)).with("first_row", row)
}

/// A note of a row that is no line, and of what it was taken for. Whoever signed may be named
/// there.
fn noted(name: &str, row: u32, reason: &str) -> Finding {
    ignored(&shown_label(name), row).with("reason", reason)
}

/// 元 beside an amount, 笔 beside a count.
fn is_unit(text: &str) -> bool {
    matches!(text.trim(), "元" | "笔" | "人")
}

fn long_digits(cell: &str) -> bool {
    let digits = cell
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    digits
        .filter(|chunk| chunk.first().is_some_and(u8::is_ascii_digit))
        .any(|chunk| chunk.len() >= LONG_DIGITS)
}

/// `V1`, or no version at all.
fn version(cells: &Cells<'_>) -> Result<(), Stop> {
    let stated = cells
        .filled()
        .nth(1)
        .map_or("", |(_, stated)| stated.trim());
    if stated.is_empty() || stated.eq_ignore_ascii_case("v1") || stated == "1" {
        return Ok(());
    }
    let finding = Finding::of_file(FindingCode::UnsupportedFormat);
    let finding = finding.with("format", shown(stated)).with("expected", "V1");
    Err(finding.into())
}
