//! Requests by GET, and signatures in headers: where they may stand, and that what comes in them is
//! signed.

use super::super::Source;
use crate::definition::DefinitionError;
use crate::definition::dialect::{Dialect, StepRule};
use crate::layout::Layout;
use crate::layout::slot::Slot;
use crate::wire::authorize::{Authorize, Said};
use crate::wire::header_sign::HeaderSign;
use crate::wire::headers::is_name;
use crate::wire::http::{HttpRule, Method, WireRule};
use crate::wire::stamped::Line;
use crate::wire::{Layer, Message};

/// A layer of headers is the outermost of what the bank sends over HTTP.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let steps = || dialect.steps();
    let requests = steps().map(|step| &step.request);
    let kept = dialect.kept.iter().map(|kept| &kept.message);
    for message in requests.chain(kept).chain([&dialect.push.receipt]) {
        if message.layers.iter().any(of_headers) {
            let what = "header_sign is of a reply or a pushed message";
            return Err(source.at_word(HEADER_SIGN, what));
        }
    }
    let over_http = |step: &&StepRule| matches!(step.wire, WireRule::Http(_));
    if steps().any(|step| !over_http(&step) && step.reply.as_ref().is_some_and(has_headers)) {
        return Err(source.at_word(HEADER_SIGN, "only HTTP has headers"));
    }
    let replies = steps().filter_map(|step| step.reply.as_ref());
    let answer = dialect.query.last().and_then(|step| step.reply.as_ref());
    let own = dialect.push.message.as_ref().or(answer);
    let also = dialect.push.also.iter().map(|also| &also.message);
    // Who takes a push in knows its kind only.
    let pushed: Vec<&Message> = own.into_iter().chain(also).collect();
    let mut names = pushed.iter().map(|message| message.headers());
    if let Some(first) = names.next()
        && names.any(|other| other != first)
    {
        return Err(source.at_word(HEADER_SIGN, "every pushed message has the same headers"));
    }
    for message in replies.chain(pushed) {
        check_message(source, dialect, message)?;
    }
    for message in steps().map(|step| &step.request) {
        check_sealed(source, dialect, message)?;
    }
    for step in steps() {
        if let WireRule::Http(rule) = &step.wire {
            check_get(source, step, rule)?;
            let authorize = rule.authorize.as_deref();
            authorize.map_or(Ok(()), |own| check_authorize(source, dialect, own))?;
        }
    }
    Ok(())
}

/// Texts are sealed to a key that the bank signs with: there is one key of it in a slot.
fn check_sealed(
    source: Source<'_>,
    dialect: &Dialect,
    message: &Message,
) -> Result<(), DefinitionError> {
    let replies = dialect.steps();
    let replies = replies.filter_map(|step| step.reply.as_ref());
    let signed: Vec<_> = replies.filter_map(Message::signature).collect();
    for layer in &message.layers {
        let Layer::SealMembers(seal) = layer else {
            continue;
        };
        let key = (seal.cipher.key_algorithm().to_owned(), seal.slot.clone());
        if !signed.contains(&key) {
            let what = format!("no answer is signed by {} with this slot's key", key.0);
            return Err(source.at_word(&seal.slot, &what));
        }
    }
    Ok(())
}

/// A request by GET has no body, and the bank's chair can take its path apart.
fn check_get(source: Source<'_>, step: &StepRule, rule: &HttpRule) -> Result<(), DefinitionError> {
    let bare = step.request.body == Layout::Empty {} && step.request.layers.is_empty();
    let plain = |slot: &Slot| slot.map.is_empty() && slot.width.is_none();
    let atoms = rule.path.iter().flat_map(Slot::atoms);
    let open = atoms.filter(|atom| atom.chars().is_none()).count();
    let wrong = match (rule.method, &rule.content_type) {
        (Method::Post, Some(_)) => None,
        (Method::Post, None) => Some("a request by POST says its `content_type`"),
        (Method::Get, None) if !bare => Some("a request by GET has an empty body, no layers"),
        (Method::Get, None) if open > 1 => Some("two parts of the path have no fixed length"),
        (Method::Get, None) if !rule.path.iter().all(plain) => Some("a path has no maps or widths"),
        (Method::Get, None) => None,
        (Method::Get, Some(_)) => Some("a request by GET has no `content_type`"),
    };
    let wrong = wrong.map(|what| source.at_word(&step.name, what));
    wrong.map_or(Ok(()), Err)
}

/// The signature stands once in the header, with all that it is over and that only the header says.
fn check_authorize(
    source: Source<'_>,
    dialect: &Dialect,
    own: &Authorize,
) -> Result<(), DefinitionError> {
    let count = |said: &Said| own.parameters.iter().filter(|p| p.value == *said).count();
    let lines = |line: Line| own.lines.iter().filter(|own| **own == line).count();
    let each = [
        Line::Method,
        Line::Path,
        Line::Moment,
        Line::Nonce,
        Line::Body,
    ];
    let whole = own.lines.len() == each.len() && each.into_iter().all(|line| lines(line) == 1);
    let said = [Said::Moment, Said::Nonce, Said::Signature];
    if !whole || said.iter().any(|said| count(said) != 1) {
        let what = "a request is signed over method, path, moment, nonce and body, each once, and \
                    its header says moment, nonce and signature";
        return Err(source.at_word(&own.header, what));
    }
    if !is_name(&own.header) || own.within_s == 0 {
        let what = "a header's name is letters, digits and `-`, and `within_s` is not 0";
        return Err(source.at_word(&own.header, what));
    }
    for parameter in &own.parameters {
        if let Said::Connection(name) = &parameter.value {
            check_connection(source, dialect, name)?;
        }
    }
    Ok(())
}

fn check_connection(
    source: Source<'_>,
    dialect: &Dialect,
    name: &str,
) -> Result<(), DefinitionError> {
    match dialect.connection.iter().any(|field| field.name == *name) {
        true => Ok(()),
        false => Err(source.at_word(name, &format!("unknown connection field `{name}`"))),
    }
}

fn of_headers(layer: &Layer) -> bool {
    matches!(layer, Layer::HeaderSign(_))
}

fn has_headers(message: &Message) -> bool {
    message.layers.iter().any(of_headers)
}

fn check_message(
    source: Source<'_>,
    dialect: &Dialect,
    message: &Message,
) -> Result<(), DefinitionError> {
    let Some((last, inner)) = message.layers.split_last() else {
        return Ok(());
    };
    if inner.iter().any(of_headers) {
        return Err(source.at_word(HEADER_SIGN, "header_sign is the outermost layer"));
    }
    let Layer::HeaderSign(sign) = last else {
        return Ok(());
    };
    check_sign(source, sign)?;
    check_connection(source, dialect, &sign.key.connection)
}

fn check_sign(source: Source<'_>, sign: &HeaderSign) -> Result<(), DefinitionError> {
    let names = sign.names();
    if let Some(name) = names.iter().find(|name| !is_name(name)) {
        return Err(source.at_word(name, "a header's name is letters, digits and `-`"));
    }
    let twice = |name: &&str| {
        let same = names.iter().filter(|own| own.eq_ignore_ascii_case(name));
        same.count() > 1
    };
    if let Some(name) = names.iter().find(|name| twice(name)) {
        return Err(source.at_word(name, "a header stands twice"));
    }
    let signed = |line| sign.lines.contains(&line);
    let whole = signed(Line::Moment) && signed(Line::Nonce) && signed(Line::Body);
    if !whole || sign.lines.len() != 3 {
        let what = "an answer is signed over moment, nonce and body, each once";
        return Err(source.at_word(&sign.signature, what));
    }
    if sign.within_s == 0 {
        return Err(source.at_word(&sign.moment, "`within_s` lets nothing through"));
    }
    Ok(())
}

const HEADER_SIGN: &str = "header_sign";
