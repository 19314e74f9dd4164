//! XML read into a tree. It is capped: depth 32, 64 attributes a tag, no DOCTYPE, no references but
//! the five of XML and numeric ones.

use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::layout::lines::ROWS_MAX;
use crate::layout::tree::{Found, Repeat, Tree};
use crate::layout::values::Values;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};
use quick_xml::{NsReader, XmlVersion};
use std::collections::BTreeMap;

pub(crate) const DEPTH_MAX: usize = 32;
pub(crate) const ATTRIBUTES_MAX: usize = 64;

/// Stands for an element of another namespace: no path has it.
const FOREIGN: &str = "*";

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

/// The texts of the elements of these paths in the order of their starts, each behind the values of
/// its attributes. A prefix is no part of a name, whatever it stands for: an element that a reader
/// may take for one of these is among them.
///
/// # Errors
/// `Unreadable` for what is not well-formed or past the caps, and for elements inside one of these:
/// a reader would take the text behind them for the whole.
pub fn texts_of(text: &str, paths: &[String]) -> Result<Vec<String>, Unreadable> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut path, mut open, mut texts) = (Vec::new(), false, Vec::<String>::new());
    loop {
        let refuse = || unreadable("the signed document is not well-formed");
        match reader.read_event().map_err(|_| refuse())? {
            Event::Start(_) | Event::Empty(_) if open => return Err(refuse()),
            Event::Start(tag) => {
                path.push(tag.name().local_name().as_ref().to_owned());
                open = paths.contains(&path.join("/"));
                if path.len() > DEPTH_MAX {
                    return Err(refuse());
                }
                if open {
                    let mut own = String::new();
                    for attribute in tag.attributes().take(ATTRIBUTES_MAX) {
                        let value = attribute.map_err(|_| refuse())?;
                        let value = value.normalized_value(XmlVersion::Implicit1_0);
                        own.push_str(&value.map_err(|_| refuse())?);
                    }
                    texts.push(own);
                }
            }
            Event::End(_) => {
                path.pop();
                open = false;
            }
            Event::Text(part) => push_open(&mut texts, open, part.as_ref()),
            Event::CData(part) => push_open(&mut texts, open, part.as_ref()),
            Event::GeneralRef(reference) => {
                let character = resolve(&reference).ok_or_else(refuse)?;
                push_open(&mut texts, open, character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(refuse()),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return Ok(texts),
        }
    }
}

fn push_open(texts: &mut [String], open: bool, part: &str) {
    if let Some(text) = texts.last_mut().filter(|_| open) {
        text.push_str(part);
    }
}

#[derive(Default)]
struct Walk {
    path: String,
    depth: usize,
    text: String,
    found: Found,
    roots: usize,
    /// That of the root.
    namespace: String,
    /// The open group of rows: how many rows there were before it, and its own texts.
    group: Option<(usize, BTreeMap<String, String>)>,
}

fn find(tree: &Tree, text: &str) -> Result<Found, Unreadable> {
    let mut reader = NsReader::from_str(text);
    let mut walk = Walk::default();
    loop {
        let event = reader.read_event();
        let offset = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let refuse = |what: &str| Unreadable::at(what, offset);
        match event.map_err(|_| refuse("not well-formed XML"))? {
            Event::Start(tag) => walk
                .enter(tree, &tag, reader.resolver())
                .map_err(|what| refuse(&what))?,
            Event::End(_) => walk.leave(tree).map_err(|what| refuse(&what))?,
            Event::Empty(tag) => walk
                .enter(tree, &tag, reader.resolver())
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
    fn enter(
        &mut self,
        tree: &Tree,
        tag: &BytesStart<'_>,
        names: &NamespaceResolver,
    ) -> Result<(), String> {
        let name = self.name(tree, tag, names)?;
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
        self.path.push_str(&name);
        self.text.clear();
        if let Some(rows) = &tree.rows {
            self.enter_rows(rows)?;
        }
        match tree.has_attributes() {
            true => self.attributes(tree, tag),
            false => Ok(()),
        }
    }

    /// The element's name in the tree: bare where the tree has namespaces, else as it is written.
    fn name(
        &mut self,
        tree: &Tree,
        tag: &BytesStart<'_>,
        names: &NamespaceResolver,
    ) -> Result<String, String> {
        if tree.namespace.is_empty() {
            return Ok(tag.name().as_ref().to_owned());
        }
        let (space, name) = names.resolve_element(tag.name());
        let space = match space {
            ResolveResult::Bound(space) => space.0,
            ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
        };
        if self.depth == 0 {
            if !tree.namespace.iter().any(|own| own == space) {
                return Err("the namespace is another one".to_owned());
            }
            space.clone_into(&mut self.namespace);
        }
        Ok(match space == self.namespace {
            true => name.as_ref().to_owned(),
            false => FOREIGN.to_owned(),
        })
    }

    fn enter_rows(&mut self, rows: &Repeat) -> Result<(), String> {
        let below = self.path.strip_prefix(rows.path.as_str());
        let (group, each) = (below == Some(""), rows.each.as_deref());
        let each_row = each.is_some() && below.and_then(|path| path.strip_prefix('/')) == each;
        if group && each.is_some() {
            self.group = Some((self.found.rows.len(), BTreeMap::new()));
        }
        if (group && each.is_none()) || each_row {
            if self.found.rows.len() >= ROWS_MAX {
                return Err("too many rows".to_owned());
            }
            self.found.rows.push(BTreeMap::new());
        }
        Ok(())
    }

    /// What a group says of all its rows, when it ends.
    fn leave_rows(&mut self, rows: &Repeat) {
        if self.path != rows.path {
            return;
        }
        let Some((before, own)) = self.group.take() else {
            return;
        };
        for row in self.found.rows.iter_mut().skip(before) {
            for (path, text) in &own {
                row.insert(path.clone(), text.clone());
            }
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
            let each = tree.rows.as_ref().and_then(|rows| rows.each.as_deref());
            let inside = each.is_none_or(|each| below.starts_with(each));
            let texts = match &mut self.group {
                Some((_, own)) if !inside => Some(own),
                Some(_) | None => self.found.rows.last_mut(),
            };
            texts.map_or(Ok(()), |texts| {
                insert(texts, below, text, tree.has_many(below))
            })
        } else if tree.has_head(path) {
            insert(&mut self.found.head, path, text, tree.has_many(path))
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
        if let Some(rows) = &tree.rows {
            self.leave_rows(rows);
        }
        self.depth = self.depth.saturating_sub(1);
        let parent = self.path.rfind('/').unwrap_or(0);
        self.path.truncate(parent);
        Ok(())
    }
}

/// Keeps a text; of an element that may stand several times the first.
fn insert(
    texts: &mut BTreeMap<String, String>,
    path: &str,
    text: String,
    many: bool,
) -> Result<(), String> {
    match texts.contains_key(path) {
        true if many => Ok(()),
        true => Err("an element stands twice".to_owned()),
        false => {
            texts.insert(path.to_owned(), text);
            Ok(())
        }
    }
}
