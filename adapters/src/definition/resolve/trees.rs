//! Trees: what belongs to XML or to JSON alone.

use super::super::DefinitionError;
use super::Source;
use crate::layout::Layout;
use crate::wire::{Layer, Message};

/// What only one kind of tree has.
pub(super) fn check(source: Source<'_>, message: &Message) -> Result<(), DefinitionError> {
    let layers = message.layers.iter().filter_map(|layer| match layer {
        Layer::Xml(tree) => Some((true, tree)),
        Layer::Json(tree) => Some((false, tree)),
        Layer::Base64 {}
        | Layer::Hex {}
        | Layer::Deflate {}
        | Layer::Encrypt { .. }
        | Layer::Prefix { .. }
        | Layer::Head { .. }
        | Layer::Named { .. }
        | Layer::XmlSignature(_)
        | Layer::Form { .. } => None,
    });
    let body = match &message.body {
        Layout::Xml(tree) => Some((true, tree)),
        Layout::Json(tree) => Some((false, tree)),
        Layout::Delimited(_)
        | Layout::Fixed(_)
        | Layout::Marked(_)
        | Layout::Sheet(_)
        | Layout::Empty {} => None,
    };
    for (xml, tree) in layers.chain(body) {
        if xml && tree.list {
            return Err(source.at_word("list", "`list` belongs to JSON"));
        }
        let plain = |text: &str| !text.contains(['<', '>', '&', '"']);
        let fine = tree
            .attributes
            .iter()
            .all(|own| plain(&own.name) && plain(&own.value));
        if !fine || (!xml && !tree.attributes.is_empty()) {
            let what = "`attributes` belong to XML and hold nothing that needs an escape";
            return Err(source.at_word("attributes", what));
        }
    }
    Ok(())
}
