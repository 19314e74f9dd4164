//! `anxin submit` and `anxin status`: a client of the gateway's interface.

use super::arguments::{Status, Submit};
use super::client::{Answer, Client, body_of_file, failure, of_command_line};
use super::standing::{
    TROUBLES, batch_state, write_batch, write_findings, write_lines, write_receipt,
};
use super::terminal::{Colour, Paper, paper, progress};
use super::words::{Ended, Exit, Failure, Words};
use hyper::{Method, StatusCode};
use schemas::{FindingCode, Lang, LineState};
use serde_json::Value;
use std::path::Path;
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
    let file = match open_file(&arguments.file) {
        Ok(file) => file,
        Err(error) => return Err(unopened(&error, arguments, lang)?),
    };
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
            _ => return Err(told(&answer, arguments.json)?),
        }
        let document = answer.json().map_err(failure)?;
        let batch_id = document["batch_id"].as_str().unwrap_or_default().to_owned();
        if !arguments.wait {
            return print_receipt(&document, arguments.json, lang);
        }
        // At once: whoever ends the waiting has the batch, and the approver its digest.
        match arguments.json {
            true => {
                let mut paper = Paper::plain(std::io::stderr());
                write_receipt(&mut paper, &document, lang)?;
            }
            false => {
                print_receipt(&document, false, lang)?;
            }
        }
        follow(&mut client, &batch_id, true, arguments.json, lang).await
    })
}

/// The file to be sent; a folder is none.
fn open_file(path: &Path) -> std::io::Result<std::fs::File> {
    let file = std::fs::File::open(path)?;
    match file.metadata()?.is_dir() {
        true => Err(std::io::ErrorKind::IsADirectory.into()),
        false => Ok(file),
    }
}

/// A file that can't be opened ends as in `check`, with the same document.
fn unopened(error: &std::io::Error, arguments: &Submit, lang: Lang) -> Result<Failure, Failure> {
    if arguments.json {
        let mut paper = paper();
        let finding = super::check::unopened(error, lang);
        paper.document(&super::check::unreadable_document(&finding, lang))?;
        paper.flush()?;
    }
    let failure = Failure::unreadable_file(&arguments.file, error);
    Ok(failure.documented(arguments.json))
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
            return Err(told(&answer, as_json)?);
        }
        let document = answer.json().map_err(failure)?;
        let (ended, total) = progress_of(&document);
        let Some(bar) = bar.as_ref().filter(|_| ended < total) else {
            break document;
        };
        bar.set_length(total);
        bar.set_position(ended);
        let state = document["state"].as_str().unwrap_or_default();
        bar.set_message(batch_state(state, lang).to_owned());
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if as_json {
        let mut paper = paper();
        paper.document(&document)?;
        paper.flush()?;
    } else {
        print_batch(client, &document, lang).await?;
    }
    Ok(Exit::Done)
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
    } else {
        write_receipt(&mut paper, document, lang)?;
    }
    paper.flush()?;
    Ok(Exit::Done)
}

/// Lines of one state that are printed; the rest is named by its number.
const LINES_PRINTED_MAX: usize = 20;

async fn print_batch(client: &mut Client, batch: &Value, lang: Lang) -> Result<(), Failure> {
    let mut paper = paper();
    write_batch(&mut paper, batch, lang)?;
    let id = batch["batch_id"].as_str().unwrap_or_default();
    let disputed = batch["disputed_count"].as_u64().unwrap_or_default();
    print_lines(client, &mut paper, (id, "disputed=true"), disputed, lang).await?;
    for state in TROUBLES {
        let count = batch["states"][state.as_str()]["count"].as_u64();
        let count = count.unwrap_or_default();
        let of_state = format!("state={state}");
        print_lines(client, &mut paper, (id, &of_state), count, lang).await?;
    }
    let counts = batch["findings"].as_object().into_iter().flatten();
    let found: u64 = counts.filter_map(|(_, count)| count.as_u64()).sum();
    if found > 0 {
        let findings = fetched(client, &format!("/v1/batches/{id}/findings")).await?;
        paper.line("")?;
        write_findings(&mut paper, &findings["findings"], lang)?;
    }
    Ok(paper.flush()?)
}

/// The first of so many lines of a batch that a parameter names.
async fn print_lines<W: std::io::Write>(
    client: &mut Client,
    paper: &mut Paper<W>,
    (id, which): (&str, &str),
    count: u64,
    lang: Lang,
) -> Result<(), Failure> {
    if count == 0 {
        return Ok(());
    }
    let path = format!("/v1/batches/{id}/lines?{which}&limit={LINES_PRINTED_MAX}");
    let page = fetched(client, &path).await?;
    let lines = page["lines"].as_array().map_or(&[][..], Vec::as_slice);
    write_lines(paper, lines, lang)?;
    let more = count.saturating_sub(lines.len() as u64);
    if more > 0 {
        paper.line(&match lang {
            Lang::Zh => format!("……另有 {more} 笔,见 /v1/batches/{id}/lines?{which}"),
            Lang::En => format!("… {more} more at /v1/batches/{id}/lines?{which}"),
        })?;
    }
    Ok(())
}

async fn fetched(client: &mut Client, path: &str) -> Result<Value, Failure> {
    let answer = client.fetch(path).await.map_err(failure)?;
    if answer.status == StatusCode::OK {
        return answer.json().map_err(failure);
    }
    Err(problem(&answer))
}

fn refused(answer: &Answer, as_json: bool, lang: Lang) -> Ended {
    let document = answer.json().map_err(failure)?;
    let mut paper = paper();
    if as_json {
        paper.document(&document)?;
    } else {
        write_findings(&mut paper, &document["findings"], lang)?;
        // More findings than an answer carries: its own words say how many there are.
        if document["findings_left_out"].as_u64().is_some() {
            let words = document["detail"].as_str().unwrap_or_default();
            paper.coloured_line(words, Colour::Yellow)?;
        }
    }
    paper.flush()?;
    let what = Words::new(
        "文件未受理,批次号没有被占用",
        "the file was refused; its batch number is still free",
    );
    let remedy = Words::new(
        "按上面的问题改正后重新报送。",
        "Correct what is listed and submit again.",
    );
    // As `check` ends with such a file (INTERFACE section 1).
    let hopeless = [FindingCode::Unreadable, FindingCode::UnsupportedFormat];
    let hopeless = hopeless.map(FindingCode::as_str);
    let found = document["findings"].as_array().into_iter().flatten();
    let mut codes = found.filter_map(|finding| finding["code"].as_str());
    let failure = match codes.any(|code| hopeless.contains(&code)) {
        true => Failure::usage(what, remedy),
        false => Failure::input(what, remedy),
    };
    Err(failure.documented(as_json))
}

/// A problem as the command's end; with `--json` the document itself is on stdout.
fn told(answer: &Answer, as_json: bool) -> Result<Failure, Failure> {
    if let (true, Ok(document)) = (as_json, answer.json()) {
        let mut paper = paper();
        paper.document(&document)?;
        paper.flush()?;
        return Ok(problem(answer).documented(true));
    }
    Ok(problem(answer))
}

/// A problem document as the command's end.
pub fn problem(answer: &Answer) -> Failure {
    let document = answer.json().unwrap_or_default();
    let status = answer.status.as_u16();
    let said = |lang: &str| {
        let of = |key: &str| document[lang][key].as_str().or(document[key].as_str());
        [
            of("title").unwrap_or_default(),
            of("detail").unwrap_or_default(),
        ]
        .join(if lang == "zh" { "," } else { ": " })
    };
    let what = Words::new(
        format!("网关答复 {status}:{}", said("zh")),
        format!("the gateway answered {status}: {}", said("en")),
    );
    let hint = match answer.status {
        StatusCode::CONFLICT if document["field"].as_str() == Some("state") => Words::new(
            "请用 anxin status 查看批次现在的状态。",
            "`anxin status` shows how the batch stands now.",
        ),
        StatusCode::CONFLICT => Words::new(
            "若是另一批工资,请换一个批次号;若是同一批,请报送与上次完全相同的文件。",
            "Give another payment another batch number; send the same one as the very same file.",
        ),
        StatusCode::NOT_FOUND => Words::new(
            "请核对批次编号,以及证书是否属于报送单位。",
            "Check the batch's id, and that the certificate is the submitting employer's.",
        ),
        status if status.is_server_error() => Words::new(
            "请稍后再试;同一文件可以放心重新报送,不会重复发放。再次如此时,把上面的编号告诉运营方。",
            "Try again later; the same file may be submitted again, nothing is paid twice. If it \
             stays so, tell those who run the gateway the number above.",
        ),
        StatusCode::BAD_REQUEST => Words::new(
            "请核对命令的各个选项。",
            "Check the options of the command.",
        ),
        _ => Words::new(
            "请核对证书的身份、批次编号与批次状态;同一文件可以放心重新报送,不会重复发放。",
            "Check whose certificate it is, the batch's id and its state; the same file may be \
             submitted again, nothing is paid twice.",
        ),
    };
    if answer.status.is_server_error() {
        Failure::ours(what, hint)
    } else {
        Failure::input(what, hint)
    }
}
