//! `anxin convert`: exactly the bytes that would go to a bank, one file per message.
//!
//! The file is read twice. The first reading finds every error and remembers of each line only
//! what the plan needs; the second one writes each bank file as soon as its last line is there.
//! So memory holds some 50 bytes a line and the rows of one bank file (of one for each class
//! where the bank wants its own and other banks' accounts apart), not the batch.

mod day;
mod survey;
mod writing;

use super::adapter::adapter;
use super::arguments::Convert;
use super::check::{Options, Printer, exit_of, open_told, other_bank, write_bank};
use super::terminal::{Align, Cell, Table, grouped, paper, yuan};
use super::words::{Ended, Exit, Failure, Words, pick};
use adapters::BankAdapter;
use schemas::employer_files::{ReadError, Summary};
use schemas::{BatchHead, Finding, Lang, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::Path;
use survey::Survey;
use writing::{Stopped, Writing, Written};

pub(super) use day::{calendar as bank_days, of_today as bank_day_of_today};
pub(super) use writing::{in_the_file, travels};

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Convert, lang: Lang) -> Ended {
    let adapter = adapter(&arguments.bank)?;
    let options = Options::parse(
        arguments.format.as_deref(),
        arguments.pay_month.as_deref(),
        Some(arguments.bank.as_str()),
    )?;
    let bank_date = day::bank_date(arguments, lang)?;
    let mut source = open_told(&arguments.file, arguments.json, lang)?;
    let read_failure = |error: ReadError| super::check::read_failure(&arguments.file, error);
    let mut survey = Survey::new(adapter, arguments.json, lang);
    let summary = options
        .read(source.as_mut(), &mut survey)
        .map_err(read_failure)?;
    let head = survey.head.take().filter(|_| summary.errors == 0);
    let Some(head) = head else {
        return refused(&mut survey.printer, adapter, &summary);
    };
    let found = super::order::head_findings(adapter, &head)?;
    if !found.is_empty() {
        return refuse(&found, &mut survey.printer, adapter, &summary);
    }
    let plan = survey.plan();
    let mut printer = survey.printer;
    make_folder(&arguments.out)?;
    let mut writing = Writing::new(adapter, &head, plan, &arguments.out, bank_date)?;
    source.rewind()?;
    let again = options.read(source.as_mut(), &mut writing);
    let stopped = match (writing.stopped.take(), again) {
        (Some(stopped), _) => Some(stopped),
        (None, Err(error)) => Some(Stopped::Failed(read_failure(error))),
        (None, Ok(again)) if again.digest != summary.digest => Some(Stopped::Changed),
        (None, Ok(_)) => None,
    };
    if let Some(stopped) = stopped {
        writing.remove();
        return match stopped {
            Stopped::Refused(found) => refuse(&found, &mut printer, adapter, &summary),
            Stopped::Failed(failure) => Err(failure),
            Stopped::Changed => Err(changed()),
        };
    }
    let written = writing.finish();
    let manifest = manifest(adapter, &head, &summary, &written, lang);
    let text = serde_json::to_vec_pretty(&manifest)?;
    write_private(&arguments.out.join("manifest.json"), &text)?;
    print(arguments, &manifest, &written, lang)?;
    if !arguments.json {
        let mut paper = paper();
        write_bank(&mut paper, &summary, Some(adapter.code()), lang)?;
        paper.flush()?;
    }
    Ok(Exit::Done)
}

fn changed() -> Failure {
    Failure::usage(
        Words::new(
            "文件在转换过程中被改动,没有写出任何报文",
            "the file changed while it was converted; no message was written",
        ),
        Words::new(
            "关闭正在编辑它的程序后重试。",
            "Close what edits it and try again.",
        ),
    )
}

type Findings = Printer<Box<dyn Write>>;

fn refuse(
    found: &[Finding],
    printer: &mut Findings,
    adapter: &BankAdapter,
    summary: &Summary,
) -> Ended {
    for finding in found {
        printer.print(finding)?;
    }
    refused(printer, adapter, summary)
}

/// Ends with the list that `anxin check --bank` prints as well, and its code.
fn refused(printer: &mut Findings, adapter: &BankAdapter, summary: &Summary) -> Ended {
    if printer.json() {
        printer.close(&json!({
            "bank": adapter.code().as_str(),
            "dialect": adapter.dialect(),
            "evidence": adapter.evidence().as_str(),
            "source_digest": crate::hex(&summary.digest),
            "line_count": summary.line_count,
            "total_fen": summary.total.map(|total| total.0),
            "errors": printer.tally().of(Severity::Error),
            "files": [],
        }))?;
    }
    printer.flush()?;
    let bank = adapter.code();
    let what = Words::new(
        "文件有错误,没有写出任何报文",
        "the file has errors; no message was written",
    );
    let hint = Words::new(
        format!("按上面的发现改正后重试;`anxin check --bank {bank}` 给出同样的清单。"),
        format!("Correct what is listed above; `anxin check --bank {bank}` prints the same list."),
    );
    let failure = match exit_of(printer.tally()) {
        Exit::Usage => Failure::usage(what, hint),
        Exit::Done | Exit::InputErrors | Exit::OurFault => Failure::input(what, hint),
    };
    Err(failure.documented(printer.json()))
}

/// A new or empty folder, mode 0700.
///
/// # Errors
/// When it is not empty, or can't be made.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    let unwritable = |error| Failure::unwritable(folder, &error);
    super::private_folder(folder)?;
    let mut content = std::fs::read_dir(folder).map_err(unwritable)?;
    if content.next().is_some() {
        let folder = folder.display();
        return Err(Failure::usage(
            Words::new(
                format!("目录 {folder} 不是空的"),
                format!("the folder {folder} is not empty"),
            ),
            Words::new(
                "换一个空目录,以免新旧报文混在一起。",
                "Choose an empty one, so that old and new messages never mix.",
            ),
        ));
    }
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
        .map_err(unwritable)?;
    Ok(())
}

/// A new file of mode 0600: messages to a bank are never written over.
///
/// # Errors
/// When it is there already, or can't be written.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|error| Failure::unwritable(path, &error))
}

fn manifest(
    adapter: &BankAdapter,
    head: &BatchHead,
    summary: &Summary,
    written: &[Written],
    lang: Lang,
) -> Value {
    let files: Vec<Value> = written.iter().map(|file| file.document.clone()).collect();
    let fields = adapter.connection_fields().iter();
    let invented: BTreeMap<&str, &str> = fields
        .map(|field| (field.name.as_str(), field.example.as_str()))
        .collect();
    json!({
        "bank": adapter.code().as_str(),
        "dialect": adapter.dialect(),
        "evidence": adapter.evidence().as_str(),
        "batch_no": head.batch_no.as_str(),
        "source_digest": crate::hex(&summary.digest),
        "line_count": summary.line_count,
        "total_fen": summary.total.map(|total| total.0),
        "files": files,
        "stated_bank": head.paying_bank.as_str(),
        "bank_is_stated": other_bank(summary, Some(adapter.code())).is_none_or(|o| o.is_none()),
        "placeholders": {
            "signature": pick(
                lang,
                "所有签名均为占位文字,不是真正的签名",
                "every signature is a placeholder text, not a signature",
            ),
            "cipher": pick(
                lang,
                "加密部分使用众所周知的密钥",
                "enciphered bodies use a key that everybody knows",
            ),
            "connection": invented,
        },
    })
}

fn print(
    arguments: &Convert,
    manifest: &Value,
    written: &[Written],
    lang: Lang,
) -> Result<(), Failure> {
    let mut paper = paper();
    if arguments.json {
        paper.document(manifest)?;
        paper.flush()?;
        return Ok(());
    }
    let mut table = Table::new(&[
        (pick(lang, "文件", "file"), Align::Left),
        (pick(lang, "步骤", "step"), Align::Left),
        (pick(lang, "字节", "bytes"), Align::Right),
        (pick(lang, "笔数", "lines"), Align::Right),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
        (pick(lang, "签名", "signature"), Align::Left),
    ]);
    let count = |number: usize| grouped(u64::try_from(number).unwrap_or_default());
    for file in written {
        table.push(vec![
            Cell::from(file.name.as_str()),
            file.step.as_str().into(),
            count(file.bytes).into(),
            count(file.lines).into(),
            yuan(file.total.0).into(),
            file.signature.clone().unwrap_or_default().into(),
        ]);
    }
    paper.table(&table)?;
    paper.line(pick(
        lang,
        "签名与密钥均为占位,这些报文不会被任何银行接受;内含姓名与账号,用后请删除",
        "signatures and keys are placeholders: no bank takes these messages; they hold names and \
         accounts, so delete them after use",
    ))?;
    paper.flush()?;
    Ok(())
}
