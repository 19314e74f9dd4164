//! A bank's preset: limits, cut-off, identity, further codes. Nothing else can be said in it.

use super::dialect::Evidence;
use crate::codes::Code;
use schemars::JsonSchema;
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
    /// Replaced limits.
    #[serde(default)]
    pub limits: PresetLimits,
    /// Further codes, by table of the dialect.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<Code>>")]
    pub codes: BTreeMap<Spanned<String>, Vec<Spanned<Code>>>,
}
