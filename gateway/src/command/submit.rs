//! `anxin submit` and `anxin status`: a client of the gateway's interface.

use super::arguments::{Status, Submit};
use super::client::{Answer, Client, body_of_file, failure, of_command_line};
use super::terminal::{Align, Cell, Colour, Table, grouped, paper, progress, yuan};
use super::words::{Ended, Exit, Failure, Words, pick};
use hyper::{Method, StatusCode};
use schemas::{Lang, LineState};
use serde_json::Value;
use std::time::Duration;

/// Between two looks at a batch that is waited for.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Runs `anxin submit`.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Submit, lang: Lang) -> Ended {
    // Words that no gateway knows are refused before anything is sent.
    super::check::Options::parse(
        arguments.format.as_deref(),
        arguments.pay_month.as_deref(),
        None,
    )?;
    let file = std::fs::File::open(&arguments.file)
        .map_err(|error| Failure::unreadable_file(&arguments.file, &error))?;
    let mut query = Vec::new();
    if arguments.good_lines {
        query.push("policy=good_lines".to_owned());
    }
    if let Some(format) = &arguments.format {
        query.push(format!("format={format}"));
    }
    if let Some(month) = &arguments.pay_month {
        query.push(format!("pay_month={month}"));
    }
    let separator = if query.is_empty() { "" } else { "?" };
    let path = format!("/v1/batches{separator}{}", query.join("&"));
    let mut client = of_command_line(&arguments.connection, lang)?;
    super::runtime()?.block_on(async {
        let body = body_of_file(file);
        let content = "application/octet-stream";
        let answer = client.call(Method::POST, &path, content, body).await;
        let answer = answer.map_err(failure)?;
        match answer.status {
            StatusCode::OK | StatusCode::ACCEPTED => {}
            StatusCode::UNPROCESSABLE_ENTITY => return refused(&answer, arguments.json, lang),
            _ => return Err(problem(&answer)),
        }
        let document = answer.json().map_err(failure)?;
        let batch_id = document["batch_id"].as_str().unwrap_or_default().to_owned();
        if arguments.wait {
            return follow(&mut client, &batch_id, true, arguments.json, lang).await;
        }
        print_receipt(&document, arguments.json, lang)
    })
}

/// Runs `anxin status`.
///
/// # Errors
/// See [`Failure`].
pub fn status(arguments: &Status, lang: Lang) -> Ended {
    if schemas::BatchId::parse(&arguments.batch_id).is_err() {
        let id = &arguments.batch_id;
        return Err(Failure::usage(
            Words::new(format!("{id} 不是批次编号"), format!("{id} is no batch id")),
            Words::new(
                "编号由报送时的回执给出,例如 B20261123-42。",
                "The receipt of the submission states it, for example B20261123-42.",
            ),
        ));
    }
    let mut client = of_command_line(&arguments.connection, lang)?;
    super::runtime()?.block_on(async {
        let id = &arguments.batch_id;
        follow(&mut client, id, arguments.wait, arguments.json, lang).await
    })
}

async fn follow(client: &mut Client, id: &str, wait: bool, as_json: bool, lang: Lang) -> Ended {
    let bar = wait.then(|| progress(1, "{wide_bar} {pos}/{len} {msg} {elapsed}"));
    let document = loop {
        let answer = client.fetch(&format!("/v1/batches/{id}")).await;
        let answer = answer.map_err(failure)?;
        if answer.status != StatusCode::OK {
            return Err(problem(&answer));
        }
        let document = answer.json().map_err(failure)?;
        let (ended, total) = progress_of(&document);
        let Some(bar) = bar.as_ref().filter(|_| ended < total) else {
            break document;
        };
        bar.set_length(total);
        bar.set_position(ended);
        bar.set_message(document["state"].as_str().unwrap_or_default().to_owned());
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    print_batch(&document, as_json, lang)
}

/// Lines that are final or unknown, and all of them.
pub fn progress_of(batch: &Value) -> (u64, u64) {
    let states = batch["states"].as_object().into_iter().flatten();
    let (mut ended, mut total) = (0, 0);
    for (word, sum) in states {
        let count = sum["count"].as_u64().unwrap_or_default();
        total += count;
        let state = LineState::parse(word);
        if state.is_some_and(|state| state.is_final() || state == LineState::Unknown) {
            ended += count;
        }
    }
    (ended, total)
}

fn print_receipt(document: &Value, as_json: bool, lang: Lang) -> Ended {
    let mut paper = paper();
    if as_json {
        paper.document(document)?;
        paper.flush()?;
        return Ok(Exit::Done);
    }
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    let lines = grouped(document["line_count"].as_u64().unwrap_or_default());
    let total = yuan(document["total_fen"].as_i64().unwrap_or_default());
    let (id, state) = (text("batch_id"), text("state"));
    paper.coloured_line(
        &match lang {
            Lang::Zh => format!("{id}  {state}  {lines} 笔  {total} 元"),
            Lang::En => format!("{id}  {state}  {lines} lines  {total} yuan"),
        },
        Colour::Green,
    )?;
    if document["replayed"].as_bool() == Some(true) {
        paper.line(pick(
            lang,
            "此前已收到同一文件,没有重复登记",
            "the same file was received before; nothing was registered twice",
        ))?;
    }
    paper.line(&format!(
        "{} {}",
        pick(lang, "复核时需核对的摘要", "digest for the approver"),
        text("digest")
    ))?;
    for finding in document["findings"].as_array().into_iter().flatten() {
        paper.line(&finding_text(finding, lang))?;
    }
    paper.flush()?;
    Ok(Exit::Done)
}

fn print_batch(document: &Value, as_json: bool, lang: Lang) -> Ended {
    let mut paper = paper();
    if as_json {
        paper.document(document)?;
        paper.flush()?;
        return Ok(Exit::Done);
    }
    let text = |key: &str| document[key].as_str().unwrap_or_default();
    paper.coloured_line(
        &format!(
            "{}  {}  {}  {}",
            text("batch_id"),
            text("batch_no"),
            text("paying_bank"),
            text("state")
        ),
        Colour::Bold,
    )?;
    let mut table = Table::new(&[
        (pick(lang, "状态", "state"), Align::Left),
        (pick(lang, "笔数", "lines"), Align::Right),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
    ]);
    for (state, sum) in document["states"].as_object().into_iter().flatten() {
        table.push(vec![
            Cell::from(state.as_str()),
            grouped(sum["count"].as_u64().unwrap_or_default()).into(),
            yuan(sum["fen"].as_i64().unwrap_or_default()).into(),
        ]);
    }
    paper.table(&table)?;
    let waits = &document["waits_for"];
    if let Some(what) = waits["text"].as_str() {
        let since = waits["since"].as_str().unwrap_or_default();
        let text = match lang {
            Lang::Zh => format!("{what}(自 {since})"),
            Lang::En => format!("{what} (since {since})"),
        };
        paper.coloured_line(&text, Colour::Yellow)?;
    }
    paper.flush()?;
    Ok(Exit::Done)
}

fn refused(answer: &Answer, as_json: bool, lang: Lang) -> Ended {
    let document = answer.json().map_err(failure)?;
    let mut paper = paper();
    if as_json {
        paper.document(&document)?;
    } else {
        for finding in document["findings"].as_array().into_iter().flatten() {
            paper.coloured_line(&finding_text(finding, lang), Colour::Red)?;
        }
    }
    paper.flush()?;
    Err(Failure::input(
        Words::new(
            "文件被退回,批次号没有被占用",
            "the file was refused; its batch number is still free",
        ),
        Words::new(
            "按上面的发现改正后重新报送。",
            "Correct what is listed and submit again.",
        ),
    ))
}

fn finding_text(finding: &Value, lang: Lang) -> String {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    let place = finding["line"].as_u64().map_or_else(
        || pick(lang, "整个文件", "whole file").to_owned(),
        |line| format!("{} {line}", pick(lang, "序号", "line")),
    );
    let (code, message) = (text("code"), text("message"));
    format!(
        "{}  {place}  {code}: {message}  {}",
        text("severity"),
        text("hint")
    )
}

/// A problem document as the command's end.
pub fn problem(answer: &Answer) -> Failure {
    let document = answer.json().unwrap_or_default();
    let text = |key: &str| document[key].as_str().unwrap_or_default().to_owned();
    let status = answer.status.as_u16();
    let said = [text("title"), text("detail")].join(" ");
    let what = Words::new(
        format!("网关答复 {status}:{said}"),
        format!("the gateway answered {status}: {said}"),
    );
    let hint = Words::new(
        "请核对证书的身份、批次编号与批次状态。",
        "Check whose certificate it is, the batch's id and its state.",
    );
    if answer.status.is_server_error() {
        Failure::ours(what, hint)
    } else {
        Failure::input(what, hint)
    }
}
