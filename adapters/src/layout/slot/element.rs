//! What only an element of XML can be told, beside its path and its value.

use super::{Slot, Source};
use crate::layout::atom::Atom;
use crate::layout::found::Cells;
use crate::layout::places::Asked;
use schemars::JsonSchema;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Between the texts of a value that several elements say.
pub const ACROSS_SEP: char = ':';

/// White space of XML.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The rules of one element; most have none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Attributes of fixed text (`Ccy = "CNY"`): written with the element, and an element that
    /// stands there without them is not this message.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// Without a value the element is not written, instead of written empty.
    #[serde(default)]
    pub leave_out: bool,
    /// It may stand several times; the first is read.
    #[serde(default)]
    pub many: bool,
    /// The value is said by further elements as well: the texts of all, in this order, with `:`
    /// between them, those that are missing empty (`RJCT:AC04`).
    #[serde(default)]
    pub across: Vec<String>,
    /// Written, and not looked at when read.
    #[serde(default)]
    pub unread: bool,
    /// Tells whose the row is: one whose text has another form is passed over.
    #[serde(default)]
    pub key: bool,
}

/// Whether white space of XML stands around a text: most have none, and are looked at no further.
fn has_blank_ends(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut ends = bytes.first().into_iter().chain(bytes.last());
    ends.any(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

impl Slot {
    /// The elements that say its value.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let across = self.element.across.iter().map(String::as_str);
        std::iter::once(self.path.as_str()).chain(across)
    }

    /// Whether `path` is an element of it that is read, or an attribute of one.
    #[must_use]
    pub fn is_read_at(&self, path: &str) -> bool {
        let attribute = || {
            let (element, name) = path.rsplit_once("/@")?;
            let own = self.element.attributes.contains_key(name);
            Some(own && self.path == element)
        };
        let own = self.paths().any(|own| own == path) || attribute() == Some(true);
        own && !self.element.unread
    }

    /// Its text among those of a message; `None` where none of its elements stands there.
    #[must_use]
    pub fn found<'f>(&self, asked: &Asked<'_>, texts: Cells<'f>) -> Option<Cow<'f, str>> {
        if let [only] = asked.elements.as_slice() {
            let text = texts.get(*only)?;
            let blank = texts.xml && asked.blanks_say_nothing && has_blank_ends(text);
            return Some(Cow::Borrowed(match blank {
                true => text.trim_matches(BLANKS),
                false => text,
            }));
        }
        let parts = || asked.elements.iter().map(|number| texts.get(*number));
        parts().flatten().next()?;
        let parts: Vec<&str> = parts().map(|text| text.map_or("", str::trim)).collect();
        Some(parts.join(&ACROSS_SEP.to_string()).into())
    }

    /// Whether blanks around its text are those of a writer who breaks lines: around codes,
    /// numbers, dates and amounts, never around a name or what somebody wrote.
    #[must_use]
    pub fn blanks_say_nothing(&self) -> bool {
        let of = |atom: &Atom| match atom {
            Atom::Field { field, .. } => !field.is_free_text(),
            Atom::Const(text) => text.trim_matches(BLANKS) == text,
            Atom::Spare(_) | Atom::Connection { .. } | Atom::Captured { .. } => false,
        };
        match &self.source {
            Source::One(atom) => of(atom),
            Source::Join(parts) => parts.iter().all(of),
            Source::Payload(_)
            | Source::PayloadLength(_)
            | Source::StepCode
            | Source::Charset(_) => false,
        }
    }

    /// Its elements as they are written: path and text of each.
    pub fn written<'s, 't>(&'s self, text: &'t str) -> impl Iterator<Item = (&'s str, &'t str)> {
        let pieces = match self.element.across.is_empty() {
            true => 1,
            false => usize::MAX,
        };
        let pairs = self.paths().zip(text.splitn(pieces, ACROSS_SEP));
        pairs.filter(|(_, text)| !(self.element.leave_out && text.is_empty()))
    }

    /// Checks the attributes of its element, where that stands there.
    ///
    /// # Errors
    /// One is missing or has another text.
    #[inline]
    pub fn check_attributes(&self, asked: &Asked<'_>, texts: Cells<'_>) -> Result<(), String> {
        match asked.attributes.is_empty() {
            true => Ok(()),
            false => self.attributes_are_theirs(asked, texts),
        }
    }

    fn attributes_are_theirs(&self, asked: &Asked<'_>, texts: Cells<'_>) -> Result<(), String> {
        let own = asked.elements.first().and_then(|own| texts.get(*own));
        let mut attributes = asked.attributes.iter().filter(|_| own.is_some());
        let wrong = attributes.find(|(number, _, text)| texts.get(*number) != Some(text));
        match wrong {
            Some((_, name, text)) => Err(format!("{}/@{name} is not {text}", self.path)),
            None => Ok(()),
        }
    }
}
