//! What only XML can say: attributes, and text as CDATA.

use super::super::DefinitionError;
use super::Source;
use crate::layout::Layout;
use crate::layout::tree::Tree;
use crate::wire::{Layer, Message};

/// Attributes and CDATA stand in the head of XML, and every path under `cdata` is an element
/// that is written.
pub(super) fn check(source: Source<'_>, message: &Message) -> Result<(), DefinitionError> {
    let body = match &message.body {
        Layout::Xml(tree) => Some((tree, true)),
        Layout::Json(tree) => Some((tree, false)),
        Layout::Delimited(_) | Layout::Fixed(_) | Layout::Marked(_) => None,
    };
    let layers = message.layers.iter().filter_map(|layer| match layer {
        Layer::Xml(tree) => Some((tree, true)),
        Layer::Json(tree) => Some((tree, false)),
        Layer::Base64 {}
        | Layer::Hex {}
        | Layer::Deflate {}
        | Layer::Encrypt { .. }
        | Layer::Prefix { .. }
        | Layer::Head { .. }
        | Layer::Named { .. }
        | Layer::Form { .. } => None,
    });
    for (tree, xml) in body.into_iter().chain(layers) {
        check_tree(source, tree, xml)?;
    }
    Ok(())
}

fn check_tree(source: Source<'_>, tree: &Tree, xml: bool) -> Result<(), DefinitionError> {
    let rows = tree.rows.iter().flat_map(|rows| &rows.slots);
    let mut in_rows = rows.filter(|slot| slot.path.contains('@'));
    if let Some(slot) = in_rows.next() {
        return Err(source.at_word(&slot.path, "an attribute stands in the head only"));
    }
    let mut others = tree.head.iter().map(|slot| &slot.path);
    if let Some(path) = others.find(|path| path.contains('@') && !path.contains("/@")) {
        return Err(source.at_word(path, "the path of an attribute ends in /@name"));
    }
    let mut attributes = tree.head.iter().filter(|slot| slot.path.contains('@'));
    if let Some(slot) = attributes.next().filter(|_| !xml) {
        return Err(source.at_word(&slot.path, "JSON has no attributes"));
    }
    if let Some(path) = tree.cdata.first().filter(|_| !xml) {
        return Err(source.at_word(path, "JSON has no CDATA"));
    }
    let strange = |path: &&String| path.contains('@') || !tree.has_head(path);
    match tree.cdata.iter().find(strange) {
        Some(path) => Err(source.at_word(path, "no element of the head has this path")),
        None => Ok(()),
    }
}
