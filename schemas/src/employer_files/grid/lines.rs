//! The rows under the titles.

use super::cells::{Cells, is_empty};
use super::rows::{self, Aside};
use super::titles::{Title, Titles};
use super::{Grid, ignored, noted};
use crate::employer_files::raw::{RawLine, Receiver, Stop, schema_at, yuan};
use crate::employer_files::template::Column;
use crate::finding::{Finding, FindingCode};

/// Remarks below the lines that are noted; more of them are lines with everything missing.
const REMARKS_MAX: usize = 16;

impl Grid {
    pub(super) fn line(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        if cells.broken {
            return to.line(&rows::unread(row, &self.titles, cells));
        }
        let mut line = RawLine {
            row,
            absent: self.titles.absent,
            hidden: cells.hidden,
            ..RawLine::default()
        };
        // A bit for each cell that is no field of a line and holds something not yet said.
        let mut others = 0u64;
        for (at, (text, (title, _))) in cells.texts().iter().zip(&self.titles.columns).enumerate() {
            match title {
                Title::Known(column) => {
                    line.fields[*column as usize] = text;
                    if cells.damaged(at) {
                        line.damaged.add(*column as usize);
                    }
                }
                Title::Unknown { reported: true } => {}
                Title::Currency | Title::Unknown { reported: false } => {
                    others |= u64::from(!is_empty(text))
                        .checked_shl(at as u32)
                        .unwrap_or(0);
                }
            }
        }
        let limit = self.titles.columns.len();
        let longer = cells.texts().get(limit).is_some() || cells.beyond;
        if (longer || small_amount(&line)) && self.shifted(row, cells, to)? {
            return Ok(());
        }
        if unlike_a_line(&line) && self.aside(&line, cells, to)? {
            return Ok(());
        }
        if others != 0 {
            line.broken = self.others(others, row, cells, to)?;
        }
        to.line(&line)
    }

    /// A row whose cells are not under their titles; true where that was said.
    #[cold]
    fn shifted(
        &mut self,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<bool, Stop> {
        let Some(finding) = rows::shifted(row, &self.titles, cells) else {
            return Ok(false);
        };
        to.finding(finding)?;
        to.line(&rows::unread(row, &self.titles, cells))
            .map(|()| true)
    }

    /// Currencies and unknown columns; true where the line is not in CNY.
    #[cold]
    fn others(
        &mut self,
        others: u64,
        row: u32,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<bool, Stop> {
        let mut refused = false;
        let columns = self.titles.columns.iter_mut().zip(cells.texts());
        for (at, ((title, name), text)) in columns.enumerate() {
            if others.checked_shr(at as u32).unwrap_or(0) & 1 == 0 {
                continue;
            }
            if *title == Title::Currency {
                refused |= self.currencies.refuses(text, row, to)?;
                continue;
            }
            *title = Title::Unknown { reported: true };
            let name = if name.is_empty() {
                (at + 1).to_string()
            } else {
                name.clone()
            };
            to.finding(ignored(&name, row))?;
        }
        Ok(refused)
    }

    /// A row that may be no line; true where it is none and that was said.
    #[cold]
    fn aside(
        &mut self,
        line: &RawLine<'_>,
        cells: &Cells<'_>,
        to: &mut dyn Receiver,
    ) -> Result<bool, Stop> {
        let is_title = |column| Column::parse(line.text(column)).is_some();
        let titled = is_title(Column::IdNumber) || is_title(Column::Account);
        if !titled && !nobody(line) {
            return Ok(false);
        }
        if Titles::two_in(cells) {
            if !self.titles.same(cells) {
                return Err(schema_at("second_table", line.row).into());
            }
            let said = std::mem::replace(&mut self.titles_noted, true);
            return if said {
                Ok(true)
            } else {
                let first = cells.first().map_or("", |(_, first)| first);
                to.finding(noted(first, line.row, "title_row_again"))
                    .map(|()| true)
            };
        }
        if !nobody(line) {
            return Ok(false);
        }
        let Some(aside) = Aside::of(line, cells) else {
            return Ok(false);
        };
        match aside {
            Aside::Template => return Err(schema_at(aside.reason(), line.row).into()),
            Aside::Totals => self.totals(line, to)?,
            Aside::Numbered if std::mem::replace(&mut self.numbered_noted, true) => {
                return Ok(true);
            }
            Aside::Text if self.remarks >= REMARKS_MAX => return Ok(false),
            Aside::Text => self.remarks += 1,
            Aside::Numbered | Aside::Count => {}
        }
        let label = |cell: &(usize, &str)| aside == Aside::Totals && rows::is_totals_word(cell.1);
        let label = cells.filled().find(label).or_else(|| cells.first());
        let first = label.map_or("", |(_, label)| label);
        let note = noted(first, line.row, aside.reason());
        to.finding(note.with("remedy", "no_payment"))?;
        Ok(true)
    }

    /// A totals row states the sum of all lines so far, or of those since the last such row. Where
    /// an amount could not be read, that is said already and no sum can agree.
    fn totals(&mut self, line: &RawLine<'_>, to: &mut dyn Receiver) -> Result<(), Stop> {
        let all = to.tally();
        let part = all.fen - self.part_start.fen;
        let later = self.part_start.lines > 0;
        self.part_start = all;
        let Some(stated) = rows::stated(line).filter(|_| all.unread == 0) else {
            return Ok(());
        };
        let agrees = [all.fen, part].contains(&i128::from(stated.0));
        if agrees || self.head.no_amounts {
            return Ok(());
        }
        let counted = if later { part } else { all.fen };
        let mut finding = Finding::of_file(FindingCode::ControlSumMismatch).field("amount");
        finding.row = Some(line.row);
        let finding = finding.value(stated.yuan()).with("stated", stated);
        to.finding(finding.with("counted", yuan(counted)))
    }
}

/// `6`, perhaps of `6,523.50`: few wages are so small.
#[inline]
fn small_amount(line: &RawLine<'_>) -> bool {
    let amounts = [Column::Amount, Column::GrossAmount];
    amounts
        .into_iter()
        .any(|column| matches!(line.text(column).trim().len(), 1..=3))
}

/// Whether a row has neither a document nor an account, or a text in the place of one: few lines
/// do, and only these can be something else.
#[inline]
fn unlike_a_line(line: &RawLine<'_>) -> bool {
    // A date begins with a digit as well: `2026年11月1日`.
    let number = |column| {
        let text = line.text(column);
        text.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && !text.ends_with(['年', '月', '日'])
    };
    !(number(Column::IdNumber) && number(Column::Account))
}

/// Neither a document nor an account, not even one that a formula should have given: both have
/// digits, and nothing that a signature or a date has.
fn nobody(line: &RawLine<'_>) -> bool {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '０'..='９');
    let number = |text: &str| text.contains(digit) && !text.contains([':', '：', '年']);
    [Column::IdNumber, Column::Account]
        .into_iter()
        .all(|column| !number(line.text(column)) && !line.damaged.has(column as usize))
}
