//! The rows of a message that is written: values, or the lines of an order as they are.

use super::field::Field;
use super::rows::{Row, Rows};
use crate::adapter::BankAdapter;
use crate::exchange::OrderLine;
use crate::order;

/// Rows, to look at.
#[derive(Clone, Copy)]
pub enum Listed<'a> {
    /// Of values.
    Rows(&'a Rows),
    /// Of an order, paid by this bank: each value is looked up where it is written.
    Lines(&'a [OrderLine], &'a BankAdapter),
}

/// One of them.
#[derive(Clone, Copy)]
pub enum ListedRow<'a> {
    /// Of values.
    Row(Row<'a>),
    /// Of an order.
    Line(&'a OrderLine, &'a BankAdapter),
}

/// A value in its canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// As a text.
    Text(&'a str),
    /// A number, or an amount in fen.
    Number(i64),
}

impl<'a> Listed<'a> {
    /// How many.
    #[must_use]
    pub fn len(self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Lines(lines, _) => lines.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// A row, counted from 0.
    #[must_use]
    pub fn get(self, at: usize) -> Option<ListedRow<'a>> {
        match self {
            Self::Rows(rows) => rows.get(at).map(ListedRow::Row),
            Self::Lines(lines, own) => lines.get(at).map(|line| ListedRow::Line(line, own)),
        }
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = ListedRow<'a>> {
        (0..self.len()).filter_map(move |at| self.get(at))
    }
}

impl<'a> ListedRow<'a> {
    /// The value of a field; `None` where the row has none.
    #[must_use]
    pub fn value(self, field: Field) -> Option<Value<'a>> {
        match self {
            Self::Row(row) => row.get(&field).map(Value::Text),
            Self::Line(line, own) => order::value_of(line, own, field),
        }
    }

    /// A value that is a text; empty where the row has none.
    #[must_use]
    pub fn text(self, field: Field) -> &'a str {
        match self.value(field) {
            Some(Value::Text(text)) => text,
            Some(Value::Number(_)) | None => "",
        }
    }

    /// A value that is a number.
    #[must_use]
    pub fn number(self, field: Field) -> Option<i64> {
        match self.value(field)? {
            Value::Text(text) => text.parse().ok(),
            Value::Number(number) => Some(number),
        }
    }

    /// Its number, for a finding.
    #[must_use]
    pub fn row_no(self) -> Option<u32> {
        u32::try_from(self.number(Field::RowNo)?).ok()
    }
}
