//! The limits of a bank: the dialect's, but for what the preset replaces.

use super::super::DefinitionError;
use super::super::bank::Preset;
use super::super::dialect::Dialect;
use super::Source;
use crate::adapter::Limits;
use crate::layout::field::Field;
use schemas::Fen;

/// The limits, of which every file has room for a line and a text for its field.
///
/// # Errors
/// Each limit that can't be, at its own line.
pub(super) fn check(
    source: Source<'_>,
    preset: &Preset,
    dialect: &Dialect,
) -> Result<Limits, Vec<DefinitionError>> {
    let (own, base) = (&preset.limits, &dialect.limits);
    let limits = Limits {
        rows_max: own.rows_max.unwrap_or(base.rows_max),
        bytes_max: own.bytes_max.unwrap_or(base.bytes_max),
        amount_max: Fen(own.amount_max_fen.unwrap_or(base.amount_max_fen)),
        total_max: Fen(own.total_max_fen.unwrap_or(base.total_max_fen)),
        name_bytes_max: own.name_bytes_max.unwrap_or(base.name_bytes_max),
        memo_bytes_max: own.memo_bytes_max.unwrap_or(base.memo_bytes_max),
        account_digits_max: account_digits_max(dialect),
    };
    let mut wrong = Vec::new();
    for (key, own, most) in [
        ("name_bytes_max", limits.name_bytes_max, base.name_bytes_max),
        ("memo_bytes_max", limits.memo_bytes_max, base.memo_bytes_max),
    ] {
        if own > most {
            let what = format!("`{key}` is {most} at most, as many as the dialect has room for");
            wrong.push(source.at_key(key, &what));
        }
    }
    if limits.rows_max == 0 {
        wrong.push(source.at_key("rows_max", "`rows_max` is 1 at least"));
    }
    if limits.amount_max.0 <= 0 {
        wrong.push(source.at_key("amount_max_fen", "`amount_max_fen` is 1 at least"));
    } else if limits.total_max < limits.amount_max {
        let key = match own.total_max_fen {
            Some(_) => "total_max_fen",
            None => "amount_max_fen",
        };
        let (one, all) = (limits.amount_max.0, limits.total_max.0);
        let what = format!("`amount_max_fen`, {one}, is above `total_max_fen`, {all}");
        wrong.push(source.at_key(key, &what));
    }
    match wrong.is_empty() {
        true => Ok(limits),
        false => Err(wrong),
    }
}

impl Source<'_> {
    /// An error at the first line that begins with a key.
    fn at_key(&self, key: &str, what: &str) -> DefinitionError {
        let is_key = |line: &str| {
            let rest = line.trim_start().strip_prefix(key);
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        let lines = self.text.split_inclusive('\n');
        let before: usize = lines.take_while(|line| !is_key(line)).map(str::len).sum();
        let at = Some(before).filter(|at| *at < self.text.len());
        DefinitionError::at(self.file, self.text, at.map(|at| at..at), what)
    }
}

/// The shortest place for a payee's account in a submission; an account has 32 digits at most.
fn account_digits_max(dialect: &Dialect) -> usize {
    let steps = dialect.submit.iter();
    let slots = steps.flat_map(|step| step.request.body.slots().1);
    let accounts = slots.filter(|slot| slot.field() == Some(Field::PayeeAccount));
    let most = accounts.flat_map(|slot| slot.bytes_max.into_iter().chain(slot.width));
    most.min().unwrap_or(32)
}
