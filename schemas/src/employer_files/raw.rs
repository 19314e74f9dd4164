//! What every format is brought to before it is judged: borrowed texts by place, and why a
//! format's reader stops.

use super::template::{COLUMNS, Column, HEAD_KEYS, HeadKey};
use super::{ReadError, SinkError};
use crate::finding::{Finding, FindingCode};
use crate::value::{Fen, IdNumber, IdType, PersonName, ValueError};

/// By what a bank is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum BankBy {
    /// Our code, a legal name or a short name.
    #[default]
    Text,
    /// A BIC.
    Bic,
    /// A number of the clearing system (pain.001 MmbId): 12 digits.
    MemberId,
}

/// One line as it stands in the file. An empty text is an absent field.
#[derive(Clone, Copy, Default)]
pub(super) struct RawLine<'a> {
    pub(super) row: u32,
    pub(super) fields: [&'a str; COLUMNS],
    pub(super) bank_by: BankBy,
    /// Amounts are whole fen, by column.
    pub(super) in_fen: Columns,
    /// The file's program destroyed the value before it came (digits rounded, a formula error).
    pub(super) damaged: Columns,
    /// Required columns that the whole file lacks; reported already.
    pub(super) absent: Columns,
    /// A text that stands in the place of the line number and is none is a reference (pain.001).
    pub(super) references: bool,
    /// The line breaks the structure; its finding is reported already.
    pub(super) broken: bool,
    /// The sheet does not show the line; it is read as any other.
    pub(super) hidden: bool,
}

impl<'a> RawLine<'a> {
    pub(super) fn text(&self, column: Column) -> &'a str {
        self.fields[column as usize]
    }
}

/// A set of columns or head keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns(u16);

impl Columns {
    pub(super) fn add(&mut self, place: usize) {
        self.0 |= 1u16.checked_shl(place as u32).unwrap_or(0);
    }

    #[inline]
    pub(super) fn has(self, place: usize) -> bool {
        self.0 & 1u16.checked_shl(place as u32).unwrap_or(0) != 0
    }
}

impl FromIterator<Column> for Columns {
    fn from_iter<I: IntoIterator<Item = Column>>(columns: I) -> Self {
        let mut set = Self::default();
        for column in columns {
            set.add(column as usize);
        }
        set
    }
}

/// The head as it stands in the file.
#[derive(Clone, Default)]
pub(super) struct RawHead {
    pub(super) fields: [String; HEAD_KEYS],
    pub(super) bank_by: BankBy,
    /// The total is in fen.
    pub(super) total_in_fen: bool,
    /// As for lines.
    pub(super) damaged: Columns,
    /// Keys whose value can't be told; reported already.
    pub(super) broken: Columns,
    /// Which element states number and sum, where a format has several levels of them.
    pub(super) totals_in: Option<[&'static str; 2]>,
    /// The file has no titles: its lines are counted and none is read.
    pub(super) no_titles: bool,
    /// The file has no column of amounts.
    pub(super) no_amounts: bool,
}

impl RawHead {
    pub(super) fn text(&self, key: HeadKey) -> &str {
        &self.fields[key as usize]
    }
}

/// Why a reader stops before the end of the file.
#[derive(Debug)]
pub(super) enum Stop {
    /// The rest can't be read: said to the sender.
    File(Box<Finding>),
    /// Our own trouble.
    Read(ReadError),
}

impl From<Finding> for Stop {
    fn from(finding: Finding) -> Self {
        Self::File(Box::new(finding))
    }
}

impl From<SinkError> for Stop {
    fn from(error: SinkError) -> Self {
        Self::Read(error.into())
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Read(error.into())
    }
}

/// Counted so far, for totals of parts of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Lines, good and bad.
    pub(super) lines: u32,
    /// Fen that could be read.
    pub(super) fen: i128,
    /// Lines whose amount could not be read.
    pub(super) unread: u32,
    /// Those of them whose cells are not where the titles say.
    pub(super) shifted: u32,
    /// Lines that the sheet does not show.
    pub(super) hidden: u32,
}

impl Tally {
    /// The sum, if an amount can be so large.
    pub(super) fn sum(&self) -> Option<Fen> {
        i64::try_from(self.fen).ok().map(Fen)
    }
}

/// Takes what a format's reader finds, in the order of the file.
pub(super) trait Receiver {
    /// The head, once, before the first line.
    fn head(&mut self, head: &RawHead) -> Result<(), Stop>;
    /// A line.
    fn line(&mut self, line: &RawLine<'_>) -> Result<(), Stop>;
    /// A finding that the reader makes itself: structure, unknown columns, control totals of
    /// parts.
    fn finding(&mut self, finding: Finding) -> Result<(), Stop>;
    /// Counted so far.
    fn tally(&self) -> Tally;
}

/// A structure finding with its place in the bytes.
pub(super) fn schema(reason: &str) -> Finding {
    Finding::of_file(FindingCode::SchemaViolation).with("reason", reason)
}

/// The same at a row of the file.
pub(super) fn schema_at(reason: &str, row: u32) -> Finding {
    let mut finding = schema(reason);
    finding.row = Some(row);
    finding
}

/// A number of bytes as people read it, exact: `2 GiB`, `4 KiB`, `1000 B`.
pub(super) fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let whole = |(shift, _): &(u32, &str)| bytes > 0 && bytes.trailing_zeros() >= *shift;
    match units.into_iter().find(whole) {
        Some((shift, unit)) => format!("{} {unit}", bytes >> shift),
        None => format!("{bytes} B"),
    }
}

/// Yuan of a sum that may be larger than any amount.
pub(super) fn yuan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let magnitude = fen.unsigned_abs();
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

/// A value of a line as a finding may show it: what looks like a person's name is starred, a
/// column may be in the wrong place.
pub(super) fn shown_value(text: &str) -> String {
    if looks_like_a_name(text.trim()) {
        return PersonName::mask(text);
    }
    shown(text)
}

/// A text of the file as a finding may show it: short, without control characters, long runs of
/// digits starred.
pub(super) fn shown(text: &str) -> String {
    let mut digits = 0;
    let mut shown = String::new();
    for character in text.trim().chars().take(60) {
        digits = match character {
            c if c.is_numeric() => digits + 1,
            // A group of digits is one number.
            ' ' | '-' | '\u{A0}' | '\u{3000}' | '－' => digits,
            _ => 0,
        };
        shown.push(match character {
            c if breaks_lines(c) => '\u{B7}',
            c if digits > 8 && c.is_numeric() => '*',
            c => c,
        });
    }
    shown
}

/// A code of an organisation or a project as a finding may show it: whole, because it is no
/// person's. What is as long and as dated as a person's number is masked all the same.
pub(super) fn shown_code(text: &str) -> String {
    let text = text.trim();
    let person = match IdNumber::parse(IdType::RESIDENT, text) {
        Ok(_) | Err(ValueError::Check) => true,
        Err(_) => false,
    };
    if person {
        return masked(text);
    }
    if text.chars().count() > CODE_CHARS_MAX {
        return shown(text);
    }
    let printable = |c: char| if breaks_lines(c) { '\u{B7}' } else { c };
    text.chars().map(printable).collect()
}

/// Characters of a code that is shown whole; accounts and other long numbers have more.
const CODE_CHARS_MAX: usize = 18;

fn breaks_lines(c: char) -> bool {
    let turns = matches!(
        c,
        '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    );
    c.is_control() || turns
}

/// Two to four hanzi without any that stands in the name of a bank, a month or a sum.
fn looks_like_a_name(text: &str) -> bool {
    let hanzi = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}' | '\u{B7}');
    (2..=4).contains(&text.chars().count())
        && text.chars().all(hanzi)
        && !text.chars().any(|c| "行社银月年元号证照".contains(c))
}

/// A document or account number that could not be read, masked.
pub(super) fn masked(text: &str) -> String {
    let text = text.trim();
    let count = text.chars().count();
    let (head, tail) = if count > 12 {
        (6, 4)
    } else {
        (count / 4, count / 4)
    };
    let cut = count.min(40);
    let star = |(at, c): (usize, char)| match c {
        c if (at < head || at + tail >= count) && !c.is_control() => Some(c),
        _ if at < cut => Some('*'),
        _ => None,
    };
    text.chars().enumerate().filter_map(star).collect()
}
