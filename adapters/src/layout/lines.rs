//! Rows as lines: delimited or of fixed width, with an optional head.
//!
//! Text is decoded strictly as a whole first and split afterwards: in GBK a trail byte may be
//! the delimiter (珅 ends in 7C), and half a character swallows one.

mod kept;

use super::atom::{ReadContext, WriteContext};
use super::fault::{WriteFault, unreadable};
use super::field::Field;
use super::slot::Slot;
use super::values::{Record, Values};
use crate::exchange::Unreadable;
use schemars::JsonSchema;
use schemas::text::Charset;
use serde::Deserialize;

/// Most rows that a message may hold.
pub const ROWS_MAX: usize = 200_000;

/// Lines of delimited or fixed-width columns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// Columns of the head; none means no head.
    #[serde(default)]
    pub head: Vec<Slot>,
    /// A refusal may stop after so many columns of the head.
    pub head_min: Option<usize>,
    /// Between columns of the head.
    #[serde(default)]
    pub head_sep: String,
    /// A line between head and rows that names the columns: a fixed text, checked when read.
    pub names: Option<String>,
    /// Columns of a row; none means that the message has no rows.
    #[serde(default)]
    pub row: Vec<Slot>,
    /// Between columns of a row.
    #[serde(default)]
    pub field_sep: String,
    /// A separator after the last column as well.
    #[serde(default)]
    pub trailing_sep: bool,
    /// Between head and rows, and between rows.
    #[serde(default)]
    pub row_sep: String,
    /// After the last row; a message without it is cut off.
    #[serde(default)]
    pub end: String,
    /// White space around a row is not read, and an empty row is none.
    #[serde(default)]
    pub trim: bool,
}

/// How the columns of a line are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// By separators.
    Delimited,
    /// By width in bytes of the character set.
    Fixed,
}

/// A fault with the row in which it is.
pub type RowFault = (WriteFault, Option<u32>);

impl Lines {
    /// Characters that free text must not have: the first of each separator.
    #[must_use]
    pub fn forbidden(&self, columns: Columns) -> Vec<char> {
        let separators = match columns {
            Columns::Delimited => vec![&self.head_sep, &self.field_sep, &self.row_sep, &self.end],
            Columns::Fixed => vec![&self.row_sep, &self.end],
        };
        separators
            .into_iter()
            .filter_map(|separator| separator.chars().next())
            .collect()
    }

    /// Writes head and rows.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn write(
        &self,
        columns: Columns,
        values: &Values,
        charset: Charset,
    ) -> Result<String, RowFault> {
        let mut lines = Vec::with_capacity(values.rows.len() + 1);
        if !self.head.is_empty() {
            let forbidden = self.forbidden(columns);
            let texts = texts(&self.head, &writing(values, None, charset, &forbidden));
            let texts = texts.map_err(|fault| (fault, None))?;
            lines.push(texts.join(self.head_separator(columns)));
        }
        lines.extend(self.names.clone());
        lines.extend(self.rows(columns, values, charset)?);
        Ok(lines.join(&self.row_sep) + &self.end)
    }

    /// The lines of the rows; none where the message has no rows.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn rows(
        &self,
        columns: Columns,
        values: &Values,
        charset: Charset,
    ) -> Result<Vec<String>, RowFault> {
        let forbidden = self.forbidden(columns);
        let listed = values.rows.iter().filter(|_| !self.row.is_empty());
        let line = |row| {
            let texts = texts(&self.row, &writing(values, Some(row), charset, &forbidden));
            let texts = texts.map_err(|fault| (fault, row_no(row)))?;
            let mut line = texts.join(self.row_separator(columns));
            if self.trailing_sep {
                line.push_str(&self.field_sep);
            }
            Ok(line)
        };
        listed.map(line).collect()
    }

    fn head_separator(&self, columns: Columns) -> &str {
        match columns {
            Columns::Delimited => &self.head_sep,
            Columns::Fixed => "",
        }
    }

    fn row_separator(&self, columns: Columns) -> &str {
        match columns {
            Columns::Delimited => &self.field_sep,
            Columns::Fixed => "",
        }
    }

    /// Reads head and rows into `values`.
    ///
    /// # Errors
    /// `Unreadable` for a missing ending, a wrong number of columns, a value of wrong form.
    pub fn read(
        &self,
        columns: Columns,
        text: &str,
        charset: Charset,
        values: &mut Values,
    ) -> Result<(), Unreadable> {
        let ours = values.kept.then(|| kept::in_our_form(self, text)).flatten();
        let text = ours.as_deref().unwrap_or(text);
        let text = text
            .strip_suffix(self.end.as_str())
            .ok_or_else(|| unreadable("the message has no ending"))?;
        let mut pieces: Vec<&str> = if self.row_sep.is_empty() {
            vec![text]
        } else {
            text.split(self.row_sep.as_str())
                .take(ROWS_MAX + 64)
                .collect()
        };
        if self.trim {
            let trimmed = pieces.into_iter().map(str::trim);
            pieces = trimmed.filter(|piece| !piece.is_empty()).collect();
        }
        if !self.head.is_empty() {
            let flat = columns == Columns::Delimited && self.head_sep == self.row_sep;
            let taken = if flat { self.head.len() } else { 1 };
            let rest = pieces.split_off(taken.min(pieces.len()));
            let head = if flat {
                pieces
            } else {
                let line = pieces.first().copied().unwrap_or_default();
                cut(columns, line, &self.head, &self.head_sep, charset)?
            };
            self.read_head(&head, values)?;
            pieces = rest;
        } else if pieces == [""] {
            pieces.clear();
        }
        if let Some(names) = &self.names {
            if pieces.first() != Some(&names.as_str()) {
                return Err(unreadable("the line that names the columns is another one"));
            }
            pieces.remove(0);
        }
        self.read_rows(columns, &pieces, charset, values)
            .map_err(|(at, wrong)| {
                let row = pieces.get(at).copied().unwrap_or_default();
                let before = (row.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
                let before = before.and_then(|end| text.get(..end)).unwrap_or_default();
                let offset = charset.byte_len(before).unwrap_or_default();
                Unreadable::at(wrong, offset)
            })
    }

    fn read_head(&self, head: &[&str], values: &mut Values) -> Result<(), Unreadable> {
        let whole = head.len() == self.head.len();
        if !whole && self.head_min != Some(head.len()) {
            return Err(unreadable("the head has another number of columns"));
        }
        let mut context = context(values, None);
        for (slot, text) in self.head.iter().zip(head) {
            slot.read(text, &mut context).map_err(unreadable)?;
        }
        Ok(())
    }

    /// An error names the place of the row among the lines, from 0.
    pub(super) fn read_rows(
        &self,
        columns: Columns,
        lines: &[&str],
        charset: Charset,
        values: &mut Values,
    ) -> Result<(), (usize, String)> {
        // Spare columns at the end of an answer without rows say nothing.
        if self.row.is_empty() && lines.iter().all(|line| line.is_empty()) {
            return Ok(());
        }
        if self.row.is_empty() {
            return Err((0, "rows where none belong".to_owned()));
        }
        if lines.len() > ROWS_MAX {
            return Err((0, "too many rows".to_owned()));
        }
        for (place, line) in lines.iter().enumerate() {
            let at = place + 1;
            let line = if self.trailing_sep {
                line.strip_suffix(self.field_sep.as_str())
                    .ok_or_else(|| (place, format!("row {at} has no last separator")))?
            } else {
                line
            };
            let cells = cut(columns, line, &self.row, &self.field_sep, charset)
                .map_err(|_| (place, format!("row {at} has another number of columns")))?;
            let mut row = Record::new();
            let mut context = context(values, Some(&mut row));
            for (slot, text) in self.row.iter().zip(cells) {
                slot.read(text, &mut context)
                    .map_err(|what| (place, format!("row {at}: {what}")))?;
            }
            values.rows.push(row);
        }
        Ok(())
    }
}

fn writing<'a>(
    values: &'a Values,
    row: Option<&'a Record>,
    charset: Charset,
    forbidden: &'a [char],
) -> WriteContext<'a> {
    WriteContext {
        values,
        row,
        payload: None,
        payload_bytes: 0,
        charset,
        forbidden,
    }
}

fn texts(slots: &[Slot], context: &WriteContext<'_>) -> Result<Vec<String>, WriteFault> {
    slots.iter().map(|slot| slot.write(context)).collect()
}

/// The number of a row, for a finding.
pub(crate) fn row_no(row: &Record) -> Option<u32> {
    row.get(&Field::RowNo)?.parse().ok()
}

/// A read context over `values`, in a row or in the head.
pub(crate) fn context<'a>(values: &'a mut Values, row: Option<&'a mut Record>) -> ReadContext<'a> {
    ReadContext {
        kept: values.kept,
        head: &mut values.head,
        row,
        captured: &mut values.captured,
        connection: &mut values.connection,
        payload: None,
        payload_bytes: None,
    }
}

/// Cuts a line into as many cells as there are slots, or refuses it.
fn cut<'t>(
    columns: Columns,
    line: &'t str,
    slots: &[Slot],
    separator: &str,
    charset: Charset,
) -> Result<Vec<&'t str>, Unreadable> {
    let wrong = || unreadable("a line has another number of columns");
    match columns {
        Columns::Delimited if separator.is_empty() => Ok(vec![line]),
        Columns::Delimited => {
            let cells: Vec<&str> = line.split(separator).take(slots.len() + 1).collect();
            (cells.len() == slots.len())
                .then_some(cells)
                .ok_or_else(wrong)
        }
        Columns::Fixed => {
            let mut rest = line;
            let mut cells = Vec::with_capacity(slots.len());
            for slot in slots {
                let (cell, others) =
                    cut_width(rest, slot.width.unwrap_or_default(), charset).ok_or_else(wrong)?;
                cells.push(cell);
                rest = others;
            }
            rest.is_empty().then_some(cells).ok_or_else(wrong)
        }
    }
}

/// Cuts off as many characters as make exactly `width` bytes.
pub(crate) fn cut_width(text: &str, width: usize, charset: Charset) -> Option<(&str, &str)> {
    let mut bytes = 0;
    let mut buffer = [0; 4];
    for (at, character) in text.char_indices() {
        if bytes == width {
            return Some(text.split_at(at));
        }
        bytes += charset.byte_len(character.encode_utf8(&mut buffer)).ok()?;
        if bytes > width {
            return None;
        }
    }
    (bytes == width).then_some((text, ""))
}
