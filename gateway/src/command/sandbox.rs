//! `anxin sandbox`: the banks' side alone.

use super::adapter::{adapter, book};
use super::arguments::Sandbox;
use super::terminal::{Align, Cell, Colour, Table, paper};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use crate::configuration::Endpoint;
use crate::sandbox::{Options, Running, start};
use adapters::BankAdapter;
use schemas::Lang;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Runs the command until Ctrl-C.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Sandbox, lang: Lang) -> Ended {
    let banks: Vec<&'static BankAdapter> = if arguments.banks.is_empty() {
        book()?.adapters().iter().collect()
    } else {
        let codes = arguments.banks.iter();
        codes
            .map(|code| adapter(&code.to_ascii_uppercase()))
            .collect::<Result<_, Failure>>()?
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let options = Options {
        seed: arguments.seed,
        first_port: arguments.port,
        files: arguments.files.clone(),
        own_keys: false,
        push_wait: Duration::from_secs(1),
    };
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
        print(&running, &banks, arguments, lang)?;
        super::asked_to_stop().await?;
        running.stop().await;
        Ok(Exit::Done)
    })
}

fn print(
    running: &Running,
    banks: &[&'static BankAdapter],
    arguments: &Sandbox,
    lang: Lang,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for adapter in banks {
        let bank = adapter.code();
        let Some(connection) = running.connections.get(&bank) else {
            continue;
        };
        for (name, endpoint) in &connection.endpoints {
            let (transport, place) = match endpoint {
                Endpoint::Tcp { address, .. } => ("tcp", address.to_string()),
                Endpoint::Http { address, .. } => ("http", format!("http://{address}")),
                Endpoint::Folder { path } => ("folder", path.display().to_string()),
            };
            let manner = running.manner(bank).map_or("", |manner| manner.as_str());
            rows.push((adapter, name, transport, place, manner));
        }
    }
    let mut paper = paper();
    if arguments.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|(adapter, name, transport, place, manner)| {
                json!({
                    "code": adapter.code().as_str(), "dialect": adapter.dialect(),
                    "endpoint": name, "transport": transport, "address": place,
                    "manner": manner,
                })
            })
            .collect();
        paper.document(&json!({"seed": arguments.seed, "endpoints": rows}))?;
        paper.flush()?;
        return Ok(());
    }
    let mut table = Table::new(&[
        (pick(lang, "银行", "bank"), Align::Left),
        (pick(lang, "方言", "dialect"), Align::Left),
        (pick(lang, "端点", "endpoint"), Align::Left),
        (pick(lang, "地址", "address"), Align::Left),
        (pick(lang, "脾气", "manner"), Align::Left),
    ]);
    for (adapter, name, _, place, manner) in rows {
        table.push(vec![
            Cell::from(adapter.code().as_str()).coloured(Colour::Bold),
            adapter.dialect().into(),
            name.as_str().into(),
            place.into(),
            Cell::from(manner).coloured(Colour::Dim),
        ]);
    }
    paper.table(&table)?;
    paper.line(pick(
        lang,
        "签名不验,报文密钥为公开的占位密钥;按 Ctrl-C 停止",
        "signatures are not checked, and the body key is a public placeholder; Ctrl-C stops it",
    ))?;
    paper.flush()?;
    Ok(())
}
