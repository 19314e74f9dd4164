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
use adapters::layout::sheet::workbook;
use schemas::value::{BatchId, BatchNo, Fen, Purpose, Uscc};
use serde_json::{Map, Value};

/// A correction file and what the record of its disclosure says.
pub struct Correction {
    /// The file: csv in UTF-8 with byte order mark and CRLF, an office file, or the JSON of
    /// INTERFACE section 2.
    pub bytes: Vec<u8>,
    /// The lines in it.
    pub line_count: u32,
    /// The number that it suggests; empty where none of 35 characters is free.
    pub batch_no: String,
}

const TITLES: &str =
    "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注,原明细";

const COLUMNS: usize = 11;

/// The same columns in JSON.
const KEYS: [&str; COLUMNS] = [
    "line_no",
    "name",
    "id_type",
    "id_number",
    "account",
    "bank",
    "cnaps_code",
    "amount",
    "gross_amount",
    "memo",
    "corrects",
];

/// In what the file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CorrectionFormat {
    /// The template as comma-separated text.
    #[default]
    Csv,
    /// The template as an office file.
    Xlsx,
    /// The object with English keys.
    Json,
}

impl CorrectionFormat {
    /// Reads the word of the public contract.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx, Self::Json]
            .into_iter()
            .find(|format| format.extension() == word)
    }

    /// The word of the public contract, and the end of the file's name.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }

    /// Its content type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
        }
    }
}

/// The correction file of an employer's own batch; `None` where it is not the caller's. A file
/// without lines has `line_count` 0.
///
/// # Errors
/// When the sealed parts can't be read.
pub fn correction(
    core: &Core,
    employer: Uscc,
    id: BatchId,
    format: CorrectionFormat,
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
    let metadata = metadata(&head, &payer, &batch_no, rows.len(), total);
    let bytes = match format {
        CorrectionFormat::Csv => csv(&metadata, &rows).into_bytes(),
        CorrectionFormat::Xlsx => workbook(&grid(&metadata, &rows))?,
        CorrectionFormat::Json => json(&metadata, &rows).into_bytes(),
    };
    let line_count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    Ok(Some((
        Correction {
            bytes,
            line_count,
            batch_no,
        },
        sequence,
    )))
}

/// Of a wage that failed several times the last try is offered, in its own batch: two batches would
/// offer one wage.
fn correctable(book: &Book, batch: &Batch) -> Vec<Seen> {
    (1u32..)
        .zip(&batch.lines)
        .map(|(index, line)| Seen::of(book, batch, index, line))
        .filter(|seen| book.may_correct(batch.head.employer, seen.payment).is_ok())
        .filter(|seen| book.is_last_try(seen.payment))
        .collect()
}

/// The batch's number with the first free `-Cn`.
fn suggestion(book: &Book, head: &AcceptedHead) -> String {
    let stem = head.batch_no.as_str();
    let mut numbers = (1..=999u32).filter_map(|n| BatchNo::parse(&format!("{stem}-C{n}")).ok());
    let free = numbers.find(|number| book.batch_by_number(head.employer, number).is_none());
    free.map(|number| number.to_string()).unwrap_or_default()
}

/// A key of the head in both languages, and its value.
type Key = (&'static str, &'static str, String);

fn metadata(
    head: &AcceptedHead,
    payer: &PayerPart,
    batch_no: &str,
    line_count: usize,
    total_fen: i64,
) -> Vec<Key> {
    let rows = [
        ("批次号", "batch_no", Some(batch_no.to_owned())),
        (
            "统一社会信用代码",
            "employer_uscc",
            Some(head.employer.to_string()),
        ),
        ("单位名称", "employer_name", payer.employer_name.clone()),
        ("项目编码", "project_code", head.project_code.clone()),
        ("工资月份", "pay_month", Some(head.pay_month.to_string())),
        (
            "付款银行",
            "paying_bank",
            Some(head.paying_bank.to_string()),
        ),
        (
            "付款账号",
            "payer_account",
            Some(payer.payer_account.clone()),
        ),
        ("付款户名", "payer_name", payer.payer_name.clone()),
        ("总笔数", "line_count", Some(line_count.to_string())),
        ("总金额", "total_amount", Some(Fen(total_fen).yuan())),
    ];
    rows.into_iter()
        .filter_map(|(zh, en, value)| Some((zh, en, value?)))
        .collect()
}

/// The template, row by row; the empty row parts head and lines.
fn grid(metadata: &[Key], rows: &[[String; COLUMNS]]) -> Vec<Vec<String>> {
    let mut grid = vec![vec!["安薪代发工资表".to_owned(), "V1".to_owned()]];
    let head = metadata.iter();
    grid.extend(head.map(|(key, _, value)| vec![(*key).to_owned(), value.clone()]));
    grid.push(Vec::new());
    grid.push(TITLES.split(',').map(str::to_owned).collect());
    grid.extend(rows.iter().map(|row| row.to_vec()));
    grid
}

fn csv(metadata: &[Key], rows: &[[String; COLUMNS]]) -> String {
    let mut csv = String::from("\u{FEFF}");
    for row in grid(metadata, rows) {
        let fields: Vec<&str> = row.iter().map(String::as_str).collect();
        push_record(&mut csv, &fields);
    }
    csv
}

/// Digits stay texts: leading zeros and eighteen digits survive every program.
fn json(metadata: &[Key], rows: &[[String; COLUMNS]]) -> String {
    let mut document = Map::new();
    for (_, key, value) in metadata {
        document.insert((*key).to_owned(), value.as_str().into());
    }
    let lines = rows.iter().map(|row| {
        let fields = KEYS.iter().zip(row).filter(|(_, value)| !value.is_empty());
        let fields = fields.map(|(key, value)| ((*key).to_owned(), value.as_str().into()));
        Value::Object(fields.collect())
    });
    document.insert("lines".to_owned(), Value::Array(lines.collect()));
    format!("{:#}\n", Value::Object(document))
}

fn row(number: usize, seen: &Seen, line: &KeptLine) -> [String; COLUMNS] {
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
