//! The texts of findings, zh and en, from one table (`codes/findings.toml`).
//!
//! A text has `{places}` inside `[parts]`; a part is shown when all of its places are filled,
//! so that no brace ever reaches a reader. What fills a place is never read as a text again.

use super::{Finding, FindingCode, Lang};
use crate::codes::{bank, reason_text};
use crate::line_state::FailureReason;
use crate::value::BankCode;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEXT: &str = include_str!("../../codes/findings.toml");

static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| Table::load(TEXT).ok());

/// Why the table can't be used; found at start and by a test, never at a user's file.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The table is not the TOML that it should be.
    #[error("codes/findings.toml can't be read")]
    Toml(#[from] toml::de::Error),
    /// A code without texts.
    #[error("codes/findings.toml has no text for {0}")]
    CodeMissing(FindingCode),
    /// Texts for a word that is no code.
    #[error("codes/findings.toml has a text for {0}, which is no code")]
    CodeUnknown(String),
    /// A place outside a part, an unknown place, or brackets that do not match.
    #[error("codes/findings.toml: {word}: {wrong} in \"{text}\"")]
    Text {
        /// The code.
        word: String,
        /// What is wrong.
        wrong: &'static str,
        /// The text.
        text: String,
    },
}

/// Parses the table; called at start so that a damaged table stops the program there.
///
/// # Errors
/// What is wrong with it, naming the code.
pub fn check_table() -> Result<(), TableError> {
    Table::load(TEXT).map(drop)
}

/// What is wrong, in words. The code's own word where the table is damaged.
#[must_use]
pub fn message(finding: &Finding, lang: Lang) -> String {
    render(finding, lang, |texts| &texts.message)
}

/// What to do about it.
#[must_use]
pub fn hint(finding: &Finding, lang: Lang) -> String {
    render(finding, lang, |texts| &texts.hint)
}

/// Title of a field of the template as a clerk knows it: `amount` is 实发金额. A key that the
/// table lacks is shown as it is.
#[must_use]
pub fn field_name(field: &'static str, lang: Lang) -> &'static str {
    let table = TABLE.as_ref();
    table
        .and_then(|table| table.title(field, lang))
        .unwrap_or(field)
}

/// The same for a key that is only known at run time; `None` where the table lacks it.
#[must_use]
pub fn field_title(field: &str, lang: Lang) -> Option<&'static str> {
    TABLE.as_ref()?.title(field, lang)
}

/// Places that a text may have; a misspelt one is refused at start.
const PLACES: [&str; 35] = [
    "value",
    "row",
    "field",
    "stated",
    "counted",
    "limit",
    "charset",
    "character",
    "codepoint",
    "offset",
    "line_in_file",
    "column",
    "expected",
    "found",
    "first_row",
    "other_bank",
    "other_batch",
    "other_line",
    "month",
    "current",
    "reason",
    "detail",
    "format",
    "element",
    "bytes",
    "bytes_max",
    "code_point",
    "encoding",
    "earlier",
    "state",
    "remedy",
    "unread",
    "hidden",
    "cell",
    "sheet",
];

/// Characters of a filled place that are shown.
const FILLED_CHARS_MAX: usize = 120;

fn render(finding: &Finding, lang: Lang, which: fn(&Texts) -> &Text) -> String {
    let table = TABLE.as_ref();
    let Some((table, both)) = table.and_then(|t| Some((t, t.findings.get(&finding.code)?))) else {
        return finding.code.as_str().to_owned();
    };
    let texts = match lang {
        Lang::Zh => &both.zh,
        Lang::En => &both.en,
    };
    let mut shown = String::new();
    for piece in &which(texts).0 {
        match piece {
            Piece::Plain(plain) => shown.push_str(plain),
            Piece::Part(choices) => {
                let fill = |choice: &Vec<Bit>| table.fill(choice, finding, lang);
                shown.push_str(&choices.iter().find_map(fill).unwrap_or_default());
            }
        }
    }
    shown
}

struct Table {
    fields: BTreeMap<String, Title>,
    words: BTreeMap<String, Title>,
    findings: BTreeMap<FindingCode, Languages>,
}

struct Languages {
    zh: Texts,
    en: Texts,
}

struct Texts {
    message: Text,
    hint: Text,
}

/// A text taken apart.
struct Text(Vec<Piece>);

enum Piece {
    /// Always shown.
    Plain(String),
    /// The first choice whose places are all filled, or nothing.
    Part(Vec<Vec<Bit>>),
}

enum Bit {
    Plain(String),
    Place(String),
}

impl Table {
    fn load(text: &str) -> Result<Self, TableError> {
        let rows: Rows = toml::from_str(text)?;
        let mut findings = BTreeMap::new();
        for (word, row) in rows.finding {
            let texts = |both: RowTexts| -> Result<Texts, TableError> {
                Ok(Texts {
                    message: Text::parse(&word, &both.message)?,
                    hint: Text::parse(&word, &both.hint)?,
                })
            };
            let both = Languages {
                zh: texts(row.zh)?,
                en: texts(row.en)?,
            };
            let code = FindingCode::parse(&word).ok_or(TableError::CodeUnknown(word))?;
            findings.insert(code, both);
        }
        match FindingCode::ALL
            .into_iter()
            .find(|code| !findings.contains_key(code))
        {
            Some(missing) => Err(TableError::CodeMissing(missing)),
            None => Ok(Self {
                fields: rows.field,
                words: rows.word,
                findings,
            }),
        }
    }

    /// The choice in words, `None` when one of its places is not filled.
    fn fill(&self, choice: &[Bit], finding: &Finding, lang: Lang) -> Option<String> {
        let mut filled = String::new();
        for bit in choice {
            match bit {
                Bit::Plain(plain) => filled.push_str(plain),
                Bit::Place(name) => filled.push_str(&self.place(name, finding, lang)?),
            }
        }
        Some(filled)
    }

    fn place(&self, name: &str, finding: &Finding, lang: Lang) -> Option<String> {
        let given = finding.arguments.get(name).map(String::as_str);
        let (shown, words) = match name {
            "value" => (finding.value.as_deref()?, None),
            "row" => return finding.row.map(|row| row.to_string()),
            "field" => {
                let key = finding.field.or(given)?;
                (key, self.title(key, lang))
            }
            "reason" | "current" | "state" | "remedy" => (given?, self.word(given?, lang)),
            "other_bank" => (
                given?,
                self.word(given?, lang).or_else(|| bank_name(given?, lang)),
            ),
            "stated" => (given?, bank_name(given?, lang)),
            // Two states of ours; in other findings what was found is the sender's own text.
            "found" | "expected" if finding.code == FindingCode::ResultContradiction => {
                (given?, self.word(given?, lang))
            }
            _ => (given?, None),
        };
        let shown = words.map_or_else(|| printable(shown), str::to_owned);
        Some(shown).filter(|shown| !shown.is_empty())
    }

    /// A word of the program in the reader's language.
    fn word(&self, given: &str, lang: Lang) -> Option<&str> {
        let reason = FailureReason::parse(given).map(|reason| reason_text(reason, lang));
        self.words.get(given).map(|word| word.of(lang)).or(reason)
    }

    fn title(&self, key: &str, lang: Lang) -> Option<&str> {
        self.fields.get(key).map(|title| title.of(lang))
    }
}

/// Legal name of a bank of the list by its code.
fn bank_name(code: &str, lang: Lang) -> Option<&'static str> {
    let bank = bank(BankCode::parse(code).ok()?)?;
    Some(match lang {
        Lang::Zh => &bank.name_zh,
        Lang::En => &bank.name_en,
    })
}

/// What came from outside, fit for one line of a terminal: control characters and overrides of
/// the direction of writing become spaces, a long text is cut.
fn printable(given: &str) -> String {
    let overriding =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let mut characters = given.chars().map(|c| if overriding(c) { ' ' } else { c });
    let mut shown: String = characters.by_ref().take(FILLED_CHARS_MAX).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

impl Text {
    fn parse(word: &str, text: &str) -> Result<Self, TableError> {
        let refuse = |wrong| TableError::Text {
            word: word.to_owned(),
            wrong,
            text: text.to_owned(),
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((plain, after)) = rest.split_once('[') {
            let (part, after) = after.split_once(']').ok_or_else(|| refuse("an open ["))?;
            pieces.push(plain_piece(plain).map_err(refuse)?);
            let choices = part.split('|').map(bits).collect::<Result<_, _>>();
            pieces.push(Piece::Part(choices.map_err(refuse)?));
            rest = after;
        }
        pieces.push(plain_piece(rest).map_err(refuse)?);
        Ok(Self(pieces))
    }
}

fn plain_piece(text: &str) -> Result<Piece, &'static str> {
    if text.contains(['{', '}', ']']) {
        Err("a place or ] outside a [part]")
    } else {
        Ok(Piece::Plain(text.to_owned()))
    }
}

fn bits(choice: &str) -> Result<Vec<Bit>, &'static str> {
    let mut bits = Vec::new();
    let mut rest = choice;
    while let Some((plain, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').ok_or("an open {")?;
        if !PLACES.contains(&place) {
            return Err("an unknown place");
        }
        bits.push(Bit::Plain(plain.to_owned()));
        bits.push(Bit::Place(place.to_owned()));
        rest = after;
    }
    if rest.contains(['[', '}']) {
        return Err("a bracket that opens or closes nothing");
    }
    bits.push(Bit::Plain(rest.to_owned()));
    Ok(bits)
}

#[derive(Deserialize)]
struct Rows {
    field: BTreeMap<String, Title>,
    word: BTreeMap<String, Title>,
    finding: BTreeMap<String, RowLanguages>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Title {
    zh: String,
    en: String,
}

impl Title {
    fn of(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowLanguages {
    zh: RowTexts,
    en: RowTexts,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowTexts {
    message: String,
    hint: String,
}

#[cfg(test)]
pub(super) fn load_for_test(text: &str) -> Result<(), TableError> {
    Table::load(text).map(drop)
}

#[cfg(test)]
pub(super) fn own_text() -> &'static str {
    TEXT
}
