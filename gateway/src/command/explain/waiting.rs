//! `anxin explain --waiting`: every batch that waits, for what and since when; whoever has an alarm
//! finds by it the batches that raised it.

use super::super::standing::moment;
use super::super::terminal::{Align, Paper, Table, grouped, paper};
use super::super::words::{Ended, Exit, pick};
use super::written::{write_damages, write_unknown_here};
use crate::book::{Batch, Book, Recorded};
use crate::core::read_clear;
use crate::query::waits::{self, Circumstances, Waits};
use schemas::Lang;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::Path;

/// Reads the journal and lists.
pub(super) fn run(folder: &Path, as_json: bool, lang: Lang) -> Ended {
    let mut book = Book::default();
    let damages = super::seen(folder, &mut |passed| {
        if passed.kind.is_reserved() {
            return Ok(());
        }
        let (event, table) = read_clear(passed.sequence, passed.clear)?;
        // What the book could not follow when it was made is listed there as a defect.
        let _ = book.apply(Recorded {
            sequence: passed.sequence,
            time_ms: passed.time_ms,
            event: &event,
            table,
        });
        Ok(())
    })?;
    let mut document = document(&book, lang);
    document["damages"] = damages.len().into();
    document["first_damage"] = super::document::first(&damages);
    let mut paper = paper();
    if as_json {
        paper.document(&document)?;
    } else {
        write(&mut paper, &document, lang)?;
        write_unknown_here(&mut paper, &document)?;
        write_damages(&mut paper, &document, lang)?;
    }
    paper.flush()?;
    Ok(match damages.is_empty() {
        true => Exit::Done,
        false => Exit::InputErrors,
    })
}

/// The batches that wait, by what they wait for, the oldest first.
fn document(book: &Book, lang: Lang) -> Value {
    let around = Circumstances::UNKNOWN;
    let waiting = book.waiting(None);
    let waiting = waiting.filter_map(|batch| Some((waits::of_batch(book, batch, around)?, batch)));
    let mut waiting: Vec<(Waits, &Batch)> = waiting.collect();
    waiting.sort_by_key(|(waits, batch)| (waits.what, waits.since_ms, batch.id()));
    let goes_on = waiting.iter().any(|(waits, _)| waits.what.goes_on());
    let told = waiting.iter().map(|(waits, batch)| {
        json!({
            "batch_id": batch.id().to_string(),
            "batch_no": batch.head.batch_no.to_string(),
            "employer_uscc": batch.head.employer.to_string(),
            "paying_bank": batch.head.paying_bank.to_string(),
            "line_count": batch.head.line_count,
            "waits_for": waits.view(lang),
        })
    });
    json!({
        "waiting": told.collect::<Vec<Value>>(),
        "unknown_here": goes_on.then(|| super::document::unknown_here(false, lang)),
    })
}

fn write<W: Write>(paper: &mut Paper<W>, document: &Value, lang: Lang) -> io::Result<()> {
    let waiting = document["waiting"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    if waiting.is_empty() {
        return paper.line(pick(lang, "没有批次在等待", "no batch waits"));
    }
    let mut table = Table::new(&[
        (pick(lang, "等待", "waits for"), Align::Left),
        (pick(lang, "自", "since"), Align::Left),
        (pick(lang, "批次", "batch"), Align::Left),
        (pick(lang, "批次号", "number"), Align::Left),
        (pick(lang, "付款银行", "bank"), Align::Left),
        (pick(lang, "笔数", "lines"), Align::Right),
    ]);
    for one in waiting {
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        let waits = &one["waits_for"];
        let since = moment(waits["since"].as_str().unwrap_or_default());
        table.push(vec![
            waits["what"].as_str().unwrap_or_default().into(),
            since.into(),
            text("batch_id").into(),
            text("batch_no").into(),
            text("paying_bank").into(),
            grouped(one["line_count"].as_u64().unwrap_or_default()).into(),
        ]);
    }
    paper.table(&table)
}
