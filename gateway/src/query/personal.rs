//! Opening the sealed lines of batches, a record at a time, and showing them masked or in clear.

use crate::access::Sight;
use crate::api::answer::LineView;
use crate::book::{Batch, Book, FILE_IN_DOUBT, Line};
use crate::core::{Core, CoreError};
use crate::event::{Dispute, Move};
use crate::intake::PayerPart;
use crate::intake::lines::{self, KeptLine, Remains};
use crate::query::said::{KeptWords, masking};
use crate::query::{QueryError, moment};
use journal::seal::SealError;
use schemas::value::{PaymentId, Purpose};
use schemas::{Lang, LineState, codes};
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
    /// The payment that it corrects, where the caller sees that one too.
    pub corrects: Option<PaymentId>,
    /// Its live correction, where the caller sees that one too.
    pub corrected_by: Option<PaymentId>,
    /// Journal sequence of the record that holds its sealed part.
    pub record: Option<u64>,
    /// When the bank file that carries it left, Unix milliseconds.
    pub left_ms: Option<i64>,
    /// Questions asked about the bank file that carries it.
    pub queries: u32,
    /// Journal sequence of the bank's last answer about that file with a code that moved nothing;
    /// 0 for none.
    pub coded_at: u64,
    /// Journal sequence of the record that disputes it.
    pub disputed_at: Option<u64>,
    /// Where that correction stands.
    pub corrected_state: Option<LineState>,
}

impl Seen {
    /// The line of an index, to a caller who sees it. A correction goes through another bank, or
    /// for another project, at times: who does not see that payment is not told of it (M6).
    #[must_use]
    pub fn of(book: &Book, sight: Sight, batch: &Batch, index: u32, line: &Line) -> Self {
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
        let file = book.file(line.file_no);
        let shown = |one: PaymentId| {
            let (batch, line) = book.line(one)?;
            sight.sees_line(batch, line).then_some((one, line.state))
        };
        let corrects = batch.corrects.get(&index).copied().and_then(shown);
        let correction = book.corrected_by(payment).and_then(shown);
        Self {
            payment,
            line: line.clone(),
            corrects: corrects.map(|(one, _)| one),
            corrected_by: correction.map(|(one, _)| one),
            corrected_state: correction.map(|(_, state)| state),
            record: holder.map(|(_, sequence)| *sequence),
            left_ms: file.and_then(|file| file.left_ms),
            queries: file.map_or(0, |file| file.queries),
            coded_at: file.map_or(0, |file| file.coded_at),
            disputed_at: batch.doubts.disputed_at(index),
        }
    }
}

/// Reads sealed lines and keeps the record that it read last: lines come in order.
pub struct KeptLines<'a> {
    core: &'a Core,
    sequence: Option<u64>,
    lines: BTreeMap<u32, KeptLine>,
    refused: BTreeMap<u32, Remains>,
}

impl<'a> KeptLines<'a> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(core: &'a Core) -> Self {
        Self {
            core,
            sequence: None,
            lines: BTreeMap::new(),
            refused: BTreeMap::new(),
        }
    }

    /// The sealed part of a line. `None` for a line refused at intake, and for a person whose
    /// data was erased.
    ///
    /// # Errors
    /// When the record can't be read.
    pub fn of(&mut self, seen: &Seen) -> Result<Option<&KeptLine>, QueryError> {
        Ok(self.open(seen)?.0)
    }

    /// The sealed part of a line, and what is left of one that was refused.
    ///
    /// # Errors
    /// When the record can't be read.
    pub fn open(
        &mut self,
        seen: &Seen,
    ) -> Result<(Option<&KeptLine>, Option<&Remains>), QueryError> {
        if seen.record != self.sequence {
            (self.lines, self.refused) = match seen.record {
                Some(sequence) => self.record(sequence)?,
                None => <(_, _)>::default(),
            };
            self.sequence = seen.record;
        }
        let row = seen.payment.row;
        Ok((self.lines.get(&row), self.refused.get(&row)))
    }

    fn record(&self, sequence: u64) -> Result<Opened, QueryError> {
        let (record, _) = self.core.event(sequence)?;
        let text = match self.core.personal(&record) {
            Ok(text) => text,
            Err(CoreError::Vault(SealError::KeyDestroyed(_))) => return Ok(Opened::default()),
            Err(error) => return Err(error.into()),
        };
        let lines = lines::read_all(&text)?;
        let lines = lines.into_iter().map(|line| (line.index, line)).collect();
        Ok((lines, lines::read_refused(&text)?))
    }
}

/// The lines of a record, payable and refused, by index.
type Opened = (BTreeMap<u32, KeptLine>, BTreeMap<u32, Remains>);

/// Opens lines and what banks said of them, and shows them.
pub struct Viewer<'a> {
    kept: KeptLines<'a>,
    words: KeptWords<'a>,
    disputes: KeptWords<'a>,
    show: Show,
    lang: Lang,
}

impl<'a> Viewer<'a> {
    /// Nothing opened yet.
    #[must_use]
    pub fn new(core: &'a Core, show: Show, lang: Lang) -> Self {
        Self {
            kept: KeptLines::new(core),
            words: KeptWords::new(core),
            disputes: KeptWords::new(core),
            show,
            lang,
        }
    }

    /// A line as the interface shows it, without the findings that refused it.
    ///
    /// # Errors
    /// When a record can't be read.
    pub fn view(&mut self, seen: &Seen) -> Result<LineView, QueryError> {
        let (show, lang) = (self.show, self.lang);
        let (kept, remains) = self.kept.open(seen)?;
        let mut view = line_view(seen, kept, show, lang);
        if let Some(remains) = remains.filter(|_| kept.is_none()) {
            view.name.clone_from(&remains.name);
            view.id_type.clone_from(&remains.id_type);
            view.id_number.clone_from(&remains.id_number);
            view.account.clone_from(&remains.account);
            view.payee_bank = remains.payee_bank.map(|bank| bank.to_string());
            view.amount_fen = remains.amount.map(|amount| amount.0);
            view.gross_fen = remains.gross_amount.map(|amount| amount.0);
        }
        let asked = self.words.asked(seen)?;
        if let Some(said) = self.words.of(seen)? {
            let text = said.text(kept, show);
            view.why = said.why(seen, text.as_deref(), asked.as_deref(), lang);
            view.bank_code.clone_from(&said.bank_code);
            view.bank_text = text;
        }
        if let Some(said) = self.disputes.against(seen)? {
            view.disputed_code.clone_from(&said.bank_code);
            view.disputed_text = said.text(kept, show);
        }
        Ok(view)
    }
}

/// The payer and the employer's name as their file states them: sealed in the batch's closing
/// record. `None` where the employer's data was erased.
///
/// # Errors
/// When the record can't be read.
pub fn payer(core: &Core, accepted_at: u64) -> Result<Option<PayerPart>, QueryError> {
    let (record, _) = core.event(accepted_at)?;
    let text = match core.personal(&record) {
        Ok(text) => text,
        Err(CoreError::Vault(SealError::KeyDestroyed(_))) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if text.is_empty() {
        return Ok(None);
    }
    let part = serde_json::from_slice(&text).map_err(CoreError::from)?;
    Ok(Some(part))
}

/// The employer's name alone.
///
/// # Errors
/// When the record can't be read.
pub fn employer_name(core: &Core, accepted_at: u64) -> Result<Option<String>, QueryError> {
    Ok(payer(core, accepted_at)?.and_then(|payer| payer.employer_name))
}

/// A line as the interface shows it.
fn line_view(seen: &Seen, kept: Option<&KeptLine>, show: Show, lang: Lang) -> LineView {
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
        reference: kept.and_then(|kept| {
            let text = kept.reference.as_deref()?;
            Some(match show {
                Show::Masked => masking::masked(text, Some(kept)),
                Show::Clear => text.to_owned(),
            })
        }),
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
        // Of a refused line the book has no amount, only what could be read of it has.
        amount_fen: Some(line.amount_fen)
            .filter(|fen| line.state != LineState::Refused || *fen != 0),
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
        why: None,
        bank_code: None,
        bank_text: None,
        disputed_code: None,
        disputed_text: None,
        reported_fen: line.reported_fen,
        file_no: (line.file_no != 0).then_some(line.file_no),
        corrects: seen.corrects.map(|payment| payment.to_string()),
        corrected_by: seen.corrected_by.map(|payment| payment.to_string()),
        corrected_state: seen.corrected_state.map(|state| state.to_string()),
        refused_by: None,
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

/// The finer word of a step that disputes a line: that the line is in doubt for its file's sake,
/// else the kind of the dispute.
#[must_use]
pub fn dispute_detail(dispute: Dispute, step: &Move) -> &'static str {
    match step.detail.as_deref() {
        Some(FILE_IN_DOUBT) => FILE_IN_DOUBT,
        Some(_) | None => dispute_word(dispute),
    }
}

#[cfg(test)]
#[test]
fn a_line_in_doubt_for_its_files_sake_says_so() {
    let step = |detail: Option<&str>| Move {
        index: 1,
        event: schemas::LineEvent::LoseTrack,
        reason: None,
        detail: detail.map(str::to_owned),
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    };
    let kind = Dispute::ResultContradiction;
    let of = |detail| dispute_detail(kind, &step(detail));
    assert_eq!(of(Some("file_in_doubt")), "file_in_doubt");
    assert_eq!(of(Some("processing")), "result_contradiction");
    assert_eq!(of(None), "result_contradiction");
}
