//! 复核: nobody alone moves money (M13). Maker and approver are different persons by certificate,
//! over the digest, count and total that the approver saw.

use crate::book::{Batch, BatchState, Book};
use crate::core::Core;
use crate::event::Event;
use crate::failure::CommandError;
use schemas::value::{BatchId, Uscc};

/// What the approver saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// SHA-256 of the file, lower hex.
    pub digest: String,
    /// Lines that will be paid.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
    /// Finding codes that the approver has acknowledged.
    pub acknowledged: Vec<String>,
}

/// Releases a held batch.
///
/// A batch submitted by a system certificate needs one person; by a person, another one.
///
/// # Errors
/// `NotFound` for another employer's batch; `Forbidden` for a system certificate or the maker;
/// `Conflict` where the state forbids it, a value differs, or a warning is not acknowledged.
pub fn approve(
    core: &Core,
    employer: Uscc,
    person: &str,
    id: BatchId,
    seen: &Seen,
) -> Result<u64, CommandError> {
    let mut desk = core.desk();
    let batch = own(&desk, employer, id)?;
    let head = &batch.head;
    if !is_person(person) {
        return Err(CommandError::Forbidden {
            why: "person_required",
        });
    }
    // Two spellings of one name are one human.
    if head.submitted_by.eq_ignore_ascii_case(person) {
        return Err(CommandError::Forbidden { why: "same_person" });
    }
    if batch.state() != BatchState::Held {
        return Err(CommandError::state(batch.state().as_str()));
    }
    let differs = |field, is: String| Err(CommandError::Conflict { field, why: is });
    if !seen.digest.eq_ignore_ascii_case(&head.digest) {
        return differs("digest", head.digest.clone());
    }
    if seen.line_count != head.line_count {
        return differs("line_count", head.line_count.to_string());
    }
    if seen.total_fen != head.total_fen {
        return differs("total_fen", head.total_fen.to_string());
    }
    let missing: Vec<&str> = head
        .must_acknowledge
        .iter()
        .map(String::as_str)
        .filter(|code| !seen.acknowledged.iter().any(|known| known == code))
        .collect();
    if !missing.is_empty() {
        return differs("acknowledged", missing.join(","));
    }
    let event = Event::BatchApproved {
        batch: id,
        person: person.to_owned(),
        acknowledged: seen.acknowledged.clone(),
    };
    Ok(desk.record(person, event)?)
}

/// Takes a batch back before anything of it was intended.
///
/// # Errors
/// `NotFound` for another employer's batch; `Forbidden` for a system certificate; `Conflict`
/// once a line is intended or the batch has ended.
pub fn withdraw(
    core: &Core,
    employer: Uscc,
    person: &str,
    id: BatchId,
) -> Result<u64, CommandError> {
    let mut desk = core.desk();
    let batch = own(&desk, employer, id)?;
    if !is_person(person) {
        return Err(CommandError::Forbidden {
            why: "person_required",
        });
    }
    match batch.state() {
        BatchState::Held | BatchState::Released => {}
        state @ (BatchState::InProgress | BatchState::Settled | BatchState::Withdrawn) => {
            return Err(CommandError::state(state.as_str()));
        }
    }
    // A file that was certainly not sent keeps its intent until it is given up, and a bank may
    // have reported it meanwhile.
    let intended = batch
        .lines
        .iter()
        .any(|line| line.file_no != 0 || line.disputed.is_some());
    if intended {
        return Err(CommandError::state("intended"));
    }
    let event = Event::BatchWithdrawn {
        batch: id,
        person: person.to_owned(),
    };
    Ok(desk.record(person, event)?)
}

fn own(book: &Book, employer: Uscc, id: BatchId) -> Result<&Batch, CommandError> {
    book.batch(id)
        .filter(|batch| batch.head.employer == employer)
        .ok_or(CommandError::NotFound)
}

/// Whether a party's URI names a person.
pub(crate) fn is_person(uri: &str) -> bool {
    uri.parse::<certs::identity::Party>()
        .is_ok_and(|party| party.person().is_some())
}
