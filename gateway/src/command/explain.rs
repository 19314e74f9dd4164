//! `anxin explain`: the story of a batch, a line, a bank file or a record, from the journal. It
//! reads and never writes, takes no lock, and needs no key: what is sealed stays sealed.

use super::arguments::Explain;
use super::standing::{line_state, moment, write_batch};
use super::terminal::{Colour, Paper, paper, yuan};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use crate::core::CoreError;
use crate::dispatch::outlook::{Next, next_of};
use crate::query::batches;
use crate::query::waits::{Circumstances, Wait};
use crate::story::{Entry, Subject, Teller, sentence, together};
use journal::disk::OsDisk;
use journal::{Damage, Flaw, JournalError};
use schemas::value::BatchId;
use schemas::{Lang, LineState};
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Explain, lang: Lang) -> Ended {
    let subject = Subject::parse(&arguments.id).ok_or_else(|| no_id(&arguments.id))?;
    let folder = arguments.data.join("journal");
    let mut teller = Teller::of(subject);
    let mut stumbled: Option<CoreError> = None;
    let report = journal::verify_with(&OsDisk, &folder, 0, &mut |passed| {
        if stumbled.is_none() {
            stumbled = teller.see(passed).err();
        }
    });
    let report = report.map_err(|error| no_journal(&folder, &error))?;
    if let Some(error) = stumbled {
        return Err(Failure::defect(&error));
    }
    if report.segments == 0 {
        return Err(empty(&folder));
    }
    let entries = teller.entries();
    // A gateway that runs may be writing its last record.
    let is_torn = |damage: &Damage| matches!(damage.what, Flaw::TornTail { .. });
    let mut damages = report.damages;
    damages.retain(|damage| !is_torn(damage));
    if entries.is_empty() {
        return Err(unknown(&arguments.id, &damages));
    }
    let story = match arguments.every {
        true => entries,
        false => together(entries),
    };
    let document = document(&teller, (&arguments.id, subject), &story, &damages, lang);
    let mut paper = paper();
    if arguments.json {
        paper.document(&document)?;
    } else {
        write(&mut paper, &story, &document, lang)?;
    }
    paper.flush()?;
    Ok(if damages.is_empty() {
        Exit::Done
    } else {
        Exit::InputErrors
    })
}

/// The batch that a subject belongs to.
fn batch_of(teller: &Teller, subject: Subject, story: &[Entry]) -> Option<BatchId> {
    match subject {
        Subject::Batch(batch) => Some(batch),
        Subject::Payment(payment) => Some(payment.batch),
        Subject::File(_) | Subject::Record(_) => {
            let file_no = story.iter().find_map(|entry| entry.file_no)?;
            Some(teller.book().file(file_no)?.intent.batch)
        }
    }
}

fn document(
    teller: &Teller,
    (id, subject): (&str, Subject),
    story: &[Entry],
    damages: &[Damage],
    lang: Lang,
) -> Value {
    let entries = story.iter().map(|entry| {
        let mut told = json!(entry);
        told["time"] = crate::query::moment(entry.time_ms).into();
        told["text"] = sentence(entry, lang).into();
        told
    });
    let entries: Vec<Value> = entries.collect();
    let book = teller.book();
    let batch = batch_of(teller, subject, story).and_then(|id| book.batch(id));
    let view = batch.map(|batch| batches::whole(book, batch, lang, Circumstances::UNKNOWN));
    let next = batch.map_or_else(Vec::new, |batch| next(teller, batch, lang));
    let wait = view.as_ref().and_then(|view| view.waits_for.as_ref());
    let wait = wait.and_then(|waiting| {
        let mut all = Wait::ALL.into_iter();
        all.find(|wait| wait.as_str() == waiting.what)
    });
    json!({
        "id": id,
        "story": entries,
        "records": story.iter().map(|entry| entry.count).sum::<u64>(),
        "refused": teller.refused(),
        "line": line(teller, subject, lang),
        "batch": view,
        "next": next,
        "runbook": wait.map(|wait| format!("RUNBOOK.md: {}", wait.as_str())),
        "damages": damages.len(),
    })
}

fn line(teller: &Teller, subject: Subject, lang: Lang) -> Option<Value> {
    let Subject::Payment(payment) = subject else {
        return None;
    };
    let book = teller.book();
    let (batch, line) = book.line(payment)?;
    let disputed = line.disputed.map(|dispute| json!(dispute));
    let proposal = book.proposal(payment).map(|proposal| {
        json!({
            "outcome": proposal.outcome.as_str(),
            "operator": proposal.operator,
            "since": crate::query::moment(proposal.time_ms),
        })
    });
    Some(json!({
        "payment_id": payment.to_string(),
        "line_no": line.line_no,
        "amount_fen": (line.state != LineState::Refused).then_some(line.amount_fen),
        "state": line.state.as_str(),
        "state_text": line.state.text(lang),
        "since": crate::query::moment(line.since_ms),
        "reason": line.reason.map(|reason| schemas::codes::reason_text(reason, lang)),
        "disputed": disputed,
        "reported_fen": line.reported_fen,
        "file_no": Some(line.file_no).filter(|file_no| *file_no > 0),
        "corrects": batch.corrects.get(&payment.row).map(ToString::to_string),
        "corrected_by": book.corrected_by(payment).map(|one| one.to_string()),
        "proposal": proposal,
    }))
}

/// What happens next by itself.
fn next(teller: &Teller, batch: &crate::book::Batch, lang: Lang) -> Vec<Value> {
    let book = adapters::Book::built_in().ok();
    let Some(adapter) = book.and_then(|book| book.adapter(batch.head.paying_bank)) else {
        return Vec::new();
    };
    let calendar = schemas::codes::BankCalendar::built_in();
    let now = SystemClock::new().now();
    let next = next_of(teller.book(), batch, adapter, calendar, now);
    let told = next.into_iter().map(|one| {
        json!({
            "what": one.what,
            "file_no": one.file_no,
            "at": one.at_ms.map(crate::query::moment),
            "text": next_words(one, lang),
        })
    });
    told.collect()
}

fn next_words(next: Next, lang: Lang) -> &'static str {
    let (zh, en) = match next.what {
        "send" => ("发往银行", "it is sent to the bank"),
        "resend" => ("再次发送同一文件", "the same file is tried again"),
        "query" => ("向银行查询", "the bank is asked"),
        "answer_limit" => (
            "仍无结果则转为不明",
            "without a result by then its lines become unknown",
        ),
        "calendar" => (
            "缺少该年的银行工作日目录,不会发送",
            "the list of bank days of the year is missing: nothing is sent",
        ),
        _ => (
            "银行定义里已没有该方言:转为不明",
            "its dialect is gone from the definition: its lines become unknown",
        ),
    };
    pick(lang, zh, en)
}

fn write<W: Write>(
    paper: &mut Paper<W>,
    story: &[Entry],
    document: &Value,
    lang: Lang,
) -> io::Result<()> {
    for entry in story {
        let time = moment(&crate::query::moment(entry.time_ms));
        let text = sentence(entry, lang);
        paper.line(&format!(
            "{time}  {text}  [{} @{} {:020}.seg:{}]",
            entry.actor, entry.sequence, entry.segment, entry.offset
        ))?;
    }
    paper.line("")?;
    if let Some(why) = document["refused"].as_str() {
        let told = match lang {
            Lang::Zh => format!("该文件未受理({why}),没有占用批次号,不会付款"),
            Lang::En => {
                format!("the file was not accepted ({why}): it used up no number, nothing is paid")
            }
        };
        paper.coloured_line(&told, Colour::Red)?;
    }
    write_line_state(paper, &document["line"], lang)?;
    if document["batch"].is_object() {
        let mut batch = document["batch"].clone();
        batch["payer_account"] = pick(lang, "(封存)", "(sealed)").into();
        write_batch(paper, &batch, lang)?;
    }
    for next in document["next"].as_array().into_iter().flatten() {
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
    if let Some(runbook) = document["runbook"].as_str() {
        let words = pick(lang, "人可以做什么,见", "what a person can do:");
        paper.line(&format!("{words} {runbook}"))?;
    }
    let damages = document["damages"].as_u64().unwrap_or_default();
    if damages > 0 {
        let told = match lang {
            Lang::Zh => format!("日志有 {damages} 处损坏,经过可能不全;用 anxin verify 查看"),
            Lang::En => format!(
                "the journal has {damages} damages, the story may lack something: see anxin verify"
            ),
        };
        paper.coloured_line(&told, Colour::Red)?;
    }
    Ok(())
}

fn write_line_state<W: Write>(paper: &mut Paper<W>, line: &Value, lang: Lang) -> io::Result<()> {
    let Some(state) = line["state"].as_str() else {
        return Ok(());
    };
    let (word, colour) = line_state(state, lang);
    let id = line["payment_id"].as_str().unwrap_or_default();
    let since = moment(line["since"].as_str().unwrap_or_default());
    let amount = line["amount_fen"].as_i64().map(yuan).unwrap_or_default();
    paper.coloured_line(&format!("{id}  {amount}  {word}  {since}"), colour)?;
    for (key, zh, en) in [
        ("reason", "原因", "reason"),
        ("disputed", "争议", "disputed"),
        ("corrects", "更正", "corrects"),
        ("corrected_by", "被更正于", "corrected by"),
    ] {
        if let Some(value) = line[key].as_str() {
            paper.line(&format!("  {}  {value}", pick(lang, zh, en)))?;
        }
    }
    Ok(())
}

fn no_id(id: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("“{id}”不是编号"),
            format!("{id:?} is no id of a batch, line, bank file or record"),
        ),
        Words::new(
            "批次 B20261123-42,明细 B20261123-42.3,银行文件号 17,记录 @123。",
            "A batch is B20261123-42, a line B20261123-42.3, a bank file 17, a record @123.",
        ),
    )
}

fn unknown(id: &str, damages: &[Damage]) -> Failure {
    let hint = match damages.is_empty() {
        true => Words::new(
            "请核对编号与 --data;用 `anxin status` 可向网关查询。",
            "Compare the id and --data; `anxin status` asks a gateway.",
        ),
        false => Words::new(
            "日志有损坏,可能正在缺失的部分里;用 `anxin verify` 查看。",
            "The journal is damaged, it may be in what is missing: see `anxin verify`.",
        ),
    };
    Failure::input(
        Words::new(
            format!("该日志里没有 {id}"),
            format!("this journal has no {id}"),
        ),
        hint,
    )
}

fn no_journal(folder: &Path, error: &JournalError) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 里读不到日志"),
            format!("no journal can be read in {folder}"),
        ),
        data_hint(),
    )
    .caused_by(error)
}

fn empty(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 里没有日志段文件"),
            format!("there is no journal segment in {folder}"),
        ),
        data_hint(),
    )
}

fn data_hint() -> Words {
    Words::new(
        "--data 应指向含有 journal 目录的数据目录。",
        "--data must name the folder that holds `journal`.",
    )
}
