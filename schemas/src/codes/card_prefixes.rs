//! Prefixes of debit cards: which bank, or group of banks, issued a number.

use super::CodesError;
use super::list::ListFile;
use crate::value::AccountNo;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(super) const FILE: ListFile = ListFile {
    name: "card_prefixes.toml",
    text: include_str!("../../codes/card_prefixes.toml"),
};

static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| Table::load().ok());

/// One prefix of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPrefix {
    /// The group that [`super::Bank::bin_group`] names.
    pub group: String,
    /// The first digits, 3 to 8 of them.
    pub prefix: String,
    /// Digits of the whole number.
    pub digits: u8,
    /// Whether the source names it a debit card.
    pub stated: bool,
}

/// Every prefix in the order of the list.
#[must_use]
pub fn card_prefixes() -> &'static [CardPrefix] {
    TABLE.as_ref().map_or(&[], |table| &table.rows)
}

/// The group of the longest card prefix that fits the number and its length. Some tens of
/// nanoseconds, no allocation.
#[must_use]
pub fn bin_group(account: &AccountNo) -> Option<&'static str> {
    CardGroups::default().of(account)
}

/// Answers as [`bin_group`], and remembers the last prefix: an employer's people mostly have
/// their cards of one.
#[derive(Default)]
pub(crate) struct CardGroups {
    /// Digits of a number, the span of its prefix, the group.
    last: Option<(usize, Span, &'static str)>,
}

impl CardGroups {
    /// The group of a number.
    pub(crate) fn of(&mut self, account: &AccountNo) -> Option<&'static str> {
        let digits = account.as_bytes();
        let first8 = number_of8(*digits.first_chunk()?);
        if let Some((length, span, group)) = &self.last
            && *length == digits.len()
            && span.holds(first8)
        {
            return Some(group);
        }
        let table = TABLE.as_ref()?;
        let mut lengths = table.lengths.iter();
        let spans = &lengths.find(|length| length.digits == digits.len())?.spans;
        let after = spans.partition_point(|span| span.first <= first8);
        let span = spans.get(after.checked_sub(1)?)?;
        let group = table.rows.get(span.row)?.group.as_str();
        if !span.holds(first8) {
            return None;
        }
        self.last = Some((digits.len(), *span, group));
        Some(group)
    }
}

const PREFIX_DIGITS_MAX: usize = 8;

pub(super) struct Table {
    rows: Vec<CardPrefix>,
    lengths: Vec<Length>,
}

/// What numbers of one length begin with.
struct Length {
    /// Digits of the whole number.
    digits: usize,
    /// Ascending, no two of them overlap: a longer prefix is cut out of a shorter one's span.
    spans: Vec<Span>,
}

/// First eight digits from `first` to before `end` have the prefix of a row.
#[derive(Clone, Copy)]
struct Span {
    first: u32,
    end: u32,
    row: usize,
}

impl Span {
    fn holds(&self, first8: u32) -> bool {
        (self.first..self.end).contains(&first8)
    }
}

impl Table {
    pub fn load() -> Result<Self, CodesError> {
        let list: Rows = FILE.rows()?;
        let mut table = Self {
            rows: Vec::with_capacity(list.prefixes.len()),
            lengths: Vec::new(),
        };
        for CardRow(group, prefix, digits, evidence) in list.prefixes {
            let all_digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
            if !(3..=PREFIX_DIGITS_MAX).contains(&prefix.len()) || !all_digits {
                return Err(FILE.wrong(format!("{prefix} is not 3 to 8 digits")));
            }
            table.rows.push(CardPrefix {
                group,
                prefix,
                digits,
                stated: evidence == Evidence::Stated,
            });
        }
        let mut order: Vec<usize> = (0..table.rows.len()).collect();
        order.sort_by_key(|row| table.rows[*row].prefix.len());
        let mut seen = BTreeSet::new();
        for row in order {
            let CardPrefix { prefix, digits, .. } = &table.rows[row];
            if !seen.insert((digits, prefix)) {
                return Err(FILE.wrong(format!("{prefix} of {digits} digits stands twice")));
            }
            enter(&mut table.lengths, row, prefix, usize::from(*digits));
        }
        Ok(table)
    }
}

/// Enters a prefix after all shorter ones.
fn enter(lengths: &mut Vec<Length>, row: usize, prefix: &str, digits: usize) {
    let known = lengths.iter().position(|length| length.digits == digits);
    let at = known.unwrap_or_else(|| {
        let spans = Vec::new();
        lengths.push(Length { digits, spans });
        lengths.len() - 1
    });
    let spans = &mut lengths[at].spans;
    let open = PREFIX_DIGITS_MAX.saturating_sub(prefix.len());
    let width = (0..open).fold(1, |product, _| product * 10);
    let first = number_of(prefix.as_bytes()) * width;
    let end = first + width;
    let place = spans.partition_point(|span| span.first <= first);
    // Prefixes of one number lie in one another or apart: at most one span is cut.
    let outer = place.checked_sub(1).filter(|at| spans[*at].end > first);
    let from = outer.unwrap_or(place);
    let outer: Vec<Span> = spans
        .drain(from..outer.map_or(place, |at| at + 1))
        .collect();
    let own = Span { first, end, row };
    let mut pieces = vec![own];
    for outer in outer {
        pieces.insert(
            0,
            Span {
                end: first,
                ..outer
            },
        );
        pieces.push(Span {
            first: end,
            ..outer
        });
    }
    pieces.retain(|piece| piece.first < piece.end);
    spans.splice(from..from, pieces);
}

/// The number that at most eight ASCII digits spell.
fn number_of(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |total, digit| {
        total * 10 + u32::from(digit.wrapping_sub(b'0'))
    })
}

/// The same of eight digits: pairs, fours and the eight, each side by side in one word.
fn number_of8(digits: [u8; PREFIX_DIGITS_MAX]) -> u32 {
    const PAIRS: u64 = 0x00FF_00FF_00FF_00FF;
    const FOURS: u64 = 0x0000_FFFF_0000_FFFF;
    let word = u64::from_le_bytes(digits) & u64::from_le_bytes([0x0F; PREFIX_DIGITS_MAX]);
    let pairs = (word.wrapping_mul(10 * 0x100 + 1) >> 8) & PAIRS;
    let fours = (pairs.wrapping_mul(100 * 0x1_0000 + 1) >> 16) & FOURS;
    (fours.wrapping_mul(10_000 * 0x1_0000_0000 + 1) >> 32) as u32
}

#[derive(Deserialize)]
struct Rows {
    prefixes: Vec<CardRow>,
}

#[derive(Deserialize)]
struct CardRow(String, String, u8, Evidence);

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Evidence {
    Stated,
    Inferred,
}

#[cfg(test)]
mod tests {
    use super::{Length, enter};

    /// The list has no prefix within another of the same length; one that comes is cut out of it,
    /// wherever it lies, and once more by a third.
    #[test]
    fn a_prefix_within_another_is_cut_out_of_it() {
        let prefixes = ["622", "62200", "62250", "62299", "6225012", "623"];
        let mut lengths: Vec<Length> = Vec::new();
        for (row, prefix) in prefixes.iter().enumerate() {
            enter(&mut lengths, row, prefix, 19);
        }
        assert_eq!((lengths.len(), lengths[0].digits), (1, 19));
        let spans = &lengths[0].spans;
        assert!(spans.is_sorted_by_key(|span| span.first));
        for first8 in 62_190_000..62_400_000_u32 {
            let fits = |row: &usize| first8.to_string().starts_with(prefixes[*row]);
            let longest = (0..prefixes.len()).filter(fits);
            let longest = longest.max_by_key(|row| prefixes[*row].len());
            let found = spans.iter().filter(|span| span.holds(first8));
            let found: Vec<_> = found.map(|span| span.row).collect();
            assert_eq!(found, Vec::from_iter(longest), "{first8}");
        }
    }
}
