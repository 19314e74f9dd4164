//! Rows among the lines that pay nobody, and rows whose cells are not under their titles.

use super::cells::{Cells, is_empty};
use super::splits;
use super::titles::{Title, Titles};
use crate::employer_files::raw::{Columns, RawLine, schema_at};
use crate::employer_files::template::{Column, HeadKey, is_signature, normal};
use crate::finding::Finding;
use crate::value::{Fen, LineNo, trimmed};

/// What a row is that pays nobody. Only a row without a document and without an account can be
/// one; whoever has either is a person, whatever the other cells say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aside {
    /// 合计, 小计: sums of the lines above.
    Totals,
    /// 总笔数 at the foot: how many lines stand above.
    Count,
    /// A number of a line and no line: left over from the template.
    Numbered,
    /// Signatures, units and remarks: no amount, and no name.
    Text,
    /// The head of a second table.
    Template,
}

impl Aside {
    pub(super) fn of(line: &RawLine<'_>, cells: &Cells<'_>) -> Option<Self> {
        let (_, first) = cells.first()?;
        let name = line.text(Column::Name);
        let digit = |c: char| c.is_numeric();
        // Whoever is named beside the word is a person whose data are missing.
        let unnamed = is_empty(name) || is_totals_word(name) || name.contains(digit);
        if unnamed && cells.filled().any(|(_, cell)| is_totals_word(cell)) {
            return Some(Self::Totals);
        }
        // No second head: that begins with another key.
        if unnamed && HeadKey::stated(first).is_some_and(|(key, _)| key == HeadKey::LineCount) {
            return Some(Self::Count);
        }
        // What a formula should have given may be anything.
        if cells.damaged != 0 {
            return None;
        }
        if is_signature(first) || HeadKey::parse(first).is_some() {
            return Some(Self::Template);
        }
        let empty = |column| is_empty(line.text(column));
        let amounts = [Column::Amount, Column::GrossAmount];
        let stated = amounts.into_iter().any(|c| line.text(c).contains(digit));
        if stated || !empty(Column::Corrects) {
            return None;
        }
        let number = trimmed(line.text(Column::LineNo));
        let numbered = number.is_empty() || LineNo::parse(number).is_ok();
        let nothing = Column::ALL.into_iter().all(|column| {
            let kept = [
                Column::LineNo,
                Column::IdType,
                Column::Bank,
                Column::CnapsCode,
            ];
            kept.contains(&column) || empty(column)
        });
        match (empty(Column::Name), numbered) {
            (true, true) if nothing => Some(Self::Numbered),
            (true, _) => Some(Self::Text),
            (false, _) if name.contains([':', '：']) => Some(Self::Text),
            (false, _) => None,
        }
    }

    /// The word for people.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Totals | Self::Count => "totals_row",
            Self::Numbered => "numbered_row",
            Self::Text => "text_row",
            Self::Template => "second_table",
        }
    }
}

/// 合计, `小计：`, 合计2人, `Total`, 木工班小计: the word alone, before a count, a unit or a bracket,
/// or after what is summed.
pub(super) fn is_totals_word(cell: &str) -> bool {
    const WORDS: [&str; 14] = [
        "合计",
        "总计",
        "小计",
        "总合计",
        "本页合计",
        "本页小计",
        "金额合计",
        "合计金额",
        "总金额",
        "total",
        "grandtotal",
        "subtotal",
        "totals",
        "sum",
    ];
    const CELL_MAX: usize = 60;
    if cell.len() > CELL_MAX {
        return false;
    }
    let cell = normal(cell);
    if ["合计", "小计", "总计"]
        .iter()
        .any(|word| cell.ends_with(word))
    {
        return true;
    }
    let counted = |c: char| c.is_ascii_digit() || "人笔元.,，、()（）".contains(c);
    let rest = WORDS.iter().filter_map(|word| cell.strip_prefix(word));
    rest.into_iter().any(|rest| rest.chars().all(counted))
}

/// The sum that a totals row states; `None` where it states none that can be read.
pub(super) fn stated(line: &RawLine<'_>) -> Option<Fen> {
    let damaged = line.damaged.has(Column::Amount as usize);
    let text = trimmed(line.text(Column::Amount));
    let amount = Fen::parse_yuan(text.strip_suffix('元').unwrap_or(text)).ok();
    amount.filter(|_| !damaged)
}

/// A row of which only its number may be read, because its cells are not where the titles say.
pub(super) fn unread<'a>(row: u32, titles: &Titles, cells: &Cells<'a>) -> RawLine<'a> {
    let required = Column::REQUIRED.into_iter().collect::<Columns>();
    let mut line = RawLine {
        row,
        absent: required,
        broken: true,
        hidden: cells.hidden,
        ..RawLine::default()
    };
    let first = titles.columns.first().map(|(title, _)| *title);
    if first == Some(Title::Known(Column::LineNo)) {
        let number = cells.texts().first().copied().unwrap_or_default();
        if LineNo::parse(trimmed(number)).is_ok() {
            line.fields[Column::LineNo as usize] = number;
        }
    }
    line
}

/// A row whose cells are not under their titles: data stand beyond the titles, or a comma of an
/// amount has moved what follows it.
pub(super) fn shifted(row: u32, titles: &Titles, cells: &Cells<'_>) -> Option<Finding> {
    let (counted, limit) = (cells.texts().len(), titles.columns.len());
    let split = splits::is_in(titles, cells.texts(), counted > limit);
    let beyond = cells.filled().any(|(at, _)| at >= limit) || cells.beyond;
    if !split && !beyond {
        return None;
    }
    let finding = if counted > limit || beyond {
        let finding = schema_at("too_many_cells", row);
        let finding = finding.with("counted", counted).with("limit", limit);
        finding.with("column", limit + 1)
    } else {
        schema_at("comma_split", row)
    };
    Some(if split {
        finding.with("remedy", "comma_in_amount")
    } else {
        finding
    })
}
