//! What of a dialect with a source is ours all the same.

use super::super::DefinitionError;
use super::super::dialect::{Dialect, Evidence};
use super::Source;
use crate::invented::unasked;

/// Each names something that the dialect has, once; where everything is ours, nothing is listed.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let names = names(dialect);
    let mut seen: Vec<&str> = Vec::new();
    for word in &dialect.synthetic {
        let name = word.get_ref();
        if dialect.evidence == Evidence::Synthetic {
            return Err(source.at(word, "with evidence synthetic everything is ours"));
        }
        if !names.contains(name) {
            let allowed = names.join(", ");
            let what = format!("unknown message `{name}`, expected one of {allowed}");
            return Err(source.at(word, &what));
        }
        let step = |name: &str| name.split('.').next().map(str::to_owned);
        let within = |seen: &&str| step(name).as_deref() == Some(*seen);
        let around = |seen: &&str| step(seen).as_deref() == Some(name);
        if seen
            .iter()
            .any(|seen| *seen == name || within(seen) || around(seen))
        {
            return Err(source.at(word, &format!("`{name}` is listed already")));
        }
        seen.push(name.as_str());
    }
    Ok(())
}

/// What may be listed: steps and their two messages, the push, returns.
fn names(dialect: &Dialect) -> Vec<String> {
    let mut names = Vec::new();
    for step in dialect.steps() {
        names.push(step.name.clone());
        names.push(format!("{}.request", step.name));
        names.extend(step.reply.iter().map(|_| format!("{}.reply", step.name)));
    }
    names.extend(unasked(&dialect.capability));
    names
}
