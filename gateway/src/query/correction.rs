//! 补发: the failed and returned lines of a batch as a file to be edited and submitted.

use crate::access::Sight;
use crate::book::{Batch, Book};
use crate::core::{Core, CoreError};
use crate::event::AcceptedHead;
use crate::intake::PayerPart;
use crate::intake::lines::KeptLine;
use crate::query::QueryError;
use crate::query::personal::{KeptLines, Seen};
use adapters::layout::sheet::{SHEET_ROWS_MAX, SheetError, SheetWriter};
use schemas::value::{BatchId, BatchNo, Fen, PaymentId, Purpose, Uscc};
use serde_json::{Map, Value};
use std::io::Write;

/// A correction file that is written while it is sent: of its lines no more is held than where they
/// are, and some pages of them.
pub struct Correction {
    batch: BatchId,
    /// Indices of its lines, ascending.
    lines: Vec<u32>,
    head: Vec<Key>,
    told: Told,
}

/// What the head says of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Told {
    count: u32,
    fen: i64,
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

/// The correction file of an employer's own batch; `None` where it is not the caller's. One without
/// lines counts 0.
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
            // Which lines are offered, and which numbers are free, is told by other batches too.
            desk.sequence(),
        )
    };
    let (record, _) = core.event(accepted_at)?;
    let payer: PayerPart =
        serde_json::from_slice(&core.personal(&record)?).map_err(CoreError::from)?;
    // The head stands before the lines: they are read twice.
    let told = each(core, id, &lines, &mut |_| Ok(()))?;
    let correction = Correction {
        batch: id,
        lines,
        head: metadata(&head, &payer, &batch_no, told),
        told,
    };
    Ok(Some((correction, sequence)))
}

/// Lines that are looked up in the book at once.
const LINES_AT_ONCE: usize = 1_000;

/// Gives the cells of the lines, numbered from 1, and what they come to. An erased person can't be
/// paid again from here.
fn each(
    core: &Core,
    id: BatchId,
    lines: &[u32],
    take: &mut dyn FnMut([String; COLUMNS]) -> Result<(), QueryError>,
) -> Result<Told, QueryError> {
    let mut kept = KeptLines::new(core);
    let mut told = Told::default();
    for page in lines.chunks(LINES_AT_ONCE) {
        let seen = |batch: &Batch, book: &Book| -> Vec<Seen> {
            let sight = Sight::Employer(batch.head.employer);
            let line = |index: &u32| {
                let line = batch.line(*index)?;
                Some(Seen::of(book, sight, batch, *index, line))
            };
            page.iter().filter_map(line).collect()
        };
        let page = {
            let desk = core.desk();
            desk.batch(id).map(|batch| seen(batch, &desk))
        };
        for seen in page.unwrap_or_default() {
            if let Some(line) = kept.of(&seen)? {
                told.count = told.count.saturating_add(1);
                told.fen = told.fen.saturating_add(line.amount.0);
                take(row(told.count, &seen, line))?;
            }
        }
    }
    Ok(told)
}

impl Correction {
    /// The lines in it.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.told.count
    }

    /// Looks, before anything is written, whether that format takes so many lines.
    ///
    /// # Errors
    /// More rows than a sheet of an office file has.
    pub fn fits(&self, format: CorrectionFormat) -> Result<(), QueryError> {
        let above = u32::try_from(self.above().len()).unwrap_or(u32::MAX);
        let rows = above.saturating_add(self.told.count);
        match format == CorrectionFormat::Xlsx && rows > SHEET_ROWS_MAX {
            true => Err(SheetError::TooMuch.into()),
            false => Ok(()),
        }
    }

    /// Writes the file: csv in UTF-8 with byte order mark and CRLF, an office file, or the JSON of
    /// INTERFACE section 2.
    ///
    /// # Errors
    /// When the sealed lines can't be read, are no longer those that the head counts, or the
    /// receiver went away.
    pub fn write(
        &self,
        core: &Core,
        format: CorrectionFormat,
        out: &mut dyn Write,
    ) -> Result<(), QueryError> {
        match format {
            CorrectionFormat::Csv => self.csv(core, out),
            CorrectionFormat::Xlsx => self.xlsx(core, out),
            CorrectionFormat::Json => self.json(core, out),
        }
    }

    fn lines(
        &self,
        core: &Core,
        take: &mut dyn FnMut([String; COLUMNS]) -> Result<(), QueryError>,
    ) -> Result<(), QueryError> {
        match each(core, self.batch, &self.lines, take)? == self.told {
            true => Ok(()),
            false => Err(QueryError::Changed),
        }
    }

    fn csv(&self, core: &Core, out: &mut dyn Write) -> Result<(), QueryError> {
        let mut text = String::from("\u{FEFF}");
        for record in self.above() {
            push_record(&mut text, &record);
        }
        out.write_all(text.as_bytes())?;
        self.lines(core, &mut |row| {
            text.clear();
            push_record(&mut text, &row);
            Ok(out.write_all(text.as_bytes())?)
        })
    }

    fn xlsx(&self, core: &Core, out: &mut dyn Write) -> Result<(), QueryError> {
        let mut sheet = SheetWriter::begin(out)?;
        for record in self.above() {
            sheet.row(&record)?;
        }
        self.lines(core, &mut |row| Ok(sheet.row(&row)?))?;
        Ok(sheet.finish()?)
    }

    /// What stands above the lines in the template; the empty row parts head and lines.
    fn above(&self) -> Vec<Vec<&str>> {
        let mut records = vec![vec!["安薪代发工资表", "V1"]];
        let head = self.head.iter();
        records.extend(head.map(|(key, _, value)| vec![*key, value.as_str()]));
        records.push(Vec::new());
        records.push(TITLES.split(',').collect());
        records
    }

    /// Digits stay texts: leading zeros and eighteen digits survive every program.
    fn json(&self, core: &Core, out: &mut dyn Write) -> Result<(), QueryError> {
        out.write_all(b"{\n")?;
        for (_, key, value) in &self.head {
            writeln!(out, "  \"{key}\": {},", Value::from(value.as_str()))?;
        }
        out.write_all(b"  \"lines\": [")?;
        let mut first = true;
        self.lines(core, &mut |row| {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            let fields = KEYS
                .into_iter()
                .zip(row)
                .filter(|(_, value)| !value.is_empty());
            let fields = fields.map(|(key, value)| (key.to_owned(), value.into()));
            // A line break stands between members only: inside a text it is written `\n`.
            let line = format!("{:#}", Value::Object(fields.collect::<Map<_, _>>()));
            let line = line.replace('\n', "\n    ");
            Ok(write!(out, "{comma}\n    {line}")?)
        })?;
        Ok(out.write_all(b"\n  ]\n}\n")?)
    }
}

/// The lines that [`Book::is_offered`].
fn correctable(book: &Book, batch: &Batch) -> Vec<u32> {
    let offered = |index: &u32| {
        let payment = PaymentId {
            batch: batch.id(),
            row: *index,
        };
        book.is_offered(payment)
    };
    let indices = (1u32..).zip(&batch.lines).map(|(index, _)| index);
    indices.filter(offered).collect()
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

fn metadata(head: &AcceptedHead, payer: &PayerPart, batch_no: &str, told: Told) -> Vec<Key> {
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
        ("总笔数", "line_count", Some(told.count.to_string())),
        ("总金额", "total_amount", Some(Fen(told.fen).yuan())),
    ];
    rows.into_iter()
        .filter_map(|(zh, en, value)| Some((zh, en, value?)))
        .collect()
}

fn row(number: u32, seen: &Seen, line: &KeptLine) -> [String; COLUMNS] {
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
pub fn push_record<T: AsRef<str>>(csv: &mut String, fields: &[T]) {
    for (at, field) in fields.iter().map(AsRef::as_ref).enumerate() {
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
