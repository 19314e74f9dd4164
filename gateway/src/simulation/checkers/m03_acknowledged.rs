//! M3: what was acknowledged is durable: no crash loses it, and no part of it is visible without
//! the rest.
//!
//! Compared: each answer that says "done", with what the journal had durable when it was given;
//! after each reopening and at the end all of them again with what is there, whole, as the caller
//! sent it, and found by a search; and what each answer shows of batches, lines and records with
//! what of them was durable by then. The shared reading compares every record that was durable
//! before a crash.

mod searched;
mod shown;

use super::cursor::{Answered, number, sheet_of, text};
use super::reading::{Reading, Shared};
use crate::book::Batch;
use crate::core::Core;
use crate::event::Event;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::{Answer, Call, Outside, Sheet};
use schemas::value::{BatchId, PaymentId};

/// Something that a caller was told is done.
enum Acknowledged {
    /// A batch: its number, the digest of what was sent, count and sum as told.
    Batch(BatchId, String, i64, i64),
    /// A record: its sequence, what it is, about which batch or payment, and by whose certificate.
    Record(u64, &'static str, String, String),
    /// A bank's message: its sequence and its bytes; headers that belong to it are kept before.
    Message(u64, Vec<u8>),
    /// Something of which the answer does not say which record it is.
    Unnamed(&'static str),
}

/// Looks after M3.
pub(super) struct Kept {
    reading: Shared,
    answered: Answered,
    acknowledged: Vec<Acknowledged>,
}

impl Kept {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            acknowledged: Vec::new(),
        }
    }

    fn answered(&mut self, view: &View<'_>, looks: &mut Looks) {
        for (call, answer) in self.answered.news(view.outside) {
            shown::look(&self.reading.borrow(), call, answer, looks);
            let Some(said) = acknowledged(view.outside, call, answer) else {
                continue;
            };
            let at = said.sequence(&self.reading.borrow());
            looks.hold(at.is_some_and(|at| at <= answer.durable), || {
                let durable = answer.durable;
                format!("{said:?} was answered, its record {at:?} is not durable ({durable} is)")
            });
            self.acknowledged.push(said);
        }
    }

    fn all(&self, view: &View<'_>, looks: &mut Looks) {
        for said in &self.acknowledged {
            looks.hold(said.is_there(view.core), || {
                format!("{said:?} is not there any more")
            });
        }
        let desk = view.core.desk();
        for batch in desk.batches() {
            let sheet = sheet_of(view.outside, batch);
            looks.hold(sheet.is_some_and(|sheet| is_whole(batch, sheet)), || {
                format!("{} is not what was submitted, or a part of it", batch.id())
            });
        }
    }
}

/// What an answer acknowledges.
fn acknowledged(outside: &Outside, call: &Call, answer: &Answer) -> Option<Acknowledged> {
    if !answer.is_done() || call.method != "POST" {
        return None;
    }
    let body = answer.json();
    if call.sheet.is_some() {
        let id = BatchId::parse(text(&body, "batch_id")).ok();
        let sums = number(&body, "line_count").zip(number(&body, "total_fen"));
        let Some((id, (count, fen))) = id.zip(sums) else {
            return Some(Acknowledged::Unnamed("batch"));
        };
        let digest = crate::sha256_hex(&call.body);
        return Some(Acknowledged::Batch(id, digest, count, fen));
    }
    if let Some(place) = call.told {
        let (_, code) = call.party();
        let bank = outside.banks.iter().find(|(bank, _)| bank.as_str() == code);
        let told = bank.and_then(|(_, book)| book.told.get(place))?;
        let message = |sequence| Acknowledged::Message(sequence, told.bytes.clone());
        let receipt = answer.receipt().map(message);
        return Some(receipt.unwrap_or(Acknowledged::Unnamed("message")));
    }
    let what = match call.parts().last()? {
        "approve" => "approved",
        "withdraw" => "withdrawn",
        "resolution" => "proposed",
        "confirm" => "confirmed",
        _ => return None,
    };
    let sequence = number(&body, "sequence").and_then(|at| u64::try_from(at).ok());
    let about = call.parts().nth(2).unwrap_or_default().to_owned();
    let record = |sequence| Acknowledged::Record(sequence, what, about, call.caller.clone());
    Some(sequence.map_or(Acknowledged::Unnamed(what), record))
}

impl Acknowledged {
    fn sequence(&self, reading: &Reading) -> Option<u64> {
        match self {
            Self::Batch(id, ..) => {
                let batch = reading.auditor.book().batch(*id);
                batch.map(|batch| batch.accepted_at)
            }
            Self::Record(sequence, ..) | Self::Message(sequence, _) => Some(*sequence),
            Self::Unnamed(_) => None,
        }
    }

    fn is_there(&self, core: &Core) -> bool {
        match self {
            Self::Batch(id, digest, count, fen) => {
                let desk = core.desk();
                let same = |batch: &Batch| {
                    let head = &batch.head;
                    head.digest == *digest
                        && i64::from(head.line_count) == *count
                        && head.total_fen == *fen
                };
                desk.batch(*id).is_some_and(same)
            }
            Self::Record(sequence, what, about, who) => {
                let event = core.event(*sequence).map(|(_, event)| event);
                let said = event.ok().and_then(|event| said(&event));
                said.is_some_and(|(is, of, by)| is == *what && of.contains(about) && by == *who)
            }
            Self::Message(sequence, bytes) => {
                let record = core.event(*sequence).map(|(record, _)| record);
                let kept = record.and_then(|record| core.personal(&record));
                kept.is_ok_and(|kept| kept.ends_with(bytes))
            }
            Self::Unnamed(_) => false,
        }
    }
}

impl std::fmt::Debug for Acknowledged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Batch(id, ..) => write!(f, "batch {id}"),
            Self::Record(sequence, what, about, who) => {
                write!(f, "record {sequence} ({what} of {about} by {who})")
            }
            Self::Message(sequence, _) => write!(f, "message {sequence}"),
            Self::Unnamed(what) => write!(f, "something ({what}) without its record"),
        }
    }
}

/// What a record says was done, about which batch or payment, and by whom; `None` for any other.
fn said(event: &Event) -> Option<(&'static str, Vec<String>, String)> {
    let batch = |id: &BatchId| vec![id.to_string()];
    // A line that was decided with its file is told as the batch's.
    let line = |id: &PaymentId| vec![id.to_string(), id.batch.to_string()];
    if let Event::BatchApproved {
        batch: id, person, ..
    } = event
    {
        Some(("approved", batch(id), person.clone()))
    } else if let Event::BatchWithdrawn { batch: id, person }
    | Event::LinesWithdrawn {
        batch: id, person, ..
    } = event
    {
        Some(("withdrawn", batch(id), person.clone()))
    } else if let Event::ResolutionProposed {
        payment, operator, ..
    } = event
    {
        Some(("proposed", line(payment), operator.clone()))
    } else if let Event::ResolutionConfirmed {
        payment, operator, ..
    } = event
    {
        Some(("confirmed", line(payment), operator.clone()))
    } else {
        None
    }
}

/// Whether a batch has every line of a file, each with its amount where it is not refused.
fn is_whole(batch: &Batch, sheet: &Sheet) -> bool {
    let refused = |line: &crate::book::Line| line.state == schemas::LineState::Refused;
    batch.lines.len() == sheet.wages.len()
        && batch
            .lines
            .iter()
            .zip(&sheet.wages)
            .all(|(line, wage)| refused(line) || line.amount_fen == wage.amount_fen)
}

impl Checker for Kept {
    fn id(&self) -> &'static str {
        "M3"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.answered(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        // What was answered just before the crash counts as well.
        self.reading.borrow_mut().follow(view, true);
        self.answered(view, looks);
        self.all(view, looks);
        let crash = view.outside.crashes.last();
        if let Some((reopened, crash)) = crash.and_then(|crash| Some((crash.reopened?, crash))) {
            looks.hold(reopened >= crash.durable, || {
                format!(
                    "{} records were durable, {reopened} are there",
                    crash.durable
                )
            });
        }
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.answered(view, looks);
        self.all(view, looks);
        searched::look(view, &self.reading.borrow(), looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}

#[cfg(test)]
mod tests;
