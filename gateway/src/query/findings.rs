//! The findings of an accepted batch, as they were made. Who does not see a payment of which one
//! tells is told that there is one, and no more (M6).

use crate::access::Sight;
use crate::book::Batch;
use crate::core::{Core, CoreError};
use crate::intake::sink::{PAYMENTS, tells_of_payments};
use crate::query::QueryError;
use journal::seal::SealError;
use schemas::value::{BatchId, PaymentId};
use schemas::{Finding, FindingCode, Lang};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// Journal sequences of the findings of a batch that the caller may see, and that of its
/// acceptance.
#[must_use]
pub fn records(core: &Core, sight: Sight, id: BatchId) -> Option<(Runs, u64)> {
    let desk = core.desk();
    let batch = desk
        .batch(id)
        .filter(|batch| sight.sees_batch(&batch.head))?;
    Some((Runs::of(batch), batch.accepted_at))
}

/// To whom findings are told, and in which language.
pub type Reader = (Sight, Lang);

/// All findings of a batch, ordered by row, those of the whole file last; of one row in the order
/// in which they were made. They are read as they are asked for: two records are in memory,
/// however many there are. An item is an error where a record can't be read.
#[must_use]
pub fn all<'a>(core: &'a Core, runs: &'a Runs, reader: Reader) -> Merged<'a> {
    Merged {
        reading: Run::new(core, &runs.reading),
        close: Run::new(core, &runs.close),
        reader,
    }
}

/// See [`all`].
pub struct Merged<'a> {
    reading: Run<'a>,
    close: Run<'a>,
    reader: Reader,
}

impl Merged<'_> {
    fn kept(&mut self) -> Result<Option<Map<String, Value>>, QueryError> {
        let from = match (self.reading.row()?, self.close.row()?) {
            (Some(read), Some(late)) if read <= late => &mut self.reading,
            (Some(_), None) => &mut self.reading,
            (Some(_) | None, _) => &mut self.close,
        };
        Ok(from.next.take())
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Map<String, Value>, QueryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let kept = self.kept().transpose()?;
        Some(kept.map(|kept| told(self.reading.core, kept, self.reader)))
    }
}

/// Kept findings of some records, one after the other; one record is in memory.
struct Run<'a> {
    core: &'a Core,
    left: std::slice::Iter<'a, u64>,
    text: Zeroizing<Vec<u8>>,
    /// Bytes of the text that are read.
    at: usize,
    /// Looked at, not taken yet.
    next: Option<Map<String, Value>>,
}

impl<'a> Run<'a> {
    fn new(core: &'a Core, records: &'a [u64]) -> Self {
        Self {
            core,
            left: records.iter(),
            text: Zeroizing::default(),
            at: 0,
            next: None,
        }
    }

    /// Where the next finding stands in the order; `None` at the end.
    fn row(&mut self) -> Result<Option<u64>, QueryError> {
        if self.next.is_none() {
            self.next = self.read()?;
        }
        let next = self.next.as_ref();
        Ok(next.map(|finding| row_of(finding).unwrap_or(u64::MAX)))
    }

    fn read(&mut self) -> Result<Option<Map<String, Value>>, QueryError> {
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let line = rest.split(|byte| *byte == b'\n').next();
            let line = line.unwrap_or_default();
            self.at += line.len() + 1;
            if !line.is_empty() {
                let kept = serde_json::from_slice(line).map_err(QueryError::Finding)?;
                return Ok(Some(kept));
            }
            if self.at < self.text.len() {
                continue;
            }
            let record = self.left.next();
            let text = record.map(|sequence| text_of(self.core, *sequence));
            let is_end = text.is_none();
            (self.text, self.at) = (text.transpose()?.unwrap_or_default(), 0);
            if is_end {
                return Ok(None);
            }
        }
    }
}

/// The findings of a record, a line for each; none where the employer's key is destroyed.
fn text_of(core: &Core, sequence: u64) -> Result<Zeroizing<Vec<u8>>, QueryError> {
    let (record, _) = core.event(sequence)?;
    match core.personal(&record) {
        Ok(text) => Ok(text),
        Err(CoreError::Vault(SealError::KeyDestroyed(_))) => Ok(Zeroizing::default()),
        Err(error) => Err(error.into()),
    }
}

/// The row of a finding; `None` for one of the whole file.
fn row_of(finding: &Map<String, Value>) -> Option<u64> {
    finding.get("row").and_then(Value::as_u64)
}

/// Journal sequences of a batch's findings in two runs, each in the order of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// What was found while the file was read.
    pub reading: Vec<u64>,
    /// What was found when it closed.
    pub close: Vec<u64>,
}

impl Runs {
    /// The runs of a batch.
    #[must_use]
    pub fn of(batch: &Batch) -> Self {
        let records = &batch.finding_records;
        // Where the head does not say, the last one may be the close's: it is a run of its own.
        let late = usize::try_from(batch.head.late_records.max(1)).unwrap_or(usize::MAX);
        let (reading, close) = records.split_at(records.len().saturating_sub(late));
        Self {
            reading: reading.to_vec(),
            close: close.to_vec(),
        }
    }
}

/// The errors of the lines in these rows of the file, by row: few of many records are read.
///
/// # Errors
/// When the records can't be read.
pub fn errors_of(
    core: &Core,
    runs: &Runs,
    rows: &BTreeSet<u32>,
    reader: Reader,
) -> Result<BTreeMap<u32, Vec<Value>>, QueryError> {
    let mut found = BTreeMap::new();
    for run in [&runs.reading, &runs.close] {
        errors_of_run(core, run, rows, reader, &mut found)?;
    }
    Ok(found)
}

fn errors_of_run(
    core: &Core,
    sorted: &[u64],
    rows: &BTreeSet<u32>,
    reader: Reader,
    found: &mut BTreeMap<u32, Vec<Value>>,
) -> Result<(), QueryError> {
    let (Some(lowest), Some(highest)) = (rows.first(), rows.last()) else {
        return Ok(());
    };
    let (mut low, mut high) = (0, sorted.len());
    while low < high {
        let middle = low.midpoint(high);
        let first = sorted.get(middle).map(|at| first_row(core, *at));
        if first
            .transpose()?
            .flatten()
            .is_some_and(|row| row < *lowest)
        {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    // The one before may end with the row that is looked for.
    for sequence in sorted.iter().skip(low.saturating_sub(1)) {
        match first_row(core, *sequence)? {
            Some(row) if row > *highest => break,
            Some(_) => {}
            None => continue,
        }
        let mut record = Run::new(core, std::slice::from_ref(sequence));
        while let Some(kept) = record.read()? {
            let row = row_of(&kept).and_then(|row| u32::try_from(row).ok());
            let is_error = kept.get("severity").is_some_and(|word| word == "error");
            if let Some(row) = row.filter(|row| is_error && rows.contains(row)) {
                let finding = Value::Object(told(core, kept, reader));
                found.entry(row).or_default().push(finding);
            }
        }
    }
    Ok(())
}

/// The row of a record's first finding; `None` for one of the whole file.
fn first_row(core: &Core, sequence: u64) -> Result<Option<u32>, QueryError> {
    let first = Run::new(core, std::slice::from_ref(&sequence)).read()?;
    let row = first.as_ref().and_then(row_of);
    Ok(row.and_then(|row| u32::try_from(row).ok()))
}

/// A kept finding as it is told. Which other payment it is about, and where that one stands, is
/// for those who see that payment; to others the code's text without either is told.
fn told(core: &Core, mut kept: Map<String, Value>, (sight, lang): Reader) -> Map<String, Value> {
    let payments = kept.shift_remove(PAYMENTS);
    let code = kept.get("code").and_then(Value::as_str);
    let code = code.and_then(FindingCode::parse);
    let mut told = in_language(kept, lang);
    if let Some(code) = code.filter(|code| tells_of_payments(*code))
        && !sees_all(core, sight, payments.as_ref())
    {
        let plain = Finding::of_file(code);
        told.insert("value".to_owned(), Value::Null);
        told.insert("message".to_owned(), plain.message(lang).into());
        told.insert("hint".to_owned(), plain.hint(lang).into());
    }
    told
}

/// Whether a reader sees every payment of which a finding tells.
fn sees_all(core: &Core, sight: Sight, payments: Option<&Value>) -> bool {
    match sight {
        // It is told of its own file, and of what it wrote there; every batch is the province's.
        Sight::Employer(_) | Sight::Province => return true,
        Sight::Region(_) | Sight::Bank(_) | Sight::Operator | Sight::Nothing => {}
    }
    // A record of an earlier version does not say which they are.
    let Some(payments) = payments.and_then(Value::as_array) else {
        return false;
    };
    let desk = core.desk();
    payments.iter().all(|payment| {
        let payment = payment
            .as_str()
            .and_then(|text| PaymentId::parse(text).ok());
        let line = payment.and_then(|payment| desk.line(payment));
        line.is_some_and(|(batch, line)| sight.sees_line(batch, line))
    })
}

/// The kept form has both languages; the answer has one.
fn in_language(mut kept: Map<String, Value>, lang: Lang) -> Map<String, Value> {
    let english = (
        kept.shift_remove("message_en"),
        kept.shift_remove("hint_en"),
    );
    if let (Lang::En, (Some(message), Some(hint))) = (lang, english) {
        kept.insert("message".to_owned(), message);
        kept.insert("hint".to_owned(), hint);
    }
    kept
}
