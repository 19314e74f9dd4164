//! The proof of one payment: which records, and how little of each is shown.
//!
//! A proof is handed on. So it shows what makes the payment's state, and no digest: whoever has
//! one guesses names and numbers until it fits.

use super::check::{self, Fault};
use super::document::{PROOF, PaymentProof, RecordProof};
use super::log::{Log, LogError};
use super::telling::Untold;
use crate::access::Sight;
use crate::core::{Core, CoreError, read_event};
use crate::event::Event;
use crate::query::payments;
use journal::Record;
use journal::tree::leaf::{Leaf, Source, open, open_actor};
use schemas::value::PaymentId;

/// Records of a proof at most, but for what belongs to one attempt: of many attempts that
/// certainly did not leave only the last ones are shown.
const RECORDS_MAX: usize = 128;

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The records can't be read.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The log gives no checkpoint or path.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A record of an earlier version does not say what a proof must show.
    #[error("record {0} was written before proofs demanded what it does not say")]
    Earlier(u64),
    /// What was made does not hold: it is not given away.
    #[error("the proof that was made does not hold: {0}")]
    Unsound(&'static str),
}

/// What a proof will show, before its records are durable.
#[derive(Debug)]
pub struct Story {
    id: PaymentId,
    state: &'static str,
    disputed: bool,
    amount_fen: i64,
    records: Vec<Record>,
    shown: Shown,
    /// Must be durable before the proof is made.
    pub sequence: u64,
}

/// The records of a payment as the caller may see it; `None` where it may not.
///
/// # Errors
/// When records can't be read.
pub fn story(core: &Core, sight: Sight, id: PaymentId) -> Result<Option<Story>, CoreError> {
    let is_for_bank = matches!(sight, Sight::Bank(_));
    let (mut story, sequences) = {
        let desk = core.desk();
        let Some((_, batch)) = payments::one(&desk, sight, id) else {
            return Ok(None);
        };
        let Some(line) = batch.line(id.row) else {
            return Ok(None);
        };
        let lines = batch
            .line_records
            .iter()
            .rev()
            .find(|(first, _)| *first <= id.row);
        let within = |span: (u32, u32)| (span.0..=span.1).contains(&id.row);
        let told = batch.history.iter().filter(|entry| within(entry.span));
        let told = told.map(|entry| entry.sequence);
        let sequences: Vec<u64> = lines.map(|(_, at)| *at).into_iter().chain(told).collect();
        let story = Story {
            id,
            state: line.state.as_str(),
            disputed: line.disputed.is_some(),
            amount_fen: line.amount_fen,
            records: Vec::new(),
            shown: Shown {
                row: id.row,
                is_for_bank,
                late: beside(&batch.head.refused_late, id.row),
            },
            sequence: sequences.iter().copied().max().unwrap_or(0),
        };
        (story, sequences)
    };
    let mut attempts = Vec::new();
    let mut files = Vec::new();
    for sequence in sequences {
        let record = core
            .journal()
            .read_sequence(sequence)
            .map_err(CoreError::from)?;
        let (event, _) = read_event(&record)?;
        if let Event::FileIntended(intent) = &event
            && intent.lines.contains(&id.row)
        {
            files.push(intent.file_no);
            attempts.push(story.records.len());
        }
        if tells(&event, id, &files, is_for_bank) {
            story.records.push(record);
        }
    }
    leave_out(&mut story.records, &attempts);
    Ok(Some(story))
}

/// Earlier attempts change nothing: each ended where it began, at `released`.
fn leave_out(records: &mut Vec<Record>, attempts: &[usize]) {
    let (Some(first), Some(last)) = (attempts.first(), attempts.last()) else {
        return;
    };
    let too_many = records.len().saturating_sub(RECORDS_MAX);
    let from = attempts
        .iter()
        .find(|attempt| **attempt >= first + too_many);
    records.drain(first..from.unwrap_or(last));
}

/// Whether an event is part of the way to the line's state.
fn tells(event: &Event, id: PaymentId, files: &[u64], is_for_bank: bool) -> bool {
    match event {
        Event::BatchLines { .. } | Event::BatchAccepted(_) => true,
        // What the employer decided before the bank was told is not the bank's.
        Event::BatchApproved { .. } | Event::BatchWithdrawn { .. } => !is_for_bank,
        Event::LinesWithdrawn { lines, .. } => lines.contains(&id.row),
        Event::FileIntended(intent) => intent.lines.contains(&id.row),
        Event::MessageLeaving {
            file_no, instructs, ..
        } => *instructs && files.contains(file_no),
        Event::FileAbandoned { file_no, .. } => files.contains(file_no),
        Event::Outcomes {
            file_no,
            moves,
            disputes,
            ..
        } => {
            let moved = moves.iter().any(|step| step.index == id.row);
            let disputed = disputes.iter().any(|(index, ..)| *index == id.row);
            files.contains(file_no) && (moved || disputed)
        }
        Event::ResolutionProposed { payment, .. } | Event::ResolutionConfirmed { payment, .. } => {
            *payment == id
        }
        Event::Started { .. }
        | Event::Restored { .. }
        | Event::Refused { .. }
        | Event::BatchOpened { .. }
        | Event::BatchBytes { .. }
        | Event::BatchFindings { .. }
        | Event::BatchAbandoned { .. }
        | Event::MessageAnswered { .. }
        | Event::FileReceipt { .. }
        | Event::BankMessage { .. }
        | Event::BankMessageClosed { .. }
        | Event::Unmatched { .. }
        | Event::Disclosed { .. } => false,
    }
}

/// A row of a list of ascending rows or, where it is not there, the rows next to its place. They
/// are all that is shown of other lines, and show that it is not there.
fn beside(rows: &[u32], row: u32) -> Vec<u32> {
    match rows.binary_search(&row) {
        Ok(_) => vec![row],
        Err(place) => {
            let before = place.checked_sub(1).and_then(|before| rows.get(before));
            before.into_iter().chain(rows.get(place)).copied().collect()
        }
    }
}

/// Members that every proof shows. No digest, no person, no sum of others' wages.
const SHOWN: &[&str] = &[
    "event",
    "opened",
    "batch",
    "batch_no",
    "employer",
    "project_code",
    "region",
    "pay_month",
    "paying_bank",
    "file_no",
    "bank",
    "dialect",
    "bank_date",
    "instructed_ms",
    "step",
    "instructs",
    "origin",
    "why",
    "is_final",
    "payment",
    "proposal",
    "outcome",
    "reason",
    // How many there are; which, is in pieces of their own.
    "refused_late",
];
/// Members that name a person of the employer or the operator; not for a bank.
const PERSONS: &[&str] = &["submitted_by", "person", "operator"];

/// What is shown in the proof of a line.
#[derive(Debug)]
struct Shown {
    row: u32,
    is_for_bank: bool,
    /// Rows of `refused_late` that are shown, see [`beside`].
    late: Vec<u32>,
}

impl Shown {
    /// Whether a piece is shown.
    fn has(&self, piece: &str) -> bool {
        let Some((name, value)) = piece.split_once('=') else {
            return false;
        };
        let Some(list) = name.strip_suffix("[]") else {
            let own = crate::hex(&self.row.to_le_bytes());
            let is_own_row = name == "row" && value.starts_with(&own);
            let is_persons = !self.is_for_bank && PERSONS.contains(&name);
            return SHOWN.contains(&name) || is_persons || is_own_row;
        };
        let Ok(value) = serde_json::from_str::<serde_json::Value>(value) else {
            return false;
        };
        let (number, rows) = match list {
            "lines" => (Some(&value), std::slice::from_ref(&self.row)),
            "refused_late" => (Some(&value), self.late.as_slice()),
            "moves" => (value.get("i"), std::slice::from_ref(&self.row)),
            "disputes" => (value.get(0), std::slice::from_ref(&self.row)),
            _ => return false,
        };
        let number = number.and_then(serde_json::Value::as_u64);
        rows.iter().any(|row| number == Some(u64::from(*row)))
    }
}

impl Story {
    /// Makes the proof, over the last checkpoint or a new one, and checks it as a stranger would.
    ///
    /// # Errors
    /// See [`ProofError`].
    pub fn prove(self, core: &Core, log: &Log) -> Result<PaymentProof, ProofError> {
        let signed = log.checkpoint(core.journal(), self.sequence, core.now_ms())?;
        let mut records = Vec::with_capacity(self.records.len());
        for record in &self.records {
            let source = Source::from(record);
            let opened = open(&source, &mut |piece| self.shown.has(piece));
            let actor = (!self.shown.is_for_bank).then(|| open_actor(&source));
            let path = log.inclusion(record.sequence, signed.checkpoint.size)?;
            records.push(RecordProof::new(&Leaf::of(&source), actor, opened, &path));
        }
        let proof = PaymentProof {
            format: PROOF.to_owned(),
            payment_id: self.id.to_string(),
            state: self.state.to_owned(),
            disputed: self.disputed,
            amount_fen: self.amount_fen,
            records,
            checkpoint: signed.note,
        };
        let checked = check::payment(&proof, &[log.verifier_key()]);
        match checked.faults.first() {
            None => Ok(proof),
            Some(Fault::Told(record, Untold::Unsaid)) => Err(ProofError::Earlier(*record)),
            Some(fault) => {
                if let Fault::Inclusion(_) = fault {
                    log.distrust();
                }
                Err(ProofError::Unsound(fault.code()))
            }
        }
    }
}

#[cfg(test)]
mod tests;
