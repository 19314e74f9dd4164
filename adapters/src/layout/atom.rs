//! The smallest piece of a layout: one source of text, written and read.

use super::fault::WriteFault;
use super::field::{Field, FieldKind};
use super::format::Format;
use super::values::{Record, Values};
use schemas::text::Charset;
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
    /// The row that is being written.
    pub row: Option<&'a Record>,
    /// What the envelope carries, as text and as bytes counted.
    pub payload: Option<&'a str>,
    /// Bytes of what the head stands before.
    pub payload_bytes: usize,
    /// The character set of the bytes.
    pub charset: Charset,
    /// Characters that would break the layout.
    pub forbidden: &'a [char],
}

/// What reading a slot fills.
pub struct ReadContext<'a> {
    /// Whether our numbers may have any form: [`Values::kept`].
    pub kept: bool,
    /// The head.
    pub head: &'a mut Record,
    /// The row that is being read.
    pub row: Option<&'a mut Record>,
    /// Captured values.
    pub captured: &'a mut BTreeMap<String, String>,
    /// Connection values.
    pub connection: &'a mut BTreeMap<String, String>,
    /// What the envelope carries.
    pub payload: Option<String>,
    /// Bytes that the head says follow.
    pub payload_bytes: Option<usize>,
}

impl Atom {
    /// The text, `None` where there is none.
    ///
    /// # Errors
    /// `Missing` for connection and captured values; `NotEncodable`; `Form`.
    pub fn write(&self, context: &WriteContext<'_>) -> Result<Option<String>, WriteFault> {
        let missing = |place: String| WriteFault::Missing { place };
        match self {
            Self::Field {
                field,
                format,
                digits,
                fixed,
                last,
                first,
            } => {
                let in_row = context.row.and_then(|row| row.get(field));
                let Some(canonical) = in_row.or_else(|| context.values.head.get(field)) else {
                    return Ok(None);
                };
                let text = format.write(canonical).ok_or_else(|| WriteFault::Form {
                    place: field.to_string(),
                })?;
                check_characters(*field, &text, context.forbidden)?;
                let text = match *digits {
                    0 => text,
                    digits => format!("{text:0>digits$}"),
                };
                match (fixed.filter(|_| *last), *first) {
                    (Some(digits), _) => last_digits(&text, digits).map(Some).ok_or_else(|| {
                        let place = field.to_string();
                        WriteFault::Form { place }
                    }),
                    (None, Some(first)) => Ok(Some(text.chars().take(first).collect())),
                    (None, None) => Ok(Some(text)),
                }
            }
            Self::Const(text) | Self::Spare(text) => Ok(Some(text.clone())),
            Self::Connection { name, .. } => context
                .values
                .connection
                .get(name)
                .cloned()
                .map(Some)
                .ok_or_else(|| missing(format!("connection.{name}"))),
            Self::Captured { name, .. } => context
                .values
                .captured
                .get(name)
                .cloned()
                .map(Some)
                .ok_or_else(|| missing(format!("captured.{name}"))),
        }
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
                if text.is_empty() {
                    return Ok(());
                }
                if *last {
                    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                    return digits
                        .then_some(())
                        .ok_or_else(|| format!("{field}: not digits"));
                }
                let canonical = format
                    .read(text)
                    .map_err(|what| format!("{field}: {what}"))?;
                // A moment in a reply is the reply's own: it says nothing of the order.
                match canonical.filter(|_| field.kind() != FieldKind::Moment) {
                    Some(canonical) => store(*field, canonical, context),
                    None => Ok(()),
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
                if !text.is_empty() {
                    context.captured.insert(name.clone(), text.to_owned());
                }
                Ok(())
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

/// The last digits of a number; zeros alone are none.
fn last_digits(text: &str, digits: usize) -> Option<String> {
    let cut = text.get(text.len().checked_sub(digits)?..)?;
    let some = cut.bytes().any(|byte| byte != b'0');
    some.then(|| cut.to_owned())
}

/// A value that stands twice in a message must be the same twice.
fn store(field: Field, canonical: String, context: &mut ReadContext<'_>) -> Result<(), String> {
    let record = match &mut context.row {
        Some(row) if field.of_row() => row,
        Some(_) | None => &mut *context.head,
    };
    match record.get(&field) {
        Some(other) if *other != canonical => Err(format!("{field} stands twice and differs")),
        Some(_) => Ok(()),
        None => {
            record.insert(field, canonical);
            Ok(())
        }
    }
}

/// No control characters and no delimiter in free text: nothing is escaped or replaced.
pub(super) fn check_characters(
    field: Field,
    text: &str,
    forbidden: &[char],
) -> Result<(), WriteFault> {
    if field.kind() != FieldKind::Text {
        return Ok(());
    }
    let bad = text
        .chars()
        .find(|character| character.is_control() || forbidden.contains(character));
    bad.map_or(Ok(()), |character| {
        Err(WriteFault::NotEncodable {
            place: field.to_string(),
            character,
        })
    })
}
