//! Columns and rows that could not be told apart.

use super::super::DefinitionError;
use super::Source;
use crate::layout::Layout;
use crate::layout::tree::Tree;
use crate::wire::{Layer, Message};
use toml::de::DeTable;

const WHAT: &str = "`row_sep` is `field_sep`, begins with it or stands in it: columns and rows \
                    could not be told apart; write another one. A `field_sep` behind the last \
                    column as well is `trailing_sep = true`";

/// Every text of rows that a message has, in its body or in an element.
pub(super) fn check(source: Source<'_>, message: &Message) -> Result<(), DefinitionError> {
    if let Layout::Delimited(lines) = &message.body {
        one(source, &lines.field_sep, &lines.row_sep)?;
        let row = ("row", lines.row.len(), "field_sep", &lines.field_sep);
        let head = ("head", lines.head.len(), "head_sep", &lines.head_sep);
        for (list, columns, key, separator) in [row, head] {
            if columns > 1 && separator.is_empty() {
                return Err(bare(source, list, key));
            }
        }
    }
    let body = if let Layout::Xml(tree) = &message.body {
        Some(tree)
    } else {
        None
    };
    let layers = message.layers.iter().filter_map(|layer| {
        if let Layer::Xml(tree) = layer {
            return Some(tree);
        }
        None
    });
    let packed = |tree: &'_ Tree| tree.rows.as_ref()?.packed.clone();
    for packed in body.into_iter().chain(layers).filter_map(packed) {
        one(source, &packed.field_sep, &packed.row_sep)?;
    }
    Ok(())
}

fn one(source: Source<'_>, field_sep: &str, row_sep: &str) -> Result<(), DefinitionError> {
    if field_sep.is_empty() || row_sep.is_empty() {
        return Ok(());
    }
    // Empty columns at the end of a row: the row must end behind them.
    let columns = field_sep.repeat(row_sep.len());
    let ends = format!("{columns}{row_sep}").find(row_sep);
    if !row_sep.starts_with(field_sep) && ends == Some(columns.len()) {
        return Ok(());
    }
    let fits = |table: &DeTable<'_>| {
        says(table, "field_sep") == Some(field_sep) && says(table, "row_sep") == Some(row_sep)
    };
    Err(source.at_table(&fits, "row_sep", WHAT))
}

/// Several columns without a separator, named by the list in which they stand.
fn bare(source: Source<'_>, list: &str, key: &str) -> DefinitionError {
    let what = "several columns need a separator between them: `field_sep` in rows, `head_sep` in \
                the head";
    let fits = |table: &DeTable<'_>| {
        let columns = table.get(list).and_then(|list| list.get_ref().as_array());
        let several = columns.is_some_and(|columns| columns.len() > 1);
        // A list of columns stands in fixed lines, too, and a head in any tree.
        let delimited = ["field_sep", "head_sep", "row_sep"];
        let delimited = delimited.iter().any(|key| table.contains_key(*key));
        several && delimited && says(table, key).is_none_or(str::is_empty)
    };
    source.at_table(&fits, list, what)
}

fn says<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}
