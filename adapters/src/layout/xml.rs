//! Trees as XML. Reading is capped: depth 32, 64 attributes a tag, no DOCTYPE, no references
//! but the five of XML and numeric ones. An attribute is a path that ends in `@name`; it is written
//! right behind the start of its element, so its slot stands before those of what is inside.

use super::atom::WriteContext;
use super::fault::WriteFault;
use super::lines::{Columns, ROWS_MAX, RowFault, row_no};
use super::slot::Slot;
use super::tree::{Found, Packed, Repeat, Tree};
use super::values::Values;
use crate::exchange::Unreadable;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

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
        tag_end: 0,
        cdata: &tree.cdata,
    };
    for slot in &tree.head {
        let text = slot.write(context).map_err(|fault| (fault, None))?;
        if writer.has_just_opened(&slot.path) {
            writer.content(&text);
            continue;
        }
        let (parent, name) = split_path(&slot.path);
        writer.stand_in(parent);
        writer.leaf(name, &text).map_err(|fault| (fault, None))?;
    }
    if let Some(repeat) = &tree.rows {
        let (parent, name) = split_path(&repeat.path);
        writer.stand_in(parent);
        if let Some(packed) = &repeat.packed {
            writer.packed(repeat, packed, context)?;
            return Ok(writer.ended());
        }
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
    Ok(writer.ended())
}

struct Writer<'d> {
    text: String,
    open: Vec<&'d str>,
    /// Where the last start tag ends: an attribute goes nowhere else.
    tag_end: usize,
    /// Paths of elements whose text is written as CDATA.
    cdata: &'d [String],
}

impl<'d> Writer<'d> {
    fn start(&mut self, name: &'d str) {
        self.text.push('<');
        self.text.push_str(name);
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
            self.escaped(text, false);
        }
        self.close_to(self.open.len().saturating_sub(1));
    }

    /// An element below the open one, or an attribute of it.
    fn leaf(&mut self, name: &'d str, text: &str) -> Result<(), WriteFault> {
        let Some(attribute) = name.strip_prefix('@') else {
            self.start(name);
            self.content(text);
            return Ok(());
        };
        if self.text.len() != self.tag_end || self.text.pop() != Some('>') {
            return Err(WriteFault::Form {
                place: name.to_owned(),
            });
        }
        self.text.push(' ');
        self.text.push_str(attribute);
        self.text.push_str("=\"");
        self.escaped(text, true);
        self.text.push_str("\">");
        self.tag_end = self.text.len();
        Ok(())
    }

    fn escaped(&mut self, text: &str, quoted: bool) {
        for character in text.chars() {
            match character {
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '&' => self.text.push_str("&amp;"),
                '"' if quoted => self.text.push_str("&quot;"),
                other => self.text.push(other),
            }
        }
    }

    /// Rows as text, in an element each or all in one; the elements around them are open.
    fn packed(
        &mut self,
        repeat: &'d Repeat,
        packed: &'d Packed,
        context: &WriteContext<'_>,
    ) -> Result<(), RowFault> {
        let (_, name) = split_path(&repeat.path);
        let lines = packed.lines(&repeat.slots);
        let rows = lines.rows(Columns::Delimited, context.values, context.charset)?;
        let Some(element) = &packed.element else {
            let all = rows.join(&packed.row_sep);
            return self.leaf(name, &all).map_err(|fault| (fault, None));
        };
        for row in rows {
            self.start(name);
            self.leaf(element, &row).map_err(|fault| (fault, None))?;
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
            let row = context.row.and_then(row_no);
            let text = slot.write(context).map_err(|fault| (fault, row))?;
            let (parent, name) = split_path(&slot.path);
            self.close_to(depth);
            for between in parent.split('/').filter(|name| !name.is_empty()) {
                self.start(between);
            }
            self.leaf(name, &text).map_err(|fault| (fault, row))?;
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
        match tree.has_attributes() {
            true => self.attributes(tree, tag),
            false => Ok(()),
        }
    }

    fn attributes(&mut self, tree: &Tree, tag: &BytesStart<'_>) -> Result<(), String> {
        for attribute in tag.attributes() {
            let wrong = || "an attribute is not well-formed".to_owned();
            let attribute = attribute.map_err(|_| wrong())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|_| wrong())?;
            let path = format!("{}/@{}", self.path, attribute.key.as_ref());
            self.keep(tree, &path, value.into_owned())?;
        }
        Ok(())
    }

    /// Keeps a text where a slot asks for its place.
    fn keep(&mut self, tree: &Tree, path: &str, text: String) -> Result<(), String> {
        if let Some(below) = tree.row_path(path) {
            let row = self.found.rows.last_mut();
            let earlier = row.and_then(|row| row.insert(below.to_owned(), text));
            refuse_second(earlier.as_ref())
        } else if tree.has_head(path) {
            let earlier = self.found.head.insert(path.to_owned(), text);
            refuse_second(earlier.as_ref())
        } else {
            Ok(())
        }
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
        let (path, text) = (self.path.clone(), std::mem::take(&mut self.text));
        self.keep(tree, &path, text)?;
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
