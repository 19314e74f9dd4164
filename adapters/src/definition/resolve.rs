//! Typed definitions to adapters: cross-checks with file, line and the allowed words.

mod alone;
mod bank;
mod dated;
mod declared;
mod identity;
mod limits;
mod places;
mod quirk_names;
mod returns;
mod separators;
mod steps;
mod synthetic;
mod trees;

pub(super) use alone::alone;

use super::dialect::{CodeNames, Dialect, StepRule};
use super::{DefinitionError, Preset};
use crate::adapter::BankAdapter;
use crate::codes::{Code, CodeTable, Reasons};
use crate::exchange::Outcome;
use crate::layout::Layout;
use crate::layout::atom::Atom;
use crate::wire::{Layer, Message};
use schemas::{BankCode, FailureReason};
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

/// A definition file: path and text.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Path below the crate.
    pub file: &'a str,
    /// Text.
    pub text: &'a str,
}

impl Source<'_> {
    /// An error at a spanned value.
    pub(crate) fn at<T>(&self, place: &Spanned<T>, what: &str) -> DefinitionError {
        DefinitionError::at(self.file, self.text, Some(place.span()), what)
    }

    /// An error at the first place where a quoted word stands.
    fn at_word(&self, word: &str, what: &str) -> DefinitionError {
        let quoted = format!("\"{word}\"");
        let at = self.text.find(&quoted).map(|start| start..start);
        DefinitionError::at(self.file, self.text, at, what)
    }

    /// Name of the folder.
    pub(crate) fn folder(&self) -> &str {
        let mut parts = self.file.rsplit('/');
        parts.next();
        parts.next().unwrap_or_default()
    }
}

/// A dialect that is read, checked, with its heads and step codes in place.
#[derive(Debug)]
pub struct ResolvedDialect {
    /// The definition.
    pub dialect: Dialect,
    /// Its code tables.
    pub codes: BTreeMap<String, CodeTable>,
    /// Its reasons.
    pub reasons: Reasons,
    /// Path of its file.
    pub file: String,
}

/// Reads and checks a dialect.
///
/// # Errors
/// What is wrong: where it can't be read, the first place; else what each check finds first.
pub fn dialect(source: Source<'_>) -> Result<ResolvedDialect, Vec<DefinitionError>> {
    let mut dialect: Dialect = toml::from_str(source.text)
        .map_err(|error| vec![DefinitionError::of_toml(source.file, source.text, &error)])?;
    let mut wrong = Vec::new();
    let name = dialect.name.get_ref();
    if name != source.folder() {
        let what = format!("the name is not that of the folder, {}", source.folder());
        wrong.push(source.at(&dialect.name, &what));
    }
    wrong.extend(quirk_names::check(source, &dialect).err());
    wrong.extend(synthetic::check(source, &dialect).err());
    let mut codes = BTreeMap::new();
    for (name, entries) in &dialect.codes {
        let table = table(entries);
        let doubled = table.doubled();
        if let Some((code, again)) = doubled.and_then(|(at, code)| Some((code, entries.get(at)?))) {
            wrong.push(source.at(again, &format!("code {code} stands twice in {name}")));
        }
        codes.insert(name.clone(), table);
    }
    let reasons = reasons(source, &dialect).map_err(|error| wrong.push(error));
    wrong.extend(steps::check(source, &dialect).err());
    wrong.extend(declared::check(source, &dialect, &codes).err());
    wrong.extend(check_tables(source, &dialect, &codes).err());
    wrong.extend(dated::check(source, &dialect, &codes).err());
    let placed = fix_steps(source, &mut dialect);
    let placed = placed.and_then(|()| check_slots(source, &mut dialect));
    wrong.extend(placed.err());
    match reasons {
        Ok(reasons) if wrong.is_empty() => Ok(ResolvedDialect {
            dialect,
            codes,
            reasons,
            file: source.file.to_owned(),
        }),
        Ok(_) | Err(()) => Err(in_order(wrong)),
    }
}

/// In the order of the lines.
fn in_order(mut wrong: Vec<DefinitionError>) -> Vec<DefinitionError> {
    wrong.sort_by_key(|error| error.line);
    wrong
}

fn table(entries: &[Spanned<Code>]) -> CodeTable {
    CodeTable(
        entries
            .iter()
            .map(|entry| entry.get_ref().clone())
            .collect(),
    )
}

fn reasons(source: Source<'_>, dialect: &Dialect) -> Result<Reasons, DefinitionError> {
    let mut reasons = BTreeMap::new();
    for (word, codes) in &dialect.reasons {
        if FailureReason::parse(word.get_ref()).is_none() {
            let allowed = FailureReason::ALL.map(FailureReason::as_str).join(", ");
            let word_text = word.get_ref();
            let what = format!("unknown reason `{word_text}`, expected one of {allowed}");
            return Err(source.at(word, &what));
        }
        reasons.insert(word.get_ref().clone(), codes.clone());
    }
    Ok(Reasons(reasons))
}

fn check_tables(
    source: Source<'_>,
    dialect: &Dialect,
    codes: &BTreeMap<String, CodeTable>,
) -> Result<(), DefinitionError> {
    let known = |names: &CodeNames| {
        let all = [&names.request, &names.flag, &names.batch, &names.line];
        for name in all.into_iter().flatten() {
            if !codes.contains_key(name.get_ref()) {
                let allowed: Vec<&str> = codes.keys().map(String::as_str).collect();
                let what = format!(
                    "unknown code table `{}`, expected one of {}",
                    name.get_ref(),
                    allowed.join(", ")
                );
                return Err(source.at(name, &what));
            }
        }
        let line = names.line.as_ref().and_then(|n| codes.get(n.get_ref()));
        match &names.listed {
            Some(status) if line.is_none_or(|table| table.find(status.get_ref()).is_none()) => {
                Err(source.at(status, "the status of listed rows is in no `line` table"))
            }
            Some(_) | None => Ok(()),
        }
    };
    for step in dialect.steps() {
        known(&step.codes)?;
    }
    known(&dialect.push.codes)?;
    for also in &dialect.push.also {
        known(&also.codes)?;
    }
    for kept in &dialect.kept {
        known(&kept.codes)?;
    }
    let receipt = &dialect.push.receipt;
    let sealed = |layer: &Layer| matches!(layer, Layer::Encrypt { .. });
    if receipt.layers.iter().any(sealed) || receipt.signature().is_some() {
        return Err(source.at_word("receipt", "a push receipt is neither sealed nor signed"));
    }
    // A query that the bank refuses says nothing of the payment.
    let asking = dialect.asking();
    let asking = asking.flat_map(|step| [&step.codes.request, &step.codes.flag]);
    for name in asking.flatten() {
        let table = codes.get(name.get_ref());
        let final_word = |code: &Code| {
            matches!(
                code.outcome,
                Outcome::Failed(_) | Outcome::Paid | Outcome::Returned
            )
        };
        if table.is_some_and(|table| table.0.iter().any(final_word)) {
            let what = "a request code of a query is accepted, not_found or unknown only";
            return Err(source.at(name, what));
        }
    }
    Ok(())
}

/// Puts named heads in place and step codes into their slots.
fn fix_steps(source: Source<'_>, dialect: &mut Dialect) -> Result<(), DefinitionError> {
    let heads = dialect.heads.clone();
    let fix = |message: &mut Message, code: &str| {
        for layer in &mut message.layers {
            if let Layer::Named { head } = layer {
                let slots = heads.get(head).cloned().ok_or_else(|| {
                    let allowed: Vec<&str> = heads.keys().map(String::as_str).collect();
                    let allowed = allowed.join(", ");
                    let what = format!("unknown head `{head}`, expected one of {allowed}");
                    source.at_word(head, &what)
                })?;
                *layer = Layer::Head { slots };
            }
        }
        for slot in message.slots_mut() {
            slot.fix_code(code);
        }
        Ok(())
    };
    for step in dialect.steps_mut() {
        let StepRule {
            code,
            request,
            reply,
            ..
        } = step;
        fix(request, code)?;
        if let Some(reply) = reply {
            fix(reply, code)?;
        }
    }
    let kept = dialect.kept.iter_mut().map(|kept| &mut kept.message);
    let mut pushed = dialect.push.messages_mut().chain(kept);
    pushed.try_for_each(|message| fix(message, ""))
}

/// Fixed places have a width; connection and captured names are declared.
fn check_slots(source: Source<'_>, dialect: &mut Dialect) -> Result<(), DefinitionError> {
    let declared: Vec<String> = dialect.connection.iter().map(|c| c.name.clone()).collect();
    let identity = dialect.sm2_user_id.as_ref().map(|id| &id.connection);
    if let Some(name) = identity.filter(|name| !declared.contains(name)) {
        let what = format!("unknown connection field `{name}`");
        return Err(source.at_word(name, &what));
    }
    let captured: Vec<String> = dialect.capture.iter().map(|c| c.name.clone()).collect();
    for message in dialect.messages_mut() {
        trees::check(source, message)?;
        separators::check(source, message)?;
        let fixed = matches!(message.body, Layout::Fixed(_));
        if fixed && message.body.slots_mut().iter().any(|s| s.width.is_none()) {
            return Err(source.at_word("fixed", "a column of fixed lines has no width"));
        }
        let (head, row) = message.body.slots();
        let bodiless = |layer: &Layer| matches!(layer, Layer::Form(form) if !form.carries());
        if message.layers.iter().any(bodiless) && !(head.is_empty() && row.is_empty()) {
            return Err(source.at_word("form", "a form without a payload loses the body"));
        }
        for layer in &message.layers {
            let Layer::Head { slots } = layer else {
                continue;
            };
            if slots.iter().any(|slot| slot.width.is_none()) {
                return Err(source.at_word("head", "a field of a head has no width"));
            }
        }
        for slot in message.slots_mut() {
            for atom in slot.atoms() {
                let (kind, name, list) = match atom {
                    Atom::Connection { name, .. } => ("connection field", name, &declared),
                    Atom::Captured { name, .. } => ("captured value", name, &captured),
                    Atom::Field { .. } | Atom::Const(_) | Atom::Spare(_) => continue,
                };
                if !list.contains(name) {
                    let allowed = list.join(", ");
                    let what = format!("unknown {kind} `{name}`, expected one of {allowed}");
                    return Err(source.at_word(name, &what));
                }
            }
        }
    }
    Ok(())
}

/// Reads a preset and lays it over its dialect.
///
/// # Errors
/// What is wrong: where it can't be read, the first place; else what each check finds first.
pub fn bank(
    source: Source<'_>,
    dialects: &BTreeMap<String, Arc<ResolvedDialect>>,
) -> Result<BankAdapter, Vec<DefinitionError>> {
    let preset: Preset = toml::from_str(source.text)
        .map_err(|error| vec![DefinitionError::of_toml(source.file, source.text, &error)])?;
    let code = BankCode::parse(preset.code.get_ref())
        .map_err(|error| vec![source.at(&preset.code, &error.to_string())])?;
    if code.as_str() != source.folder() {
        let what = format!("the code is not that of the folder, {}", source.folder());
        return Err(vec![source.at(&preset.code, &what)]);
    }
    bank::resolved(source, preset, code, dialects)
}

/// A preset laid over one dialect.
fn over(
    source: Source<'_>,
    preset: Preset,
    code: BankCode,
    resolved: &ResolvedDialect,
) -> Result<BankAdapter, Vec<DefinitionError>> {
    let cut_off = cut_off(preset.cut_off.get_ref())
        .ok_or_else(|| source.at(&preset.cut_off, "a cut-off is a time HH:MM"));
    let checked = (
        identity::check(source, &preset, code),
        cut_off,
        added_codes(source, &preset, resolved),
        limits::check(source, &preset, &resolved.dialect),
    );
    let (identity, cut_off, codes, limits) = match checked {
        (Ok(identity), Ok(cut_off), Ok(codes), Ok(limits)) => (identity, cut_off, codes, limits),
        (identity, cut_off, codes, limits) => {
            let one = [identity.err(), cut_off.err(), codes.err()];
            let wrong = one.into_iter().flatten();
            return Err(in_order(
                wrong.chain(limits.err().into_iter().flatten()).collect(),
            ));
        }
    };
    Ok(BankAdapter {
        code,
        identity,
        evidence: preset.evidence.min(resolved.dialect.evidence),
        cut_off,
        limits,
        codes,
        reasons: resolved.reasons.clone(),
        dialect: resolved.dialect.clone(),
        dialect_file: resolved.file.clone(),
        preset_file: source.file.to_owned(),
        preset,
        routes: None,
    })
}

fn cut_off(text: &str) -> Option<time::Time> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    time::Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()
}

/// A preset adds codes; it never changes what a listed code means.
fn added_codes(
    source: Source<'_>,
    preset: &Preset,
    resolved: &ResolvedDialect,
) -> Result<BTreeMap<String, CodeTable>, DefinitionError> {
    let mut codes = resolved.codes.clone();
    for (name, entries) in &preset.codes {
        let allowed: Vec<&str> = resolved.codes.keys().map(String::as_str).collect();
        let Some(own) = codes.get_mut(name.get_ref()) else {
            let word = name.get_ref();
            let allowed = allowed.join(", ");
            let what = format!("unknown code table `{word}`, expected one of {allowed}");
            return Err(source.at(name, &what));
        };
        for entry in entries {
            let one = CodeTable(vec![entry.get_ref().clone()]);
            if let Some(code) = own.clash(&one) {
                let dialect = preset.dialect.get_ref();
                let what = format!(
                    "code {code} has a meaning in dialect {dialect} already; a bank may add \
                     codes, another meaning needs a new dialect"
                );
                return Err(source.at(entry, &what));
            }
            own.0.extend(one.0);
        }
    }
    Ok(codes)
}
