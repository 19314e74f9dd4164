//! `anxin bank try`: a wage file on a bank, without anything being sent. The file is read by the
//! bank's rules, cut as the bank wants it, written into its messages, and the bank's own chair
//! reads them and answers.
//!
//! What is shown is written with names and accounts masked, so the bytes differ from the true ones
//! there and nowhere else; `--out` writes the true ones into a private folder.

mod masked;
mod played;
mod read;
mod shown;

use super::chosen;
use crate::command::adapter::PlaceholderKeys;
use crate::command::arguments::BankTry;
use crate::command::check::{Options, exit_of, open_told, read_failure};
use crate::command::convert::{bank_day_of_today, in_the_file, make_folder, write_private};
use crate::command::order::{head_findings, order};
use crate::command::words::{Ended, Exit, Failure, Words};
use adapters::BankAdapter;
use adapters::exchange::{Outgoing, PaymentOrder};
use played::play;
use read::Trial;
use schemas::employer_files::Summary;
use schemas::{BatchHead, Lang, Severity};
use serde_json::json;
use shown::{Shown, document, print};
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub(super) fn run(arguments: &BankTry, lang: Lang) -> Ended {
    let (book, adapter) = chosen(arguments.dir.as_deref(), &arguments.bank)?;
    let (format, month) = (arguments.format.as_deref(), arguments.pay_month.as_deref());
    let options = Options::parse(format, month, Some(adapter.code().as_str()))?.with_book(book);
    let mut source = open_told(&arguments.file, arguments.json, lang)?;
    let mut trial = Trial::new(arguments.json, lang);
    let summary = options
        .read(source.as_mut(), &mut trial)
        .map_err(|error| read_failure(&arguments.file, error))?;
    let head = summary.head.clone().filter(|_| summary.errors == 0);
    let Some(head) = head else {
        return refused(adapter, &summary, &mut trial);
    };
    for finding in head_findings(adapter, &head)? {
        trial.printer.print(&finding)?;
    }
    if trial.printer.tally().of(Severity::Error) > 0 {
        return refused(adapter, &summary, &mut trial);
    }
    let orders = orders(adapter, &head, &trial)?;
    let mut messages = Vec::new();
    for file in &orders {
        match file.adapter.encode_payment(&file.order, &PlaceholderKeys) {
            Ok(written) => messages.push(written),
            Err(findings) => {
                for finding in in_the_file(findings, &file.places) {
                    trial.printer.print(&finding)?;
                }
                return refused(adapter, &summary, &mut trial);
            }
        }
    }
    if let Some(folder) = &arguments.out {
        write_out(folder, &messages)?;
    }
    // The file with most lines says most; of several the first.
    let files = orders.iter().zip(&messages).rev();
    let fullest = files.max_by_key(|(file, _)| file.order.lines.len());
    let shown = Shown {
        adapter,
        summary: &summary,
        orders: &orders,
        true_messages: fullest.map_or(&[], |(_, messages)| messages.as_slice()),
        played: fullest.map(|(file, _)| play(file.adapter, &masked::order(&file.order))),
        out: arguments.out.as_deref(),
    };
    if arguments.json {
        trial.printer.close(&document(&shown, lang))?;
    } else {
        trial.printer.flush()?;
        print(&shown, lang)?;
    }
    Ok(Exit::Done)
}

/// One bank file of the plan: the dialect by which it goes, its order, and 序号 and row of each line
/// in the employer's file.
struct File<'a> {
    adapter: &'a BankAdapter,
    order: PaymentOrder,
    places: Vec<(u32, u32)>,
}

/// The bank files, cut as `convert` cuts them.
fn orders<'a>(
    adapter: &'a BankAdapter,
    head: &BatchHead,
    trial: &Trial,
) -> Result<Vec<File<'a>>, Failure> {
    let order = order(adapter, head, bank_day_of_today()?)?;
    let planned = adapter.plan(&trial.plan_lines(adapter));
    let mut files = Vec::new();
    for (number, places) in (1u64..).zip(planned) {
        let (lines, places) = trial.file(&places);
        let order = PaymentOrder {
            file_no: number,
            lines,
            ..order.clone()
        };
        // A file is of one class of payees where the bank has a dialect for each.
        let payee_bank = order.lines.first().and_then(|line| line.payee_bank);
        files.push(File {
            adapter: adapter.for_payee(payee_bank),
            order,
            places,
        });
    }
    Ok(files)
}

/// Findings stand printed; no message follows.
fn refused(adapter: &BankAdapter, summary: &Summary, trial: &mut Trial) -> Ended {
    let printer = &mut trial.printer;
    if printer.json() {
        printer.close(&json!({
            "bank": adapter.code().as_str(),
            "dialect": adapter.dialect(),
            "evidence": adapter.evidence().as_str(),
            "line_count": summary.line_count,
            "files": [],
        }))?;
    }
    printer.flush()?;
    let what = Words::new(
        "这家银行不能照此付款,没有写出报文",
        "the bank could not pay this as it is; no message was written",
    );
    let hint = Words::new(
        "按上面的发现改正工资文件,或核对 bank.toml 的限制后重试。",
        "Correct the wage file by what is listed above, or check the limits in bank.toml.",
    );
    let failure = match exit_of(printer.tally()) {
        Exit::Usage => Failure::usage(what, hint),
        Exit::Done | Exit::InputErrors | Exit::OurFault => Failure::input(what, hint),
    };
    Err(failure.documented(printer.json()))
}

/// The true messages, file by file, into a new private folder.
fn write_out(folder: &Path, messages: &[Vec<Outgoing>]) -> Result<(), Failure> {
    make_folder(folder)?;
    for (file, messages) in (1u32..).zip(messages) {
        for (number, message) in (1u32..).zip(messages) {
            let name = format!("{file:03}-{number:02}-{}.bin", message.step);
            write_private(&folder.join(name), &message.bytes)?;
        }
    }
    Ok(())
}
