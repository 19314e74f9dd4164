//! Layouts: one typed definition that writes named values into text and reads them back.
//!
//! That both directions come from one definition is what gives the sandbox every bank's side.

pub mod atom;
mod between;
pub mod fault;
pub mod field;
pub mod forbidden;
pub mod format;
pub mod found;
pub mod json;
pub mod keyed;
pub mod lines;
pub mod listed;
pub mod places;
pub mod rows;
pub mod sheet;
pub mod slot;
pub mod tree;
pub mod values;
pub mod xml;

use crate::exchange::Unreadable;
use atom::WriteContext;
use fault::{ill_formed, unreadable};
use field::Field;
use forbidden::Forbidden;
use lines::{Columns, Lines, RowFault};
use listed::Listed;
use nom::bytes::complete::{tag, take_until};
use nom::sequence::delimited;
use nom::{IResult, Parser};
use schemars::JsonSchema;
use schemas::text::Charset;
use serde::Deserialize;
use sheet::Sheet;
use slot::Slot;
use tree::{Packed, Tree};
use values::Values;

/// A value between two marks, with anything around them (the sign port's HTML).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Marked {
    /// Before the value; may be empty.
    pub before: String,
    /// After the value; may be empty.
    pub after: String,
    /// The value.
    pub slot: Slot,
}

/// How the body of a message is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Layout {
    /// Columns by separators.
    Delimited(Lines),
    /// Columns by width in bytes.
    Fixed(Lines),
    /// XML elements.
    Xml(Tree),
    /// A JSON object.
    Json(Tree),
    /// One value between marks.
    Marked(Box<Marked>),
    /// A spreadsheet.
    Sheet(Sheet),
    /// Nothing: the request for a file that is fetched.
    Empty {},
}

impl Layout {
    /// Writes the body in `charset`.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn write(&self, values: &Values, charset: Charset) -> Result<Vec<u8>, RowFault> {
        self.write_listed((values, Listed::Rows(&values.rows)), charset)
    }

    /// As [`Self::write`], with these rows in place of those of the values.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn write_listed(
        &self,
        (values, listed): (&Values, Listed<'_>),
        charset: Charset,
    ) -> Result<Vec<u8>, RowFault> {
        let forbidden = Forbidden::of(&self.forbidden());
        let context = WriteContext {
            values,
            listed,
            row: None,
            payload: None,
            payload_bytes: 0,
            charset,
            forbidden: &forbidden,
        };
        let text = match self {
            Self::Sheet(sheet) => return sheet.write(&context),
            Self::Empty {} => String::new(),
            Self::Delimited(lines) => lines.write(Columns::Delimited, &context)?,
            Self::Fixed(lines) => lines.write(Columns::Fixed, &context)?,
            Self::Xml(tree) => xml::write(tree, &context)?,
            Self::Json(tree) => json::write(tree, &context)?,
            Self::Marked(marked) => {
                let text = marked.slot.write(&context).map_err(|fault| (fault, None))?;
                format!("{}{text}{}", marked.before, marked.after)
            }
        };
        encode(&text, charset).map_err(|fault| (fault, None))
    }

    /// Reads the body into `values`.
    ///
    /// # Errors
    /// `Unreadable`: bytes that the character set does not have, another structure, values of
    /// wrong form, a row count that is not the stated one.
    pub fn read(
        &self,
        bytes: &[u8],
        charset: Charset,
        values: &mut Values,
    ) -> Result<(), Unreadable> {
        if let Self::Sheet(sheet) = self {
            sheet.read(bytes, values)?;
            return Self::counted(bytes.len(), values);
        }
        let text = charset.decode(bytes).map_err(ill_formed)?;
        match self {
            Self::Sheet(_) => {}
            Self::Empty {} if text.is_empty() => {}
            Self::Empty {} => return Err(unreadable("bytes where none belong")),
            Self::Delimited(lines) => lines.read(Columns::Delimited, &text, charset, values)?,
            Self::Fixed(lines) => lines.read(Columns::Fixed, &text, charset, values)?,
            Self::Xml(tree) => drop(xml::read(tree, &text, values)?),
            Self::Json(tree) => drop(json::read(tree, &text, values)?),
            Self::Marked(marked) => {
                let value = between(&text, &marked.before, &marked.after)
                    .ok_or_else(|| unreadable("the marks are not there"))?;
                let mut context = lines::context(values, false);
                marked.slot.read(value, &mut context).map_err(unreadable)?;
            }
        }
        Self::counted(text.len(), values)
    }

    fn counted(whole: usize, values: &Values) -> Result<(), Unreadable> {
        match values.number(Field::RowCount) {
            Some(stated) if usize::try_from(stated) != Ok(values.rows.len()) => {
                let wrong = "the message has another number of rows than it says";
                Err(unreadable(wrong).after(whole))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether it is the body of a message that has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty {})
    }

    /// Slots of the head, then those of a row.
    #[must_use]
    pub fn slots(&self) -> (&[Slot], &[Slot]) {
        match self {
            Self::Delimited(lines) | Self::Fixed(lines) => (&lines.head, &lines.row),
            Self::Xml(tree) | Self::Json(tree) => (
                &tree.head,
                tree.rows.as_ref().map_or(&[], |rows| rows.slots.as_slice()),
            ),
            Self::Marked(marked) => (std::slice::from_ref(&marked.slot), &[]),
            Self::Sheet(sheet) => (&[], &sheet.row),
            Self::Empty {} => (&[], &[]),
        }
    }

    /// Every slot, to fix step codes.
    pub fn slots_mut(&mut self) -> Vec<&mut Slot> {
        match self {
            Self::Delimited(lines) | Self::Fixed(lines) => {
                lines.head.iter_mut().chain(&mut lines.row).collect()
            }
            Self::Xml(tree) | Self::Json(tree) => {
                let rows = tree.rows.iter_mut().flat_map(|rows| &mut rows.slots);
                tree.head.iter_mut().chain(rows).collect()
            }
            Self::Marked(marked) => vec![&mut marked.slot],
            Self::Sheet(sheet) => sheet.row.iter_mut().collect(),
            Self::Empty {} => Vec::new(),
        }
    }

    /// Characters that free text must not have.
    #[must_use]
    pub fn forbidden(&self) -> Vec<char> {
        match self {
            Self::Delimited(lines) => lines.forbidden(Columns::Delimited),
            Self::Fixed(lines) => lines.forbidden(Columns::Fixed),
            Self::Xml(tree) | Self::Json(tree) => {
                let rows = tree.rows.as_ref();
                let packed = rows.and_then(|rows| rows.packed.as_ref());
                let packed = packed.map_or_else(Vec::new, Packed::forbidden);
                tree.forbidden.chars().chain(packed).collect()
            }
            Self::Marked(_) | Self::Sheet(_) | Self::Empty {} => Vec::new(),
        }
    }
}

/// The text between two marks, with anything around them; without a mark behind it, to the end.
pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    if after.is_empty() {
        let at = text.find(before)? + before.len();
        return text.get(at..);
    }
    let mut marked = delimited(
        (take_until(before), tag(before)),
        take_until(after),
        tag(after),
    );
    let parsed: IResult<&'t str, &'t str> = marked.parse(text);
    parsed.ok().map(|(_, value)| value)
}

/// Encodes text that was checked slot by slot.
pub(crate) fn encode(text: &str, charset: Charset) -> Result<Vec<u8>, fault::WriteFault> {
    use schemas::text::CharsetError as E;
    match charset.encode(text) {
        Ok(bytes) => Ok(bytes.into_owned()),
        Err(E::Unmappable { character }) => Err(fault::WriteFault::NotEncodable {
            place: "the message".to_owned(),
            character,
        }),
        Err(E::IllFormed { .. }) => Err(fault::WriteFault::Form {
            place: "the message".to_owned(),
        }),
    }
}
