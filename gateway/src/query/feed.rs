//! The change feed: the journal, filtered to what is the caller's, without a gap.
//!
//! The feed's numbers are the journal's. What is not the caller's leaves a hole in the numbers,
//! and `last` says up to where the answer is complete, so that nothing can be missed.

use crate::access::Sight;
use crate::api::answer::{Change, Changes, LineChange};
use crate::book::{Batch, Book};
use crate::core::{Core, CoreError, read_event};
use crate::event::{Event, Move};
use crate::query::personal::dispute_detail;
use crate::query::{QueryError, moment};
use schemas::LineEvent;
use schemas::value::{BankCode, BatchId, PaymentId};

/// Records read for one answer: so long answers of many short ones are spread over calls.
const RECORDS_READ_MAX: usize = 4096;
/// Bytes of them: the records of arriving files are large and nobody's change.
const BYTES_READ_MAX: usize = 16 * 1024 * 1024;

/// The caller's changes after a sequence, of what is durable, at most `limit`.
///
/// # Errors
/// When records can't be read.
pub fn changes(core: &Core, sight: Sight, after: u64, limit: usize) -> Result<Changes, QueryError> {
    let durable = core.journal().durable();
    let mut changes = Changes {
        events: Vec::new(),
        last: after.min(durable),
        more: false,
    };
    if after >= durable {
        return Ok(changes);
    }
    let mut bytes = 0usize;
    for (read, entry) in core.journal().scan(after + 1).enumerate() {
        let (_, record) = entry.map_err(CoreError::from)?;
        if record.sequence > durable {
            break;
        }
        let enough = read >= RECORDS_READ_MAX || bytes >= BYTES_READ_MAX;
        if enough || changes.events.len() >= limit {
            changes.more = true;
            break;
        }
        bytes += record.clear.len() + record.sealed.len();
        if !record.kind.is_reserved() {
            let (event, _) = read_event(&record)?;
            let told = tell(&core.desk(), sight, &event);
            changes.events.extend(told.map(|told| Change {
                sequence: record.sequence,
                time: moment(record.time_ms),
                ..told
            }));
        }
        changes.last = record.sequence;
    }
    Ok(changes)
}

fn taken_back(book: &Book, sight: Sight, id: BatchId, lines: &[u32]) -> Option<Change> {
    let batch = shown_batch(book, sight, id)?;
    // A bank was told of none of them (M6).
    let shown = lines.iter().filter(|index| {
        let found = batch.line(**index);
        found.is_some_and(|found| sight.sees_line(batch, found))
    });
    let lines: Vec<LineChange> = shown.map(|index| line(batch, *index, "cancel")).collect();
    let change = of(batch, "lines_changed", None);
    (!lines.is_empty()).then_some(Change { lines, ..change })
}

/// What an event is to a caller; `None` where it is not the caller's.
fn tell(book: &Book, sight: Sight, event: &Event) -> Option<Change> {
    match event {
        Event::BatchAccepted(head) => of_batch(book, sight, head.batch, "batch_accepted"),
        Event::BatchApproved { batch, .. } => of_batch(book, sight, *batch, "batch_approved"),
        Event::BatchWithdrawn { batch, .. } => of_batch(book, sight, *batch, "batch_withdrawn"),
        Event::LinesWithdrawn { batch, lines, .. } => taken_back(book, sight, *batch, lines),
        Event::FileIntended(intent) => {
            let batch = shown_batch(book, sight, intent.batch)?;
            let lines = intent
                .lines
                .iter()
                .map(|index| line(batch, *index, "intend"));
            let change = of(batch, "lines_intended", Some(intent.file_no));
            Some(Change {
                lines: lines.collect(),
                ..change
            })
        }
        Event::FileAbandoned { file_no, .. } => {
            let batch = shown_batch(book, sight, book.file(*file_no)?.intent.batch)?;
            Some(of(batch, "file_abandoned", Some(*file_no)))
        }
        Event::Outcomes {
            file_no,
            moves,
            disputes,
            ..
        } => {
            let batch = book.batch(book.file(*file_no)?.intent.batch)?;
            let moved = moves
                .iter()
                .filter(|step| shows_step(sight, batch, step))
                .map(|step| line_moved(batch, step, step.event.as_str()));
            let disputed = disputes.iter().filter(|_| shows_doubt(sight, batch));
            let disputed = disputed.map(|(index, dispute, step)| LineChange {
                payment_id: payment(batch, *index).to_string(),
                detail: Some(dispute_detail(*dispute, step).to_owned()),
                ..line_moved(batch, step, "disputed")
            });
            let lines: Vec<LineChange> = moved.chain(disputed).collect();
            let change = of(batch, "lines_changed", Some(*file_no));
            (!lines.is_empty()).then_some(Change { lines, ..change })
        }
        Event::ResolutionProposed { payment, .. } => {
            of_payment(book, sight, *payment, "resolution_proposed")
        }
        Event::ResolutionConfirmed { payment, .. } => {
            of_payment(book, sight, *payment, "resolution_confirmed")
        }
        Event::BankMessage { bank, .. } if of_messages(sight, *bank) => {
            Some(of_bank(*bank, "message_received"))
        }
        Event::Unmatched { bank, .. } if of_messages(sight, *bank) => of_stray(*bank, event),
        Event::Started { .. }
        | Event::Restored { .. }
        | Event::Refused { .. }
        | Event::BatchOpened { .. }
        | Event::BatchBytes { .. }
        | Event::BatchLines { .. }
        | Event::BatchFindings { .. }
        | Event::BatchAbandoned { .. }
        | Event::MessageLeaving { .. }
        | Event::MessageAnswered { .. }
        | Event::FileReceipt { .. }
        | Event::BankMessage { .. }
        | Event::BankMessageClosed { .. }
        | Event::Unmatched { .. }
        | Event::Disclosed { .. } => None,
    }
}

/// Whether what a bank sends is the caller's: the bank's own, and the operator's to explain.
fn of_messages(sight: Sight, bank: BankCode) -> bool {
    match sight {
        Sight::Bank(own) => own == bank,
        Sight::Operator => true,
        Sight::Employer(_) | Sight::Region(_) | Sight::Province | Sight::Nothing => false,
    }
}

fn of_stray(bank: BankCode, event: &Event) -> Option<Change> {
    let Event::Unmatched {
        file_no, of_whole, ..
    } = event
    else {
        return None;
    };
    let word = match of_whole {
        true => "message_mismatch",
        false => "unmatched_record",
    };
    Some(Change {
        file_no: *file_no,
        ..of_bank(bank, word)
    })
}

fn of_batch(book: &Book, sight: Sight, id: BatchId, event: &str) -> Option<Change> {
    let batch = book
        .batch(id)
        .filter(|batch| sight.sees_batch(&batch.head))?;
    Some(of(batch, event, None))
}

fn of_payment(book: &Book, sight: Sight, id: PaymentId, event: &str) -> Option<Change> {
    let (batch, found) = book.line(id)?;
    if sight != Sight::Operator && !sight.sees_line(batch, found) {
        return None;
    }
    Some(Change {
        lines: vec![line(batch, id.row, event)],
        ..of(batch, event, None)
    })
}

/// What is in doubt is the operator's as well: it resolves it.
fn shows_doubt(sight: Sight, batch: &Batch) -> bool {
    sight == Sight::Operator || sight.may_see_lines_of(&batch.head)
}

fn shows_step(sight: Sight, batch: &Batch, step: &Move) -> bool {
    match sight {
        Sight::Operator => step.event == LineEvent::LoseTrack,
        Sight::Employer(_)
        | Sight::Bank(_)
        | Sight::Region(_)
        | Sight::Province
        | Sight::Nothing => sight.may_see_lines_of(&batch.head),
    }
}

/// The batch of a bank file, to those who may see its lines: a file is intended to one bank.
fn shown_batch(book: &Book, sight: Sight, id: BatchId) -> Option<&Batch> {
    book.batch(id)
        .filter(|batch| sight.may_see_lines_of(&batch.head))
}

fn of(batch: &Batch, event: &str, file_no: Option<u64>) -> Change {
    Change {
        batch_id: Some(batch.id().to_string()),
        batch_no: Some(batch.head.batch_no.to_string()),
        file_no,
        ..of_bank(batch.head.paying_bank, event)
    }
}

fn of_bank(bank: BankCode, event: &str) -> Change {
    Change {
        sequence: 0,
        time: String::new(),
        event: event.to_owned(),
        batch_id: None,
        batch_no: None,
        bank: Some(bank.to_string()),
        file_no: None,
        lines: Vec::new(),
    }
}

fn payment(batch: &Batch, index: u32) -> PaymentId {
    PaymentId {
        batch: batch.id(),
        row: index,
    }
}

fn line(batch: &Batch, index: u32, event: &str) -> LineChange {
    LineChange {
        payment_id: payment(batch, index).to_string(),
        event: event.to_owned(),
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
    }
}

fn line_moved(batch: &Batch, step: &Move, event: &str) -> LineChange {
    LineChange {
        reason: step.reason.map(|reason| reason.to_string()),
        detail: step.detail.clone(),
        bank_code: step.bank_code.clone(),
        reported_fen: step.reported_fen,
        ..line(batch, step.index, event)
    }
}
