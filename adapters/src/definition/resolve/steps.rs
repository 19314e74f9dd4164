//! The steps of a dialect: their names, and which of them instructs.

use super::super::DefinitionError;
use super::super::dialect::{Dialect, StepRule};
use super::Source;
use crate::layout::field::Field;

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
    if dialect.query.iter().any(|step| step.instructs) {
        return Err(source.at_word("query", "a query never instructs"));
    }
    if let Some(step) = dialect.submit.iter().find(|step| step.pages.is_some()) {
        return Err(source.at_word(&step.name, "only a query comes in pages"));
    }
    for step in &dialect.query {
        check_pages(source, step)?;
    }
    if dialect.query.last().is_none_or(|step| step.reply.is_none()) {
        return Err(source.at_word("query", "the last step of query has no reply"));
    }
    Ok(())
}

/// A page that is not asked for by its first row would be the same one for ever.
fn check_pages(source: Source<'_>, step: &StepRule) -> Result<(), DefinitionError> {
    let (head, _) = step.request.body.slots();
    let asks = head
        .iter()
        .any(|slot| slot.field() == Some(Field::PageFirst));
    match &step.pages {
        Some(pages) if pages.rows == 0 || !asks => {
            let what = "a query in pages of one row or more asks for page.first";
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
