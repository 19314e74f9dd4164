//! Rows as lines: delimited or of fixed width, with an optional head.
//!
//! Text is decoded strictly as a whole first and split afterwards: in GBK a trail byte may be
//! the delimiter (珅 ends in 7C), and half a character swallows one.

mod cutting;
mod kept;

use super::atom::{ReadContext, WriteContext};
use super::between::Between;
use super::fault::{WriteFault, unreadable};
use super::slot::Slot;
use super::values::Values;
use crate::exchange::Unreadable;
pub(crate) use cutting::cut_width;
use cutting::{cut, split};
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
    pub fn write(&self, columns: Columns, context: &WriteContext<'_>) -> Result<String, RowFault> {
        let mut text = String::new();
        let mut lines = 0;
        let mut begin = |text: &mut String| {
            text.push_str(if lines > 0 { &self.row_sep } else { "" });
            lines += 1;
        };
        if !self.head.is_empty() {
            begin(&mut text);
            let separator = self.head_separator(columns);
            let written = write_line(&self.head, separator, context, &mut text);
            written.map_err(|fault| (fault, None))?;
        }
        if let Some(names) = &self.names {
            begin(&mut text);
            text.push_str(names);
        }
        let behind = match self.trailing_sep {
            true => self.field_sep.as_str(),
            false => "",
        };
        let between = Between::of_columns(&self.row, (self.row_separator(columns), behind));
        if !self.row.is_empty() && !context.listed.is_empty() {
            begin(&mut text);
            between.write_rows((context, &self.row_sep), &mut text, |_, _| {})?;
        }
        text.push_str(&self.end);
        Ok(text)
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
            let mut pieces = Vec::new();
            split(text, &self.row_sep, ROWS_MAX + 64, &mut pieces);
            pieces
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
                let mut head = Vec::new();
                cut(
                    columns,
                    line,
                    (&self.head, &self.head_sep),
                    charset,
                    &mut head,
                )?;
                head
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
        let mut context = context(values, false);
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
        let mut cells = Vec::with_capacity(self.row.len() + 1);
        let read = self.row.iter().zip(0usize..);
        let read = read.filter(|(slot, _)| !slot.says_nothing());
        let read: Vec<_> = read
            .map(|(slot, at)| (slot, slot.as_it_stands(), at))
            .collect();
        let bytes = lines.iter().map(|line| line.len()).sum();
        values.rows.reserve(lines.len(), self.row.len(), bytes);
        for (place, line) in lines.iter().enumerate() {
            let at = place + 1;
            let line = if self.trailing_sep {
                line.strip_suffix(self.field_sep.as_str())
                    .ok_or_else(|| (place, format!("row {at} has no last separator")))?
            } else {
                line
            };
            cut(
                columns,
                line,
                (&self.row, &self.field_sep),
                charset,
                &mut cells,
            )
            .map_err(|_| (place, format!("row {at} has another number of columns")))?;
            let mut context = context(values, true);
            for (slot, as_it_stands, at_cell) in &read {
                let text = cells.get(*at_cell).copied().unwrap_or_default();
                let read = match as_it_stands {
                    Some(field) if !text.is_empty() => context.store(*field, text),
                    None if !text.is_empty() => slot.read(text, &mut context),
                    Some(_) | None if slot.may_be_empty() && slot.map.is_empty() => Ok(()),
                    Some(_) | None => slot.read(text, &mut context),
                };
                read.map_err(|what| (place, format!("row {at}: {what}")))?;
            }
        }
        Ok(())
    }
}

fn write_line(
    slots: &[Slot],
    separator: &str,
    context: &WriteContext<'_>,
    out: &mut String,
) -> Result<(), WriteFault> {
    for (at, slot) in slots.iter().enumerate() {
        out.push_str(if at > 0 { separator } else { "" });
        slot.write_to(context, out)?;
    }
    Ok(())
}

/// A read context over `values`, in a new row or in the head.
pub(crate) fn context(values: &mut Values, in_row: bool) -> ReadContext<'_> {
    if in_row {
        values.rows.begin();
    }
    ReadContext {
        kept: values.kept,
        head: &mut values.head,
        row: in_row.then_some(&mut values.rows),
        captured: &mut values.captured,
        connection: &mut values.connection,
        payload: None,
        payload_bytes: None,
    }
}
