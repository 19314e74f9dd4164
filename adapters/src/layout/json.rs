//! Trees as JSON objects. Every value is written as a string, as most dialects found do, unless
//! the tree lists it among its numbers; reading takes strings, numbers and, for a list of one, an
//! object in place of the array.

mod once;
mod reading;
mod writing;

use super::fault::unreadable;
use super::tree::Tree;
use super::values::Values;
use crate::exchange::Unreadable;
use once::Once;
use reading::Walk;
use serde::de::DeserializeSeed as _;
use serde_json::Value;
pub use writing::write;

/// A JSON value in which no member stands twice.
///
/// # Errors
/// `Unreadable` for what is not JSON (depth is capped by the parser at 128), or has a member twice.
pub(crate) fn parsed(text: &str) -> Result<Value, Unreadable> {
    let root: Value = serde_json::from_str(text).map_err(|error| wrong(text, &error))?;
    let mut again = serde_json::Deserializer::from_str(text);
    Once.deserialize(&mut again)
        .map_err(|error| wrong(text, &error))?;
    Ok(root)
}

/// What the parser has against a text, or a walk that met a member twice.
fn wrong(text: &str, error: &serde_json::Error) -> Unreadable {
    let what = match error.is_data() {
        true => "a member stands twice",
        false => "not JSON",
    };
    let before = text.split_inclusive('\n');
    let before = before.take(error.line().saturating_sub(1));
    let offset = before.map(str::len).sum::<usize>() + error.column();
    Unreadable::at(what, offset.saturating_sub(1))
}

/// Reads a tree into `values`; the payload comes back where a slot holds one.
///
/// `[]` in a path is the one item of a list; of several nobody knows which is meant. An object may
/// stand in place of the list.
///
/// # Errors
/// `Unreadable` for what is not JSON (depth is capped by the parser at 128), has a member twice,
/// or is not this message.
pub fn read(tree: &Tree, text: &str, values: &mut Values) -> Result<Option<String>, Unreadable> {
    let mut walk = Walk::of(tree, text);
    let mut parser = serde_json::Deserializer::from_str(text);
    let walked = walk.root().deserialize(&mut parser);
    let whole = walked.and_then(|()| parser.end());
    whole.map_err(|error| wrong(text, &error))?;
    if let Some(wrong) = walk.wrong {
        return Err(unreadable(wrong));
    }
    tree.take((&walk.places, &walk.found), values)
        .map_err(|wrong| wrong.after(text.len()))
}
