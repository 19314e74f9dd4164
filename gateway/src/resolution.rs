//! Two operators decide, with evidence, what became of an unknown or disputed line. It sets an
//! outcome and never pays (INTERFACE section 4).

mod whole_file;

pub use whole_file::{FileDone, FileSeen, WholeFile, confirm_file, propose_file};

use crate::approval::same_person;
use crate::book::{Book, Line, Proposal, Said};
use crate::core::{Core, CoreError, Fact};
use crate::event::Event;
use crate::failure::CommandError;
use schemas::line_state::{Applied, apply};
use schemas::value::{PaymentId, Uscc};
use schemas::{FailureReason, LineEvent};

/// What an operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// `ResolvePaid` or `ResolveFailed`.
    pub outcome: LineEvent,
    /// Why it failed; demanded for `ResolveFailed`, refused for `ResolvePaid`.
    pub reason: Option<FailureReason>,
    /// The operator's words: what was seen where; empty where the reason of the list says it all.
    /// Sealed in the journal.
    pub words: String,
    /// SHA-256 of the evidence (a bank's letter, a statement), lower hex.
    pub evidence_digest: String,
}

const WORDS_MAX: usize = 500;

/// The word of the public contract for what a resolution decides.
#[must_use]
pub fn outcome_word(outcome: LineEvent) -> &'static str {
    match outcome {
        LineEvent::ResolvePaid => "paid",
        LineEvent::ResolveFailed
        | LineEvent::Release
        | LineEvent::Cancel
        | LineEvent::Intend
        | LineEvent::NotSent
        | LineEvent::Accept
        | LineEvent::Pay
        | LineEvent::Fail
        | LineEvent::LoseTrack
        | LineEvent::Return => "failed",
    }
}

/// The first operator proposes. The same proposal by the same person again has the same answer:
/// the sequence of the record.
///
/// # Errors
/// `NotFound`; `Invalid` for a decision that can't be one;
/// `Conflict` where the line is neither unknown nor disputed, or a proposal over the same evidence
/// waits or said otherwise. One over other evidence takes the place of what waits.
pub fn propose(
    core: &Core,
    operator: &str,
    payment: PaymentId,
    decision: &Decision,
) -> Result<u64, CommandError> {
    check(decision)?;
    if let Some(sequence) = proposed_before(core, operator, payment, decision)? {
        return Ok(sequence);
    }
    let mut desk = core.desk();
    open_line(&desk, payment)?;
    let owner = desk.batch(payment.batch).map(|batch| batch.head.employer);
    let owner = owner.ok_or(CommandError::NotFound)?;
    // A proposal may be replaced by one over other evidence; who confirms names the evidence.
    let digest = decision.evidence_digest.to_ascii_lowercase();
    let same = |waiting: &&Proposal| waiting.evidence_digest == digest;
    if let Some(waiting) = desk.proposal(payment).filter(same) {
        return Err(waits(waiting));
    }
    one_outcome(&desk, payment, decision)?;
    let prepared = core.prepare(proposal(payment, operator, decision, owner))?;
    Ok(desk.record_prepared(operator, &prepared)?)
}

fn waits(waiting: &Proposal) -> CommandError {
    CommandError::Conflict {
        field: "proposal",
        why: waiting.operator.clone(),
    }
}

/// Over one piece of evidence one outcome, until it is decided: who confirms by its digest
/// confirms what he read, whatever was proposed, or the bank said, between.
fn one_outcome(book: &Book, payment: PaymentId, decision: &Decision) -> Result<(), CommandError> {
    let digest = decision.evidence_digest.to_ascii_lowercase();
    let decided = (decision.outcome, decision.reason);
    let other = |said: &&Said| said.0 == digest && (said.1, said.2) != decided;
    if let Some((_, outcome, reason)) = book.proposed(payment).iter().find(other) {
        let (field, is) = match reason.filter(|_| *outcome == decision.outcome) {
            Some(reason) => ("reason", reason.as_str()),
            None => ("outcome", outcome_word(*outcome)),
        };
        let why = is.to_owned();
        return Err(CommandError::Conflict { field, why });
    }
    Ok(())
}

/// The record of a proposal; its words are sealed under the employer's key.
fn proposal(payment: PaymentId, operator: &str, decision: &Decision, owner: Uscc) -> Fact {
    let event = Event::ResolutionProposed {
        payment,
        outcome: decision.outcome,
        reason: decision.reason,
        evidence_digest: decision.evidence_digest.to_ascii_lowercase(),
        operator: operator.to_owned(),
    };
    let words = decision.words.clone().into_bytes();
    Fact::sealed(event, owner.as_str(), words)
}

/// The record of a confirmation.
///
/// It names the proposal and what that says: whoever is shown it without the others can't take
/// another proposal for the one that took effect.
fn confirmation(payment: PaymentId, operator: &str, confirmed: &Proposal) -> Event {
    Event::ResolutionConfirmed {
        payment,
        proposal: Some(confirmed.sequence),
        outcome: Some(confirmed.outcome),
        evidence_digest: confirmed.evidence_digest.to_ascii_lowercase(),
        operator: operator.to_owned(),
    }
}

/// Where this person's very proposal waits already; words are compared as well.
fn proposed_before(
    core: &Core,
    operator: &str,
    payment: PaymentId,
    decision: &Decision,
) -> Result<Option<u64>, CoreError> {
    let waiting = core.desk().proposal(payment).cloned();
    let Some(waiting) = waiting.filter(|waiting| says(waiting, operator, decision)) else {
        return Ok(None);
    };
    let same = has_words(core, waiting.sequence, &decision.words)?;
    Ok(same.then_some(waiting.sequence))
}

/// Whether a proposal is this person's over the same evidence; its words are not looked at.
fn says(waiting: &Proposal, operator: &str, decision: &Decision) -> bool {
    waiting.operator == operator
        && (waiting.outcome, waiting.reason) == (decision.outcome, decision.reason)
        && waiting
            .evidence_digest
            .eq_ignore_ascii_case(&decision.evidence_digest)
}

fn has_words(core: &Core, sequence: u64, words: &str) -> Result<bool, CoreError> {
    let (record, _) = core.event(sequence)?;
    Ok(core.personal(&record)?.as_slice() == words.as_bytes())
}

/// Another operator confirms over the same evidence; the outcome takes effect.
///
/// # Errors
/// `NotFound` where nothing waits; `Forbidden` for the operator who proposed, and between a person
/// and a system's certificate; `Conflict` where the evidence differs or the line has moved on
/// meanwhile.
pub fn confirm(
    core: &Core,
    operator: &str,
    payment: PaymentId,
    evidence_digest: &str,
) -> Result<u64, CommandError> {
    let mut desk = core.desk();
    let Some(proposal) = desk.proposal(payment) else {
        // The line moved on and took the proposal with it, or there never was one.
        open_line(&desk, payment)?;
        return Err(CommandError::NotFound);
    };
    if same_operator(&proposal.operator, operator) {
        return Err(CommandError::Forbidden {
            why: "same_operator",
        });
    }
    if !proposal
        .evidence_digest
        .eq_ignore_ascii_case(evidence_digest)
    {
        return Err(CommandError::Conflict {
            field: "evidence_digest",
            why: proposal.evidence_digest.clone(),
        });
    }
    open_line(&desk, payment)?;
    let event = confirmation(payment, operator, proposal);
    Ok(desk.record(operator, event)?)
}

/// Two operators are two people, or two systems of other names: beside a person, a certificate
/// that names nobody may be the same person's (M13).
fn same_operator(one: &str, other: &str) -> bool {
    same_person(one, other) || same_person(other, one)
}

fn check(decision: &Decision) -> Result<(), CommandError> {
    let invalid = |field, why: &str| {
        Err(CommandError::Invalid {
            field,
            why: why.to_owned(),
        })
    };
    match (decision.outcome, decision.reason) {
        (LineEvent::ResolvePaid, None) | (LineEvent::ResolveFailed, Some(_)) => {}
        (LineEvent::ResolvePaid, Some(_)) => return invalid("reason", "paid has no reason"),
        (LineEvent::ResolveFailed, None) => return invalid("reason", "failed needs a reason"),
        (
            LineEvent::Release
            | LineEvent::Cancel
            | LineEvent::Intend
            | LineEvent::NotSent
            | LineEvent::Accept
            | LineEvent::Pay
            | LineEvent::Fail
            | LineEvent::LoseTrack
            | LineEvent::Return,
            _,
        ) => return invalid("outcome", "paid or failed"),
    }
    let digest = decision.evidence_digest.as_bytes();
    if digest.len() != 64 || !digest.iter().all(u8::is_ascii_hexdigit) {
        return invalid("evidence_digest", "64 hex digits of SHA-256");
    }
    let words = &decision.words;
    // Without words the reason must say it all; blank ones say nothing.
    let nothing = match decision.reason {
        Some(_) => !words.is_empty() && words.trim().is_empty(),
        None => words.trim().is_empty(),
    };
    if nothing || words.chars().count() > WORDS_MAX || words.chars().any(char::is_control) {
        return invalid("words", "1 to 500 characters, not blank");
    }
    Ok(())
}

/// Unknown or disputed: open to a resolution.
fn open_line(book: &Book, payment: PaymentId) -> Result<&Line, CommandError> {
    let (_, line) = book.line(payment).ok_or(CommandError::NotFound)?;
    if is_open(line) {
        Ok(line)
    } else {
        Err(CommandError::state(line.state))
    }
}

fn is_open(line: &Line) -> bool {
    let disputed = line.disputed.is_some();
    match apply(line.state, disputed, LineEvent::ResolvePaid) {
        Applied::Moved(_) => true,
        Applied::Repeated | Applied::Refused(_) => false,
    }
}
