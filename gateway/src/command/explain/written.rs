//! The story on paper.

use super::super::standing::{line_state, moment, since_words, write_batch, write_states};
use super::super::terminal::{Colour, Paper, grouped, yuan};
use super::super::words::pick;
use crate::story::{Entry, actor_words, refusal_words, sentence};
use schemas::Lang;
use serde_json::Value;
use std::io::{self, Write};
use std::path::Path;

/// So many of the things that come next are written.
const NEXT_MAX: usize = 5;

/// Writes a story and how its subject stands; `data` is the folder that it was read from.
///
/// # Errors
/// When the output is closed.
pub fn write<W: Write>(
    paper: &mut Paper<W>,
    story: &[Entry],
    document: &Value,
    data: &Path,
    lang: Lang,
) -> io::Result<()> {
    for entry in story {
        let time = moment(&crate::query::moment(entry.time_ms));
        let who = actor_words(&entry.actor, lang);
        let text = sentence(entry, lang);
        let between = pick(lang, "：", ": ");
        paper.line(&format!(
            "{time}  {who}{between}{text}  [@{} {:020}.seg:{}]",
            entry.sequence, entry.segment, entry.offset
        ))?;
    }
    write_where_files_are(paper, story, data, lang)?;
    paper.line("")?;
    if let Some(why) = document["refused"].as_str() {
        let why = refusal_words(why, lang);
        let told = match lang {
            Lang::Zh => format!("该文件未受理：{why}。没有占用批次号,不会付款"),
            Lang::En => {
                format!("the file was not accepted: {why}. It used up no number, nothing is paid")
            }
        };
        paper.coloured_line(&told, Colour::Red)?;
    }
    write_line(paper, &document["line"], lang)?;
    write_file(paper, &document["file"], lang)?;
    let of_part = document["line"].is_object() || document["file"].is_object();
    if of_part {
        write_wait(paper, document, lang)?;
        write_next(paper, document, lang)?;
    }
    if document["batch"].is_object() {
        let mut batch = document["batch"].clone();
        batch["payer_account"] = pick(lang, "(封存)", "(sealed)").into();
        if of_part {
            // The whole batch may wait for another line.
            batch["waits_for"] = Value::Null;
            let own = document["line"]["file_no"].as_u64();
            if let Some(files) = batch["files"].as_array_mut() {
                files.retain(|file| own.is_some() && file["file_no"].as_u64() == own);
            }
            paper.line("")?;
            paper.line(pick(lang, "所在批次:", "its batch:"))?;
        }
        write_batch(paper, &batch, lang)?;
    }
    if !of_part {
        write_needing(paper, document, lang)?;
        write_next(paper, document, lang)?;
    }
    write_damages(paper, document, lang)
}

/// Where the files of a large batch are told one by one.
fn write_where_files_are<W: Write>(
    paper: &mut Paper<W>,
    story: &[Entry],
    data: &Path,
    lang: Lang,
) -> io::Result<()> {
    let Some((first, _)) = story.iter().find_map(|entry| entry.files) else {
        return Ok(());
    };
    // Whatever an employer calls a batch, it is this file.
    let command = format!("anxin explain {first} --by-id --data {}", word_of(data));
    paper.line(&match lang {
        Lang::Zh => format!("各银行文件的经过用其文件号查询,--every 逐条列出;如 {command}"),
        Lang::En => format!(
            "each bank file's own story is told by its number, --every lists every record; as \
             {command}"
        ),
    })
}

/// A path as a shell takes it for one word.
fn word_of(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// What a line or a file waits for by itself.
fn write_wait<W: Write>(paper: &mut Paper<W>, document: &Value, lang: Lang) -> io::Result<()> {
    let waits = &document["waits_for"];
    let Some(text) = waits["text"].as_str() else {
        return paper.line(pick(
            lang,
            "已有结果,不再等待什么",
            "it has ended and waits for nothing",
        ));
    };
    paper.coloured_line(
        &format!("{text}{}", since_words(waits, lang)),
        Colour::Yellow,
    )
}

/// So many lines that need somebody are written.
const LINES_MAX: usize = 20;

/// Lines that need somebody, and the payments that stand for them.
fn write_needing<W: Write>(paper: &mut Paper<W>, document: &Value, lang: Lang) -> io::Result<()> {
    let lines = document["lines"].as_array().map_or(&[][..], Vec::as_slice);
    for line in lines.iter().take(LINES_MAX) {
        let text = |key: &str| line[key].as_str().unwrap_or_default();
        let number = line["line_no"].as_u64().unwrap_or_default();
        let mut parts = vec![
            text("payment_id").to_owned(),
            format!("{} {number}", pick(lang, "序号", "line")),
            yuan(line["amount_fen"].as_i64().unwrap_or_default()),
            text("state_text").to_owned(),
        ];
        let more = ["reason", "disputed_text", "barred_text"].map(text);
        let more = more.into_iter().filter(|text| !text.is_empty());
        parts.extend(more.map(str::to_owned));
        parts.extend(corrections(line, lang));
        paper.line(&format!("  {}", parts.join("  ")))?;
    }
    let more = lines.len().saturating_sub(LINES_MAX) as u64;
    let more = more + document["lines_left_out"].as_u64().unwrap_or_default();
    if more == 0 {
        return Ok(());
    }
    paper.line(&match lang {
        Lang::Zh => format!("  另有 {more} 笔需要处理"),
        Lang::En => format!("  and {more} more lines that need somebody"),
    })
}

/// Each correction of a line with its state.
fn corrections(line: &Value, lang: Lang) -> impl Iterator<Item = String> {
    let every = line["corrections"].as_array().into_iter().flatten();
    every.map(move |one| {
        let text = |key: &str| one[key].as_str().unwrap_or_default();
        let words = pick(lang, "补发", "corrected by");
        format!("{words} {} {}", text("payment_id"), text("state_text"))
    })
}

/// What happens by itself, and what a person can do.
fn write_next<W: Write>(paper: &mut Paper<W>, document: &Value, lang: Lang) -> io::Result<()> {
    let next = document["next"].as_array().map_or(&[][..], Vec::as_slice);
    for next in next.iter().take(NEXT_MAX) {
        let file = next["file_no"].as_u64();
        let file = file.map_or(String::new(), |file_no| match lang {
            Lang::Zh => format!("银行文件 {file_no} "),
            Lang::En => format!("bank file {file_no}: "),
        });
        let at = next["at"].as_str().map(moment).unwrap_or_default();
        let text = next["text"].as_str().unwrap_or_default();
        let words = pick(lang, "接下来", "next");
        paper.line(&format!("{words}  {at}  {file}{text}"))?;
    }
    if let Some(more) = next.len().checked_sub(NEXT_MAX).filter(|more| *more > 0) {
        paper.line(&match lang {
            Lang::Zh => format!("  其后还有 {more} 项,见 --json"),
            Lang::En => format!("  and {more} more after these: see --json"),
        })?;
    }
    write_unknown_here(paper, document)?;
    if let Some(text) = document["do"].as_str() {
        let words = pick(lang, "该做什么:", "what to do: ");
        let more = document["runbook"].as_str();
        let more = more.map_or(String::new(), |more| format!(" ({more})"));
        paper.line(&format!("{words}{text}{more}"))?;
    }
    Ok(())
}

/// What the journal does not tell.
pub(super) fn write_unknown_here<W: Write>(
    paper: &mut Paper<W>,
    document: &Value,
) -> io::Result<()> {
    match document["unknown_here"].as_str() {
        Some(text) => paper.coloured_line(text, Colour::Yellow),
        None => Ok(()),
    }
}

pub(super) fn write_damages<W: Write>(
    paper: &mut Paper<W>,
    document: &Value,
    lang: Lang,
) -> io::Result<()> {
    let damages = document["damages"].as_u64().unwrap_or_default();
    if damages == 0 {
        return Ok(());
    }
    let first = &document["first_damage"];
    let offset = first["offset"].as_u64().unwrap_or_default();
    let place = format!("{}:{offset}", first["segment"].as_str().unwrap_or_default());
    let told = match lang {
        Lang::Zh => {
            format!("日志有 {damages} 处损坏(第一处 {place}),经过可能不全;用 anxin verify 查看")
        }
        Lang::En => format!(
            "the journal is damaged in {damages} places, first at {place}: the story may lack \
             something, see anxin verify"
        ),
    };
    paper.coloured_line(&told, Colour::Red)
}

fn write_line<W: Write>(paper: &mut Paper<W>, line: &Value, lang: Lang) -> io::Result<()> {
    let Some(state) = line["state"].as_str() else {
        return Ok(());
    };
    let (word, colour) = line_state(state, lang);
    let id = line["payment_id"].as_str().unwrap_or_default();
    let number = line["line_no"].as_u64().unwrap_or_default();
    let since = moment(line["since"].as_str().unwrap_or_default());
    let amount = line["amount_fen"].as_i64().map(|fen| match lang {
        Lang::Zh => format!("  {} 元", yuan(fen)),
        Lang::En => format!("  {} yuan", yuan(fen)),
    });
    let amount = amount.unwrap_or_default();
    let told = match lang {
        Lang::Zh => format!("{id}  序号 {number}{amount}  {word}  自 {since}"),
        Lang::En => format!("{id}  line {number}{amount}  {word}  since {since}"),
    };
    paper.coloured_line(&told, colour)?;
    for (key, zh, en) in [
        ("reason", "原因", "reason"),
        ("disputed_text", "争议", "disputed"),
        ("barred_text", "不发送", "not sent"),
        ("corrects", "更正", "corrects"),
    ] {
        if let Some(value) = line[key].as_str() {
            paper.line(&format!("  {}  {value}", pick(lang, zh, en)))?;
        }
    }
    for correction in corrections(line, lang) {
        paper.line(&format!("  {correction}"))?;
    }
    let proposal = &line["proposal"];
    if let Some(outcome) = proposal["outcome_text"].as_str() {
        let who = actor_words(proposal["operator"].as_str().unwrap_or_default(), lang);
        let since = moment(proposal["since"].as_str().unwrap_or_default());
        paper.line(&match lang {
            Lang::Zh => format!("  {who} 于 {since} 提议:{outcome};待另一名运营人员确认"),
            Lang::En => {
                format!("  {who} proposed at {since}: {outcome}; another operator must confirm")
            }
        })?;
    }
    Ok(())
}

fn write_file<W: Write>(paper: &mut Paper<W>, file: &Value, lang: Lang) -> io::Result<()> {
    let Some(file_no) = file["file_no"].as_u64() else {
        return Ok(());
    };
    let text = |key: &str| file[key].as_str().unwrap_or_default();
    let count = |key: &str| file[key].as_u64().unwrap_or_default();
    let since = moment(text("since"));
    let (bank, state) = (text("bank"), text("state_text"));
    let head = match lang {
        Lang::Zh => format!("银行文件 {file_no}  {bank}  {state}  自 {since}"),
        Lang::En => format!("bank file {file_no}  {bank}  {state}  since {since}"),
    };
    paper.coloured_line(&head, Colour::Bold)?;
    let (lines, total) = (
        grouped(count("line_count")),
        yuan(file["total_fen"].as_i64().unwrap_or_default()),
    );
    let (first, last, day) = (text("first_line"), text("last_line"), text("bank_date"));
    paper.line(&match lang {
        Lang::Zh => format!("银行日 {day}  {first} 至 {last}  {lines} 笔 {total} 元"),
        Lang::En => format!("bank day {day}  {first} to {last}  {lines} lines, {total} yuan"),
    })?;
    let (attempts, queries) = (count("attempts"), count("queries"));
    paper.line(&match lang {
        Lang::Zh => format!("准备发送 {attempts} 次,查询 {queries} 次"),
        Lang::En => format!("intended {attempts} times, asked about {queries} times"),
    })?;
    if count("carries") < count("line_count") {
        let elsewhere = grouped(count("line_count") - count("carries"));
        paper.line(&match lang {
            Lang::Zh => format!("其中 {elsewhere} 笔已不在此文件中"),
            Lang::En => format!("{elsewhere} of its lines are not in this file any more"),
        })?;
    }
    if count("disputed_count") > 0 {
        let disputed = grouped(count("disputed_count"));
        let told = match lang {
            Lang::Zh => format!("{disputed} 笔有争议"),
            Lang::En => format!("{disputed} lines are disputed"),
        };
        paper.coloured_line(&told, Colour::Red)?;
    }
    write_states(paper, file, lang)
}
