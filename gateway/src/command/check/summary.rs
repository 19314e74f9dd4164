//! What a check comes to, for people.

use crate::command::terminal::{Colour, Paper, grouped, yuan};
use adapters::Evidence;
use schemas::Lang;
use schemas::employer_files::{Format, Summary};
use schemas::value::BankCode;
use std::io::Write;

pub(super) fn write_head<W: Write>(
    paper: &mut Paper<W>,
    summary: &Summary,
    lang: Lang,
) -> std::io::Result<()> {
    if let Some(head) = &summary.head {
        let text = match lang {
            Lang::Zh => format!(
                "批次 {}  单位 {}  月份 {}  付款银行 {}",
                head.batch_no, head.employer_uscc, head.pay_month, head.paying_bank
            ),
            Lang::En => format!(
                "batch {}  employer {}  month {}  paying bank {}",
                head.batch_no, head.employer_uscc, head.pay_month, head.paying_bank
            ),
        };
        paper.line(&text)?;
    }
    let format = summary.format.map_or("-", Format::as_str);
    let charset = summary.encoding.as_deref().unwrap_or("-");
    let (lines, good) = (u64::from(summary.line_count), u64::from(summary.lines_ok));
    let total = summary.total.map_or("-".to_owned(), |total| yuan(total.0));
    let (lines, good) = (grouped(lines), grouped(good));
    paper.line(&match lang {
        Lang::Zh => format!("{format} {charset}  {lines} 笔,其中可付 {good} 笔  合计 {total} 元"),
        Lang::En => {
            format!("{format} {charset}  {lines} lines, {good} payable  total {total} yuan")
        }
    })
}

/// The file's own paying bank where it is not the one of `--bank`; the outer `None` where the
/// head could not be read or no bank was given.
pub fn other_bank(summary: &Summary, bank: Option<BankCode>) -> Option<Option<BankCode>> {
    let stated = summary.draft.as_ref()?.paying_bank?;
    let bank = bank?;
    Some((stated != bank).then_some(stated))
}

/// What stands behind a bank's rules; `None` for one that is not in the book.
pub(super) fn evidence_of(bank: BankCode) -> Option<Evidence> {
    let book = crate::command::adapter::book().ok()?;
    Some(book.adapter(bank)?.evidence())
}

/// Says what stands behind a bank's rules and layout, most of all where it is nothing.
///
/// # Errors
/// When the output is closed.
pub fn write_evidence<W: Write>(
    paper: &mut Paper<W>,
    bank: BankCode,
    evidence: Evidence,
    lang: Lang,
) -> std::io::Result<()> {
    let word = evidence.as_str();
    let is_invented = evidence == Evidence::Synthetic;
    let text = match (lang, is_invented) {
        (Lang::Zh, true) => {
            format!("{bank} 证据等级 {word}:报文格式与限制为本项目自拟,并非该行实际规定")
        }
        (Lang::En, true) => format!(
            "{bank} evidence {word}: layout and limits are of our own design, not the bank's"
        ),
        (Lang::Zh, false) => format!("{bank} 证据等级 {word}"),
        (Lang::En, false) => format!("{bank} evidence {word}"),
    };
    let colour = if is_invented {
        Colour::Yellow
    } else {
        Colour::Plain
    };
    paper.coloured_line(&text, colour)
}

/// Errors, warnings and notes in one line.
pub(super) fn write_verdict<W: Write>(
    paper: &mut Paper<W>,
    summary: &Summary,
    lang: Lang,
) -> std::io::Result<()> {
    let verdict = match (summary.errors, lang) {
        (0, Lang::Zh) => "检查通过".to_owned(),
        (0, Lang::En) => "no errors".to_owned(),
        (errors, Lang::Zh) => format!("{} 个错误", grouped(errors)),
        (errors, Lang::En) => format!("{} errors", grouped(errors)),
    };
    let rest = match lang {
        Lang::Zh => format!(",{} 个警告,{} 个提示", summary.warnings, summary.notes),
        Lang::En => format!(", {} warnings, {} notes", summary.warnings, summary.notes),
    };
    let colour = if summary.errors == 0 {
        Colour::Green
    } else {
        Colour::Red
    };
    paper.coloured_line(&format!("{verdict}{rest}"), colour)
}

/// Says what stands behind the rules of `--bank`, and that the lines were held against another
/// bank's rules than the file's own.
///
/// # Errors
/// When the output is closed.
pub fn write_bank<W: Write>(
    paper: &mut Paper<W>,
    summary: &Summary,
    bank: Option<BankCode>,
    lang: Lang,
) -> std::io::Result<()> {
    let Some(bank) = bank else { return Ok(()) };
    if let Some(evidence) = evidence_of(bank) {
        write_evidence(paper, bank, evidence, lang)?;
    }
    let Some(Some(stated)) = other_bank(summary, Some(bank)) else {
        return Ok(());
    };
    let text = match lang {
        Lang::Zh => format!(
            "注意:文件写的付款银行是 {stated},而 --bank 指定的是 {bank};以上按 {bank} 的要求检查,\
             报送后仍由 {stated} 付款"
        ),
        Lang::En => format!(
            "note: the file's paying bank is {stated}, --bank says {bank}; checked by the rules \
             of {bank}, and if submitted {stated} pays"
        ),
    };
    paper.coloured_line(&text, Colour::Yellow)
}
