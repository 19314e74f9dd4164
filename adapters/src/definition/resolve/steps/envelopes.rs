//! Where a digital envelope may stand, and to whose key it is sealed.

use super::super::Source;
use crate::definition::DefinitionError;
use crate::definition::dialect::{Dialect, StepRule};
use crate::wire::envelope::DigitalEnvelope;
use crate::wire::headers::is_name;
use crate::wire::http::WireRule;
use crate::wire::{Layer, Message};

/// An envelope is the outermost layer of a request, its reply or a pushed message over HTTP, sealed
/// to a key that the other side signs with: there is one key of it in a slot.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let kept = dialect.kept.iter().map(|kept| &kept.message);
    let mut others = kept.chain([&dialect.push.receipt]);
    if others.any(|message| message.layers.iter().any(is_envelope)) {
        let what = "digital_envelope is of a request, its reply or a pushed message";
        return Err(source.at_word(WORD, what));
    }
    let replies = dialect.steps().filter_map(|step| step.reply.as_ref());
    let theirs: Vec<_> = replies.filter_map(Message::signature).collect();
    let ours: Vec<_> = dialect.steps().filter_map(StepRule::signature).collect();
    for step in dialect.steps() {
        let http = matches!(step.wire, WireRule::Http(_));
        check_message(source, &step.request, (http, &theirs))?;
        let reply = step.reply.as_ref();
        reply.map_or(Ok(()), |reply| check_message(source, reply, (http, &ours)))?;
    }
    let also = dialect.push.also.iter().map(|also| &also.message);
    let mut pushed = also.chain(&dialect.push.message);
    pushed.try_for_each(|message| check_message(source, message, (true, &ours)))
}

fn check_message(
    source: Source<'_>,
    message: &Message,
    (http, signing): (bool, &[(String, String)]),
) -> Result<(), DefinitionError> {
    if !message.layers.iter().any(is_envelope) {
        return Ok(());
    }
    let Some((Layer::DigitalEnvelope(own), inner)) = message.layers.split_last() else {
        return Err(source.at_word(WORD, "digital_envelope is the outermost layer"));
    };
    if inner.iter().any(is_envelope) {
        return Err(source.at_word(WORD, "digital_envelope stands twice"));
    }
    if !http {
        return Err(source.at_word(WORD, "only HTTP has headers"));
    }
    let key = (own.cipher.key_algorithm().to_owned(), own.slot.clone());
    if !signing.contains(&key) {
        let what = format!(
            "the other side signs nothing by {} with this slot's key",
            key.0
        );
        return Err(source.at_word(&own.slot, &what));
    }
    check_names(source, own)
}

fn check_names(source: Source<'_>, own: &DigitalEnvelope) -> Result<(), DefinitionError> {
    let [key, signature] = own.names();
    if let Some(name) = [key, signature].iter().find(|name| !is_name(name)) {
        return Err(source.at_word(name, "a header's name is letters, digits and `-`"));
    }
    match key.eq_ignore_ascii_case(signature) {
        true => Err(source.at_word(key, "a header stands twice")),
        false => Ok(()),
    }
}

fn is_envelope(layer: &Layer) -> bool {
    matches!(layer, Layer::DigitalEnvelope(_))
}

const WORD: &str = "digital_envelope";
