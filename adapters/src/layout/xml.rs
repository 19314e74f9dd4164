//! Trees as XML: written here, read in `walk`. An attribute is a path that ends in `@name`; it is
//! written right behind the start of its element, so its slot stands before those of what is
//! inside.

mod walk;

use super::atom::WriteContext;
use super::between::{Between, VALUE};
use super::fault::WriteFault;
use super::forbidden::Forbidden;
use super::lines::RowFault;
use super::slot::Slot;
use super::tree::{Packed, Repeat, Tree};
use memchr::{memchr, memchr3};
use std::collections::BTreeMap;
pub(crate) use walk::{ATTRIBUTES_MAX, DEPTH_MAX, resolve};
pub use walk::{read, texts_of};

/// Writes a tree; an absent value is an empty element with both tags.
///
/// # Errors
/// The first place that does not fit, with its row.
pub fn write(tree: &Tree, context: &WriteContext<'_>) -> Result<String, RowFault> {
    let mut writer = Writer::of(tree);
    writer.text.push_str(&tree.declaration);
    for slot in &tree.head {
        let written = writer.slot(slot, context, 0);
        written.map_err(|fault| (fault, None))?;
    }
    if let Some(repeat) = &tree.rows {
        let (parent, name) = split_path(&repeat.path);
        writer.stand_in(parent, 0);
        if let Some(packed) = &repeat.packed {
            writer.packed(repeat, packed, context)?;
            return Ok(writer.ended());
        }
        if let Some(between) = between(tree, repeat) {
            // No row opens or closes what is around it.
            between.write_rows((context, ""), &mut writer.text, escape_from)?;
            return Ok(writer.ended());
        }
        for row in context.listed.iter() {
            let context = context.of_row(row);
            writer.stand_in(parent, 0);
            writer.start(name);
            writer.row(&repeat.slots, &repeat.path, &context)?;
        }
    }
    Ok(writer.ended())
}

/// What stands between the values of a row; `None` where a value decides that.
fn between<'t>(tree: &'t Tree, repeat: &'t Repeat) -> Option<Between<'t>> {
    let always = |slot: &Slot| {
        let own = &slot.element;
        !own.leave_out && own.across.is_empty() && !slot.path.contains('@')
    };
    if !tree.cdata.is_empty() || !repeat.slots.iter().all(always) {
        return None;
    }
    let (parent, name) = split_path(&repeat.path);
    let mut writer = Writer::of(tree);
    writer.open = parent.split('/').filter(|name| !name.is_empty()).collect();
    let outside = writer.open.len();
    writer.start(name);
    let value = VALUE.to_string();
    for slot in &repeat.slots {
        let text = slot.fixed_text().unwrap_or(&value);
        writer.elements(slot, text, outside + 1).ok()?;
    }
    writer.close_to(outside);
    let values = repeat.slots.iter();
    let values = values.filter(|slot| slot.fixed_text().is_none());
    Between::of_row(&writer.text, values)
}

struct Writer<'d> {
    text: String,
    open: Vec<&'d str>,
    /// Where the last start tag ends: an attribute goes nowhere else.
    tag_end: usize,
    /// Paths of elements whose text is written as CDATA.
    cdata: &'d [String],
    /// Written at the root.
    namespace: Option<&'d str>,
    /// The value of the slot that is being written, before it is escaped.
    value: String,
}

impl<'d> Writer<'d> {
    fn of(tree: &'d Tree) -> Self {
        Self {
            text: String::new(),
            open: Vec::new(),
            tag_end: 0,
            cdata: &tree.cdata,
            namespace: tree.namespace.first().map(String::as_str),
            value: String::new(),
        }
    }

    fn start(&mut self, name: &'d str) {
        self.text.push('<');
        self.text.push_str(name);
        if self.open.is_empty()
            && let Some(namespace) = self.namespace
        {
            self.text.push_str(&format!(" xmlns=\"{namespace}\""));
        }
        self.text.push('>');
        self.open.push(name);
        self.tag_end = self.text.len();
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let name = self.open.pop().unwrap_or_default();
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    fn ended(mut self) -> String {
        self.close_to(0);
        self.text
    }

    /// Closes and opens elements until exactly those of `path` are open below the first `depth`.
    fn stand_in(&mut self, path: &'d str, depth: usize) {
        let wanted = path.split('/').filter(|name| !name.is_empty());
        let shared = wanted
            .clone()
            .zip(self.open.iter().skip(depth))
            .take_while(|(want, have)| want == *have)
            .count();
        self.close_to(depth + shared);
        for name in wanted.skip(shared) {
            self.start(name);
        }
    }

    /// Whether the element of this path is open for its attributes only.
    fn has_just_opened(&self, path: &str) -> bool {
        self.text.len() == self.tag_end && path.split('/').eq(self.open.iter().copied())
    }

    /// The text of the open element, and its end.
    fn content(&mut self, text: &str) {
        if !self.cdata.is_empty() && self.cdata.contains(&self.open.join("/")) {
            // The mark of the end can't stand in a section: it is divided among two.
            let text = text.replace("]]>", "]]]]><![CDATA[>");
            self.text.push_str(&format!("<![CDATA[{text}]]>"));
        } else {
            escaped(text, false, &mut self.text);
        }
        self.close_to(self.open.len().saturating_sub(1));
    }

    /// The elements of a slot, below the first `depth` that are open.
    fn slot(
        &mut self,
        slot: &'d Slot,
        context: &WriteContext<'_>,
        depth: usize,
    ) -> Result<(), WriteFault> {
        let mut value = std::mem::take(&mut self.value);
        value.clear();
        slot.write_to(context, &mut value)?;
        let written = self.elements(slot, &value, depth);
        self.value = value;
        written
    }

    fn elements(&mut self, slot: &'d Slot, value: &str, depth: usize) -> Result<(), WriteFault> {
        for (path, text) in slot.written(value) {
            if self.has_just_opened(path) {
                self.content(text);
                continue;
            }
            let (parent, name) = split_path(path);
            self.stand_in(parent, depth);
            self.leaf(name, (text, &slot.element.attributes))?;
        }
        Ok(())
    }

    /// An element below the open one with its attributes, or an attribute of the open one.
    fn leaf(
        &mut self,
        name: &'d str,
        (text, attributes): (&str, &BTreeMap<String, String>),
    ) -> Result<(), WriteFault> {
        let Some(attribute) = name.strip_prefix('@') else {
            self.start(name);
            for (name, value) in attributes {
                self.attribute(name, value)?;
            }
            self.content(text);
            return Ok(());
        };
        self.attribute(attribute, text)
    }

    fn attribute(&mut self, name: &str, text: &str) -> Result<(), WriteFault> {
        if self.text.len() != self.tag_end || self.text.pop() != Some('>') {
            return Err(WriteFault::Form {
                place: format!("@{name}"),
            });
        }
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escaped(text, true, &mut self.text);
        self.text.push_str("\">");
        self.tag_end = self.text.len();
        Ok(())
    }

    /// Rows as text, in an element each or all in one; the elements around them are open.
    fn packed(
        &mut self,
        repeat: &'d Repeat,
        packed: &'d Packed,
        context: &WriteContext<'_>,
    ) -> Result<(), RowFault> {
        let (_, name) = split_path(&repeat.path);
        let none = BTreeMap::new();
        let separator = packed.field_sep.as_str();
        let behind = if packed.trailing_sep { separator } else { "" };
        let between = Between::of_columns(&repeat.slots, (separator, behind));
        let forbidden = Forbidden::of(&packed.forbidden());
        let context = WriteContext {
            forbidden: &forbidden,
            ..*context
        };
        // Marks are looked for in the whole: they may stand in the separators as well.
        let mut text = String::new();
        let Some(element) = &packed.element else {
            between.write_rows((&context, &packed.row_sep), &mut text, |_, _| {})?;
            let written = self.leaf(name, (&text, &none));
            return written.map_err(|fault| (fault, None));
        };
        for row in context.listed.iter() {
            text.clear();
            between.write(&context.of_row(row), &mut text, |_, _| {})?;
            self.start(name);
            self.leaf(element, (&text, &none))
                .map_err(|fault| (fault, None))?;
            self.close_to(self.open.len() - 1);
        }
        Ok(())
    }

    /// The slots of one row; the row's own element is open and stays so.
    fn row(
        &mut self,
        slots: &'d [Slot],
        path: &'d str,
        context: &WriteContext<'_>,
    ) -> Result<(), RowFault> {
        let depth = path.split('/').count();
        for slot in slots {
            self.slot(slot, context, depth)
                .map_err(|fault| (fault, context.row_no()))?;
        }
        self.close_to(depth - 1);
        Ok(())
    }
}

/// Writes a text with its marks escaped behind what stands in `out`.
fn escaped(text: &str, quoted: bool, out: &mut String) {
    let mut rest = text;
    let marked = |rest: &str| match memchr3(b'<', b'>', b'&', rest.as_bytes()) {
        at if !quoted => at,
        at => memchr(b'"', rest.as_bytes()).into_iter().chain(at).min(),
    };
    while let Some((plain, from)) = marked(rest).and_then(|at| rest.split_at_checked(at)) {
        out.push_str(plain);
        out.push_str(match from.as_bytes().first() {
            Some(b'<') => "&lt;",
            Some(b'>') => "&gt;",
            Some(b'&') => "&amp;",
            Some(_) | None => "&quot;",
        });
        rest = from.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Escapes the marks of what stands in `out` from `start` on.
fn escape_from(out: &mut String, start: usize) {
    let text = out.as_bytes().get(start..).unwrap_or_default();
    if memchr3(b'<', b'>', b'&', text).is_some() {
        let text = out.split_off(start);
        escaped(&text, false, out);
    }
}

fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
