#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Small books, made record by record.

mod afterwards;
mod beside;
mod cost;
mod followed;
mod naive;
mod same_answers;

use super::table::TableRow;
use super::{Batch, Book, Recorded};
use crate::event::{AcceptedHead, Event, Policy};
use schemas::value::{BankCode, BatchId, BatchNo, PayMonth, PaymentId, Uscc};

/// A batch as a test asks for it: who and how much by line, and what some lines correct.
#[derive(Clone, Debug, Default)]
struct Sheet {
    project: Option<&'static str>,
    month: u8,
    /// Whether the month is assumed; older records do not say.
    assumed: Option<bool>,
    /// Person and amount.
    lines: Vec<(u64, i64)>,
    corrects: Vec<(u32, PaymentId)>,
}

impl Sheet {
    fn of(lines: &[(u64, i64)]) -> Self {
        Self {
            month: 11,
            lines: lines.to_vec(),
            ..Self::default()
        }
    }

    fn rows(&self) -> Vec<TableRow> {
        let rows = (1u32..).zip(&self.lines);
        rows.map(|(index, (person, amount_fen))| TableRow {
            index,
            row: index,
            line_no: index,
            refused: false,
            amount_fen: *amount_fen,
            person: *person,
            account: 1,
        })
        .collect()
    }

    fn head(&self, batch: BatchId) -> AcceptedHead {
        AcceptedHead {
            batch,
            batch_no: BatchNo::parse(&format!("GZ-{}", batch.sequence())).unwrap(),
            employer: Uscc::parse("913301006639233248").unwrap(),
            project_code: self.project.map(str::to_owned),
            region: None,
            pay_month: PayMonth::new(2026, self.month).unwrap(),
            month_assumed: self.assumed,
            paying_bank: BankCode::parse("ICBC").unwrap(),
            format: "csv".to_owned(),
            charset: "UTF-8".to_owned(),
            policy: Policy::GoodLines,
            submitted_by: "urn:anxin:employer:913301006639233248".to_owned(),
            digest: format!("{:064x}", batch.sequence()),
            line_count: u32::try_from(self.lines.len()).unwrap(),
            total_fen: self.lines.iter().map(|(_, fen)| fen).sum(),
            refused_count: 0,
            refused_late: Vec::new(),
            must_acknowledge: Vec::new(),
            finding_counts: (0, 0, 0),
            late_records: 0,
            bytes: 0,
            next_bank_day: None,
        }
    }
}

fn told(book: &mut Book, event: &Event, table: &[u8]) -> u64 {
    let sequence = book.sequence() + 1;
    let recorded = Recorded {
        sequence,
        time_ms: 0,
        event,
        table,
    };
    book.apply(recorded).unwrap();
    sequence
}

/// Adds a batch as intake does.
fn accepted(book: &mut Book, sheet: &Sheet) -> BatchId {
    let opening = Event::BatchOpened {
        submitted_by: String::new(),
        day: 20_261_123,
    };
    let opened = told(book, &opening, &[]);
    let mut table = Vec::new();
    for row in sheet.rows() {
        row.write(&mut table);
    }
    let lines = Event::BatchLines {
        opened,
        first: 1,
        count: u32::try_from(sheet.lines.len()).unwrap(),
        corrects: sheet.corrects.clone(),
    };
    told(book, &lines, &table);
    let batch = BatchId::new(20_261_123, opened);
    told(
        book,
        &Event::BatchAccepted(Box::new(sheet.head(batch))),
        &[],
    );
    batch
}

fn batch(book: &Book, id: BatchId) -> &Batch {
    book.batch(id).unwrap()
}

fn payment(batch: BatchId, row: u32) -> PaymentId {
    PaymentId { batch, row }
}
