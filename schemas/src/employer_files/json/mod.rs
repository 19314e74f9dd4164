//! The JSON object of INTERFACE section 2, read as it streams in.

mod guard;
mod leaf;
mod place;
mod walk;

use super::decoded::Decoded;
use super::detect::{Manner, unreadable};
use super::raw::{Receiver, Stop, schema};
use super::{Format, ReadOptions, Source};
use guard::Guard;
use place::Placed;
use serde::de::DeserializeSeed;
use std::io::BufReader;
use std::rc::Rc;
use walk::{Walk, Which};

/// Reads the object. The keys of the head may come after the lines: then the lines are read on a
/// second walk.
pub(super) fn parse(
    source: &mut dyn Source,
    manner: &Manner,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    let mut walk = Walk::new(to);
    let first = once(source, manner, options, &mut walk);
    let cut = matches!(first, Err(Stop::File(_)));
    // Where the first walk stopped, what stands before is read all the same.
    if walk.lines_wait() && (first.is_ok() || (cut && walk.head_suffices())) {
        walk.which = Which::LinesOnly;
        once(source, manner, options, &mut walk)?;
    }
    first?;
    walk.end()
}

fn once(
    source: &mut dyn Source,
    manner: &Manner,
    options: &ReadOptions<'_>,
    walk: &mut Walk<'_>,
) -> Result<(), Stop> {
    let text = Decoded::new(source, manner)?;
    let trouble = text.trouble();
    let guard = Guard::new(text, options.limits.field_bytes_max);
    let begins = guard.begins();
    walk.place = Rc::default();
    let placed = Placed {
        text: BufReader::new(guard),
        place: Rc::clone(&walk.place),
    };
    let mut parser = serde_json::Deserializer::from_reader(placed);
    let read = (&mut *walk).deserialize(&mut parser);
    let Err(error) = read.and_then(|()| parser.end()) else {
        return Ok(());
    };
    if let Some(stop) = walk.stop.take().or_else(|| trouble.take()) {
        return Err(stop);
    }
    if begins.get() != Some(true) {
        return Err(unreadable(Format::Json, "form").into());
    }
    let reason = if error.is_eof() { "truncated" } else { "form" };
    let finding = schema(reason).with("format", Format::Json);
    let finding = finding.with("remedy", "export_again");
    let finding = finding.with("line_in_file", error.line());
    Err(finding.with("column", error.column()).into())
}
