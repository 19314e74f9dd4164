//! Signatures in headers: where they may stand, and that what comes in them is signed.

use super::super::Source;
use crate::definition::DefinitionError;
use crate::definition::dialect::{Dialect, StepRule};
use crate::wire::header_sign::HeaderSign;
use crate::wire::headers::{HEADERS_MAX, is_name};
use crate::wire::http::WireRule;
use crate::wire::stamped::Line;
use crate::wire::{Layer, Message};

/// A layer of headers is the outermost of what the bank sends over HTTP.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let steps = || dialect.submit.iter().chain(&dialect.query);
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
    Ok(())
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
    let name = &sign.key.connection;
    if !dialect.connection.iter().any(|field| field.name == *name) {
        return Err(source.at_word(name, &format!("unknown connection field `{name}`")));
    }
    Ok(())
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
    if !whole || sign.lines.len() != 3 || names.len() > HEADERS_MAX {
        let what = "an answer is signed over moment, nonce and body, each once";
        return Err(source.at_word(&sign.signature, what));
    }
    if sign.within_s == 0 {
        return Err(source.at_word(&sign.moment, "`within_s` lets nothing through"));
    }
    Ok(())
}

const HEADER_SIGN: &str = "header_sign";
