//! The findings of an accepted batch, as they were made.

use crate::access::Sight;
use crate::book::Batch;
use crate::core::{Core, CoreError};
use crate::query::QueryError;
use journal::seal::SealError;
use schemas::Lang;
use schemas::value::BatchId;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Journal sequences of the findings of a batch that the caller may see.
#[must_use]
pub fn records(core: &Core, sight: Sight, id: BatchId) -> Option<(Vec<u64>, u64)> {
    let desk = core.desk();
    let batch = desk
        .batch(id)
        .filter(|batch| sight.sees_batch(&batch.head))?;
    Some((batch.finding_records.clone(), batch.accepted_at))
}

/// Finding records that are sorted in memory: some 100,000 findings. Beyond it, the findings of
/// the close stand at the end.
const RECORDS_SORTED_MAX: usize = 100;

/// Gives findings, ordered by row, those of the whole file last, one call of `take` for each.
///
/// # Errors
/// When the records can't be read, or what `take` says.
pub fn each(
    core: &Core,
    records: &[u64],
    lang: Lang,
    take: &mut dyn FnMut(Map<String, Value>) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    if records.len() > RECORDS_SORTED_MAX {
        return read(core, records, lang, take);
    }
    let mut findings = Vec::new();
    read(core, records, lang, &mut |finding| {
        findings.push(finding);
        Ok(())
    })?;
    // Stable: findings of one row stay in the order in which they were made.
    let row = |finding: &Map<String, Value>| finding.get("row").and_then(Value::as_u64);
    findings.sort_by_key(|finding| row(finding).unwrap_or(u64::MAX));
    findings.into_iter().try_for_each(take)
}

fn read(
    core: &Core,
    records: &[u64],
    lang: Lang,
    take: &mut dyn FnMut(Map<String, Value>) -> Result<(), QueryError>,
) -> Result<(), QueryError> {
    for sequence in records {
        let (record, _) = core.event(*sequence)?;
        let text = match core.personal(&record) {
            Ok(text) => text,
            Err(CoreError::Vault(SealError::KeyDestroyed(_))) => continue,
            Err(error) => return Err(error.into()),
        };
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let kept = serde_json::from_slice(line).map_err(QueryError::Finding)?;
            take(in_language(kept, lang))?;
        }
    }
    Ok(())
}

/// Journal sequences of a batch's findings in two runs, each in the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    lang: Lang,
) -> Result<BTreeMap<u32, Vec<Value>>, QueryError> {
    let mut found = BTreeMap::new();
    for run in [&runs.reading, &runs.close] {
        errors_of_run(core, run, rows, lang, &mut found)?;
    }
    Ok(found)
}

fn errors_of_run(
    core: &Core,
    sorted: &[u64],
    rows: &BTreeSet<u32>,
    lang: Lang,
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
        read(core, &[*sequence], lang, &mut |finding| {
            let row = finding.get("row").and_then(Value::as_u64);
            let row = row.and_then(|row| u32::try_from(row).ok());
            let is_error = finding.get("severity").is_some_and(|word| word == "error");
            if let Some(row) = row.filter(|row| is_error && rows.contains(row)) {
                found.entry(row).or_default().push(Value::Object(finding));
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The row of a record's first finding; `None` for one of the whole file.
fn first_row(core: &Core, sequence: u64) -> Result<Option<u32>, QueryError> {
    let mut first = None;
    let mut seen = false;
    read(core, &[sequence], Lang::Zh, &mut |finding| {
        if !std::mem::replace(&mut seen, true) {
            let row = finding.get("row").and_then(Value::as_u64);
            first = row.and_then(|row| u32::try_from(row).ok());
        }
        Ok(())
    })?;
    Ok(first)
}

/// All findings of a batch, for the answer to a repeated submission.
///
/// # Errors
/// When the records can't be read.
pub fn all(core: &Core, records: &[u64], lang: Lang) -> Result<Vec<Value>, QueryError> {
    let mut findings = Vec::new();
    each(core, records, lang, &mut |finding| {
        if findings.len() < crate::intake::sink::FINDINGS_IN_ANSWER_MAX {
            findings.push(Value::Object(finding));
        }
        Ok(())
    })?;
    Ok(findings)
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
