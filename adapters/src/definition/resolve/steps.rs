//! The steps of a dialect: their names, and which of them instructs.

use super::super::DefinitionError;
use super::super::dialect::{Dialect, StepRule};
use super::Source;
use crate::wire::http::WireRule;

/// Each step has a name of its own, one of submit instructs and is sent once, and a query has an
/// answer.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let mut names = Vec::new();
    for step in dialect.submit.iter().chain(&dialect.query) {
        if names.contains(&&step.name) {
            return Err(source.at_word(&step.name, "a step of that name stands twice"));
        }
        names.push(&step.name);
    }
    check_instruction(source, &dialect.submit)?;
    check_given(source, dialect)?;
    if dialect.query.iter().any(|step| step.instructs) {
        return Err(source.at_word("query", "a query never instructs"));
    }
    if dialect.query.last().is_none_or(|step| step.reply.is_none()) {
        return Err(source.at_word("query", "the last step of query has no reply"));
    }
    Ok(())
}

/// A file is instructed once (M1): by one message, which is never sent again.
fn check_instruction(source: Source<'_>, submit: &[StepRule]) -> Result<(), DefinitionError> {
    let mut instructing = submit.iter().filter(|step| step.instructs);
    let Some(first) = instructing.next() else {
        return Err(source.at_word("submit", "no step of submit instructs"));
    };
    if let Some(second) = instructing.next() {
        let what = format!(
            "`instructs` stands in step {} already: one step of submit instructs, and {} would \
             pay again",
            first.name, second.name
        );
        return Err(source.at_word(&second.name, &what));
    }
    if first.poll.is_some() {
        let others = submit.iter().filter(|step| !step.instructs);
        let others: Vec<&str> = others.map(|step| step.name.as_str()).collect();
        let allowed = match others.join(", ") {
            none if none.is_empty() => "no other step of submit".to_owned(),
            others => others,
        };
        let what = format!(
            "`poll` in a step that instructs: that one is sent once; `poll` may stand in {allowed}"
        );
        return Err(source.at_word(&first.name, &what));
    }
    Ok(())
}

/// A digest is of a file that a step of query fetches, and is a captured value.
fn check_given(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let fetched = |step: &&StepRule| matches!(step.wire, WireRule::Fetch(_));
    let fetched: Vec<&StepRule> = dialect.query.iter().filter(fetched).collect();
    for name in dialect
        .capture
        .iter()
        .filter_map(|c| c.sandbox_md5_of.as_ref())
    {
        if !fetched.iter().any(|step| step.name == *name) {
            return Err(source.at_word(name, "no step of query of that name fetches a file"));
        }
    }
    for name in dialect.query.iter().filter_map(|step| step.md5.as_ref()) {
        if !dialect.capture.iter().any(|capture| capture.name == *name) {
            return Err(source.at_word(name, "`md5` is no captured value"));
        }
    }
    if dialect.submit.iter().any(|step| step.md5.is_some()) {
        return Err(source.at_word("submit", "`md5` belongs to a step of query"));
    }
    Ok(())
}
