//! Lines that need somebody.

use super::{count, line_state, text};
use crate::command::terminal::{Align, Cell, Paper, Table, yuan};
use crate::command::words::pick;
use schemas::{Lang, LineState};
use serde_json::Value;
use std::io::{self, Write};

/// States whose lines need somebody.
pub const TROUBLES: [LineState; 4] = [
    LineState::Refused,
    LineState::Failed,
    LineState::Returned,
    LineState::Unknown,
];

/// Lines that need somebody, with the reason.
///
/// # Errors
/// When the output is closed.
pub fn write_lines<W: Write>(paper: &mut Paper<W>, lines: &[Value], lang: Lang) -> io::Result<()> {
    let mut table = Table::new(&[
        (pick(lang, "序号", "line"), Align::Right),
        (pick(lang, "行", "row"), Align::Right),
        (pick(lang, "姓名", "name"), Align::Left),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
        (pick(lang, "状态", "state"), Align::Left),
        (pick(lang, "原因", "reason"), Align::Left),
    ]);
    for line in lines {
        let (state, colour) = line_state(text(line, "state"), lang);
        table.push(vec![
            count(line, "line_no").to_string().into(),
            count(line, "row").to_string().into(),
            text(line, "name").into(),
            line["amount_fen"]
                .as_i64()
                .map_or_else(String::new, yuan)
                .into(),
            Cell::from(state).coloured(colour),
            reasons(line, lang).into(),
        ]);
    }
    paper.line("")?;
    paper.table(&table)
}

/// Why it needs somebody, what disputes it, and the payment that stands for it: what was paid by a
/// correction is not paid by hand.
fn reasons(line: &Value, lang: Lang) -> String {
    let mut parts = vec![why(line, lang)];
    if line["disputed"].is_string() {
        let said = [text(line, "disputed_code"), text(line, "disputed_text")];
        let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
        let words = match text(line, "disputed") {
            "result_mismatch" => pick(
                lang,
                "争议:银行所报金额或账户不符",
                "disputed: the bank reports another amount or account",
            ),
            _ => pick(
                lang,
                "争议:银行说法与已知结果矛盾",
                "disputed: the bank contradicts what is known",
            ),
        };
        parts.push(match (said.is_empty(), lang) {
            (true, _) => words.to_owned(),
            (false, Lang::Zh) => format!("{words}(银行:{})", said.join(" ")),
            (false, Lang::En) => format!("{words} (bank: {})", said.join(" ")),
        });
    }
    if let Some(by) = line["corrected_by"].as_str() {
        let (state, _) = line_state(text(line, "corrected_state"), lang);
        let words = pick(lang, "已补发", "corrected by");
        parts.push(format!("{words} {by} {state}"));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(pick(lang, ";", "; "))
}

/// What refused it, why nobody knows, or why it failed and what the bank said.
fn why(line: &Value, lang: Lang) -> String {
    let refused_by = line["refused_by"].as_array().into_iter().flatten();
    let refused: Vec<&str> = refused_by.map(|found| text(found, "message")).collect();
    if !refused.is_empty() {
        return refused.join(pick(lang, ";", "; "));
    }
    if let Some(why) = line["why"].as_str() {
        // A reason that people gave stands with who gave it.
        let reason = Some(text(line, "reason_text")).filter(|reason| !reason.is_empty());
        return reason.map_or_else(
            || why.to_owned(),
            |reason| format!("{reason}{}{why}", pick(lang, ";", "; ")),
        );
    }
    let bank = [text(line, "bank_code"), text(line, "bank_text")];
    let bank: Vec<&str> = bank.into_iter().filter(|text| !text.is_empty()).collect();
    let reason = text(line, "reason_text");
    match (bank.is_empty(), lang) {
        (true, _) => reason.to_owned(),
        (false, Lang::Zh) => format!("{reason}(银行:{})", bank.join(" ")),
        (false, Lang::En) => format!("{reason} (bank: {})", bank.join(" ")),
    }
}
