//! Trees as XML. Reading is capped: depth 32, 64 attributes a tag, no DOCTYPE, no references
//! but the five of XML and numeric ones.

use super::atom::WriteContext;
use super::lines::{ROWS_MAX, RowFault, row_no};
use super::slot::Slot;
use super::tree::{Attribute, Found, Tree};
use super::values::Values;
use crate::exchange::Unreadable;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Deepest nesting of elements.
pub(crate) const DEPTH_MAX: usize = 32;
/// Most attributes of a tag.
pub(crate) const ATTRIBUTES_MAX: usize = 64;

/// Writes a tree; an absent value is an empty element with both tags.
///
/// # Errors
/// The first place that does not fit, with its row.
pub fn write(tree: &Tree, context: &WriteContext<'_>) -> Result<String, RowFault> {
    let mut writer = Writer {
        text: tree.declaration.clone(),
        open: Vec::new(),
        attributes: &tree.attributes,
    };
    for slot in &tree.head {
        let text = slot.write(context).map_err(|fault| (fault, None))?;
        writer.leaf(&slot.path, &text);
    }
    if let Some(repeat) = &tree.rows {
        let (parent, name) = split_path(&repeat.path);
        writer.stand_in(parent);
        for row in &context.values.rows {
            let context = WriteContext {
                row: Some(row),
                ..*context
            };
            writer.stand_in(parent);
            writer.start(name);
            writer.row(&repeat.slots, &repeat.path, &context)?;
        }
    }
    writer.close_to(0);
    Ok(writer.text)
}

struct Writer<'d> {
    text: String,
    open: Vec<&'d str>,
    attributes: &'d [Attribute],
}

impl<'d> Writer<'d> {
    fn start(&mut self, name: &'d str) {
        self.open.push(name);
        self.text.push('<');
        self.text.push_str(name);
        for attribute in self.attributes {
            if attribute.element.split('/').eq(self.open.iter().copied()) {
                let Attribute { name, value, .. } = attribute;
                self.text.push_str(&format!(" {name}=\"{value}\""));
            }
        }
        self.text.push('>');
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let name = self.open.pop().unwrap_or_default();
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
    }

    /// Closes and opens elements until exactly those of `path` are open.
    fn stand_in(&mut self, path: &'d str) {
        let wanted = path.split('/').filter(|name| !name.is_empty());
        let shared = wanted
            .clone()
            .zip(&self.open)
            .take_while(|(want, have)| want == *have)
            .count();
        self.close_to(shared);
        for name in wanted.skip(shared) {
            self.start(name);
        }
    }

    fn leaf(&mut self, path: &'d str, text: &str) {
        let (parent, name) = split_path(path);
        self.stand_in(parent);
        self.element(name, text);
    }

    fn element(&mut self, name: &'d str, text: &str) {
        self.start(name);
        for character in text.chars() {
            match character {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                other => self.text.push(other),
            }
        }
        self.close_to(self.open.len() - 1);
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
            let row = context.row.and_then(row_no);
            let text = slot.write(context).map_err(|fault| (fault, row))?;
            let (parent, name) = split_path(&slot.path);
            self.close_to(depth);
            for between in parent.split('/').filter(|name| !name.is_empty()) {
                self.start(between);
            }
            self.element(name, &text);
        }
        self.close_to(depth - 1);
        Ok(())
    }
}

fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Reads a tree into `values`; the payload comes back where a slot holds one.
///
/// # Errors
/// `Unreadable` for what is not well-formed, past the caps, or not this message.
pub fn read(tree: &Tree, text: &str, values: &mut Values) -> Result<Option<String>, Unreadable> {
    let found = find(tree, text)?;
    let whole = text.len();
    tree.take(&found, values)
        .map_err(|wrong| wrong.after(whole))
}

#[derive(Default)]
struct Walk {
    path: String,
    depth: usize,
    text: String,
    found: Found,
    roots: usize,
}

fn find(tree: &Tree, text: &str) -> Result<Found, Unreadable> {
    let mut reader = Reader::from_str(text);
    let mut walk = Walk::default();
    loop {
        let event = reader.read_event();
        let offset = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let refuse = |what: &str| Unreadable::at(what, offset);
        match event.map_err(|_| refuse("not well-formed XML"))? {
            Event::Start(tag) => walk.enter(tree, &tag).map_err(|what| refuse(&what))?,
            Event::End(_) => walk.leave(tree).map_err(|what| refuse(&what))?,
            Event::Empty(tag) => walk
                .enter(tree, &tag)
                .and_then(|()| walk.leave(tree))
                .map_err(|what| refuse(&what))?,
            Event::Text(part) => walk.push(part.as_ref()).map_err(|what| refuse(&what))?,
            Event::CData(part) => walk.push(part.as_ref()).map_err(|what| refuse(&what))?,
            Event::GeneralRef(reference) => {
                let character = resolve(&reference).ok_or_else(|| refuse("unknown reference"))?;
                walk.text.push(character);
            }
            Event::DocType(_) => return Err(refuse("a document type is refused")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    if walk.depth == 0 && walk.roots == 1 {
        Ok(walk.found)
    } else {
        Err(Unreadable::at(
            "the XML is cut off or has no single root",
            text.len(),
        ))
    }
}

/// The character of one of XML's five references, or of a numeric one.
pub(crate) fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match reference.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

impl Walk {
    fn enter(&mut self, tree: &Tree, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.depth == 0 {
            self.roots += 1;
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("elements too deep".to_owned());
        }
        if tag.attributes().take(ATTRIBUTES_MAX + 1).count() > ATTRIBUTES_MAX {
            return Err("too many attributes".to_owned());
        }
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(tag.name().as_ref());
        self.text.clear();
        if tree
            .rows
            .as_ref()
            .is_some_and(|rows| rows.path == self.path)
        {
            if self.found.rows.len() >= ROWS_MAX {
                return Err("too many rows".to_owned());
            }
            self.found.rows.push(std::collections::BTreeMap::new());
        }
        Ok(())
    }

    fn push(&mut self, text: &str) -> Result<(), String> {
        if self.depth == 0 {
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err("text outside the root".to_owned())
            };
        }
        self.text.push_str(text);
        Ok(())
    }

    fn leave(&mut self, tree: &Tree) -> Result<(), String> {
        if let Some(below) = tree.row_path(&self.path) {
            let row = self.found.rows.last_mut();
            let earlier = row.and_then(|row| row.insert(below.to_owned(), self.text.clone()));
            refuse_second(earlier.as_ref())?;
        } else if tree.has_head(&self.path) {
            let earlier = self.found.head.insert(self.path.clone(), self.text.clone());
            refuse_second(earlier.as_ref())?;
        }
        self.text.clear();
        self.depth = self.depth.saturating_sub(1);
        let parent = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(parent);
        Ok(())
    }
}

fn refuse_second(earlier: Option<&String>) -> Result<(), String> {
    match earlier {
        Some(_) => Err("an element stands twice".to_owned()),
        None => Ok(()),
    }
}
