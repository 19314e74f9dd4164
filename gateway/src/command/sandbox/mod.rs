//! `anxin sandbox`: the banks' side alone.

mod connection_file;
mod setup;

use super::adapter::book;
use super::arguments::Sandbox;
use super::bank::not_in;
use super::banks::{evidence_cell, evidence_words};
use super::definitions::book_to_use;
use super::terminal::{Align, Cell, Colour, Paper, Table, paper, progress};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use crate::configuration::Endpoint;
use crate::sandbox::character::Manner;
use crate::sandbox::{KeySource, Options, Running, start};
use adapters::{BankAdapter, Evidence};
use indicatif::ProgressBar;
use schemas::Lang;
use schemas::value::BankCode;
use serde_json::{Value, json};
use setup::{FIRST_PORT, Setup, SetupError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Runs the command until Ctrl-C.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Sandbox, lang: Lang) -> Ended {
    let banks = banks(arguments)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let template = pick(
        lang,
        "写入安装目录 {wide_bar} {pos}/{len} {elapsed}",
        "writing the installation {wide_bar} {pos}/{len} {elapsed}",
    );
    let bar = progress(u64::try_from(banks.len()).unwrap_or_default(), template);
    let setup = match &arguments.setup {
        None => None,
        Some(folder) => {
            let prepared = prepare(folder, arguments.seed, &banks, clock.as_ref(), &bar);
            Some(prepared?)
        }
    };
    let options = options(arguments, &banks, setup.as_ref(), &bar)?;
    bar.finish_and_clear();
    super::runtime()?.block_on(async {
        let running = start(&banks, &clock, &options).await.map_err(|error| {
            Failure::usage(
                Words::new("沙箱无法启动", "the sandbox does not start"),
                Words::new(
                    "端口可能被占用,或目录不可写;可改 --port 与 --files。",
                    "A port may be taken or the folder not writable: try --port and --files.",
                ),
            )
            .caused_by(&error)
        })?;
        if let Some(setup) = &setup {
            connect(setup, &running, &banks).map_err(|error| not_set_up(&error))?;
        }
        let mut stop = super::StopSignals::new()?;
        print(&running, &banks, arguments, lang)?;
        stop.asked().await;
        running.stop().await;
        Ok(Exit::Done)
    })
}

/// The banks that are opened: of the folder that is named, or of the program.
fn banks(arguments: &Sandbox) -> Result<Vec<&'static BankAdapter>, Failure> {
    let book = match &arguments.dir {
        Some(folder) => book_to_use(folder)?,
        None => book()?,
    };
    if let (Some(folder), []) = (&arguments.dir, book.adapters()) {
        return Err(without_banks(folder));
    }
    if arguments.banks.is_empty() {
        return Ok(book.adapters().iter().collect());
    }
    let one = |text: &String| {
        let nobody = || Failure::no_such_bank(text);
        let code = BankCode::parse(text).map_err(|_| nobody())?;
        let missing = || match &arguments.dir {
            Some(folder) => not_in(folder, code),
            None => nobody(),
        };
        book.adapter(code).ok_or_else(missing)
    };
    arguments.banks.iter().map(one).collect()
}

/// A folder of dialects alone.
fn without_banks(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 中没有银行"),
            format!("{folder} has no bank"),
        ),
        Words::new(
            format!("用 `anxin bank new 代码 --dialect 方言 --dir {folder}` 新建。"),
            format!("`anxin bank new CODE --dialect NAME --dir {folder}` makes one."),
        ),
    )
}

/// The installation with a wage file for each bank that is opened.
fn prepare(
    folder: &Path,
    seed: u64,
    banks: &[&'static BankAdapter],
    clock: &dyn Clock,
    bar: &ProgressBar,
) -> Result<Setup, Failure> {
    let book = book()?;
    let prepared = Setup::prepare(folder, book, seed, clock, bar).and_then(|setup| {
        setup.write_wages(book, banks, seed, clock)?;
        Ok(setup)
    });
    prepared.map_err(|error| not_set_up(&error))
}

fn options(
    arguments: &Sandbox,
    banks: &[&'static BankAdapter],
    setup: Option<&Setup>,
    bar: &ProgressBar,
) -> Result<Options, Failure> {
    let keys = match setup {
        None => KeySource::Placeholder,
        Some(setup) => {
            let keys = banks.iter().map(|adapter| {
                let keys = setup.keys(adapter)?;
                bar.inc(1);
                Ok((adapter.code(), keys))
            });
            KeySource::Given(keys.collect::<Result<_, Failure>>()?)
        }
    };
    let files = match (&arguments.files, &arguments.setup) {
        (Some(files), _) => files.clone(),
        (None, Some(setup)) => setup.join("files"),
        (None, None) => PathBuf::from("sandbox-files"),
    };
    let default = if setup.is_some() { FIRST_PORT } else { 0 };
    Ok(Options {
        seed: arguments.seed,
        first_port: arguments.port.unwrap_or(default),
        // A connection's relative path would begin at its own folder.
        files: std::path::absolute(&files)?,
        keys,
        push_wait: Duration::from_secs(1),
        ledger: arguments.ledger.clone(),
    })
}

/// Tells the gateway's side where the banks are, and the banks where the gateway is.
fn connect(
    setup: &Setup,
    running: &Running,
    banks: &[&'static BankAdapter],
) -> Result<(), SetupError> {
    for adapter in banks {
        if let Some(connection) = running.connections.get(&adapter.code()) {
            setup.connect(adapter, connection)?;
        }
    }
    let codes = banks.iter().map(|adapter| adapter.code());
    running.push_to(setup.push_target(codes)?);
    Ok(())
}

fn not_set_up(error: &SetupError) -> Failure {
    Failure::usage(
        Words::new("安装目录无法写成", "the installation can't be written"),
        Words::new(
            "请为 --setup 换一个可写的新目录;不要指向已有的安装目录。",
            "Choose a new folder for --setup, not one that holds an installation.",
        ),
    )
    .caused_by(error)
}

/// How a bank behaves, for people.
fn manner_word(manner: Manner, lang: Lang) -> &'static str {
    let zh = match manner {
        Manner::Prompt => "即时答复",
        Manner::Slow => "答复较慢",
        Manner::HangsUp => "收后挂断",
        Manner::Holds => "收后不答",
        Manner::HangsUpNext => "下次连接即挂断",
        Manner::Mute => "中途沉默",
        Manner::PushesTwice => "推送两遍",
        Manner::OnlyAnswers => "只答不推",
    };
    pick(lang, zh, manner.as_str())
}

/// One way to one bank.
struct Counter {
    adapter: &'static BankAdapter,
    endpoint: String,
    transport: &'static str,
    address: String,
    manner: Option<Manner>,
}

fn counters(running: &Running, banks: &[&'static BankAdapter]) -> Vec<Counter> {
    let mut counters = Vec::new();
    for adapter in banks {
        let bank = adapter.code();
        let connection = running.connections.get(&bank);
        for (name, endpoint) in connection.iter().flat_map(|known| &known.endpoints) {
            let (transport, address) = match endpoint {
                Endpoint::Tcp { address, .. } => ("tcp", address.to_string()),
                Endpoint::Http { address, .. } => ("http", format!("http://{address}")),
                Endpoint::Folder { path } => ("folder", path.display().to_string()),
                Endpoint::Sftp(server) => ("sftp", format!("sftp://{}", server.address)),
            };
            counters.push(Counter {
                adapter,
                endpoint: name.clone(),
                transport,
                address,
                manner: running.manner(bank),
            });
        }
    }
    counters
}

fn document(counters: &[Counter], seed: u64) -> Value {
    let rows = counters.iter().map(|counter| {
        json!({
            "code": counter.adapter.code().as_str(), "dialect": counter.adapter.dialect(),
            "endpoint": counter.endpoint, "transport": counter.transport,
            "address": counter.address, "manner": counter.manner.map(Manner::as_str),
            "evidence": counter.adapter.evidence().as_str(),
        })
    });
    json!({"seed": seed, "endpoints": rows.collect::<Vec<_>>()})
}

fn print(
    running: &Running,
    banks: &[&'static BankAdapter],
    arguments: &Sandbox,
    lang: Lang,
) -> Result<(), Failure> {
    let counters = counters(running, banks);
    let mut paper = paper();
    if arguments.json {
        paper.document(&document(&counters, arguments.seed))?;
        paper.flush()?;
        return Ok(());
    }
    let mut table = Table::new(&[
        (pick(lang, "银行", "bank"), Align::Left),
        (pick(lang, "方言", "dialect"), Align::Left),
        (pick(lang, "依据", "evidence"), Align::Left),
        (pick(lang, "端点", "endpoint"), Align::Left),
        (pick(lang, "地址", "address"), Align::Left),
        (pick(lang, "脾气", "manner"), Align::Left),
    ]);
    for counter in counters {
        table.push(vec![
            Cell::from(counter.adapter.code().as_str()).coloured(Colour::Bold),
            counter.adapter.dialect().into(),
            evidence_cell(counter.adapter.evidence()),
            counter.endpoint.into(),
            counter.address.into(),
            Cell::from(
                counter
                    .manner
                    .map_or("", |manner| manner_word(manner, lang)),
            )
            .coloured(Colour::Dim),
        ]);
    }
    paper.table(&table)?;
    if banks
        .iter()
        .any(|bank| bank.evidence() == Evidence::Synthetic)
    {
        let text = evidence_words(Evidence::Synthetic, lang);
        paper.coloured_line(text, Colour::Yellow)?;
    }
    paper.line(match &arguments.setup {
        Some(_) => pick(
            lang,
            "签名按 --setup 目录中的密钥核验;按 Ctrl-C 停止",
            "signatures are checked by the keys in the folder of --setup; Ctrl-C stops it",
        ),
        None => pick(
            lang,
            "签名不验,报文密钥为公开的占位密钥;按 Ctrl-C 停止",
            "signatures are not checked, the body key is a public placeholder; Ctrl-C stops it",
        ),
    })?;
    if let (Some(folder), Some(adapter)) = (&arguments.setup, banks.first()) {
        next_steps(&mut paper, folder, adapter.code(), lang)?;
    }
    paper.flush()?;
    Ok(())
}

/// What to type in other windows.
fn next_steps<W: Write>(paper: &mut Paper<W>, folder: &Path, bank: BankCode, lang: Lang) -> Ended {
    let setup = Setup::there(folder);
    let (employer, url) = setup
        .employer(bank)
        .and_then(|employer| Ok((employer, setup.url()?)))
        .map_err(|error| not_set_up(&error))?;
    let folder = folder.display();
    paper.line(pick(
        lang,
        "另开窗口,启动网关并报送:",
        "in other windows, start the gateway and submit:",
    ))?;
    for line in [
        format!("  anxin serve --config {folder}/gateway.toml"),
        format!("  anxin submit {folder}/wages/{bank}.csv --url {url} --ca {folder}/pki/ca.pem \\"),
        format!("    --cert {folder}/pki/employer/{employer}-maker.pem \\"),
        format!("    --key {folder}/pki/employer/{employer}-maker.key"),
    ] {
        paper.line(&line)?;
    }
    Ok(Exit::Done)
}
