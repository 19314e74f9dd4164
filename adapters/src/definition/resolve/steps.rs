//! The steps of a dialect: their names, and which of them instructs.

mod envelopes;
mod headers;

use super::super::DefinitionError;
use super::super::dialect::{Dialect, StepRule};
use super::{Source, returns};
use crate::layout::field::Field;
use crate::wire::http::WireRule;

/// Each step has a name of its own, one of submit instructs and is sent once, and a query has an
/// answer.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let mut names = Vec::new();
    for step in dialect.steps() {
        if names.contains(&&step.name) {
            return Err(source.at_word(&step.name, "a step of that name stands twice"));
        }
        names.push(&step.name);
    }
    check_instruction(source, &dialect.submit)?;
    check_given(source, dialect)?;
    check_openers(source, dialect)?;
    check_parts(source, dialect)?;
    headers::check(source, dialect)?;
    envelopes::check(source, dialect)?;
    if let Some(step) = dialect.asking().find(|step| step.instructs) {
        return Err(source.at_word(&step.name, "a query never instructs"));
    }
    if let Some(step) = dialect.submit.iter().find(|step| step.pages.is_some()) {
        return Err(source.at_word(&step.name, "only a query comes in pages"));
    }
    for step in dialect.asking() {
        check_pages(source, dialect, step)?;
    }
    if dialect.query.last().is_none_or(|step| step.reply.is_none()) {
        return Err(source.at_word("query", "the last step of query has no reply"));
    }
    returns::check(source, dialect)
}

/// A signed reply is sent to a port that answers what stood in it.
fn check_openers(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    for capture in &dialect.capture {
        let Some(name) = &capture.opened_by else {
            continue;
        };
        let opener = dialect.steps().find(|step| step.name == *name);
        if !opener.is_some_and(|s| s.reply.is_some() && s.request.captures(&capture.name)) {
            let what = format!("no step `{name}` sends {} and has a reply", capture.name);
            return Err(source.at_word(name, &what));
        }
    }
    Ok(())
}

/// Parts are of a submission, have an answer, and repeat a number that is captured.
fn check_parts(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let asked = dialect.asking().find(|step| step.parts.is_some());
    if let Some(step) = asked {
        return Err(source.at_word(&step.name, "a query has no parts"));
    }
    for step in &dialect.submit {
        let Some(rule) = &step.parts else { continue };
        if step.reply.is_none() || step.poll.is_some() || rule.rows == 0 {
            let what = "a step in parts has rows, an answer to each of them, and no `poll`";
            return Err(source.at_word(&step.name, what));
        }
        let known: Vec<&str> = dialect.capture.iter().map(|c| c.name.as_str()).collect();
        if !known.contains(&rule.number.as_str()) {
            let (number, known) = (&rule.number, known.join(", "));
            let what = format!("unknown captured value `{number}`, expected one of {known}");
            return Err(source.at_word(number, &what));
        }
    }
    Ok(())
}

/// A page that is asked for neither by its first row nor by a key would be the same one for ever.
fn check_pages(
    source: Source<'_>,
    dialect: &Dialect,
    step: &StepRule,
) -> Result<(), DefinitionError> {
    let reply = step.reply.as_ref();
    for name in step.pages.iter().flat_map(|pages| &pages.key) {
        let own = dialect.capture.iter().find(|own| own.name == *name);
        let passes = step.request.captures(name) && reply.is_some_and(|r| r.captures(name));
        if !passes || own.is_none_or(|own| own.names_batch) {
            let what = "a key of pages is a captured value that the reply gives, the request \
                        sends, and that names no batch";
            return Err(source.at_word(name, what));
        }
    }
    let (head, _) = step.request.body.slots();
    let asks = head
        .iter()
        .any(|slot| slot.field() == Some(Field::PageFirst));
    match &step.pages {
        Some(pages) if pages.rows == 0 || (pages.key.is_empty() && !asks) => {
            let what = "a query in pages of one row or more asks for page.first or a key";
            Err(source.at_word(&step.name, what))
        }
        Some(_) | None => Ok(()),
    }
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
    let behind = submit.iter().skip_while(|step| !step.instructs);
    if let Some(step) = behind.into_iter().find(|step| step.again.is_some()) {
        let what = "`again` in or behind the step that instructs: that one is sent once";
        return Err(source.at_word(&step.name, what));
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
    for name in dialect.asking().filter_map(|step| step.md5.as_ref()) {
        if !dialect.capture.iter().any(|capture| capture.name == *name) {
            return Err(source.at_word(name, "`md5` is no captured value"));
        }
    }
    if dialect.submit.iter().any(|step| step.md5.is_some()) {
        return Err(source.at_word("submit", "`md5` belongs to a step of query"));
    }
    Ok(())
}
