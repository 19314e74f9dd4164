//! What a check comes to, for people.

use crate::command::terminal::{Colour, Paper, grouped, yuan};
use schemas::Lang;
use schemas::employer_files::Summary;
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
    let (format, charset) = (summary.format.as_str(), summary.charset.name());
    let (lines, good) = (u64::from(summary.line_count), u64::from(summary.lines_ok));
    let (lines, good, total) = (grouped(lines), grouped(good), yuan(summary.total.0));
    paper.line(&match lang {
        Lang::Zh => format!("{format} {charset}  {lines} 笔,其中可付 {good} 笔  合计 {total} 元"),
        Lang::En => {
            format!("{format} {charset}  {lines} lines, {good} payable  total {total} yuan")
        }
    })
}

/// The file's own paying bank where it is not the one of `--bank`; the outer `None` where the
/// head could not be read or no bank was given.
pub(super) fn other_bank(summary: &Summary, bank: Option<BankCode>) -> Option<Option<BankCode>> {
    let stated = summary.draft.as_ref()?.paying_bank?;
    let bank = bank?;
    Some((stated != bank).then_some(stated))
}

/// Says that the lines were held against another bank's rules than the file's own.
pub(super) fn write_bank<W: Write>(
    paper: &mut Paper<W>,
    summary: &Summary,
    bank: Option<BankCode>,
    lang: Lang,
) -> std::io::Result<()> {
    let (Some(Some(stated)), Some(bank)) = (other_bank(summary, bank), bank) else {
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
