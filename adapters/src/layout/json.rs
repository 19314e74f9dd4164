//! Trees as JSON objects. Every value is written as a string, as most dialects found do, unless
//! the tree lists it among its numbers; reading takes strings, numbers and, for a list of one, an
//! object in place of the array.

mod once;

use super::atom::WriteContext;
use super::fault::{WriteFault, unreadable};
use super::lines::{ROWS_MAX, RowFault, row_no};
use super::slot::Slot;
use super::tree::{Found, Tree};
use super::values::Values;
use crate::exchange::Unreadable;
use once::Once;
use serde::de::DeserializeSeed as _;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Writes a tree, compact.
///
/// # Errors
/// The first place that does not fit, with its row.
pub fn write(tree: &Tree, context: &WriteContext<'_>) -> Result<String, RowFault> {
    let mut root = object(tree, "", &tree.head, context).map_err(|fault| (fault, None))?;
    if let Some(repeat) = &tree.rows {
        let mut rows = Vec::with_capacity(context.values.rows.len());
        for row in &context.values.rows {
            let context = WriteContext {
                row: Some(row),
                ..*context
            };
            let group = format!("{}/", repeat.path);
            let written = object(tree, &group, &repeat.slots, &context);
            rows.push(Value::Object(written.map_err(|f| (f, row_no(row)))?));
        }
        place(&mut root, &repeat.path, Value::Array(rows));
    }
    Ok(match root.remove("[]") {
        Some(item) => Value::Array(vec![item]).to_string(),
        None => Value::Object(root).to_string(),
    })
}

fn object(
    tree: &Tree,
    group: &str,
    slots: &[Slot],
    context: &WriteContext<'_>,
) -> Result<Map<String, Value>, WriteFault> {
    let mut map = Map::new();
    for slot in slots {
        let text = slot.write(context)?;
        let path = format!("{group}{}", slot.path);
        let value = match tree.numbers.contains(&path) {
            true => Value::from(whole(&path, &text)?),
            false => Value::String(text),
        };
        place(&mut map, &slot.path, value);
    }
    Ok(map)
}

fn whole(path: &str, text: &str) -> Result<i64, WriteFault> {
    text.parse().map_err(|_| WriteFault::Form {
        place: path.to_owned(),
    })
}

/// A JSON value in which no member stands twice.
///
/// # Errors
/// `Unreadable` for what is not JSON (depth is capped by the parser at 128), or has a member twice.
pub(crate) fn parsed(text: &str) -> Result<Value, Unreadable> {
    let wrong = |what: &str, error: &serde_json::Error| {
        let before = text.split_inclusive('\n');
        let before = before.take(error.line().saturating_sub(1));
        let offset = before.map(str::len).sum::<usize>() + error.column();
        Unreadable::at(what, offset.saturating_sub(1))
    };
    let root: Value = serde_json::from_str(text).map_err(|error| wrong("not JSON", &error))?;
    let mut again = serde_json::Deserializer::from_str(text);
    Once.deserialize(&mut again)
        .map_err(|error| wrong("a member stands twice", &error))?;
    Ok(root)
}

fn place(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('/') {
        None => {
            map.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let (listed, rest) = match rest.strip_prefix("[]/") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            let inner = map.entry(first.to_owned()).or_insert_with(|| {
                let empty = Value::Object(Map::new());
                if listed {
                    Value::Array(vec![empty])
                } else {
                    empty
                }
            });
            let inner = match inner.as_array().is_some() {
                true => inner.get_mut(0),
                false => Some(inner),
            };
            if let Some(Value::Object(inner)) = inner {
                place(inner, rest, value);
            }
        }
    }
}

/// Reads a tree into `values`; the payload comes back where a slot holds one.
///
/// # Errors
/// `Unreadable` for what is not JSON (depth is capped by the parser at 128), has a member twice,
/// or is not this message.
pub fn read(tree: &Tree, text: &str, values: &mut Values) -> Result<Option<String>, Unreadable> {
    let root = parsed(text)?;
    let mut found = Found::default();
    let listed = tree.head.iter().any(|slot| slot.path.starts_with("[]/"));
    let item = root.as_array().is_some_and(|items| items.len() < 2);
    let fits = root.is_object() || (listed && item);
    if !fits {
        let what = match listed {
            true => "not a list of one",
            false => "not a JSON object",
        };
        return Err(unreadable(what));
    }
    collect(&tree.head, &root, &mut found.head)?;
    if let Some(repeat) = &tree.rows {
        let listed: &[Value] = match at(&root, &repeat.path) {
            None | Some(Value::Null) => &[],
            Some(Value::Array(items)) => items,
            Some(one @ Value::Object(_)) => std::slice::from_ref(one),
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
                return Err(unreadable("the rows are not a list"));
            }
        };
        if listed.len() > ROWS_MAX {
            return Err(unreadable("too many rows"));
        }
        for item in listed {
            let mut row = BTreeMap::new();
            if !item.is_object() {
                return Err(unreadable("a row is not an object"));
            }
            collect(&repeat.slots, item, &mut row)?;
            found.rows.push(row);
        }
    }
    let whole = text.len();
    tree.take(&found, values)
        .map_err(|wrong| wrong.after(whole))
}

/// `[]` is the one item of a list; of several nobody knows which is meant. An object may stand in
/// place of the list.
fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('/')
        .try_fold(value, |inner, key| match (key, inner) {
            ("[]", Value::Array(items)) => match items.as_slice() {
                [one] => Some(one),
                _ => None,
            },
            ("[]", one @ Value::Object(_)) => Some(one),
            (key, inner) => inner.get(key),
        })
}

fn collect(
    slots: &[Slot],
    value: &Value,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), Unreadable> {
    for slot in slots {
        let text = match at(value, &slot.path) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            Some(Value::Array(_) | Value::Object(_)) => {
                return Err(unreadable(format!("{} is not a text", slot.path)));
            }
        };
        texts.insert(slot.path.clone(), text);
    }
    Ok(())
}
