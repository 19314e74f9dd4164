//! Amounts that were split at their thousands comma: `6` and `523.50` in two cells, and what
//! follows them under the titles of others.

use super::titles::{Title, Titles};
use crate::employer_files::template::Column;
use crate::value::Fen;

/// Whether an amount of a row was split at its comma. A row that leaves out its last cell has as
/// many as there are titles; then the rest of the amount must stand where no number stands, or
/// gross and net amount must fit each other better as they were before.
pub(super) fn is_in(titles: &Titles, cells: &[&str], longer: bool) -> bool {
    let row = Row { titles, cells };
    (0..titles.columns.len()).any(|at| {
        row.is_amount(at)
            && is_split(row.from(at))
            && (longer || row.rest_under_words(at) || row.fits_joined(at) == Some(true))
    })
}

/// `6` and `523.50`: an amount whose comma was taken for the end of its cell.
pub(super) fn is_split(cells: &[&str]) -> bool {
    let [first, second, ..] = cells else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (group, decimals) = second
        .trim()
        .split_once('.')
        .unwrap_or((second.trim(), "0"));
    digits(first.trim())
        && first.trim().len() <= 3
        && digits(group)
        && group.len() == 3
        && digits(decimals)
        && decimals.len() <= 2
}

struct Row<'a> {
    titles: &'a Titles,
    cells: &'a [&'a str],
}

impl Row<'_> {
    /// The net amount was split, and what was its rest, or the amount behind it, is a memo now.
    fn rest_under_words(&self, at: usize) -> bool {
        let words = |at| {
            let title = self.title(at);
            matches!(
                title,
                Some(Title::Known(Column::Memo) | Title::Unknown { .. })
            ) && self.is_money(at)
        };
        self.title(at) == Some(Title::Known(Column::Amount))
            && (words(at + 1) || self.is_amount(at + 1) && words(at + 2))
    }

    /// Whether gross and net amount, read as if the one here had been split, fit each other and
    /// do so better than as they stand. `None` where there are no such two.
    fn fits_joined(&self, at: usize) -> Option<bool> {
        let place = |column| {
            let mut titles = self.titles.columns.iter();
            titles.position(|(title, _)| *title == Title::Known(column))
        };
        let (net_at, gross_at) = (place(Column::Amount)?, place(Column::GrossAmount)?);
        let of_net = at == net_at;
        let other_at = if of_net { gross_at } else { net_at };
        let moved_to = other_at + usize::from(other_at > at);
        let pair = |own, other| {
            let (net, gross) = if of_net { (own, other) } else { (other, own) };
            Pair { net, gross }
        };
        let stands = pair(self.amount(at)?, self.amount(other_at)?);
        let joined = pair(self.joined(at)?, self.joined(moved_to)?);
        if joined.net <= 0 || joined.net > joined.gross {
            return Some(false);
        }
        // A group that begins with a zero is the rest of an amount and none of its own.
        let zero = self.is_amount(at + 1) && self.cell(at + 1).starts_with('0');
        let nearer = zero || joined.nearer_than(stands);
        if of_net {
            // One program writes both amounts with decimals, or both without: else it is a memo.
            let end = moved_to + usize::from(is_split(self.from(moved_to)));
            return Some(nearer && self.has_point(at + 1) == self.has_point(end));
        }
        let less_than_net = zero || stands.gross < stands.net;
        let last = moved_to.max(at + 1);
        let memo = self.title(last) == Some(Title::Known(Column::Memo));
        let money = self.is_money(last);
        Some(nearer && (less_than_net || money) || less_than_net && memo && money)
    }

    fn title(&self, at: usize) -> Option<Title> {
        self.titles.columns.get(at).map(|(title, _)| *title)
    }

    fn is_amount(&self, at: usize) -> bool {
        let amounts = [Column::Amount, Column::GrossAmount].map(Title::Known);
        self.title(at).is_some_and(|title| amounts.contains(&title))
    }

    fn from(&self, at: usize) -> &[&str] {
        self.cells.get(at..).unwrap_or_default()
    }

    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", |cell| cell.trim())
    }

    fn has_point(&self, at: usize) -> bool {
        self.cell(at).contains('.')
    }

    /// An amount that is no number of something else.
    fn is_money(&self, at: usize) -> bool {
        let cell = self.cell(at);
        Fen::parse_yuan(cell).is_ok() && cell.len() > 3 && cell.contains('.')
    }

    fn amount(&self, at: usize) -> Option<i128> {
        let amount = Fen::parse_yuan(self.cell(at)).ok();
        amount.map(|amount| i128::from(amount.0))
    }

    /// The amount at a place, with its rest where it was split.
    fn joined(&self, at: usize) -> Option<i128> {
        if !is_split(self.from(at)) {
            return self.amount(at);
        }
        let text = format!("{}{}", self.cell(at), self.cell(at + 1));
        let amount = Fen::parse_yuan(&text).ok();
        amount.map(|amount| i128::from(amount.0))
    }
}

/// The two amounts of a line, in fen.
#[derive(Clone, Copy)]
struct Pair {
    net: i128,
    gross: i128,
}

impl Pair {
    /// Whether the quotient of its amounts is nearer to one than that of others.
    fn nearer_than(self, other: Self) -> bool {
        let ends = |pair: Self| (pair.net.min(pair.gross), pair.net.max(pair.gross));
        let ((low, high), (other_low, other_high)) = (ends(self), ends(other));
        high * other_low < other_high * low
    }
}
