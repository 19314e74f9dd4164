//! Elements and keys by path: the form shared by XML and JSON layouts.

use super::field::Field;
use super::found::{Cells, Found};
use super::places::{Asked, Places};
use super::slot::Slot;
use super::values::Values;
use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::layout::lines::{Columns, Lines, context};
use schemars::JsonSchema;
use schemas::text::Charset;
use serde::Deserialize;

/// A tree: slots by path, and one repeated group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Written before the root, never required (XML declaration).
    #[serde(default)]
    pub declaration: String,
    /// XML: the namespaces of the message. The first is written at the root; each is read, under
    /// any prefix, and elements of another one are passed over. None: names stand as they are
    /// written.
    #[serde(default)]
    pub namespace: Vec<String>,
    /// Slots in the order of writing, with paths from the root (`CMS/eb/pub/CIS`). In XML a path
    /// that ends in `@name` is an attribute (`bocb2e/@version`), in JSON `[]` stands for the one
    /// item of a list (`body/head/[]/code`).
    pub head: Vec<Slot>,
    /// XML: paths of the elements of the head whose text is written as CDATA. Both are read.
    #[serde(default)]
    pub cdata: Vec<String>,
    /// JSON: paths of slots that are written as numbers; those of a row stand behind the group's.
    /// Both are read.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Characters that the bank takes in no value, escaped or not.
    #[serde(default)]
    pub forbidden: String,
    /// The repeated group; it stands after the head's slots.
    pub rows: Option<Repeat>,
}

/// A repeated group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// Path of the group from the root; in JSON that of the array.
    pub path: String,
    /// Rows carry no number: each has that of its place.
    #[serde(default)]
    pub counted: bool,
    /// XML: every element of this path below the group is a row; what stands in the group beside
    /// them holds for each. A group without one has no row. Written is one in each group.
    pub each: Option<String>,
    /// The slots stand by position in a text and have no path.
    pub packed: Option<Packed>,
    /// Slots with paths below the group.
    pub slots: Vec<Slot>,
}

/// Rows as text in XML: the columns of a row by a separator.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Packed {
    /// The element below the group that holds one row. Without it there is one group, whose own
    /// text holds every row.
    pub element: Option<String>,
    /// Between columns of a row.
    pub field_sep: String,
    /// A separator after the last column as well.
    #[serde(default)]
    pub trailing_sep: bool,
    /// Between rows, where one text holds them all.
    #[serde(default)]
    pub row_sep: String,
}

impl Packed {
    /// The lines that the rows are.
    #[must_use]
    pub fn lines(&self, slots: &[Slot]) -> Lines {
        Lines {
            head: Vec::new(),
            head_min: None,
            head_sep: String::new(),
            names: None,
            trim: false,
            row: slots.to_vec(),
            field_sep: self.field_sep.clone(),
            trailing_sep: self.trailing_sep,
            row_sep: self.row_sep.clone(),
            end: String::new(),
        }
    }

    /// Characters that free text must not have: the first of each separator.
    #[must_use]
    pub fn forbidden(&self) -> Vec<char> {
        let separators = [&self.field_sep, &self.row_sep].into_iter();
        separators.filter_map(|own| own.chars().next()).collect()
    }

    /// Takes the rows out of their text.
    fn take(
        &self,
        repeat: &Repeat,
        (places, found): (&Places<'_>, &Found),
        values: &mut Values,
    ) -> Result<(), Unreadable> {
        // Delimited columns are cut without their bytes, so that the character set says nothing.
        let (lines, charset) = (self.lines(&repeat.slots), Charset::Utf8);
        let number = places.row.first().and_then(|asked| asked.elements.first());
        let number = number.copied().unwrap_or_default();
        let Some(element) = &self.element else {
            let text = found.head().get(number);
            let text = text.ok_or_else(|| unreadable(format!("{} is missing", repeat.path)))?;
            return lines.read(Columns::Delimited, text, charset, values);
        };
        let texts = found.rows().map(|row| row.get(number));
        let texts: Option<Vec<&str>> = texts.collect();
        let texts = texts.ok_or_else(|| unreadable(format!("{element} is missing in a row")))?;
        let read = lines.read_rows(Columns::Delimited, &texts, charset, values);
        read.map_err(|(_, what)| unreadable(what))
    }
}

impl Tree {
    /// Whether a head slot has this path.
    #[must_use]
    pub fn has_head(&self, path: &str) -> bool {
        let of_rows = |rows: &Repeat| {
            let whole = rows.packed.as_ref().is_some_and(|p| p.element.is_none());
            whole && rows.path == path
        };
        self.head.iter().any(|slot| slot.is_read_at(path))
            || self.rows.as_ref().is_some_and(of_rows)
    }

    /// Whether an element of this path, in the head or below the group, may stand several times.
    #[must_use]
    pub fn has_many(&self, path: &str) -> bool {
        let rows = self.rows.iter().flat_map(|rows| &rows.slots);
        let mut slots = self.head.iter().chain(rows);
        slots.any(|slot| slot.element.many && slot.is_read_at(path))
    }

    /// The name of the root.
    #[must_use]
    pub fn root(&self) -> &str {
        let path = self.head.first().map_or("", |slot| slot.path.as_str());
        path.split('/').next().unwrap_or_default()
    }

    /// Whether a slot is an attribute or has some.
    #[must_use]
    pub fn has_attributes(&self) -> bool {
        let rows = self.rows.iter().flat_map(|rows| &rows.slots);
        let mut slots = self.head.iter().chain(rows);
        slots.any(|slot| slot.path.contains('@') || !slot.element.attributes.is_empty())
    }

    /// Takes what was found into `values`; the payload comes back where a slot holds one.
    ///
    /// # Errors
    /// `Unreadable` for a fixed text that is missing or another one, a required value missing, a
    /// value of wrong form.
    pub fn take(
        &self,
        (places, found): (&Places<'_>, &Found),
        values: &mut Values,
    ) -> Result<Option<String>, Unreadable> {
        let mut reading = context(values, false);
        let head = self.head.iter().zip(&places.head);
        for (slot, asked) in head.filter(|(slot, _)| !slot.element.unread) {
            let text = slot.found(asked, found.head());
            if text.is_none() && !optional(slot) {
                return Err(unreadable(format!("{} is missing", slot.path)));
            }
            slot.check_attributes(asked, found.head())
                .map_err(unreadable)?;
            let text = text.unwrap_or_default();
            slot.read(&text, &mut reading).map_err(unreadable)?;
        }
        let payload = reading.payload.take();
        let Some(repeat) = &self.rows else {
            return Ok(payload);
        };
        if let Some(packed) = &repeat.packed {
            packed.take(repeat, (places, found), values)?;
            return Ok(payload);
        }
        let slots: Vec<_> = repeat.slots.iter().zip(&places.row).collect();
        let keys: Vec<_> = slots.iter().filter(|(slot, _)| slot.element.key).collect();
        let count = found.rows_count();
        values.rows.reserve(count, slots.len(), found.bytes());
        for (texts, at) in found.rows().zip(1u32..) {
            if keys.iter().all(|key| is_ours(**key, texts)) {
                let read = take_row(repeat, (&slots, at), texts, values);
                read.map_err(|what| unreadable(format!("row {at}: {what}")))?;
            }
        }
        Ok(payload)
    }
}

/// The texts of a row, counted from 1, into a new row of `values`.
fn take_row(
    repeat: &Repeat,
    (slots, at): (&[(&Slot, &Asked<'_>)], u32),
    texts: Cells<'_>,
    values: &mut Values,
) -> Result<(), String> {
    let mut reading = context(values, true);
    for (slot, asked) in slots.iter().filter(|(slot, _)| !slot.element.unread) {
        let text = slot.found(asked, texts);
        if text.is_none() {
            match optional(slot) {
                true => continue,
                false => return Err(format!("{} is missing", slot.place())),
            }
        }
        slot.check_attributes(asked, texts)?;
        let text = text.unwrap_or_default();
        match asked.as_it_stands {
            Some(field) if !text.is_empty() => reading.store(field, &text)?,
            Some(_) | None => slot.read(&text, &mut reading)?,
        }
    }
    if repeat.counted {
        values.rows.insert(Field::RowNo, &at.to_string());
    }
    Ok(())
}

/// Whether a row is of ours: by the form of its key, read apart from everything else.
fn is_ours((slot, asked): (&Slot, &Asked<'_>), texts: Cells<'_>) -> bool {
    let mut values = Values::default();
    let text = slot.found(asked, texts).unwrap_or_default();
    let mut reading = context(&mut values, true);
    !text.is_empty() && slot.read(&text, &mut reading).is_ok()
}

/// May be left out by the sender: everything but fixed texts and what is marked required. A
/// fixed text tells one message from another.
fn optional(slot: &Slot) -> bool {
    use super::atom::Atom;
    use super::slot::Source;
    match &slot.source {
        Source::One(Atom::Const(text)) => text.is_empty(),
        Source::One(_)
        | Source::Join(_)
        | Source::PayloadLength(_)
        | Source::Charset(_)
        | Source::StepCode => !slot.required,
        // An envelope without its payload is another message, but where the slot has a default.
        Source::Payload(_) => slot.default.is_some(),
    }
}
