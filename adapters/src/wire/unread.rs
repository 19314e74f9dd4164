//! What a kept message holds beside everything that its definition names: rows, perhaps, in
//! another form or of another transaction.

use super::Message;
use super::layer::Around;
use crate::layout::Layout;
use crate::layout::atom::Atom;
use crate::layout::field::Field;
use crate::layout::slot::{Slot, Source};
use crate::layout::tree::Tree;
use crate::layout::values::Values;
use quick_xml::Reader;
use quick_xml::events::Event;

impl Message {
    /// Whether the XML of the body has an element with elements in it, and texts in them, at
    /// which the definition names nothing. Other bodies hold what their definition says.
    pub(crate) fn leaves_out(&self, bytes: &[u8], around: Around<'_>) -> bool {
        let Layout::Xml(tree) = &self.body else {
            return false;
        };
        let bodies = (0..=self.layers.len()).filter_map(|gone| {
            let mut layers = self.layers.iter().rev().skip(gone);
            let mut values = Values::default();
            let body = layers.try_fold(bytes.to_vec(), |bytes, layer| {
                layer.unwrap(bytes, &mut values, around).ok()
            })?;
            let text = around.charset.decode(&body).ok()?.into_owned();
            text.trim_start().starts_with('<').then_some(text)
        });
        bodies.into_iter().any(|text| has_unnamed(tree, &text))
    }

    /// Whether a slot of it must say this field.
    pub(crate) fn requires(&self, field: Field) -> bool {
        let mut slots = self.slots();
        slots.any(|slot| slot.required && slot.field() == Some(field))
    }

    /// Names of the captured values without which it can't be written.
    pub(crate) fn needs(&self) -> impl Iterator<Item = &str> {
        self.slots().filter_map(|slot| match &slot.source {
            Source::One(Atom::Captured { name, .. }) if slot.required => Some(name.as_str()),
            Source::One(_)
            | Source::Join(_)
            | Source::Payload(_)
            | Source::PayloadLength(_)
            | Source::Charset(_)
            | Source::StepCode => None,
        })
    }
}

/// An open element.
struct Open {
    /// The definition names it, something in it, or what it is in.
    named: bool,
    has_elements: bool,
    has_text: bool,
}

fn has_unnamed(tree: &Tree, text: &str) -> bool {
    let named = named(tree);
    let is_named = |path: &str| {
        named.iter().any(|own| {
            let (longer, shorter) = match own.len() > path.len() {
                true => (own.as_str(), path),
                false => (path, own.as_str()),
            };
            let rest = longer.strip_prefix(shorter);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let mut reader = Reader::from_str(text);
    let (mut path, mut open) = (Vec::<String>::new(), Vec::<Open>::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                if let Some(outer) = open.last_mut() {
                    outer.has_elements = true;
                }
                path.push(match tree.namespace.is_empty() {
                    true => tag.name().as_ref().to_owned(),
                    false => tag.local_name().as_ref().to_owned(),
                });
                open.push(Open {
                    named: is_named(&path.join("/")),
                    has_elements: false,
                    has_text: false,
                });
            }
            Ok(Event::Text(part)) => says(&mut open, part.as_ref()),
            Ok(Event::CData(part)) => says(&mut open, part.as_ref()),
            Ok(Event::End(_)) => {
                path.pop();
                let Some(inner) = open.pop() else {
                    return false;
                };
                if !inner.named && inner.has_elements && inner.has_text {
                    return true;
                }
                if let Some(outer) = open.last_mut() {
                    outer.has_text |= inner.has_text;
                }
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(
                Event::Empty(_)
                | Event::GeneralRef(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::Comment(_)
                | Event::DocType(_),
            ) => {}
        }
    }
}

fn says(open: &mut [Open], text: &str) {
    if let Some(inner) = open.last_mut().filter(|_| !text.trim().is_empty()) {
        inner.has_text = true;
    }
}

/// Every path that the definition names, without attributes.
fn named(tree: &Tree) -> Vec<String> {
    let of_head = tree.head.iter().flat_map(paths).map(str::to_owned);
    let of_rows = tree.rows.iter().flat_map(|rows| {
        let below = |path: &str| format!("{}/{path}", rows.path);
        let packed = rows.packed.as_ref().and_then(|p| p.element.as_deref());
        let slots = rows.slots.iter().flat_map(paths);
        let mut own: Vec<String> = slots.map(below).collect();
        own.extend(packed.map(below));
        own
    });
    of_head.chain(of_rows).collect()
}

fn paths(slot: &Slot) -> Vec<&str> {
    let element = |path| str::split(path, '@').next().unwrap_or_default();
    let paths = slot.paths().map(element);
    paths.map(|path| path.trim_end_matches('/')).collect()
}
