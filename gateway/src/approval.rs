//! 复核: nobody alone moves money (M13). Maker and approver are different persons by certificate,
//! over the digest, count and total that the approver saw.

use crate::book::{Batch, BatchState, Book};
use crate::core::Core;
use crate::event::{AcceptedHead, Event};
use crate::failure::CommandError;
use schemas::FindingCode;
use schemas::value::{BatchId, Uscc, folded};
use std::collections::BTreeSet;

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
    /// Journal sequence of the last decision about another payment of the same wage that the
    /// approver saw; `None` where there was none to see.
    pub as_of: Option<u64>,
}

impl Seen {
    /// The first value in which the file is not what the approver saw, and what it is.
    fn first_difference(&self, head: &AcceptedHead) -> Option<(&'static str, String)> {
        if !self.digest.eq_ignore_ascii_case(&head.digest) {
            Some(("digest", head.digest.clone()))
        } else if self.line_count != head.line_count {
            Some(("line_count", head.line_count.to_string()))
        } else if self.total_fen != head.total_fen {
            Some(("total_fen", head.total_fen.to_string()))
        } else {
            None
        }
    }
}

/// Releases a held batch, or one of which another payment of the same wage bars lines since its
/// approval: a person says again that they are wages of their own.
///
/// A batch submitted by a system certificate needs one person; by a person, another one. What must
/// be acknowledged is looked up anew: since the file came, an earlier payment of the same wage may
/// have turned out to be paid. What two people decided of it after the approver looked was not
/// seen, and is not approved (decision 012).
///
/// # Errors
/// `NotFound` for another employer's batch; `Forbidden` for a system certificate or the maker;
/// `Conflict` where the state forbids it, a value differs, a warning is not acknowledged, or
/// something was decided that the approver did not see; `Invalid` for a place in the journal that
/// nobody can have seen.
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
    if same_person(&head.submitted_by, person) {
        return Err(CommandError::Forbidden { why: "same_person" });
    }
    if desk.is_set_apart(id) {
        // It may have been approved and sent since the copy was made.
        return Err(CommandError::state("restored"));
    }
    let unseen = desk.revived_unseen(batch);
    let again = match batch.state() {
        BatchState::Held => false,
        BatchState::Released | BatchState::InProgress => !unseen.is_empty(),
        BatchState::Settled | BatchState::Withdrawn => false,
    };
    if batch.state() != BatchState::Held && !again {
        return Err(CommandError::state(batch.state().as_str()));
    }
    let differs = |field, is: String| Err(CommandError::Conflict { field, why: is });
    if let Some((field, is)) = seen.first_difference(head) {
        return differs(field, is);
    }
    let mut weighty: BTreeSet<&str> = head.must_acknowledge.iter().map(String::as_str).collect();
    if again || desk.is_elsewhere(batch) {
        weighty.insert(FindingCode::PayeeInFlight.as_str());
    }
    let missing: Vec<&str> = weighty
        .iter()
        .copied()
        .filter(|code| !seen.acknowledged.iter().any(|known| known == code))
        .collect();
    if !missing.is_empty() {
        return differs("acknowledged", missing.join(","));
    }
    if seen.as_of.is_some_and(|as_of| as_of > desk.sequence()) {
        return Err(CommandError::Invalid {
            field: "as_of",
            why: "behind the end of the journal".to_owned(),
        });
    }
    let latest = unseen.iter().map(|one| one.decided_at).max();
    if let Some(latest) = latest.filter(|latest| seen.as_of.is_none_or(|seen| seen < *latest)) {
        return differs("as_of", latest.to_string());
    }
    // What was kept of an earlier look only refuses: what is released now was looked up now.
    let in_flight = FindingCode::PayeeInFlight.as_str();
    if !weighty.contains(in_flight) && !desk.elsewhere_of(batch).is_empty() {
        return differs("acknowledged", in_flight.to_owned());
    }
    let event = Event::BatchApproved {
        batch: id,
        person: person.to_owned(),
        acknowledged: seen.acknowledged.clone(),
        as_of: seen.as_of,
    };
    Ok(desk.record(person, event)?)
}

/// Takes a batch back before anything of it was intended. Of one that is on its way, the lines
/// that another payment of the same wage bars are taken back, so that nothing waits for ever.
///
/// # Errors
/// `NotFound` for another employer's batch; `Forbidden` for a system certificate; `Conflict`
/// once a line is intended and none is barred, or the batch has ended.
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
    let state = batch.state();
    match state {
        BatchState::Held | BatchState::Released | BatchState::InProgress => {}
        BatchState::Settled | BatchState::Withdrawn => {
            return Err(CommandError::state(state.as_str()));
        }
    }
    // A file that was certainly not sent keeps its intent until it is given up, and a bank may
    // have reported it meanwhile.
    let intended = batch
        .lines
        .iter()
        .any(|line| line.file_no != 0 || line.disputed.is_some());
    if intended || state == BatchState::InProgress {
        if !desk.is_barred(batch) {
            let word = if intended { "intended" } else { state.as_str() };
            return Err(CommandError::state(word));
        }
        let barred = desk.barred(batch).into_iter();
        let event = Event::LinesWithdrawn {
            batch: id,
            lines: barred.map(|(index, _)| index).collect(),
            person: person.to_owned(),
        };
        return Ok(desk.record(person, event)?);
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

/// Whether two certificates name one human: two spellings of one name are.
pub(crate) fn same_person(one: &str, other: &str) -> bool {
    let name = |uri: &str| {
        let party = uri.parse::<certs::identity::Party>().ok()?;
        party.person().map(folded)
    };
    one == other || name(one).is_some_and(|known| name(other).is_none_or(|name| name == known))
}

/// Whether a party's URI names a person.
pub(crate) fn is_person(uri: &str) -> bool {
    uri.parse::<certs::identity::Party>()
        .is_ok_and(|party| party.person().is_some())
}
