//! How a batch stands, on paper: states in words, counts and sums, findings, the lines that
//! need somebody, what is waited for.

mod lines;

pub use crate::query::plain_moment as moment;
pub use lines::{TROUBLES, write_lines};

use super::report::severity_word;
use super::terminal::{Align, Cell, Colour, Paper, Table, grouped, yuan};
use super::words::pick;
use schemas::finding::field_title;
use schemas::{Lang, LineState, Severity};
use serde_json::Value;
use std::io::{self, Write};

/// A line's state in words, with its colour; a word that is none of ours stays as it came.
#[must_use]
pub fn line_state(word: &str, lang: Lang) -> (&str, Colour) {
    let Some(state) = LineState::parse(word) else {
        return (word, Colour::Plain);
    };
    let colour = match state {
        LineState::Paid => Colour::Green,
        LineState::Held | LineState::Unknown => Colour::Yellow,
        LineState::Failed | LineState::Returned | LineState::Refused => Colour::Red,
        LineState::Cancelled => Colour::Dim,
        LineState::Released | LineState::Intended | LineState::Accepted => Colour::Plain,
    };
    (state.text(lang), colour)
}

/// A batch's state in words; a word that is none of ours stays as it came.
#[must_use]
pub fn batch_state(word: &str, lang: Lang) -> &str {
    match word {
        "held" => pick(lang, "待复核", "held, waits for approval"),
        "released" => pick(lang, "已复核,待发送", "released"),
        "in_progress" => pick(lang, "处理中", "in progress"),
        "settled" => pick(lang, "已办结", "settled"),
        "withdrawn" => pick(lang, "已撤回", "withdrawn"),
        "refused" => pick(lang, "未受理", "refused"),
        other => other,
    }
}

/// A member that is a text, else nothing.
fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn count(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_default()
}

fn fen(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_default()
}

/// The receipt of a submission.
///
/// # Errors
/// When the output is closed.
pub fn write_receipt<W: Write>(
    paper: &mut Paper<W>,
    receipt: &Value,
    lang: Lang,
) -> io::Result<()> {
    let (id, number) = (text(receipt, "batch_id"), text(receipt, "batch_no"));
    let state = batch_state(text(receipt, "state"), lang);
    paper.coloured_line(&format!("{id}  {number}  {state}"), Colour::Green)?;
    if receipt["replayed"].as_bool() == Some(true) {
        paper.line(pick(
            lang,
            "此前已收到同一文件,没有重复登记",
            "the same file was received before; nothing was registered twice",
        ))?;
    }
    let lines = grouped(count(receipt, "line_count"));
    let total = yuan(fen(receipt, "total_fen"));
    paper.line(&match lang {
        Lang::Zh => format!("可付 {lines} 笔,合计 {total} 元"),
        Lang::En => format!("{lines} payable lines, {total} yuan"),
    })?;
    write_bank_day(paper, receipt, lang)?;
    write_findings(paper, &receipt["findings"], lang)?;
    if text(receipt, "state") != "held" {
        return Ok(());
    }
    let acknowledge = receipt["must_acknowledge"].as_array().into_iter().flatten();
    let codes: Vec<&str> = acknowledge.filter_map(Value::as_str).collect();
    if !codes.is_empty() {
        let codes = codes.join(pick(lang, "、", ", "));
        let words = pick(
            lang,
            "复核人须确认的警告:",
            "the approver must acknowledge ",
        );
        paper.coloured_line(&format!("{words}{codes}"), Colour::Yellow)?;
    }
    paper.line(pick(
        lang,
        "下一步:由另一人复核,核对笔数、金额和下面的文件摘要",
        "next: another person approves, over the count, the sum and this digest of the file",
    ))?;
    paper.line(&format!("  {}", text(receipt, "digest")))
}

fn write_bank_day<W: Write>(paper: &mut Paper<W>, from: &Value, lang: Lang) -> io::Result<()> {
    match from["next_bank_day"].as_str() {
        None => Ok(()),
        Some(day) => paper.line(&match lang {
            Lang::Zh => format!("受理时算得的最早可发往银行的银行日 {day}"),
            Lang::En => format!("earliest bank day, as seen when it was accepted: {day}"),
        }),
    }
}

/// Findings, each with place, field, reason and remedy, and how many of each severity.
///
/// # Errors
/// When the output is closed.
pub fn write_findings<W: Write>(
    paper: &mut Paper<W>,
    findings: &Value,
    lang: Lang,
) -> io::Result<()> {
    let mut counts = [0u64; 3];
    for finding in findings.as_array().into_iter().flatten() {
        let severity = severity_of(finding);
        let of = match severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        if let Some(count) = counts.get_mut(of) {
            *count += 1;
        }
        write_finding(paper, finding, severity, lang)?;
    }
    let [errors, warnings, notes] = counts;
    if errors + warnings + notes == 0 {
        return Ok(());
    }
    paper.line(&match lang {
        Lang::Zh => format!("错误 {errors} 条,警告 {warnings} 条,提示 {notes} 条"),
        Lang::En => format!("{errors} errors, {warnings} warnings, {notes} notes"),
    })
}

fn severity_of(finding: &Value) -> Severity {
    match text(finding, "severity") {
        "warning" => Severity::Warning,
        "note" => Severity::Note,
        _ => Severity::Error,
    }
}

fn write_finding<W: Write>(
    paper: &mut Paper<W>,
    finding: &Value,
    severity: Severity,
    lang: Lang,
) -> io::Result<()> {
    let (word, colour) = severity_word(severity, lang);
    let place = match (finding["line"].as_u64(), finding["row"].as_u64(), lang) {
        (Some(line), Some(row), Lang::Zh) => format!("序号 {line}(第 {row} 行)"),
        (Some(line), Some(row), Lang::En) => format!("line {line} (row {row})"),
        (Some(line), None, Lang::Zh) => format!("序号 {line}"),
        (Some(line), None, Lang::En) => format!("line {line}"),
        (None, Some(row), Lang::Zh) => format!("第 {row} 行"),
        (None, Some(row), Lang::En) => format!("row {row}"),
        (None, None, _) => pick(lang, "整个文件", "whole file").to_owned(),
    };
    let field = text(finding, "field");
    let field = field_title(field, lang).unwrap_or(field);
    let parts = [word, &place, field, text(finding, "message")];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let code = text(finding, "code");
    paper.coloured_line(&format!("{}  [{code}]", parts.join("  ")), colour)?;
    match text(finding, "hint") {
        "" => Ok(()),
        hint => paper.line(&format!(
            "    {}{hint}",
            pick(lang, "处理办法:", "what to do: ")
        )),
    }
}

/// How a batch stands: who, what, counts and sums, its bank files, what it waits for.
///
/// # Errors
/// When the output is closed.
pub fn write_batch<W: Write>(paper: &mut Paper<W>, batch: &Value, lang: Lang) -> io::Result<()> {
    let (id, number) = (text(batch, "batch_id"), text(batch, "batch_no"));
    let state = batch_state(text(batch, "state"), lang);
    paper.coloured_line(&format!("{id}  {number}  {state}"), Colour::Bold)?;
    let (bank, month) = (text(batch, "paying_bank"), text(batch, "pay_month"));
    let payer = text(batch, "payer_account");
    paper.line(&match lang {
        Lang::Zh => format!("工资月份 {month}  付款银行 {bank}  付款账号 {payer}"),
        Lang::En => format!("pay month {month}  paying bank {bank}  account {payer}"),
    })?;
    for (zh, en, at, person) in [
        (
            "受理",
            "accepted",
            &batch["accepted_at"],
            &batch["submitted_by"],
        ),
        (
            "复核",
            "approved",
            &batch["approved"]["at"],
            &batch["approved"]["person"],
        ),
        (
            "撤回",
            "withdrawn",
            &batch["withdrawn"]["at"],
            &batch["withdrawn"]["person"],
        ),
    ] {
        if let (Some(at), Some(person)) = (at.as_str(), person.as_str()) {
            let words = pick(lang, zh, en);
            paper.line(&format!("{words} {}  {person}", moment(at)))?;
        }
    }
    paper.table(&sums_table(batch, lang))?;
    let disputed = count(batch, "disputed_count");
    if disputed > 0 {
        let text = match lang {
            Lang::Zh => format!("{disputed} 笔有争议:银行的说法与记录不一致,待两名运营人员裁定"),
            Lang::En => format!("{disputed} lines are disputed and wait for two operators"),
        };
        paper.coloured_line(&text, Colour::Red)?;
    }
    write_files(paper, batch, lang)?;
    write_waiting(paper, batch, lang)
}

/// Counts and sums of something by state, with their whole.
///
/// # Errors
/// When the output is closed.
pub fn write_states<W: Write>(paper: &mut Paper<W>, of: &Value, lang: Lang) -> io::Result<()> {
    paper.table(&sums_table(of, lang))
}

/// Every state that has lines, and the whole; what was refused at intake is outside the whole.
fn sums_table(batch: &Value, lang: Lang) -> Table {
    let mut table = Table::new(&[
        (pick(lang, "状态", "state"), Align::Left),
        (pick(lang, "笔数", "lines"), Align::Right),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
    ]);
    for state in LineState::ALL {
        let Some(sum) = batch["states"].get(state.as_str()) else {
            continue;
        };
        let (word, colour) = line_state(state.as_str(), lang);
        let refused = state == LineState::Refused;
        let amount = if refused {
            pick(lang, "不计入", "not counted").to_owned()
        } else {
            yuan(fen(sum, "fen"))
        };
        table.push(vec![
            Cell::from(word).coloured(colour),
            grouped(count(sum, "count")).into(),
            amount.into(),
        ]);
    }
    table.push(vec![
        Cell::from(pick(lang, "合计", "total")).coloured(Colour::Bold),
        grouped(count(batch, "line_count")).into(),
        yuan(fen(batch, "total_fen")).into(),
    ]);
    table
}

fn write_files<W: Write>(paper: &mut Paper<W>, batch: &Value, lang: Lang) -> io::Result<()> {
    let files = batch["files"].as_array().map_or(&[][..], Vec::as_slice);
    if files.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[
        (pick(lang, "银行文件", "bank file"), Align::Left),
        (pick(lang, "银行日", "bank day"), Align::Left),
        (pick(lang, "进度", "progress"), Align::Left),
        (pick(lang, "自", "since"), Align::Left),
        (pick(lang, "笔数", "lines"), Align::Right),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
        (pick(lang, "查询次数", "queries"), Align::Right),
    ]);
    for file in files {
        table.push(vec![
            count(file, "file_no").to_string().into(),
            text(file, "bank_date").into(),
            text(file, "state_text").into(),
            moment(text(file, "since")).into(),
            grouped(count(file, "line_count")).into(),
            yuan(fen(file, "total_fen")).into(),
            grouped(count(file, "queries")).into(),
        ]);
    }
    paper.line("")?;
    paper.table(&table)
}

/// Since when something waits, in brackets; at the latest, where that is all that is known.
#[must_use]
pub fn since_words(waits: &Value, lang: Lang) -> String {
    let since = moment(text(waits, "since"));
    let is_at_latest = waits["since_at_latest"].as_bool() == Some(true);
    match (is_at_latest, lang) {
        (false, Lang::Zh) => format!("(自 {since})"),
        (false, Lang::En) => format!(" (since {since})"),
        (true, Lang::Zh) => format!("(最迟自 {since})"),
        (true, Lang::En) => format!(" (at the latest since {since})"),
    }
}

fn write_waiting<W: Write>(paper: &mut Paper<W>, batch: &Value, lang: Lang) -> io::Result<()> {
    let waits = &batch["waits_for"];
    let Some(what) = waits["text"].as_str() else {
        return Ok(());
    };
    paper.coloured_line(
        &format!("{what}{}", since_words(waits, lang)),
        Colour::Yellow,
    )?;
    write_other_payments(paper, &batch["other_payments"], lang)?;
    match text(waits, "what") {
        // Only what has not left yet waits for a bank day.
        "approval" | "dispatch" => write_bank_day(paper, batch, lang),
        _ => Ok(()),
    }
}

/// Which payments of the same wages an approver must have seen, and what to state of them.
fn write_other_payments<W: Write>(
    paper: &mut Paper<W>,
    others: &Value,
    lang: Lang,
) -> io::Result<()> {
    let Some(as_of) = others["as_of"].as_u64() else {
        return Ok(());
    };
    for one in others["payments"].as_array().into_iter().flatten() {
        let (own, other) = (text(one, "payment_id"), text(one, "other_payment_id"));
        paper.line(&match lang {
            Lang::Zh => format!("  {own}  同一工资已由 {other} 支付"),
            Lang::En => format!("  {own}  the same wage is paid by {other}"),
        })?;
    }
    let lines = count(others, "line_count");
    paper.line(&match lang {
        Lang::Zh => format!("  共 {lines} 笔;复核时写明 as_of {as_of}"),
        Lang::En => format!("  {lines} lines in all; the approver states as_of {as_of}"),
    })
}

#[cfg(test)]
mod tests;
