//! XML read into a tree. It is capped: depth 32, 64 attributes a tag, no DOCTYPE, no references but
//! the five of XML and numeric ones.

use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::layout::found::Found;
use crate::layout::lines::ROWS_MAX;
use crate::layout::places::{Places, ROOT};
use crate::layout::tree::Tree;
use crate::layout::values::Values;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};
use quick_xml::{Reader, XmlVersion};

pub(crate) const DEPTH_MAX: usize = 32;
pub(crate) const ATTRIBUTES_MAX: usize = 64;

/// Reads a tree into `values`; the payload comes back where a slot holds one.
///
/// # Errors
/// `Unreadable` for what is not well-formed, past the caps, or not this message.
pub fn read(tree: &Tree, text: &str, values: &mut Values) -> Result<Option<String>, Unreadable> {
    let (places, found) = find(tree, text)?;
    let whole = text.len();
    tree.take((&places, &found), values)
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
    let mut reader = Reader::from_str(text);
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

struct Walk<'t> {
    tree: &'t Tree,
    places: Places<'t>,
    has_attributes: bool,
    /// The places of the open elements; `None` where nothing is read.
    open: Vec<Option<usize>>,
    /// The place of the element that ended last, beside which the next may stand.
    before: Option<usize>,
    text: String,
    found: Found,
    roots: usize,
    /// What the prefixes stand for, where the message is of a namespace.
    names: Option<NamespaceResolver>,
    /// That of the root.
    namespace: String,
    /// The open group of rows: how many rows there were before it, and its own texts.
    group: Option<(usize, Vec<(usize, String)>)>,
}

fn find<'t>(tree: &'t Tree, text: &str) -> Result<(Places<'t>, Found), Unreadable> {
    let mut reader = Reader::from_str(text);
    let places = Places::of(tree);
    let found = Found::nothing_of_xml(&places, text.len());
    let mut walk = Walk {
        tree,
        places,
        has_attributes: tree.has_attributes(),
        open: Vec::new(),
        before: None,
        text: String::new(),
        found,
        roots: 0,
        names: (!tree.namespace.is_empty()).then(NamespaceResolver::default),
        namespace: String::new(),
        group: None,
    };
    loop {
        let event = reader.read_event();
        let offset = usize::try_from(reader.buffer_position()).unwrap_or_default();
        let refuse = |what: &str| Unreadable::at(what, offset);
        match event.map_err(|_| refuse("not well-formed XML"))? {
            Event::Start(tag) => walk.enter(&tag).map_err(|what| refuse(&what))?,
            Event::End(_) => walk.leave().map_err(|what| refuse(&what))?,
            Event::Empty(tag) => walk
                .enter(&tag)
                .and_then(|()| walk.leave())
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
    if walk.open.is_empty() && walk.roots == 1 {
        Ok((walk.places, walk.found))
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

impl Walk<'_> {
    fn enter(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let ours = self.is_ours(tag)?;
        let parent = match self.open.last() {
            Some(open) => *open,
            None => {
                self.roots += 1;
                Some(ROOT)
            }
        };
        if self.open.len() >= DEPTH_MAX {
            return Err("elements too deep".to_owned());
        }
        // Most elements have none, and nobody looks for them.
        let attributes = !tag.attributes_raw().is_empty();
        if attributes && tag.attributes().take(ATTRIBUTES_MAX + 1).count() > ATTRIBUTES_MAX {
            return Err("too many attributes".to_owned());
        }
        let (whole, local) = (tag.name(), tag.local_name());
        let name: &str = match self.names.is_some() {
            true => local.as_ref(),
            false => whole.as_ref(),
        };
        let parent = parent.filter(|_| ours);
        let place = parent.and_then(|parent| self.places.below_behind(parent, self.before, name));
        self.before = None;
        self.open.push(place);
        self.text.clear();
        if let Some(place) = place {
            self.enter_rows(place)?;
        }
        match attributes && self.has_attributes {
            true => self.attributes(place, tag),
            false => Ok(()),
        }
    }

    /// Whether the element is of the message's namespace, where the tree has namespaces.
    fn is_ours(&mut self, tag: &BytesStart<'_>) -> Result<bool, String> {
        let Some(names) = &mut self.names else {
            return Ok(true);
        };
        names.push(tag).map_err(|_| "not well-formed XML")?;
        let (space, _) = names.resolve_element(tag.name());
        let space = match space {
            ResolveResult::Bound(space) => space.0,
            ResolveResult::Unbound | ResolveResult::Unknown(_) => "",
        };
        if self.open.is_empty() {
            if !self.tree.namespace.iter().any(|own| own == space) {
                return Err("the namespace is another one".to_owned());
            }
            space.clone_into(&mut self.namespace);
        }
        Ok(space == self.namespace)
    }

    fn enter_rows(&mut self, place: usize) -> Result<(), String> {
        let Some(node) = self.places.node_at(place) else {
            return Ok(());
        };
        let each = self
            .tree
            .rows
            .as_ref()
            .is_some_and(|rows| rows.each.is_some());
        if node.group && each {
            self.group = Some((self.found.rows_count(), Vec::new()));
        }
        if (node.group && !each) || node.each {
            if self.found.rows_count() >= ROWS_MAX {
                return Err("too many rows".to_owned());
            }
            self.found.begin_row();
        }
        Ok(())
    }

    /// What a group says of all its rows, when it ends.
    fn leave_rows(&mut self, place: usize) {
        if !self.places.node_at(place).is_some_and(|node| node.group) {
            return;
        }
        let Some((before, own)) = self.group.take() else {
            return;
        };
        for (number, text) in own {
            self.found.keep_in_all(before, number, &text);
        }
    }

    fn attributes(&mut self, place: Option<usize>, tag: &BytesStart<'_>) -> Result<(), String> {
        for attribute in tag.attributes() {
            let wrong = || "an attribute is not well-formed".to_owned();
            let attribute = attribute.map_err(|_| wrong())?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|_| wrong())?;
            let name = attribute.key.as_ref();
            let at = place.and_then(|place| self.places.attribute(place, name));
            if let Some(at) = at {
                self.keep(at, &value)?;
            }
        }
        Ok(())
    }

    /// Keeps a text where a slot asks for its place; of an element that may stand several times
    /// the first.
    fn keep(&mut self, place: usize, text: &str) -> Result<(), String> {
        let node = self.places.node_at(place);
        let Some(asked) = node.and_then(|node| node.text) else {
            return Ok(());
        };
        let kept = match &mut self.group {
            Some((_, own)) if asked.of_row && asked.beside => {
                let first = !own.iter().any(|(number, _)| *number == asked.number);
                if first {
                    own.push((asked.number, text.to_owned()));
                }
                first
            }
            _ => self.found.keep(asked, text),
        };
        match kept || asked.many {
            true => Ok(()),
            false => Err("an element stands twice".to_owned()),
        }
    }

    fn push(&mut self, text: &str) -> Result<(), String> {
        if self.open.is_empty() {
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err("text outside the root".to_owned())
            };
        }
        self.text.push_str(text);
        Ok(())
    }

    fn leave(&mut self) -> Result<(), String> {
        if let Some(names) = &mut self.names {
            names.pop();
        }
        let mut text = std::mem::take(&mut self.text);
        self.before = self.open.pop().flatten();
        if let Some(place) = self.before {
            self.keep(place, &text)?;
            self.leave_rows(place);
        }
        text.clear();
        self.text = text;
        Ok(())
    }
}
