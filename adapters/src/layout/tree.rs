//! Elements and keys by path: the form shared by XML and JSON layouts.

use super::slot::Slot;
use super::values::{Record, Values};
use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::layout::lines::context;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A tree: slots by path, and one repeated group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Written before the root, never required (XML declaration).
    #[serde(default)]
    pub declaration: String,
    /// JSON only: the object stands in a list, as its only item; the list may come empty.
    #[serde(default)]
    pub list: bool,
    /// XML only: fixed attributes; what a reader finds there it passes over.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Slots in the order of writing, with paths from the root (`CMS/eb/pub/CIS`).
    pub head: Vec<Slot>,
    /// The repeated group; it stands after the head's slots.
    pub rows: Option<Repeat>,
}

/// A fixed attribute of an element.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Path of the element from the root.
    pub element: String,
    /// Its name.
    pub name: String,
    /// Its value: letters, digits and what needs no escape.
    pub value: String,
}

/// A repeated group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Path of the group from the root; in JSON that of the array.
    pub path: String,
    /// Slots with paths below the group.
    pub slots: Vec<Slot>,
}

/// What a reader of XML or JSON found: text by path, rows of text by path.
#[derive(Default)]
pub struct Found {
    /// Head texts.
    pub head: BTreeMap<String, String>,
    /// Rows.
    pub rows: Vec<BTreeMap<String, String>>,
}

impl Tree {
    /// Whether a head slot has this path.
    #[must_use]
    pub fn has_head(&self, path: &str) -> bool {
        self.head.iter().any(|slot| slot.path == path)
    }

    /// The path below the group, if `path` is a slot of it.
    #[must_use]
    pub fn row_path<'p>(&self, path: &'p str) -> Option<&'p str> {
        let repeat = self.rows.as_ref()?;
        let below = path.strip_prefix(repeat.path.as_str())?.strip_prefix('/')?;
        repeat
            .slots
            .iter()
            .any(|slot| slot.path == below)
            .then_some(below)
    }

    /// Takes what was found into `values`; the payload comes back where a slot holds one.
    ///
    /// # Errors
    /// `Unreadable` for a fixed text that is missing or another one, a required value missing, a
    /// value of wrong form.
    pub fn take(&self, found: &Found, values: &mut Values) -> Result<Option<String>, Unreadable> {
        let mut reading = context(values, None);
        for slot in &self.head {
            let text = found.head.get(&slot.path);
            if text.is_none() && !optional(slot) {
                return Err(unreadable(format!("{} is missing", slot.path)));
            }
            let text = text.map(String::as_str).unwrap_or_default();
            slot.read(text, &mut reading).map_err(unreadable)?;
        }
        let payload = reading.payload.take();
        let Some(repeat) = &self.rows else {
            return Ok(payload);
        };
        for (at, texts) in found.rows.iter().enumerate() {
            let mut row = Record::new();
            let mut reading = context(values, Some(&mut row));
            for slot in &repeat.slots {
                let text = texts.get(&slot.path).map(String::as_str);
                if text.is_none() && optional(slot) {
                    continue;
                }
                slot.read(text.unwrap_or_default(), &mut reading)
                    .map_err(|what| unreadable(format!("row {}: {what}", at + 1)))?;
            }
            values.rows.push(row);
        }
        Ok(payload)
    }
}

/// May be left out by the sender: everything but fixed texts and what is marked required. A
/// fixed text tells one message from another.
fn optional(slot: &Slot) -> bool {
    use super::atom::Atom;
    use super::slot::Source;
    match &slot.source {
        Source::One(Atom::Const(text)) => text.is_empty(),
        Source::One(_) | Source::Join(_) | Source::PayloadLength(_) | Source::StepCode => {
            !slot.required
        }
        Source::Payload(_) => false,
    }
}
