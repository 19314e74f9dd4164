//! Words for people: kinds of documents and reasons of failure, zh and en.

use super::CodesError;
use super::list::ListFile;
use crate::finding::Lang;
use crate::line_state::FailureReason;
use crate::value::IdType;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(super) const ID_TYPES: ListFile = ListFile {
    name: "id_types.toml",
    text: include_str!("../../codes/id_types.toml"),
};
pub(super) const REASONS: ListFile = ListFile {
    name: "reasons.toml",
    text: include_str!("../../codes/reasons.toml"),
};

static KINDS: LazyLock<BTreeMap<u8, Words>> = LazyLock::new(|| load_id_types().unwrap_or_default());
static REASON_WORDS: LazyLock<BTreeMap<FailureReason, Words>> =
    LazyLock::new(|| load_reasons().unwrap_or_default());

/// Name of a kind of document: 居民身份证, Resident identity card.
#[must_use]
pub fn id_type_name(kind: IdType, lang: Lang) -> &'static str {
    KINDS.get(&kind.number()).map_or("", |words| words.of(lang))
}

/// A reason of failure in words: 账户已销户, The account is closed. The word of the contract
/// where the list is damaged.
#[must_use]
pub fn reason_text(reason: FailureReason, lang: Lang) -> &'static str {
    REASON_WORDS
        .get(&reason)
        .map_or(reason.as_str(), |words| words.of(lang))
}

pub(super) struct Words {
    zh: String,
    en: String,
}

impl Words {
    fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

pub(super) fn load_id_types() -> Result<BTreeMap<u8, Words>, CodesError> {
    let rows: IdTypeRows = ID_TYPES.rows()?;
    let mut kinds = BTreeMap::new();
    for row in rows.kinds {
        let kind = IdType::parse(&row.number)
            .map_err(|why| ID_TYPES.wrong(format!("{}: {why}", row.number)))?;
        let words = Words {
            zh: row.zh,
            en: row.en,
        };
        if kinds.insert(kind.number(), words).is_some() {
            return Err(ID_TYPES.wrong(format!("{kind} stands twice")));
        }
    }
    if kinds.len() == 17 {
        Ok(kinds)
    } else {
        Err(ID_TYPES.wrong("17 kinds are expected"))
    }
}

pub(super) fn load_reasons() -> Result<BTreeMap<FailureReason, Words>, CodesError> {
    let rows: ReasonRows = REASONS.rows()?;
    let mut reasons = BTreeMap::new();
    for row in rows.reasons {
        let reason = FailureReason::parse(&row.word)
            .ok_or_else(|| REASONS.wrong(format!("{} is not a reason", row.word)))?;
        let words = Words {
            zh: row.zh,
            en: row.en,
        };
        if reasons.insert(reason, words).is_some() {
            return Err(REASONS.wrong(format!("{reason} stands twice")));
        }
    }
    match FailureReason::ALL
        .iter()
        .find(|reason| !reasons.contains_key(reason))
    {
        Some(missing) => Err(REASONS.wrong(format!("no words for {missing}"))),
        None => Ok(reasons),
    }
}

#[derive(Deserialize)]
struct IdTypeRows {
    kinds: Vec<IdTypeRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdTypeRow {
    number: String,
    zh: String,
    en: String,
}

#[derive(Deserialize)]
struct ReasonRows {
    reasons: Vec<ReasonRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonRow {
    word: String,
    zh: String,
    en: String,
}
