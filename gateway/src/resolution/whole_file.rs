//! One decision for every line of a bank file that is open to one: a bank that refuses a file and
//! works on it all the same disputes all its lines (decision 016).
//!
//! Each line has records of its own, as if it were decided alone; what is added is that the two
//! decide over the same lines, and that nothing was heard of the file between them.

use super::{
    Decision, check, confirmation, has_words, is_open, one_outcome, proposal, same_operator, says,
    waits,
};
use crate::book::{Book, Proposal};
use crate::core::{Core, Prepared};
use crate::failure::CommandError;
use schemas::value::{BatchId, PaymentId, Uscc};
use schemas::{LineEvent, LineState};

/// A bank file of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WholeFile {
    /// The batch.
    pub batch: BatchId,
    /// Bank-side number.
    pub file_no: u64,
}

/// What an operator saw of a file: its lines that are unknown or disputed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileSeen {
    /// How many.
    pub line_count: u32,
    /// Their sum in fen.
    pub total_fen: i64,
}

/// What was recorded, of these lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileDone {
    /// The lines.
    pub lines: FileSeen,
    /// Journal sequence of the last record.
    pub sequence: u64,
}

/// The first operator proposes one outcome for all lines of a file that are unknown or disputed.
/// The same proposal by the same person again has the same answer.
///
/// # Errors
/// `NotFound`; `Invalid` for a decision that can't be one; `Conflict` where no line of the file is
/// open to a resolution or they are others than were seen, where one would fail that we hold to be
/// paid, where for one of them a proposal over the same evidence waits or said otherwise, or where
/// the file changes at this moment.
pub fn propose_file(
    core: &Core,
    operator: &str,
    of: WholeFile,
    decision: &Decision,
    seen: FileSeen,
) -> Result<FileDone, CommandError> {
    check(decision)?;
    let look = |book: &Book| proposable(book, operator, of, decision, seen);
    let (open, waiting) = look(&core.desk())?;
    let mut last = 0;
    let mut facts = Vec::new();
    // Sealed outside the lock; then the book is asked again.
    for (payment, same) in open.lines.iter().zip(&waiting) {
        match same {
            Some(proposal) if has_words(core, proposal.sequence, &decision.words)? => {
                last = last.max(proposal.sequence);
            }
            Some(proposal) => return Err(waits(proposal)),
            None => {
                let fact = proposal(*payment, operator, decision, open.owner);
                facts.push(core.prepare(fact)?);
            }
        }
    }
    let known = (open, waiting);
    record(core, operator, (last, &facts), &known, &look)
}

/// Another operator confirms over the same evidence and the same lines; the outcome takes effect
/// on all of them.
///
/// # Errors
/// `NotFound` where nothing waits; `Forbidden` as for a line; `Conflict` where the evidence or the
/// lines differ, a line of the file has no such proposal, or the bank has changed something of the
/// file since.
pub fn confirm_file(
    core: &Core,
    operator: &str,
    of: WholeFile,
    evidence_digest: &str,
    seen: FileSeen,
) -> Result<FileDone, CommandError> {
    let look = |book: &Book| confirmable(book, operator, of, evidence_digest, seen);
    let known = look(&core.desk())?;
    let lines = known.0.lines.iter().zip(&known.1);
    let events = lines.map(|(payment, proposal)| confirmation(*payment, operator, proposal));
    let facts: Vec<Prepared> = events
        .map(|event| core.prepare(event.into()))
        .collect::<Result<_, _>>()?;
    record(core, operator, (0, &facts), &known, &look)
}

/// What a look at a file found: its open lines, and of each what the caller asked for.
type Found<T> = (Open, Vec<T>);

/// Records all under one lock, if the book still says what it said.
fn record<T: PartialEq>(
    core: &Core,
    operator: &str,
    (mut last, facts): (u64, &[Prepared]),
    known: &Found<T>,
    look: &dyn Fn(&Book) -> Result<Found<T>, CommandError>,
) -> Result<FileDone, CommandError> {
    let mut desk = core.desk();
    if look(&desk)? != *known {
        return Err(changed());
    }
    for fact in facts {
        last = desk.record_prepared(operator, fact)?;
    }
    Ok(FileDone {
        lines: known.0.seen,
        sequence: last,
    })
}

/// Lines of a file that are open to a resolution, in the order of its rows.
#[derive(PartialEq, Eq)]
struct Open {
    lines: Vec<PaymentId>,
    seen: FileSeen,
    owner: Uscc,
    changed_at: u64,
}

fn open(book: &Book, of: WholeFile, seen: FileSeen) -> Result<Open, CommandError> {
    let file = book.file(of.file_no);
    let file = file.filter(|file| file.intent.batch == of.batch);
    let (file, batch) = file
        .zip(book.batch(of.batch))
        .ok_or(CommandError::NotFound)?;
    let mut open = Open {
        lines: Vec::new(),
        seen: FileSeen::default(),
        owner: batch.head.employer,
        changed_at: file.changed_at,
    };
    for row in &file.intent.lines {
        let line = batch.line(*row).filter(|line| line.file_no == of.file_no);
        if let Some(line) = line.filter(|line| is_open(line)) {
            let (batch, row) = (of.batch, *row);
            open.lines.push(PaymentId { batch, row });
            open.seen.line_count += 1;
            open.seen.total_fen += line.amount_fen;
        }
    }
    if open.lines.is_empty() {
        return Err(CommandError::state(batch.state().as_str()));
    }
    let differs = |field, is: String| Err(CommandError::Conflict { field, why: is });
    if open.seen.line_count != seen.line_count {
        return differs("line_count", open.seen.line_count.to_string());
    }
    if open.seen.total_fen != seen.total_fen {
        return differs("total_fen", open.seen.total_fen.to_string());
    }
    Ok(open)
}

/// The open lines, and of each this person's very proposal where it waits already.
fn proposable(
    book: &Book,
    operator: &str,
    of: WholeFile,
    decision: &Decision,
    seen: FileSeen,
) -> Result<Found<Option<Proposal>>, CommandError> {
    let open = open(book, of, seen)?;
    overturns_none(book, &open, decision.outcome)?;
    let digest = decision.evidence_digest.to_ascii_lowercase();
    let mut waiting = Vec::with_capacity(open.lines.len());
    for payment in &open.lines {
        one_outcome(book, *payment, decision)?;
        let own = book.proposal(*payment);
        let own = own.filter(|own| own.evidence_digest == digest);
        if let Some(other) = own.filter(|own| !says(own, operator, decision)) {
            return Err(waits(other));
        }
        // What the bank said since, of whichever line, this person must have seen as well.
        let fresh = own.filter(|own| own.sequence > open.changed_at);
        waiting.push(fresh.cloned());
    }
    Ok((open, waiting))
}

/// The open lines, and the proposal of each.
fn confirmable(
    book: &Book,
    operator: &str,
    of: WholeFile,
    evidence_digest: &str,
    seen: FileSeen,
) -> Result<Found<Proposal>, CommandError> {
    let open = open(book, of, seen)?;
    let waiting = open.lines.iter().filter_map(|one| book.proposal(*one));
    let waiting: Vec<Proposal> = waiting.cloned().collect();
    let first = waiting.first().ok_or(CommandError::NotFound)?;
    if waiting
        .iter()
        .any(|one| same_operator(&one.operator, operator))
    {
        return Err(CommandError::Forbidden {
            why: "same_operator",
        });
    }
    let of_evidence = |one: &Proposal| one.evidence_digest.eq_ignore_ascii_case(evidence_digest);
    if let Some(other) = waiting.iter().find(|one| !of_evidence(one)) {
        return Err(CommandError::Conflict {
            field: "evidence_digest",
            why: other.evidence_digest.clone(),
        });
    }
    if waiting.iter().any(|one| one.sequence < open.changed_at) {
        return Err(changed());
    }
    overturns_none(book, &open, first.outcome)?;
    let said = |one: &Proposal| (one.operator.clone(), one.outcome, one.reason);
    let one_word = waiting.iter().all(|one| said(one) == said(first));
    if waiting.len() != open.lines.len() || !one_word {
        return Err(CommandError::Conflict {
            field: "proposal",
            why: "not one for every line".to_owned(),
        });
    }
    Ok((open, waiting))
}

/// That a line which we hold to be paid has failed frees a correction beside money that the bank
/// said it has paid: it is decided line by line.
fn overturns_none(book: &Book, open: &Open, outcome: LineEvent) -> Result<(), CommandError> {
    let mut states = open
        .lines
        .iter()
        .filter_map(|one| Some(book.line(*one)?.1.state));
    let paid = states.find(|state| matches!(state, LineState::Paid | LineState::Returned));
    match paid.filter(|_| outcome == LineEvent::ResolveFailed) {
        Some(state) => Err(CommandError::state(state)),
        None => Ok(()),
    }
}

/// Whoever decided did not see what there is now.
fn changed() -> CommandError {
    CommandError::Conflict {
        field: "file",
        why: "changed since".to_owned(),
    }
}
