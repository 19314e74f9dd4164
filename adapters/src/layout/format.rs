//! How one value is spelt: the canonical form to the bank's and back.

use super::field::FieldKind;
use schemas::Fen;
use std::borrow::Cow;

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
    /// Yuan as a number of XML: written with two decimals, read with any that are zeros from the
    /// third on (`6523.5`, `6523.50000`).
    Decimal,
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
    /// `2026-11-23T09:30:00`.
    Stamp19T,
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
            Self::Fen | Self::Yuan2 | Self::Yuan3 | Self::Decimal => kind == FieldKind::Amount,
            Self::Date8 | Self::Date10 => matches!(kind, FieldKind::Date | FieldKind::Moment),
            Self::Month6 | Self::MonthZh => kind == FieldKind::Month,
            Self::Time6
            | Self::Time9
            | Self::Stamp14
            | Self::Stamp17
            | Self::Stamp19
            | Self::Stamp19T => kind == FieldKind::Moment,
        }
    }

    /// Characters of every value spelt so, where they are always as many.
    #[must_use]
    pub fn chars(self) -> Option<usize> {
        match self {
            Self::Text | Self::Number | Self::Fen | Self::Yuan2 | Self::Yuan3 | Self::Decimal => {
                None
            }
            Self::Date8 | Self::MonthZh => Some(8),
            Self::Date10 => Some(10),
            Self::Month6 | Self::Time6 => Some(6),
            Self::Time9 => Some(9),
            Self::Stamp14 => Some(14),
            Self::Stamp17 => Some(17),
            Self::Stamp19 | Self::Stamp19T => Some(19),
        }
    }

    /// Spells a canonical value; `None` if it is not canonical.
    #[must_use]
    pub fn write(self, canonical: &str) -> Option<String> {
        let mut text = String::new();
        self.write_to(canonical, &mut text).then_some(text)
    }

    /// Spells a canonical value behind what stands in `out`; false, with anything behind it, if
    /// the value is not canonical.
    #[inline]
    #[must_use]
    pub fn write_to(self, canonical: &str, out: &mut String) -> bool {
        // As most values are: without a call.
        if self == Self::Text {
            out.push_str(canonical);
            return true;
        }
        self.spell_to(canonical, out)
    }

    fn spell_to(self, canonical: &str, out: &mut String) -> bool {
        let mut put = |text: Option<&str>| text.map(|text| out.push_str(text)).is_some();
        let part = |range: std::ops::Range<usize>| canonical.get(range);
        let date = |between: &'static str| {
            let (year, month, day) = (part(0..4), part(4..6), part(6..8));
            [year, Some(between), month, Some(between), day]
        };
        let time = || {
            let (hour, minute, second) = (part(8..10), part(10..12), part(12..14));
            [hour, Some(":"), minute, Some(":"), second]
        };
        match self {
            Self::Text | Self::Number => put(Some(canonical)),
            Self::Fen => Fen::parse_fen(canonical).is_ok() && put(Some(whole(canonical))),
            Self::Yuan2 | Self::Decimal => yuan(canonical, out),
            Self::Yuan3 => {
                let spelt = yuan(canonical, out);
                out.push('0');
                spelt
            }
            Self::Date8 => put(part(0..8)),
            Self::Date10 => date("-").into_iter().all(put),
            Self::Month6 => put(part(0..6)),
            Self::MonthZh => [part(0..4), Some("年"), part(4..6), Some("月")]
                .into_iter()
                .all(put),
            Self::Time6 => put(part(8..14)),
            Self::Time9 => put(part(8..17)),
            Self::Stamp14 => put(part(0..14)),
            Self::Stamp17 => put(part(0..17)),
            Self::Stamp19 => {
                let pieces = date("-").into_iter().chain([Some(" ")]).chain(time());
                { pieces }.all(put)
            }
            Self::Stamp19T => {
                let pieces = date("-").into_iter().chain([Some("T")]).chain(time());
                { pieces }.all(put)
            }
        }
    }

    /// As [`Self::write_to`], of a number or of an amount in fen, with zeros before it where it
    /// has fewer than so many characters, as far as there is room for them.
    #[must_use]
    pub fn write_number_to(self, (number, least): (i64, usize), out: &mut String) -> bool {
        let Ok(number) = u64::try_from(number) else {
            return false;
        };
        let mut digits = Digits::default();
        match self {
            Self::Number | Self::Fen => out.push_str(digits.whole(number, least)),
            Self::Yuan2 | Self::Decimal => out.push_str(digits.yuan(number, least)),
            Self::Yuan3 => {
                out.push_str(digits.yuan(number, least.saturating_sub(1)));
                out.push('0');
            }
            Self::Text
            | Self::Date8
            | Self::Date10
            | Self::Month6
            | Self::MonthZh
            | Self::Time6
            | Self::Time9
            | Self::Stamp14
            | Self::Stamp17
            | Self::Stamp19
            | Self::Stamp19T => return false,
        }
        true
    }

    /// As [`Self::read`], of an amount; `None` where the spelling is not one of amounts.
    ///
    /// # Errors
    /// A word for what is wrong, without the value.
    pub fn read_fen(self, text: &str) -> Result<Option<Fen>, &'static str> {
        let read = match self {
            Self::Fen => Fen::parse_fen(text),
            Self::Yuan2 => Fen::parse_yuan(text),
            Self::Yuan3 => {
                let three = text
                    .rsplit_once('.')
                    .is_some_and(|(_, decimals)| decimals.len() == 3);
                let cut = text.strip_suffix('0').filter(|_| three);
                Fen::parse_yuan(cut.unwrap_or(text))
            }
            Self::Decimal => Fen::parse_yuan(short_decimals(text)),
            Self::Text
            | Self::Number
            | Self::Date8
            | Self::Date10
            | Self::Month6
            | Self::MonthZh
            | Self::Time6
            | Self::Time9
            | Self::Stamp14
            | Self::Stamp17
            | Self::Stamp19
            | Self::Stamp19T => return Ok(None),
        };
        match read {
            Ok(fen) => Ok(Some(fen)),
            Err(schemas::ValueError::Overflow) => Err("an amount too large"),
            Err(_) => Err("not an amount"),
        }
    }

    /// Reads a spelling into the canonical form: `Err` if it is none, `Ok(None)` where the
    /// spelling does not carry the whole value (times of day).
    ///
    /// # Errors
    /// A word for what is wrong, without the value.
    pub fn read(self, text: &str) -> Result<Option<Cow<'_, str>>, &'static str> {
        let only = |parts: &[char], count: usize| {
            let text = text.replace(parts, "");
            is_digits(&text, count).map(|()| Some(text.into()))
        };
        let whole = |count: usize| is_digits(text, count).map(|()| Some(text.into()));
        match self {
            Self::Text => Ok(Some(text.into())),
            Self::Number => number(text).map(|digits| Some(digits.into())),
            Self::Fen | Self::Yuan2 | Self::Yuan3 | Self::Decimal => {
                let fen = self.read_fen(text)?;
                Ok(fen.map(|fen| fen.0.to_string().into()))
            }
            Self::Date8 => whole(8),
            Self::Date10 => only(&['-'], 8),
            Self::Month6 => whole(6),
            Self::MonthZh => only(&['年', '月'], 6),
            Self::Time6 => whole(6).map(|_| None),
            Self::Time9 => whole(9).map(|_| None),
            Self::Stamp14 => whole(14).map(|_| None),
            Self::Stamp17 => whole(17).map(|_| None),
            Self::Stamp19 => only(&['-', ' ', ':'], 14).map(|_| None),
            Self::Stamp19T => only(&['-', 'T', ':'], 14).map(|_| None),
        }
    }
}

/// Digits without leading zeros.
fn whole(digits: &str) -> &str {
    let zeros = digits.bytes().take_while(|digit| *digit == b'0').count();
    let short = digits.get(zeros..).filter(|short| !short.is_empty());
    short.unwrap_or("0")
}

/// Fen as yuan with two decimals, digit for digit.
fn yuan(fen: &str, out: &mut String) -> bool {
    let canonical = Fen::parse_fen(fen).is_ok();
    if canonical {
        push_yuan(whole(fen), out);
    }
    canonical
}

/// Fen without leading zeros as yuan with two decimals.
fn push_yuan(digits: &str, out: &mut String) {
    let at = digits.len().checked_sub(2);
    match at.and_then(|at| digits.split_at_checked(at)) {
        Some(("", decimals)) => out.extend(["0.", decimals]),
        Some((yuan, decimals)) => out.extend([yuan, ".", decimals]),
        None => out.extend(["0.0", digits]),
    }
}

/// Room for the twenty digits of a number, a point and zeros before them: all are put in their
/// places and copied once.
#[derive(Default)]
pub(super) struct Digits([u8; 32]);

impl Digits {
    /// Those of a number, without leading zeros.
    pub(super) fn of(&mut self, number: u64) -> &str {
        self.whole(number, 0)
    }

    /// Those of a number, with zeros before it up to so many characters.
    fn whole(&mut self, number: u64, least: usize) -> &str {
        let start = self.put((number, least), self.0.len());
        self.from(start)
    }

    /// Fen as yuan with two decimals, with zeros before it up to so many characters.
    fn yuan(&mut self, fen: u64, least: usize) -> &str {
        let point = self.0.len() - 3;
        self.put((fen % 100, 2), self.0.len());
        if let Some(byte) = self.0.get_mut(point) {
            *byte = b'.';
        }
        let start = self.put((fen / 100, least.saturating_sub(3)), point);
        self.from(start)
    }

    /// Puts digits before `end`; where they begin.
    fn put(&mut self, (number, least): (u64, usize), end: usize) -> usize {
        let mut rest = number;
        let before = self.0.get_mut(..end).unwrap_or_default();
        for (start, digit) in before.iter_mut().enumerate().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
            if rest == 0 && end - start >= least {
                return start;
            }
        }
        0
    }

    fn from(&self, start: usize) -> &str {
        let digits = self.0.get(start..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

/// Without the zeros behind the second decimal.
fn short_decimals(text: &str) -> &str {
    let Some(point) = text.find('.') else {
        return text;
    };
    let kept = text.trim_end_matches('0').len().max(point + 3);
    text.get(..kept).unwrap_or(text)
}

fn number(text: &str) -> Result<&str, &'static str> {
    if text.is_empty() || text.len() > 20 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("not a number");
    }
    Ok(whole(text))
}

fn is_digits(text: &str, count: usize) -> Result<(), &'static str> {
    if text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err("not a date or time of that form")
    }
}

#[cfg(test)]
#[test]
fn digits_are_those_of_the_standard_library() {
    for number in [0, 1, 9, 10, 99, 100, 652_350, u64::MAX] {
        let mut digits = Digits::default();
        assert_eq!(digits.of(number), number.to_string());
        assert_eq!(digits.whole(number, 8), format!("{number:08}"));
        let yuan = format!("{}.{:02}", number / 100, number % 100);
        assert_eq!(digits.yuan(number, 0), yuan);
        assert_eq!(digits.yuan(number, 10), format!("{yuan:0>10}"));
    }
    assert_eq!(Digits::default().whole(7, 99), format!("{:032}", 7));
}
