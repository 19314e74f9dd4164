//! Opening the sealed lines of batches, a record at a time, and showing them masked or in clear.

use crate::api::answer::LineView;
use crate::book::{Batch, Book, Line};
use crate::core::{Core, CoreError};
use crate::event::Dispute;
use crate::intake::PayerPart;
use crate::intake::lines::{self, KeptLine};
use crate::query::{QueryError, moment};
use journal::seal::SealError;
use schemas::value::{PaymentId, Purpose};
use schemas::{Lang, codes};
use std::collections::BTreeMap;

/// How a person is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Masked.
    Masked,
    /// In clear: the disclosure is in the journal.
    Clear,
}

/// What the book says of a line, taken out of the lock.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The payment.
    pub payment: PaymentId,
    /// The line.
    pub line: Line,
    /// The payment that it corrects.
    pub corrects: Option<PaymentId>,
    /// Its live correction.
    pub corrected_by: Option<PaymentId>,
    /// Journal sequence of the record that holds its sealed part.
    pub record: Option<u64>,
}

impl Seen {
    /// The line of an index.
    #[must_use]
    pub fn of(book: &Book, batch: &Batch, index: u32, line: &Line) -> Self {
        let payment = PaymentId {
            batch: batch.id(),
            row: index,
        };
        let after = batch
            .line_records
            .partition_point(|(first, _)| *first <= index);
        let holder = after
            .checked_sub(1)
            .and_then(|at| batch.line_records.get(at));
        Self {
            payment,
            line: line.clone(),
            corrects: batch.corrects.get(&index).copied(),
            corrected_by: book.live_correction(payment),
            record: holder.map(|(_, sequence)| *sequence),
        }
    }
}

/// Reads sealed lines and keeps the record that it read last: lines come in order.
pub struct KeptLines<'a> {
    core: &'a Core,
    sequence: Option<u64>,
    lines: BTreeMap<u32, KeptLine>,
}

impl<'a> KeptLines<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(core: &'a Core) -> Self {
        Self {
            core,
            sequence: None,
            lines: BTreeMap::new(),
        }
    }

    /// The sealed part of a line. `None` for a line refused at intake, and for a person whose
    /// data was erased.
    ///
    /// # Errors
    /// When the record can't be read.
    pub fn of(&mut self, seen: &Seen) -> Result<Option<&KeptLine>, QueryError> {
        if seen.record != self.sequence {
            self.lines = match seen.record {
                Some(sequence) => self.record(sequence)?,
                None => BTreeMap::new(),
            };
            self.sequence = seen.record;
        }
        Ok(self.lines.get(&seen.payment.row))
    }

    fn record(&self, sequence: u64) -> Result<BTreeMap<u32, KeptLine>, QueryError> {
        let (record, _) = self.core.event(sequence)?;
        let text = match self.core.personal(&record) {
            Ok(text) => text,
            Err(CoreError::Vault(SealError::KeyDestroyed(_))) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error.into()),
        };
        let lines = lines::read_all(&text)?;
        Ok(lines.into_iter().map(|line| (line.index, line)).collect())
    }
}

/// The employer's name as its file states it: sealed in the batch's closing record. `None` where
/// none was stated, and where the employer's data was erased.
///
/// # Errors
/// When the record can't be read.
pub fn employer_name(core: &Core, accepted_at: u64) -> Result<Option<String>, QueryError> {
    let (record, _) = core.event(accepted_at)?;
    let text = match core.personal(&record) {
        Ok(text) => text,
        Err(CoreError::Vault(SealError::KeyDestroyed(_))) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let part: PayerPart = serde_json::from_slice(&text).map_err(CoreError::from)?;
    Ok(part.employer_name)
}

/// A line as the interface shows it.
#[must_use]
pub fn line_view(seen: &Seen, kept: Option<&KeptLine>, show: Show, lang: Lang) -> LineView {
    let line = &seen.line;
    let personal = |clear: &dyn Fn(&KeptLine) -> String, masked: &dyn Fn(&KeptLine) -> String| {
        kept.map(|kept| match show {
            Show::Masked => masked(kept),
            Show::Clear => clear(kept),
        })
    };
    LineView {
        payment_id: seen.payment.to_string(),
        line_no: line.line_no,
        row: line.row,
        name: personal(
            &|kept| kept.name.reveal(Purpose::Disclosure).to_owned(),
            &|kept| kept.name.masked(),
        ),
        id_type: kept.map(|kept| kept.id_type.to_string()),
        id_number: personal(
            &|kept| kept.id_number.reveal(Purpose::Disclosure).to_owned(),
            &|kept| kept.id_number.masked(),
        ),
        account: personal(
            &|kept| kept.account.reveal(Purpose::Disclosure).to_owned(),
            &|kept| kept.account.masked(),
        ),
        payee_bank: kept
            .and_then(|kept| kept.payee_bank)
            .map(|bank| bank.to_string()),
        amount_fen: line.amount_fen,
        gross_fen: kept
            .and_then(|kept| kept.gross_amount)
            .map(|amount| amount.0),
        state: line.state.to_string(),
        since: moment(line.since_ms),
        reason: line.reason.map(|reason| reason.to_string()),
        reason_text: line
            .reason
            .map(|reason| codes::reason_text(reason, lang).to_owned()),
        disputed: line
            .disputed
            .map(|dispute| dispute_word(dispute).to_owned()),
        reported_fen: line.reported_fen,
        file_no: (line.file_no != 0).then_some(line.file_no),
        corrects: seen.corrects.map(|payment| payment.to_string()),
        corrected_by: seen.corrected_by.map(|payment| payment.to_string()),
    }
}

/// The finding's word for a dispute.
#[must_use]
pub fn dispute_word(dispute: Dispute) -> &'static str {
    match dispute {
        Dispute::ResultContradiction => "result_contradiction",
        Dispute::ResultMismatch => "result_mismatch",
    }
}
