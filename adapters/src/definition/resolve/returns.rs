//! The flow that asks for returns: with its pace, and an answer whose rows say what came back.

use super::super::DefinitionError;
use super::super::dialect::Dialect;
use super::super::returns::ReturnsPace;
use super::Source;

/// Steps and pace stand together, and the last step has an answer with codes of rows.
pub(super) fn check(source: Source<'_>, dialect: &Dialect) -> Result<(), DefinitionError> {
    let (own, query) = (dialect.returns.last(), dialect.query.last());
    let (pace, last) = match (&dialect.returns_pace, own) {
        (None, None) => return Ok(()),
        (None, Some(own)) => {
            return Err(source.at_word(&own.name, "`returns` without `returns_pace`"));
        }
        (Some(pace), own) if pace.repeats_query == own.is_some() => {
            let what = "`returns_pace` has either steps of `returns` or `repeats_query`";
            let name = own.or(query).map_or("", |step| &step.name);
            return Err(source.at_word(name, what));
        }
        (Some(pace), own) => (pace, own.or(query)),
    };
    let Some(last) = last else {
        return Ok(());
    };
    let most = ReturnsPace::COUNT_LIMIT;
    if pace.first_ms == 0 || pace.interval_ms == 0 || !(1..=most).contains(&pace.count_max) {
        let what = format!("`returns_pace` waits, and asks 1 to {most} times");
        return Err(source.at_word(&last.name, &what));
    }
    // Without them no row could say that it came back.
    if last.reply.is_none() || last.codes.line.is_none() {
        let what = "the last step of returns has a reply, and `line` among its codes";
        return Err(source.at_word(&last.name, what));
    }
    Ok(())
}
