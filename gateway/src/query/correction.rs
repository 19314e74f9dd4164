//! 补发: the failed and returned lines of a batch as a file to be edited and submitted.

use crate::access::Sight;
use crate::book::{Batch, Book};
use crate::core::{Core, CoreError};
use crate::event::AcceptedHead;
use crate::intake::PayerPart;
use crate::intake::lines::KeptLine;
use crate::query::QueryError;
use crate::query::batches::last_record;
use crate::query::personal::{KeptLines, Seen};
use schemas::value::{BatchId, BatchNo, Fen, Purpose, Uscc};

/// A correction file and what the record of its disclosure says.
pub struct Correction {
    /// UTF-8 with byte order mark, CRLF.
    pub csv: String,
    /// The lines in it.
    pub line_count: u32,
    /// The number that it suggests; empty where none of 35 characters is free.
    pub batch_no: String,
}

const TITLES: &str =
    "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注,原明细";

/// The correction file of an employer's own batch; `None` where it is not the caller's. A file
/// without lines has `line_count` 0.
///
/// # Errors
/// When the sealed parts can't be read.
pub fn correction(
    core: &Core,
    employer: Uscc,
    id: BatchId,
) -> Result<Option<(Correction, u64)>, QueryError> {
    let (head, lines, batch_no, accepted_at, sequence) = {
        let desk = core.desk();
        let sight = Sight::Employer(employer);
        let Some(batch) = desk.batch(id).filter(|batch| sight.sees_batch(&batch.head)) else {
            return Ok(None);
        };
        let lines = correctable(&desk, batch);
        let batch_no = suggestion(&desk, &batch.head);
        (
            batch.head.clone(),
            lines,
            batch_no,
            batch.accepted_at,
            last_record(batch),
        )
    };
    let (record, _) = core.event(accepted_at)?;
    let payer: PayerPart =
        serde_json::from_slice(&core.personal(&record)?).map_err(CoreError::from)?;
    let mut kept = KeptLines::new(core);
    let mut rows = Vec::with_capacity(lines.len());
    let mut total = 0i64;
    for seen in &lines {
        // An erased person can't be paid again from here.
        if let Some(line) = kept.of(seen)? {
            total = total.saturating_add(line.amount.0);
            rows.push(row(rows.len() + 1, seen, line));
        }
    }
    let mut csv = String::from("\u{FEFF}");
    for (key, value) in metadata(&head, &payer, &batch_no, rows.len(), total) {
        push_record(&mut csv, &[key, &value]);
    }
    csv.push_str("\r\n");
    csv.push_str(TITLES);
    csv.push_str("\r\n");
    for row in &rows {
        let fields: Vec<&str> = row.iter().map(String::as_str).collect();
        push_record(&mut csv, &fields);
    }
    let line_count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    Ok(Some((
        Correction {
            csv,
            line_count,
            batch_no,
        },
        sequence,
    )))
}

fn correctable(book: &Book, batch: &Batch) -> Vec<Seen> {
    (1u32..)
        .zip(&batch.lines)
        .map(|(index, line)| Seen::of(book, batch, index, line))
        .filter(|seen| book.may_correct(batch.head.employer, seen.payment).is_ok())
        .collect()
}

/// The batch's number with the first free `-Cn`.
fn suggestion(book: &Book, head: &AcceptedHead) -> String {
    let stem = head.batch_no.as_str();
    let mut numbers = (1..=999u32).filter_map(|n| BatchNo::parse(&format!("{stem}-C{n}")).ok());
    let free = numbers.find(|number| book.batch_by_number(head.employer, number).is_none());
    free.map(|number| number.to_string()).unwrap_or_default()
}

fn metadata<'a>(
    head: &AcceptedHead,
    payer: &PayerPart,
    batch_no: &str,
    line_count: usize,
    total_fen: i64,
) -> Vec<(&'a str, String)> {
    let rows = [
        ("安薪代发工资表", Some("V1".to_owned())),
        ("批次号", Some(batch_no.to_owned())),
        ("统一社会信用代码", Some(head.employer.to_string())),
        ("单位名称", payer.employer_name.clone()),
        ("项目编码", head.project_code.clone()),
        ("工资月份", Some(head.pay_month.to_string())),
        ("付款银行", Some(head.paying_bank.to_string())),
        ("付款账号", Some(payer.payer_account.clone())),
        ("付款户名", payer.payer_name.clone()),
        ("总笔数", Some(line_count.to_string())),
        ("总金额", Some(Fen(total_fen).yuan())),
    ];
    rows.into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

fn row(number: usize, seen: &Seen, line: &KeptLine) -> [String; 11] {
    let text = |value: Option<String>| value.unwrap_or_default();
    [
        number.to_string(),
        line.name.reveal(Purpose::Disclosure).to_owned(),
        line.id_type.to_string(),
        line.id_number.reveal(Purpose::Disclosure).to_owned(),
        line.account.reveal(Purpose::Disclosure).to_owned(),
        text(line.payee_bank.map(|bank| bank.to_string())),
        text(line.cnaps_code.map(|code| code.to_string())),
        line.amount.yuan(),
        text(line.gross_amount.map(Fen::yuan)),
        text(line.memo.clone()),
        seen.payment.to_string(),
    ]
}

/// Appends one record of RFC 4180. A field that a spreadsheet would take for a formula gets an
/// apostrophe in front (THREATS row 29).
pub fn push_record(csv: &mut String, fields: &[&str]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            csv.push(',');
        }
        let guard = if is_formula(field) { "'" } else { "" };
        let quoted = field.contains([',', '"', '\n', '\r']);
        if quoted {
            csv.push('"');
            csv.push_str(guard);
            csv.push_str(&field.replace('"', "\"\""));
            csv.push('"');
        } else {
            csv.push_str(guard);
            csv.push_str(field);
        }
    }
    csv.push_str("\r\n");
}

/// Full-width forms count: spreadsheets fold them.
fn is_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests;
