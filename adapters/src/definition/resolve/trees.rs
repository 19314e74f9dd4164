//! What only XML can say, attributes and text as CDATA, and what only JSON can: numbers.

use super::super::DefinitionError;
use super::Source;
use crate::layout::Layout;
use crate::layout::slot::Slot;
use crate::layout::slot::element::Element;
use crate::layout::tree::{Repeat, Tree};
use crate::wire::{Layer, Message};

/// Attributes and CDATA stand in XML, and every path under `cdata` is an element of the head.
pub(super) fn check(source: Source<'_>, message: &Message) -> Result<(), DefinitionError> {
    let body = match &message.body {
        Layout::Xml(tree) => Some((tree, true)),
        Layout::Json(tree) => Some((tree, false)),
        Layout::Delimited(_)
        | Layout::Fixed(_)
        | Layout::Marked(_)
        | Layout::Sheet(_)
        | Layout::Empty {} => None,
    };
    if message.layers.iter().filter_map(Layer::outside).count() > 1 {
        return Err(source.at_word("outside", "one character set stands outside the body's"));
    }
    let layers = message.layers.iter().filter_map(|layer| match layer {
        Layer::Xml(tree) => Some((tree, true)),
        Layer::Json(tree) => Some((tree, false)),
        Layer::Base64 { .. }
        | Layer::Hex {}
        | Layer::Deflate {}
        | Layer::Zlib {}
        | Layer::Zip {}
        | Layer::Sign(_)
        | Layer::LeadSign(_)
        | Layer::MemberSign(_)
        | Layer::InnerSign(_)
        | Layer::HeaderSign(_)
        | Layer::DigitalEnvelope(_)
        | Layer::SealMembers(_)
        | Layer::Between { .. }
        | Layer::Encrypt { .. }
        | Layer::Prefix { .. }
        | Layer::Head { .. }
        | Layer::Named { .. }
        | Layer::XmlSignature(_)
        | Layer::Form { .. } => None,
    });
    for (tree, xml) in body.into_iter().chain(layers) {
        check_tree(source, tree, xml)?;
    }
    Ok(())
}

fn check_tree(source: Source<'_>, tree: &Tree, xml: bool) -> Result<(), DefinitionError> {
    if !xml {
        let rows = tree.rows.iter().flat_map(|rows| &rows.slots);
        let mut attributes = tree.head.iter().chain(rows);
        if let Some(slot) = attributes.find(|slot| slot.path.contains('@')) {
            return Err(source.at_word(&slot.path, "JSON has no attributes"));
        }
        let rows = tree.rows.iter().flat_map(|rows| &rows.slots);
        let plain = |slot: &&Slot| slot.element == Element::default();
        if let Some(slot) = tree.head.iter().chain(rows).find(|slot| !plain(slot)) {
            return Err(source.at_word(&slot.path, "`element` stands in XML only"));
        }
        let each = tree.rows.as_ref().is_some_and(|rows| rows.each.is_some());
        if each || !tree.namespace.is_empty() {
            return Err(source.at_word("head", "JSON has no namespaces and no `each`"));
        }
        if let Some(path) = tree.cdata.first() {
            return Err(source.at_word(path, "JSON has no CDATA"));
        }
        if tree.rows.as_ref().is_some_and(|rows| rows.packed.is_some()) {
            return Err(source.at_word("packed", "`packed` rows stand in `xml` only"));
        }
    }
    if let Some(path) = tree.numbers.iter().find(|path| xml || !is_slot(tree, path)) {
        return Err(source.at_word(path, "`numbers` lists paths of slots of JSON"));
    }
    let strange = |path: &&String| path.contains('@') || !tree.has_head(path);
    match tree.cdata.iter().find(strange) {
        Some(path) => Err(source.at_word(path, "no element of the head has this path")),
        None => Ok(()),
    }
}

fn is_slot(tree: &Tree, path: &str) -> bool {
    let own = |slots: &[Slot], path: &str| slots.iter().any(|slot| slot.path == path);
    let below = |rows: &Repeat| {
        let path = path.strip_prefix(rows.path.as_str())?.strip_prefix('/')?;
        Some(own(&rows.slots, path))
    };
    own(&tree.head, path) || tree.rows.as_ref().and_then(below) == Some(true)
}
