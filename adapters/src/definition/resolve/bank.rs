//! The dialects that a preset names: one, or one for each class of payee.

use super::super::DefinitionError;
use super::super::bank::Preset;
use super::{ResolvedDialect, Source, over};
use crate::adapter::BankAdapter;
use crate::routes;
use schemas::BankCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

/// A preset laid over its dialect, or over both.
pub(super) fn resolved(
    source: Source<'_>,
    preset: Preset,
    code: BankCode,
    dialects: &BTreeMap<String, Arc<ResolvedDialect>>,
) -> Result<BankAdapter, Vec<DefinitionError>> {
    let one = |error| vec![error];
    let own = named(source, &preset.dialect, dialects).map_err(one)?;
    let Some(other) = preset.other_dialect.clone() else {
        return over(source, preset, code, own);
    };
    if other.get_ref() == preset.dialect.get_ref() {
        let what = "the dialect of other banks is that of the bank's own accounts: leave it out";
        return Err(vec![source.at(&other, what)]);
    }
    let of_others = named(source, &other, dialects).map_err(one)?;
    let mut plain = preset.clone();
    plain.dialect = other.clone();
    plain.codes.clear();
    let own = over(source, preset, code, own)?;
    let of_others = over(source, plain, code, of_others)?;
    routes::joined(own, of_others).map_err(|what| vec![source.at(&other, &what)])
}

fn named<'a>(
    source: Source<'_>,
    name: &Spanned<String>,
    dialects: &'a BTreeMap<String, Arc<ResolvedDialect>>,
) -> Result<&'a ResolvedDialect, DefinitionError> {
    let found = dialects.get(name.get_ref()).map(Arc::as_ref);
    found.ok_or_else(|| {
        let allowed: Vec<&str> = dialects.keys().map(String::as_str).collect();
        let allowed = allowed.join(", ");
        let what = format!(
            "unknown dialect `{}`, expected one of {allowed}",
            name.get_ref()
        );
        source.at(name, &what)
    })
}
