//! The dialects that a preset names: one, or one for each class of payee.

use super::super::DefinitionError;
use super::super::bank::Preset;
use super::super::dialect::Evidence;
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
        return opens_nothing(source, over(source, preset, code, own)?);
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
    let joined = routes::joined(own, of_others).map_err(|what| vec![source.at(&other, &what)])?;
    opens_nothing(source, joined)
}

/// What a bank seals to our RSA key is opened in a time that tells of that key (`certs::seal`): of
/// a synthetic bank, which production refuses, and of no other.
fn opens_nothing(
    source: Source<'_>,
    adapter: BankAdapter,
) -> Result<BankAdapter, Vec<DefinitionError>> {
    let opens = !adapter.key_slots().opening.is_empty();
    match opens && adapter.evidence() != Evidence::Synthetic {
        true => Err(vec![source.at_word(
            "evidence",
            "our RSA key may open answers of `synthetic` banks only",
        )]),
        false => Ok(adapter),
    }
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
