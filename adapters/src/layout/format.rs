//! How one value is spelt: the canonical form to the bank's and back.

use super::field::FieldKind;
use schemas::Fen;

/// A spelling. Each kind of value allows some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// As it is.
    Text,
    /// Digits.
    Number,
    /// Whole fen: `652350`.
    Fen,
    /// Yuan with two decimals: `6523.50`.
    Yuan2,
    /// Yuan with three decimals: `6523.500`.
    Yuan3,
    /// `20261123`.
    Date8,
    /// `2026-11-23`.
    Date10,
    /// `202611`.
    Month6,
    /// `2026年11月`.
    MonthZh,
    /// `093000`.
    Time6,
    /// `093000123`.
    Time9,
    /// `20261123093000`.
    Stamp14,
    /// `20261123093000123`.
    Stamp17,
    /// `2026-11-23 09:30:00`.
    Stamp19,
}

impl Format {
    /// The spelling where a definition names none; amounts have none on purpose.
    #[must_use]
    pub fn usual(kind: FieldKind) -> Option<Self> {
        match kind {
            FieldKind::Text => Some(Self::Text),
            FieldKind::Number => Some(Self::Number),
            FieldKind::Amount => None,
            FieldKind::Date => Some(Self::Date8),
            FieldKind::Month => Some(Self::Month6),
            FieldKind::Moment => Some(Self::Stamp14),
        }
    }

    /// Whether a value of `kind` can be spelt so.
    #[must_use]
    pub fn fits(self, kind: FieldKind) -> bool {
        match self {
            Self::Text => kind == FieldKind::Text,
            Self::Number => kind == FieldKind::Number,
            Self::Fen | Self::Yuan2 | Self::Yuan3 => kind == FieldKind::Amount,
            Self::Date8 | Self::Date10 => matches!(kind, FieldKind::Date | FieldKind::Moment),
            Self::Month6 | Self::MonthZh => kind == FieldKind::Month,
            Self::Time6 | Self::Time9 | Self::Stamp14 | Self::Stamp17 | Self::Stamp19 => {
                kind == FieldKind::Moment
            }
        }
    }

    /// Characters of every value spelt so, where they are always as many.
    #[must_use]
    pub fn chars(self) -> Option<usize> {
        match self {
            Self::Text | Self::Number | Self::Fen | Self::Yuan2 | Self::Yuan3 => None,
            Self::Date8 | Self::MonthZh => Some(8),
            Self::Date10 => Some(10),
            Self::Month6 | Self::Time6 => Some(6),
            Self::Time9 => Some(9),
            Self::Stamp14 => Some(14),
            Self::Stamp17 => Some(17),
            Self::Stamp19 => Some(19),
        }
    }

    /// Spells a canonical value; `None` if it is not canonical.
    #[must_use]
    pub fn write(self, canonical: &str) -> Option<String> {
        let part = |range: std::ops::Range<usize>| canonical.get(range);
        Some(match self {
            Self::Text | Self::Number => canonical.to_owned(),
            Self::Fen => Fen::parse_fen(canonical).ok()?.0.to_string(),
            Self::Yuan2 => Fen::parse_fen(canonical).ok()?.yuan(),
            Self::Yuan3 => Fen::parse_fen(canonical).ok()?.yuan() + "0",
            Self::Date8 => part(0..8)?.to_owned(),
            Self::Date10 => format!("{}-{}-{}", part(0..4)?, part(4..6)?, part(6..8)?),
            Self::Month6 => part(0..6)?.to_owned(),
            Self::MonthZh => format!("{}年{}月", part(0..4)?, part(4..6)?),
            Self::Time6 => part(8..14)?.to_owned(),
            Self::Time9 => part(8..17)?.to_owned(),
            Self::Stamp14 => part(0..14)?.to_owned(),
            Self::Stamp17 => part(0..17)?.to_owned(),
            Self::Stamp19 => {
                let date = Self::Date10.write(canonical)?;
                let (hour, minute, second) = (part(8..10)?, part(10..12)?, part(12..14)?);
                format!("{date} {hour}:{minute}:{second}")
            }
        })
    }

    /// Reads a spelling into the canonical form: `Err` if it is none, `Ok(None)` where the
    /// spelling does not carry the whole value (times of day).
    ///
    /// # Errors
    /// A word for what is wrong, without the value.
    pub fn read(self, text: &str) -> Result<Option<String>, &'static str> {
        let amount = |fen: Result<Fen, _>| match fen {
            Ok(fen) => Ok(Some(fen.0.to_string())),
            Err(schemas::ValueError::Overflow) => Err("an amount too large"),
            Err(_) => Err("not an amount"),
        };
        match self {
            Self::Text => Ok(Some(text.to_owned())),
            Self::Number => number(text).map(Some),
            Self::Fen => amount(Fen::parse_fen(text)),
            Self::Yuan2 => amount(Fen::parse_yuan(text)),
            Self::Yuan3 => {
                let three = text
                    .rsplit_once('.')
                    .is_some_and(|(_, decimals)| decimals.len() == 3);
                let cut = text.strip_suffix('0').filter(|_| three);
                amount(Fen::parse_yuan(cut.unwrap_or(text)))
            }
            Self::Date8 => digits(text, 8).map(Some),
            Self::Date10 => digits(&text.replace('-', ""), 8).map(Some),
            Self::Month6 => digits(text, 6).map(Some),
            Self::MonthZh => digits(&text.replace(['年', '月'], ""), 6).map(Some),
            Self::Time6 => digits(text, 6).map(|_| None),
            Self::Time9 => digits(text, 9).map(|_| None),
            Self::Stamp14 => digits(text, 14).map(|_| None),
            Self::Stamp17 => digits(text, 17).map(|_| None),
            Self::Stamp19 => digits(&text.replace(['-', ' ', ':'], ""), 14).map(|_| None),
        }
    }
}

fn number(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("not a number");
    }
    let short = text.trim_start_matches('0');
    Ok(if short.is_empty() { "0" } else { short }.to_owned())
}

fn digits(text: &str, count: usize) -> Result<String, &'static str> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("not a date or time of that form")
    }
}
