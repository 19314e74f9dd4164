//! Prefixes of debit cards: which bank, or group of banks, issued a number.

use super::CodesError;
use super::list::ListFile;
use crate::value::{AccountNo, Purpose};
use serde::Deserialize;
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
/// nanoseconds, no allocation: it is asked once a line.
#[must_use]
pub fn bin_group(account: &AccountNo) -> Option<&'static str> {
    let table = TABLE.as_ref()?;
    let digits = account.reveal(Purpose::Matching).as_bytes();
    let first8 = number_of(digits.get(..PREFIX_DIGITS_MAX)?);
    table
        .blocks
        .iter()
        .filter(|block| block.digits == digits.len())
        .find_map(|block| {
            let at = block
                .prefixes
                .binary_search_by_key(&(first8 / block.divisor), |p| p.0);
            block.prefixes.get(at.ok()?).map(|found| found.1)
        })
        .and_then(|row| table.rows.get(row))
        .map(|row| row.group.as_str())
}

const PREFIX_DIGITS_MAX: usize = 8;

pub(super) struct Table {
    rows: Vec<CardPrefix>,
    /// One for each pair of lengths, longer prefixes first.
    blocks: Vec<Block>,
}

/// Prefixes of one length of numbers of one length.
struct Block {
    /// Digits of the whole number.
    digits: usize,
    /// Digits of the prefix.
    prefix_digits: usize,
    /// Cuts the first eight digits of a number down to the prefix.
    divisor: u32,
    /// Prefix and its row, sorted by prefix.
    prefixes: Vec<(u32, usize)>,
}

impl Table {
    pub fn load() -> Result<Self, CodesError> {
        let list: Rows = FILE.rows()?;
        let mut table = Self {
            rows: Vec::with_capacity(list.prefixes.len()),
            blocks: Vec::new(),
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
        for (at, row) in table.rows.iter().enumerate() {
            enter(&mut table.blocks, at, row)?;
        }
        table
            .blocks
            .sort_by_key(|block| std::cmp::Reverse(block.prefix_digits));
        Ok(table)
    }
}

fn enter(blocks: &mut Vec<Block>, at: usize, row: &CardPrefix) -> Result<(), CodesError> {
    let (digits, prefix_digits) = (usize::from(row.digits), row.prefix.len());
    let known = blocks
        .iter()
        .position(|block| (block.digits, block.prefix_digits) == (digits, prefix_digits));
    let number = number_of(row.prefix.as_bytes());
    let Some(block) = known.and_then(|place| blocks.get_mut(place)) else {
        let cut = PREFIX_DIGITS_MAX.saturating_sub(prefix_digits);
        blocks.push(Block {
            digits,
            prefix_digits,
            divisor: (0..cut).fold(1, |product, _| product * 10),
            prefixes: vec![(number, at)],
        });
        return Ok(());
    };
    match block
        .prefixes
        .binary_search_by_key(&number, |prefix| prefix.0)
    {
        Ok(_) => Err(FILE.wrong(format!("{} of {digits} digits stands twice", row.prefix))),
        Err(place) => {
            block.prefixes.insert(place, (number, at));
            Ok(())
        }
    }
}

/// The number that at most eight ASCII digits spell.
fn number_of(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |total, digit| {
        total * 10 + u32::from(digit.wrapping_sub(b'0'))
    })
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
