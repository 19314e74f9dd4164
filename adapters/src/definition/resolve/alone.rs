//! A dialect without a bank: with its own limits and codes, so that a message of it can be read.

use super::{ResolvedDialect, Source, limits};
use crate::adapter::BankAdapter;
use crate::definition::Preset;
use crate::definition::bank::PresetLimits;
use schemas::BankCode;
use std::collections::BTreeMap;
use toml::Spanned;

/// Stands where a bank's code would: the code of no bank.
const NOBODY: &str = "00";

/// The adapter of a dialect alone; `None` only where its own limits let nothing through.
pub(in crate::definition) fn alone(resolved: &ResolvedDialect) -> Option<BankAdapter> {
    let dialect = &resolved.dialect;
    let written = |text: &str| Spanned::new(0..0, text.to_owned());
    let preset = Preset {
        code: written(NOBODY),
        dialect: dialect.name.clone(),
        other_dialect: None,
        evidence: dialect.evidence,
        cut_off: written("00:00"),
        identity: None,
        limits: PresetLimits::default(),
        codes: BTreeMap::new(),
    };
    let source = Source {
        file: &resolved.file,
        text: "",
    };
    Some(BankAdapter {
        code: BankCode::parse(NOBODY).ok()?,
        identity: None,
        evidence: dialect.evidence,
        cut_off: time::Time::MIDNIGHT,
        limits: limits::check(source, &preset, dialect).ok()?,
        codes: resolved.codes.clone(),
        reasons: resolved.reasons.clone(),
        dialect: dialect.clone(),
        dialect_file: resolved.file.clone(),
        preset_file: resolved.file.clone(),
        preset,
        routes: None,
    })
}
