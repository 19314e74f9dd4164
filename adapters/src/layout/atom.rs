//! The smallest piece of a layout: one source of text, written and read.

use super::fault::WriteFault;
use super::field::{Field, FieldKind};
use super::forbidden::{Forbidden, Seen};
use super::format::{Digits, Format};
use super::listed::{Listed, ListedRow, Value};
use super::rows::Rows;
use super::values::{Record, Values};
use crate::order::date_of;
use schemas::text::Charset;
use schemas::value::PayMonth;
use std::collections::BTreeMap;

/// Where a piece of text comes from, and where it goes when it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Atom {
    /// A named value in a spelling; numbers are padded by zeros to `digits`.
    Field {
        /// The value.
        field: Field,
        /// The spelling.
        format: Format,
        /// Least number of digits.
        digits: usize,
        /// Characters, where a number always has as many.
        fixed: Option<usize>,
        /// Only its last `fixed` digits are written, not zeros alone; read, they say too little
        /// to be kept.
        last: bool,
        /// Only so many characters from its beginning are written; a part says nothing when read.
        first: Option<usize>,
    },
    /// Always this text; another one is not this message.
    Const(String),
    /// This text is written, anything is read.
    Spare(String),
    /// A value of the deployment, of so many characters where that is fixed.
    Connection {
        /// Its name.
        name: String,
        /// Its characters.
        chars: Option<usize>,
    },
    /// A value that an earlier reply gave, of so many characters where that is fixed.
    Captured {
        /// Its name.
        name: String,
        /// Its characters.
        chars: Option<usize>,
    },
}

/// What writing a slot may look at.
#[derive(Clone, Copy)]
pub struct WriteContext<'a> {
    /// All values.
    pub values: &'a Values,
    /// The rows.
    pub listed: Listed<'a>,
    /// The row that is being written.
    pub row: Option<ListedRow<'a>>,
    /// What the envelope carries, as text and as bytes counted.
    pub payload: Option<&'a str>,
    /// Bytes of what the head stands before.
    pub payload_bytes: usize,
    /// The character set of the bytes.
    pub charset: Charset,
    /// Characters that would break the layout.
    pub forbidden: &'a Forbidden,
}

/// What reading a slot fills.
pub struct ReadContext<'a> {
    /// Whether our numbers may have any form: [`Values::kept`].
    pub kept: bool,
    /// The head.
    pub head: &'a mut Record,
    /// The row that is being read.
    pub row: Option<&'a mut Rows>,
    /// Captured values.
    pub captured: &'a mut BTreeMap<String, String>,
    /// Connection values.
    pub connection: &'a mut BTreeMap<String, String>,
    /// What the envelope carries.
    pub payload: Option<String>,
    /// Bytes that the head says follow.
    pub payload_bytes: Option<usize>,
}

impl ReadContext<'_> {
    /// Puts a value where it belongs, in the row that is being read or in the head; one that is
    /// there already stays, and is told.
    pub fn put_first(&mut self, field: Field, text: &str) -> Option<&str> {
        match self.row.as_deref_mut().filter(|_| field.of_row()) {
            Some(rows) => rows.insert_first(field, text),
            None => self.head.insert_first(field, text),
        }
    }

    /// Puts a value where it belongs.
    ///
    /// # Errors
    /// It stands twice in the message and differs.
    pub fn store(&mut self, field: Field, canonical: &str) -> Result<(), String> {
        match self.put_first(field, canonical) {
            Some(other) if other != canonical => Err(format!("{field} stands twice and differs")),
            Some(_) | None => Ok(()),
        }
    }
}

impl<'a> WriteContext<'a> {
    /// That of a row of the same message.
    #[must_use]
    pub fn of_row(&self, row: ListedRow<'a>) -> Self {
        Self {
            row: Some(row),
            ..*self
        }
    }

    /// The number of the row, for a finding.
    #[must_use]
    pub fn row_no(&self) -> Option<u32> {
        self.row.and_then(ListedRow::row_no)
    }
}

impl Atom {
    /// Writes the text behind what stands in `out`, and says what was seen of it; `None` where
    /// there is none.
    ///
    /// # Errors
    /// `Missing` for connection and captured values; `NotEncodable`; `Form`.
    pub fn write_to(
        &self,
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<Option<Seen>, WriteFault> {
        let place = |kind: &str, name: &str| WriteFault::Missing {
            place: format!("{kind}.{name}"),
        };
        let text = match self {
            Self::Field { .. } => return self.write_field(context, out),
            Self::Const(text) | Self::Spare(text) => text,
            Self::Connection { name, .. } => {
                let value = context.values.connection.get(name);
                value.ok_or_else(|| place("connection", name))?
            }
            Self::Captured { name, .. } => {
                let value = context.values.captured.get(name);
                value.ok_or_else(|| place("captured", name))?
            }
        };
        out.push_str(text);
        Ok(Some(context.forbidden.look(text).0))
    }

    fn write_field(
        &self,
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<Option<Seen>, WriteFault> {
        let Self::Field {
            field,
            format,
            digits,
            fixed,
            last,
            first,
        } = self
        else {
            return Ok(None);
        };
        let in_row = context.row.and_then(|row| row.value(*field));
        let in_head = || context.values.head.get(field).map(Value::Text);
        let Some(canonical) = in_row.or_else(in_head) else {
            return Ok(None);
        };
        let form = || WriteFault::Form {
            place: field.to_string(),
        };
        let start = out.len();
        let spelt = match canonical {
            Value::Text(canonical) => format.write_to(canonical, out),
            Value::Number(number) => format.write_number_to((number, *digits), out),
        };
        if !spelt {
            return Err(form());
        }
        let text = out.get(start..).unwrap_or_default();
        let seen = match canonical {
            Value::Text(_) => checked(*field, text, context.forbidden)?,
            Value::Number(_) => Seen::PLAIN,
        };
        if *digits > text.len() {
            let missing = digits.saturating_sub(text.chars().count());
            match ZEROS.get(..missing) {
                Some(zeros) => out.insert_str(start, zeros),
                None => out.insert_str(start, &"0".repeat(missing)),
            }
        }
        let text = out.get(start..).unwrap_or_default();
        if let Some(digits) = fixed.filter(|_| *last) {
            let cut = last_digits(text, digits).ok_or_else(form)?;
            out.truncate(start);
            out.push_str(&cut);
        } else if let Some(first) = first
            && let Some((end, _)) = text.char_indices().nth(*first)
        {
            out.truncate(start + end);
        }
        Ok(Some(seen))
    }

    /// Takes the text; an empty one is an absent value.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub fn read(&self, text: &str, context: &mut ReadContext<'_>) -> Result<(), String> {
        match self {
            Self::Field { first: Some(_), .. } => Ok(()),
            Self::Field {
                field,
                format,
                last,
                ..
            } => {
                // An empty text is an absent value.
                match (text.is_empty(), *last) {
                    (true, _) => Ok(()),
                    (false, true) if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
                    (false, true) => Err(format!("{field}: not digits")),
                    (false, false) => read_value((*field, *format), text, context),
                }
            }
            Self::Const(expected) if text == expected => Ok(()),
            Self::Const(_) => Err("a fixed text is another one".to_owned()),
            Self::Spare(_) => Ok(()),
            Self::Connection { name, .. } => {
                context.connection.insert(name.clone(), text.to_owned());
                Ok(())
            }
            Self::Captured { name, .. } => {
                if text.is_empty() {
                    return Ok(());
                }
                let first = context.captured.entry(name.clone());
                match first.or_insert_with(|| text.to_owned()) == text {
                    true => Ok(()),
                    false => Err(format!("{name} stands twice and differs")),
                }
            }
        }
    }

    /// Characters of its text where they are always as many.
    #[must_use]
    pub fn chars(&self) -> Option<usize> {
        match self {
            Self::Field {
                format,
                fixed,
                first,
                ..
            } => first.or(format.chars()).or(*fixed),
            Self::Const(text) | Self::Spare(text) => Some(text.chars().count()),
            Self::Connection { chars, .. } | Self::Captured { chars, .. } => *chars,
        }
    }
}

/// As many as most numbers are filled up by.
const ZEROS: &str = "0000000000000000";

/// The last digits of a number; zeros alone are none.
fn last_digits(text: &str, digits: usize) -> Option<String> {
    let cut = text.get(text.len().checked_sub(digits)?..)?;
    let some = cut.bytes().any(|byte| byte != b'0');
    some.then(|| cut.to_owned())
}

/// A text into the canonical form of its field.
fn read_value(
    (field, format): (Field, Format),
    text: &str,
    context: &mut ReadContext<'_>,
) -> Result<(), String> {
    let wrong = |what: &str| format!("{field}: {what}");
    // The two that most rows are made of, without a text between.
    if format == Format::Text {
        return context.store(field, text);
    }
    if let Some(fen) = format.read_fen(text).map_err(wrong)? {
        let fen = u64::try_from(fen.0).map_err(|_| wrong("not an amount"))?;
        return context.store(field, Digits::default().of(fen));
    }
    match format.read(text).map_err(wrong)? {
        // A moment in a reply is the reply's own: it says nothing of the order.
        Some(canonical) if field.kind() != FieldKind::Moment => {
            if !is_of_calendar(field, &canonical) {
                return Err(wrong("not a date of the calendar"));
            }
            context.store(field, &canonical)
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether what should be a day or a month of ours is one; of any other value it is true. A day of
/// the bank's own is checked by who hangs anything on it: what is none there says nothing.
fn is_of_calendar(field: Field, canonical: &str) -> bool {
    let month = || {
        let month = canonical.get(..6);
        month.is_some_and(|month| PayMonth::parse(month).is_ok())
    };
    let day = || date_of(canonical).is_some();
    (!matches!(field, Field::FileDate | Field::PayMonth) || month())
        && (field != Field::FileDate || day())
}

/// No control characters and no delimiter in free text: nothing is escaped or replaced.
fn checked(field: Field, text: &str, forbidden: &Forbidden) -> Result<Seen, WriteFault> {
    let (seen, bad) = forbidden.look(text);
    match bad.filter(|_| field.kind() == FieldKind::Text) {
        Some(character) => Err(WriteFault::NotEncodable {
            place: field.to_string(),
            character,
        }),
        None => Ok(seen),
    }
}
