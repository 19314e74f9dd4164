//! `anxin convert`: exactly the bytes that would go to a bank, one file per message.

use super::adapter::{PlaceholderKeys, adapter};
use super::arguments::Convert;
use super::report::write_finding;
use super::terminal::{Align, Cell, Table, grouped, paper, yuan};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{CHINA, Clock, SystemClock};
use crate::intake::lines::KeptLine;
use adapters::BankAdapter;
use adapters::exchange::{OrderLine, Outgoing, PaymentOrder, PlanLine, Wire};
use certs::digest::{DigestAlgorithm, digest};
use schemas::employer_files::{Sink, SinkError, Summary};
use schemas::value::{PersonName, Purpose};
use schemas::{BatchHead, Finding, Lang, PayLine, Severity, codes};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Convert, lang: Lang) -> Ended {
    let adapter = adapter(&arguments.bank)?;
    let options = super::check::Options::parse(
        arguments.format.as_deref(),
        arguments.pay_month.as_deref(),
        Some(arguments.bank.as_str()),
    )?;
    let mut source = super::check::open(&arguments.file)
        .map_err(|error| Failure::unreadable_file(&arguments.file, &error))?;
    let mut batch = Batch::default();
    let summary = options
        .read(source.as_mut(), &mut batch)
        .map_err(|error| super::check::read_failure(&arguments.file, error))?;
    let Some(head) = batch.head.clone().filter(|_| summary.errors == 0) else {
        return refuse(&batch.findings, lang);
    };
    let orders = orders(adapter, &head, &batch.lines)?;
    let keys = PlaceholderKeys::default();
    let mut files = Vec::new();
    for order in &orders {
        match adapter.encode_payment(order, &keys) {
            Ok(messages) => files.extend(messages.into_iter().map(|message| (order, message))),
            Err(findings) => return refuse(&findings, lang),
        }
    }
    make_folder(&arguments.out)?;
    let written = write_files(&arguments.out, &files)?;
    let manifest = manifest(adapter, &head, &summary, &written);
    let text = serde_json::to_vec_pretty(&manifest)?;
    write_private(&arguments.out.join("manifest.json"), &text)?;
    print(arguments, &manifest, &written, lang)?;
    Ok(Exit::Done)
}

/// What of a file is needed to instruct.
#[derive(Default)]
struct Batch {
    head: Option<BatchHead>,
    lines: Vec<KeptLine>,
    findings: Vec<Finding>,
}

impl Sink for Batch {
    fn head(&mut self, head: &BatchHead) -> Result<(), SinkError> {
        self.head = Some(head.clone());
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        let name = PersonName::parse(line.payee.name);
        let name = name.map_err(|error| SinkError(Box::new(error)))?;
        self.lines.push(KeptLine {
            index: line.index,
            row: line.row,
            line_no: line.line_no,
            reference: line.reference.map(str::to_owned),
            name,
            id_type: line.payee.id_type,
            id_number: line.payee.id_number,
            account: line.payee.account,
            payee_bank: line.payee_bank,
            cnaps_code: line.cnaps_code,
            amount: line.amount,
            gross_amount: line.gross_amount,
            memo: line.memo.map(str::to_owned),
            corrects: line.corrects,
        });
        Ok(())
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        if finding.severity == Severity::Error {
            self.findings.push(finding);
        }
        Ok(())
    }
}

fn refuse(findings: &[Finding], lang: Lang) -> Ended {
    let mut errors = super::terminal::errors();
    for finding in findings {
        write_finding(&mut errors, finding, lang)?;
    }
    errors.flush()?;
    Err(Failure::input(
        Words::new(
            "文件有错误,没有写出任何报文",
            "the file has errors; no message was written",
        ),
        Words::new(
            "按上面的发现改正后重试;`anxin check` 给出同样的清单。",
            "Correct what is listed above; `anxin check` prints the same list.",
        ),
    ))
}

fn orders(
    adapter: &BankAdapter,
    head: &BatchHead,
    lines: &[KeptLine],
) -> Result<Vec<PaymentOrder>, Failure> {
    let today = SystemClock::new().now().date();
    let bank_date = codes::next_bank_day(today).map_err(|error| Failure::defect(&error))?;
    // The hour at which banks are open on any bank day: the same file gives the same bytes.
    let instructed_at = bank_date
        .with_time(time::macros::time!(10:00))
        .assume_offset(CHINA);
    let charset = adapter.charset_out();
    let bytes = |text: &str| charset.byte_len(text).unwrap_or(text.len());
    let plan: Vec<PlanLine> = lines
        .iter()
        .map(|line| PlanLine {
            payee_bank: line.payee_bank,
            amount: line.amount,
            name_bytes: bytes(line.name.reveal(Purpose::Instruction)),
            memo_bytes: line.memo.as_deref().map_or(0, bytes),
        })
        .collect();
    let fields = adapter.connection_fields().iter();
    let connection: BTreeMap<String, String> = fields
        .map(|field| (field.name.clone(), field.example.clone()))
        .collect();
    let named = head.payer_name.clone();
    let payer_name = named.map_or_else(|| payer_name(head), Ok)?;
    let files = adapter.plan(&plan).into_iter();
    let orders = files.zip(1u64..).map(|(places, file_no)| PaymentOrder {
        file_no,
        bank_date,
        instructed_at,
        payer_account: head.payer_account,
        payer_name: payer_name.clone(),
        pay_month: head.pay_month,
        connection: connection.clone(),
        lines: places
            .into_iter()
            .filter_map(|place| lines.get(place))
            .zip(1u32..)
            .map(|(line, row_no)| order_line(line, row_no))
            .collect(),
    });
    Ok(orders.collect())
}

/// The payer's name where the file has none: the employer's. The gateway takes the mandate's.
fn payer_name(head: &BatchHead) -> Result<PersonName, Failure> {
    let text = head.employer_name.as_deref();
    let text = text.unwrap_or(head.employer_uscc.as_str());
    PersonName::parse(text).map_err(|error| Failure::defect(&error))
}

fn order_line(line: &KeptLine, row_no: u32) -> OrderLine {
    OrderLine {
        row_no,
        name: line.name.clone(),
        id_type: line.id_type,
        id_number: line.id_number,
        account: line.account,
        payee_bank: line.payee_bank,
        cnaps_code: line.cnaps_code,
        amount: line.amount,
        memo: line.memo.clone(),
    }
}

/// A new or empty folder, mode 0700.
///
/// # Errors
/// When it is not empty, or can't be made.
pub fn make_folder(folder: &Path) -> Result<(), Failure> {
    let unwritable = |error| Failure::unwritable(folder, &error);
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(unwritable)?;
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

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(|error| Failure::unwritable(path, &error))
}

/// A message on disk.
struct Written<'a> {
    name: String,
    order: &'a PaymentOrder,
    message: &'a Outgoing,
}

fn write_files<'a>(
    folder: &Path,
    files: &'a [(&'a PaymentOrder, Outgoing)],
) -> Result<Vec<Written<'a>>, Failure> {
    let mut written: Vec<Written<'a>> = Vec::new();
    for (order, message) in files {
        let safe = crate::channel::safe_name(&message.file_name);
        let own = safe.map_or_else(|_| format!("{}.bin", message.step), str::to_owned);
        let taken = |name: &str| written.iter().any(|other| other.name == name);
        let mut name = own.clone();
        let mut number = 2;
        while taken(&name) || name == "manifest.json" {
            name = format!("{number}-{own}");
            number += 1;
        }
        write_private(&folder.join(&name), &message.bytes)?;
        written.push(Written {
            name,
            order,
            message,
        });
    }
    Ok(written)
}

fn manifest(
    adapter: &BankAdapter,
    head: &BatchHead,
    summary: &Summary,
    written: &[Written<'_>],
) -> Value {
    let files: Vec<Value> = written.iter().map(file_document).collect();
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
        "total_fen": summary.total.0,
        "files": files,
        "placeholders": {
            "signature": "every signature is a placeholder text, not a signature",
            "cipher": "enciphered bodies use a key that everybody knows",
            "connection": invented,
        },
    })
}

fn file_document(written: &Written<'_>) -> Value {
    let message = written.message;
    let (channel, target) = match &message.wire {
        Wire::Tcp { .. } => ("tcp", None),
        Wire::Http { endpoint, path, .. } => ("http", Some(format!("{endpoint} {path}"))),
        Wire::Drop { folder } => ("file_drop", Some(folder.clone())),
    };
    let signature = message.signature.as_ref();
    json!({
        "file": written.name,
        "step": message.step,
        "channel": channel,
        "target": target,
        "bank_file_name": message.file_name,
        "instructs": message.instructs,
        "bytes": message.bytes.len(),
        "sha256": crate::hex(&digest(DigestAlgorithm::Sha256, &message.bytes)),
        "signature": signature.map(|(algorithm, slot)| json!({
            "algorithm": algorithm, "slot": slot, "placeholder": true,
        })),
        "file_no": written.order.file_no,
        "lines": written.order.lines.len(),
        "total_fen": written.order.total().map(|total| total.0),
    })
}

fn print(
    arguments: &Convert,
    manifest: &Value,
    written: &[Written<'_>],
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
        let signature = file.message.signature.as_ref();
        table.push(vec![
            Cell::from(file.name.as_str()),
            file.message.step.as_str().into(),
            count(file.message.bytes.len()).into(),
            count(file.order.lines.len()).into(),
            yuan(file.order.total().unwrap_or_default().0).into(),
            signature
                .map(|(algorithm, _)| algorithm.clone())
                .unwrap_or_default()
                .into(),
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
