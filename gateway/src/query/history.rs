//! One payment with every record that speaks of it.

use crate::access::Sight;
use crate::api::answer::{JournalPosition, PaymentEvent, PaymentHistory};
use crate::core::{Core, CoreError};
use crate::dispatch::decision::DIALECT_GONE;
use crate::event::{Dispute, Event, FileWord, Move, Origin};
use crate::query::batches::refusals;
use crate::query::findings::Runs;
use crate::query::personal::{KeptLines, Seen, Show, dispute_detail};
use crate::query::said::masking::masked;
use crate::query::{QueryError, moment, payments, runs};
use journal::Record;
use journal::seal::SealError;
use schemas::Lang;
use schemas::value::PaymentId;

/// A payment and its events, oldest first: every one, or runs of the same question and answer
/// as one.
///
/// # Errors
/// When records can't be read.
pub fn payment(
    core: &Core,
    sight: Sight,
    id: PaymentId,
    lang: Lang,
    every: bool,
) -> Result<Option<(PaymentHistory, u64)>, QueryError> {
    let (found, sequences, finding_runs) = {
        let desk = core.desk();
        let Some((found, batch)) = payments::one(&desk, sight, id) else {
            return Ok(None);
        };
        let within = |span: (u32, u32)| (span.0..=span.1).contains(&id.row);
        let records = batch.history.iter().filter(|entry| within(entry.span));
        let sequences: Vec<u64> = records.map(|entry| entry.sequence).collect();
        (found, sequences, Runs::of(batch))
    };
    let page = payments::page(core, &found, Show::Masked, lang)?;
    let first = found.lines.first().map(|(seen, ..)| seen.clone());
    let (Some(mut payment), Some(seen_line)) = (page.payments.into_iter().next(), first) else {
        return Ok(None);
    };
    let line = std::slice::from_mut(&mut payment.line);
    refusals(core, &finding_runs, line, (sight, lang))?;
    let mut events = Vec::new();
    let mut lines_of_file = std::collections::BTreeMap::new();
    for sequence in sequences {
        let (record, event) = core.event(sequence)?;
        if let Event::FileIntended(intent) = &event {
            lines_of_file.insert(intent.file_no, intent.lines.contains(&id.row));
        }
        let of_its_file = |file_no: u64| lines_of_file.get(&file_no).copied().unwrap_or(false);
        for told in tell(&event, id, &of_its_file) {
            let words = operators_words(core, &record, &event, sight, &seen_line)?;
            events.push(told.complete(core, &record, sight, words)?);
        }
    }
    if let Sight::Bank(_) = sight {
        // What happened before the bank was told of the line is not the bank's.
        let told = events.iter().position(|event| event.event == "intend");
        events.drain(..told.unwrap_or(events.len()));
    }
    if !every {
        events = runs::together(events);
    }
    Ok(Some((PaymentHistory { payment, events }, found.sequence)))
}

/// What an operator wrote about a resolution, to those who may read it: no bank.
fn operators_words(
    core: &Core,
    record: &Record,
    event: &Event,
    sight: Sight,
    seen: &Seen,
) -> Result<Option<String>, QueryError> {
    let Event::ResolutionProposed { .. } = event else {
        return Ok(None);
    };
    if let Sight::Bank(_) = sight {
        return Ok(None);
    }
    words_of(core, record, seen)
}

/// The words of a proposal, the person of the line masked; what was erased is gone.
fn words_of(core: &Core, record: &Record, seen: &Seen) -> Result<Option<String>, QueryError> {
    let words = match core.personal(record) {
        Ok(words) if words.is_empty() => return Ok(None),
        Ok(words) => words,
        Err(CoreError::Vault(SealError::KeyDestroyed(_))) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let words = String::from_utf8_lossy(&words);
    let mut kept = KeptLines::new(core);
    Ok(Some(masked(&words, kept.of(seen)?)))
}

/// The words of the proposal of a record, as [`payment`] shows them.
///
/// # Errors
/// When records can't be read.
pub fn proposed_words(
    core: &Core,
    sequence: u64,
    seen: &Seen,
) -> Result<Option<String>, QueryError> {
    let (record, _) = core.event(sequence)?;
    words_of(core, &record, seen)
}

/// An event without its record.
#[derive(Default)]
struct Told {
    event: &'static str,
    source: &'static str,
    reason: Option<String>,
    detail: Option<String>,
    evidence_digest: Option<String>,
    bank_code: Option<String>,
    reported_fen: Option<i64>,
    file_no: Option<u64>,
    message: Option<u64>,
}

impl Told {
    fn new(event: &'static str, source: &'static str) -> Self {
        Self {
            event,
            source,
            ..Self::default()
        }
    }

    fn of_file(mut self, file_no: u64) -> Self {
        self.file_no = Some(file_no);
        self
    }

    fn step(event: &'static str, source: &'static str, step: &Move) -> Self {
        Self {
            reason: step.reason.map(|reason| reason.to_string()),
            detail: step.detail.clone(),
            bank_code: step.bank_code.clone(),
            reported_fen: step.reported_fen,
            ..Self::new(event, source)
        }
    }

    fn complete(
        self,
        core: &Core,
        record: &Record,
        sight: Sight,
        words: Option<String>,
    ) -> Result<PaymentEvent, QueryError> {
        let position = core.journal().position_of(record.sequence);
        let position = position.map_err(CoreError::from)?;
        // Persons of the employer and of the operator are not the bank's to know, nor on what
        // grounds they decided.
        let mut evidence_digest = self.evidence_digest;
        let actor = match sight {
            Sight::Bank(bank) => {
                evidence_digest = None;
                let own = format!("urn:anxin:bank:{bank}");
                (record.actor == own).then_some(own)
            }
            Sight::Employer(_)
            | Sight::Region(_)
            | Sight::Province
            | Sight::Operator
            | Sight::Nothing => Some(record.actor.clone()),
        };
        Ok(PaymentEvent {
            event: self.event.to_owned(),
            time: moment(record.time_ms),
            source: self.source.to_owned(),
            actor,
            reason: self.reason,
            detail: self.detail,
            words,
            evidence_digest,
            bank_code: self.bank_code,
            reported_fen: self.reported_fen,
            file_no: self.file_no,
            message: self.message,
            journal: JournalPosition {
                sequence: record.sequence,
                segment: position.segment,
                offset: position.offset,
            },
            count: 1,
            last: None,
        })
    }
}

/// What an event says of one line. A record's span is rough: what names other lines says nothing.
fn tell(event: &Event, id: PaymentId, of_its_file: &dyn Fn(u64) -> bool) -> Vec<Told> {
    let on = |file_no: &u64, told: Told| {
        let told = of_its_file(*file_no).then(|| told.of_file(*file_no));
        told.into_iter().collect()
    };
    match event {
        Event::BatchAccepted(_) => vec![Told::new("accepted_at_intake", "employer")],
        Event::BatchApproved { .. } => vec![Told::new("release", "employer")],
        Event::LinesWithdrawn { lines, .. } if !lines.contains(&id.row) => Vec::new(),
        Event::BatchWithdrawn { .. } | Event::LinesWithdrawn { .. } => {
            vec![Told::new("cancel", "employer")]
        }
        Event::FileIntended(intent) => on(&intent.file_no, Told::new("intend", "gateway")),
        Event::MessageLeaving {
            file_no, instructs, ..
        } => {
            let word = if *instructs { "sent" } else { "message_sent" };
            on(file_no, Told::new(word, "gateway"))
        }
        Event::MessageAnswered { file_no, .. } => {
            on(file_no, Told::new("message_answered", "bank"))
        }
        Event::FileReceipt { file_no, .. } if of_its_file(*file_no) => file_receipt(event, id),
        Event::FileAbandoned { file_no, why } => {
            let told = Told {
                detail: Some(why.clone()),
                ..Told::new("file_abandoned", "gateway")
            };
            on(file_no, told)
        }
        Event::Outcomes { .. } => outcomes(event, id),
        Event::ResolutionProposed { payment, .. } | Event::ResolutionConfirmed { payment, .. }
            if *payment == id =>
        {
            resolution(event).into_iter().collect()
        }
        Event::Started { .. }
        | Event::Restored { .. }
        | Event::Refused { .. }
        | Event::BatchOpened { .. }
        | Event::BatchBytes { .. }
        | Event::BatchLines { .. }
        | Event::BatchFindings { .. }
        | Event::BatchAbandoned { .. }
        | Event::BankMessage { .. }
        | Event::BankMessageClosed { .. }
        | Event::Unmatched { .. }
        | Event::FileReceipt { .. }
        | Event::ResolutionProposed { .. }
        | Event::ResolutionConfirmed { .. }
        | Event::Disclosed { .. } => Vec::new(),
    }
}

/// The bank's word about the file, and those about the line that came too late.
fn file_receipt(event: &Event, id: PaymentId) -> Vec<Told> {
    let Event::FileReceipt {
        file_no,
        bank_code,
        said,
        noted,
        message,
        ..
    } = event
    else {
        return Vec::new();
    };
    let of_file = Told {
        bank_code: bank_code.clone(),
        detail: (*said == FileWord::NotFound).then(|| "not_found".to_owned()),
        ..Told::new("file_receipt", "bank")
    };
    let late = noted.iter().filter(|step| step.index == id.row);
    let late = late.map(|step| Told {
        detail: Some(step.event.as_str().to_owned()),
        ..Told::step("noted", "bank", step)
    });
    let of_message = |told: Told| Told {
        message: *message,
        ..told.of_file(*file_no)
    };
    [of_file].into_iter().chain(late).map(of_message).collect()
}

/// What operators decided, and over which evidence.
fn resolution(event: &Event) -> Option<Told> {
    if let Event::ResolutionProposed {
        outcome,
        reason,
        evidence_digest,
        ..
    } = event
    {
        return Some(Told {
            reason: reason.map(|reason| reason.to_string()),
            detail: Some(outcome.as_str().to_owned()),
            evidence_digest: Some(evidence_digest.clone()),
            ..Told::new("resolution_proposed", "operator")
        });
    }
    let Event::ResolutionConfirmed {
        evidence_digest, ..
    } = event
    else {
        return None;
    };
    Some(Told {
        evidence_digest: Some(evidence_digest.clone()),
        ..Told::new("resolution_confirmed", "operator")
    })
}

fn outcomes(event: &Event, id: PaymentId) -> Vec<Told> {
    let Event::Outcomes {
        file_no,
        origin,
        message,
        why,
        moves,
        disputes,
        ..
    } = event
    else {
        return Vec::new();
    };
    // Recorded as if a limit were over, which it need not be: nobody said anything.
    let source = match why.as_deref() {
        Some(DIALECT_GONE) => "gateway",
        _ => origin_word(*origin),
    };
    let steps = moves.iter().filter(|step| step.index == id.row);
    let steps = steps.map(|step| Told::step(step.event.as_str(), source, step));
    let disputed = disputes.iter().filter(|(index, _, _)| *index == id.row);
    let disputed = disputed.map(|(_, dispute, step)| disputing(*dispute, source, step));
    steps
        .chain(disputed)
        .map(|told| Told {
            message: *message,
            file_no: Some(*file_no),
            detail: told.detail.clone().or_else(|| why.clone()),
            ..told
        })
        .collect()
}

fn disputing(dispute: Dispute, source: &'static str, step: &Move) -> Told {
    Told {
        detail: Some(dispute_detail(dispute, step).to_owned()),
        ..Told::step("disputed", source, step)
    }
}

/// The word for where an outcome comes from.
#[must_use]
pub fn origin_word(origin: Origin) -> &'static str {
    match origin {
        Origin::Receipt => "receipt",
        Origin::Result => "result",
        Origin::Push => "push",
        Origin::Channel => "channel",
        Origin::AnswerLimit => "answer_limit",
        Origin::Recovery => "recovery",
    }
}
