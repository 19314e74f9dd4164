//! Codes that a date turns into paid: only of rows, and only where the answer tells the date.

use super::super::DefinitionError;
use super::super::dialect::{CodeNames, Dialect};
use super::Source;
use crate::codes::CodeTable;
use crate::layout::field::Field;
use crate::wire::Message;
use std::collections::BTreeMap;

/// Checks every table against the messages that it reads.
pub(super) fn check(
    source: Source<'_>,
    dialect: &Dialect,
    codes: &BTreeMap<String, CodeTable>,
) -> Result<(), DefinitionError> {
    let dates = |name: &toml::Spanned<String>| {
        let table = codes.get(name.get_ref()).into_iter();
        let fields = table.flat_map(|table| table.0.iter().filter_map(|code| code.paid_after));
        fields.collect::<Vec<Field>>()
    };
    let one = |names: &CodeNames, message: Option<&Message>| {
        let whole = [&names.request, &names.flag, &names.batch];
        if let Some(name) = whole
            .into_iter()
            .flatten()
            .find(|name| !dates(name).is_empty())
        {
            return Err(source.at(name, "paid_after is of a row's code only"));
        }
        let Some(name) = &names.line else {
            return Ok(());
        };
        let tells = |field: &Field| {
            message.is_some_and(|message| {
                let (head, row) = message.body.slots();
                head.iter()
                    .chain(row)
                    .any(|slot| slot.field() == Some(*field))
            })
        };
        match dates(name).into_iter().find(|field| !tells(field)) {
            Some(field) => Err(source.at(name, &format!("the answer does not tell {field}"))),
            None => Ok(()),
        }
    };
    for step in dialect.steps() {
        one(&step.codes, step.reply.as_ref())?;
    }
    let last = dialect.query.last().and_then(|step| step.reply.as_ref());
    one(&dialect.push.codes, dialect.push.message.as_ref().or(last))?;
    let kept = dialect.kept.iter().map(|kept| (&kept.codes, &kept.message));
    let also = dialect.push.also.iter();
    let mut told = also.map(|also| (&also.codes, &also.message)).chain(kept);
    told.try_for_each(|(codes, message)| one(codes, Some(message)))
}
