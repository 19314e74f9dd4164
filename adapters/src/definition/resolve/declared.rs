//! What a dialect declares of itself against what it has: capabilities, and how often it asks.

use super::super::DefinitionError;
use super::super::dialect::{CodeNames, Dialect};
use super::Source;
use crate::codes::CodeTable;
use crate::exchange::Outcome;
use std::collections::BTreeMap;

/// Neither declared and absent, nor there and not declared; and no number that asks never, or
/// without an end.
pub(super) fn check(
    source: Source<'_>,
    dialect: &Dialect,
    codes: &BTreeMap<String, CodeTable>,
) -> Result<(), DefinitionError> {
    let capability = &dialect.capability;
    let refused = |key: &str, what: &str| Err(source.at_path(&["capability", key], what));
    // Every dialect has `[[query]]`: without it nothing could be found out of a payment.
    if !capability.query && !dialect.query.is_empty() {
        let what = "`query = false`, but `[[query]]` says how to ask: write `query = true`";
        return refused("query", what);
    }
    match (capability.push, dialect.push.codes.line.is_some()) {
        (false, true) => {
            let what = "`push = false`, but `[push]` reads rows with `codes.line`: write \
                        `push = true`, or take `line` out of the codes of `[push]`";
            return refused("push", what);
        }
        (true, false) => {
            let what = "`push = true`, but `[push]` reads no row: name a table of rows in its \
                        `codes.line`, or write `push = false`";
            return refused("push", what);
        }
        (true, true) | (false, false) => {}
    }
    match (capability.returns, tells_returns(dialect, codes)) {
        (false, true) => {
            let what = "`returns = false`, but a code of a row means returned: write \
                        `returns = true`";
            return refused("returns", what);
        }
        (true, false) => {
            let what = "`returns = true`, but no code of a row means returned: list one, or write \
                        `returns = false`";
            return refused("returns", what);
        }
        (true, true) | (false, false) => {}
    }
    check_pace(source, dialect)
}

/// Whether a row of an answer or a push can say that it came back.
fn tells_returns(dialect: &Dialect, codes: &BTreeMap<String, CodeTable>) -> bool {
    let asked = [dialect.query.last(), dialect.returns.last()];
    let asked = asked.into_iter().flatten().map(|step| &step.codes);
    let line = |names: &CodeNames| codes.get(names.line.as_ref()?.get_ref());
    let mut tables = asked.chain([&dialect.push.codes]).filter_map(line);
    tables.any(|table| table.0.iter().any(|code| code.outcome == Outcome::Returned))
}

fn check_pace(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let pace = &dialect.pace;
    let numbers = [
        (
            "count_max",
            u64::from(pace.count_max),
            "`count_max = 0`: the bank would never be asked; write 1 or more",
        ),
        (
            "interval_ms",
            pace.interval_ms,
            "`interval_ms = 0`: the bank would be asked without a pause; write 1 or more",
        ),
        (
            "answer_limit_ms",
            pace.answer_limit_ms,
            "`answer_limit_ms = 0`: every accepted line would be unknown at once; write 1 or more",
        ),
    ];
    if let Some((key, _, what)) = numbers.iter().find(|(_, number, _)| *number == 0) {
        return Err(source.at_path(&["pace", key], what));
    }
    for step in dialect.steps() {
        if step.poll.as_ref().is_some_and(|poll| poll.count_max == 0) {
            let what = "`poll` with `count_max = 0` never asks again: write 1 or more, or take \
                        `poll` out";
            return Err(source.at_word(&step.name, what));
        }
        if step.again.as_ref().is_some_and(|own| own.count_max == 0) {
            let what = "`again` with `count_max = 0` never begins again: write 1 or more, or take \
                        `again` out";
            return Err(source.at_word(&step.name, what));
        }
    }
    Ok(())
}
