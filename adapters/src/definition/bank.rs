//! A bank's preset: limits, cut-off, identity, further codes. Nothing else can be said in it.

use super::dialect::Evidence;
use crate::codes::Code;
use schemars::JsonSchema;
use schemas::codes::Bank;
use schemas::{BankCode, CnapsCode};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Limits that a bank replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PresetLimits {
    /// Lines of a file.
    pub rows_max: Option<u32>,
    /// Bytes of a body before its layers.
    pub bytes_max: Option<u64>,
    /// Fen of a line.
    pub amount_max_fen: Option<i64>,
    /// Fen of a file.
    pub total_max_fen: Option<i64>,
    /// Bytes of a name; not more than the dialect's.
    pub name_bytes_max: Option<usize>,
    /// Bytes of a memo; not more than the dialect's.
    pub memo_bytes_max: Option<usize>,
}

/// Who a bank is that the list of banks does not have (`schemas/codes/banks.toml`): its folder
/// says it then, and nothing outside the folder has to change.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Legal name in Chinese.
    pub name_zh: String,
    /// Legal name in English.
    pub name_en: String,
    /// Short names by which clerks write it.
    #[serde(default)]
    pub short_names: Vec<String>,
    /// state, joint_stock, city, private, foreign or rural.
    pub kind: String,
    /// First three digits of its bank numbers.
    pub cnaps_class: String,
    /// Bank number of its head office, with its check digit.
    pub cnaps_code: Option<String>,
    /// SWIFT code, 8 characters.
    pub bic: Option<String>,
}

impl Identity {
    /// The bank of the list that it would be.
    ///
    /// # Errors
    /// What a bank of the list can't be, in words.
    pub fn bank(&self, code: BankCode) -> Result<Bank, String> {
        let number = self.cnaps_code.as_ref().map(|number| {
            CnapsCode::parse(number).map_err(|error| format!("cnaps_code {number}: {error}"))
        });
        let bank = Bank {
            code,
            name_zh: self.name_zh.clone(),
            name_en: self.name_en.clone(),
            short_names: self.short_names.clone(),
            kind: self.kind.clone(),
            cnaps_class: self.cnaps_class.clone(),
            cnaps_code: number.transpose()?,
            bic: self.bic.clone(),
            bin_group: None,
            effective_from: None,
            effective_until: None,
        };
        bank.check()?;
        Ok(bank)
    }
}

/// A bank's preset as written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Our code of the bank: that of its folder.
    #[schemars(with = "String")]
    pub code: Spanned<String>,
    /// Name of its dialect.
    #[schemars(with = "String")]
    pub dialect: Spanned<String>,
    /// Name of the dialect of rows to accounts at other banks, where those go by another
    /// transaction: they then go in files of their own, and `dialect` is that of the bank's own
    /// accounts. `limits` hold for both; `codes` are added to those of `dialect`.
    #[schemars(with = "Option<String>")]
    pub other_dialect: Option<Spanned<String>>,
    /// Evidence for this bank.
    pub evidence: Evidence,
    /// Last time of a bank day for an instruction, `HH:MM`, Asia/Shanghai.
    #[schemars(with = "String")]
    pub cut_off: Spanned<String>,
    /// Who it is, for a bank that the list of banks does not have.
    #[schemars(with = "Option<Identity>")]
    pub identity: Option<Spanned<Identity>>,
    /// Replaced limits.
    #[serde(default)]
    pub limits: PresetLimits,
    /// Further codes, by table of the dialect.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<Code>>")]
    pub codes: BTreeMap<Spanned<String>, Vec<Spanned<Code>>>,
}
