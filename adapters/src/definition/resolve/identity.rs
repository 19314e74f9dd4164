//! Who the bank of a preset is: the list of banks says it, or the preset.

use super::Source;
use crate::definition::{DefinitionError, Preset};
use schemas::BankCode;
use schemas::codes::{self, Bank};

/// The bank that the preset says itself; `None` where the list alone does.
///
/// # Errors
/// A bank that nobody names; an identity that can't be, or that contradicts the list.
pub(super) fn check(
    source: Source<'_>,
    preset: &Preset,
    code: BankCode,
) -> Result<Option<Bank>, DefinitionError> {
    // Not what other folders added when the program was built: this one may have been corrected.
    let known = codes::listed_banks().iter().find(|bank| bank.code == code);
    let Some(identity) = &preset.identity else {
        let what = format!(
            "the list of banks does not have {code}: a table [identity] with name_zh, name_en, \
             kind and cnaps_class says who it is"
        );
        return known
            .map(|_| None)
            .ok_or_else(|| source.at(&preset.code, &what));
    };
    let bank = identity.get_ref().bank(code);
    let bank = bank.map_err(|what| source.at(identity, &what))?;
    if known.is_some_and(|known| *known != bank) {
        let what = format!("the list of banks says otherwise of {code}: leave [identity] out");
        return Err(source.at(identity, &what));
    }
    Ok(Some(bank))
}
