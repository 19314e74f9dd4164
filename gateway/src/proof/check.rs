//! Checking without the gateway: what is given away, and keys and checkpoints got elsewhere.

use super::document::{CONSISTENCY, ConsistencyProof, PROOF, PaymentProof, RecordProof, bytes};
use super::note::{Checkpoint, Note, VerifierKey};
use super::telling::{Pieces, Telling, Untold};
use journal::chain::Hash;
use journal::tree::{is_consistent, root_by_inclusion};
use schemas::value::PaymentId;

/// What is wrong with a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Another format or version.
    Format,
    /// The checkpoint is no signed checkpoint.
    Checkpoint,
    /// The checkpoint is not signed by the key.
    Signature,
    /// Neither a key nor a checkpoint got elsewhere: nobody vouches for the root.
    NotAnchored,
    /// The record is newer than the checkpoint got elsewhere, and no key vouches for it.
    Newer(u64),
    /// What is shown of a record does not lead to its leaf.
    Leaf(u64),
    /// The record is not in the tree.
    Inclusion(u64),
    /// The records are not in the journal's order.
    Order(u64),
    /// The record does not tell of this payment, or of no step that it can take.
    Told(u64, Untold),
    /// The payment's number is none.
    Payment,
    /// The records make another state.
    State,
    /// The records say another amount.
    Amount,
    /// The two checkpoints are not of one log.
    Origin,
    /// The older checkpoint is not the beginning of the newer one.
    Consistency,
    /// No proof, or one that is not between these two checkpoints.
    Between,
}

impl Fault {
    /// The code of the document.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Checkpoint => "checkpoint_unreadable",
            Self::Signature => "signature",
            Self::NotAnchored => "not_anchored",
            Self::Newer(_) => "newer_than_checkpoint",
            Self::Leaf(_) => "leaf",
            Self::Inclusion(_) => "inclusion",
            Self::Order(_) => "order",
            Self::Told(..) => "telling",
            Self::Payment => "payment_id",
            Self::State => "state",
            Self::Amount => "amount",
            Self::Origin => "origin",
            Self::Consistency => "consistency",
            Self::Between => "consistency_missing",
        }
    }

    /// The record that it is about.
    #[must_use]
    pub fn record(self) -> Option<u64> {
        match self {
            Self::Newer(record)
            | Self::Leaf(record)
            | Self::Inclusion(record)
            | Self::Order(record)
            | Self::Told(record, _) => Some(record),
            Self::Format
            | Self::Checkpoint
            | Self::Signature
            | Self::NotAnchored
            | Self::Payment
            | Self::State
            | Self::Amount
            | Self::Origin
            | Self::Consistency
            | Self::Between => None,
        }
    }
}

/// A step that was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The record.
    pub sequence: u64,
    /// Its time, Unix milliseconds.
    pub time_ms: i64,
    /// The event's word.
    pub event: String,
}

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What the checkpoint says, where it is one.
    pub checkpoint: Option<Checkpoint>,
    /// What was proved, oldest first.
    pub steps: Vec<Step>,
    /// What is wrong; nothing is proved where there is anything.
    pub faults: Vec<Fault>,
}

/// Reads a note and holds it against the keys: the log's own, and earlier ones of it. Without any
/// it says what is written, and nobody vouches for it.
///
/// # Errors
/// `Checkpoint` or `Signature`.
pub fn checkpoint(note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, Fault> {
    let note = Note::parse(note).map_err(|_| Fault::Checkpoint)?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|_| Fault::Checkpoint)?;
    match keys.is_empty() || keys.iter().any(|key| note.vouches(&checkpoint, key)) {
        true => Ok(checkpoint),
        false => Err(Fault::Signature),
    }
}

/// Whether what was proved is vouched for: by the keys that signed its checkpoint, by a checkpoint
/// got elsewhere, or by both.
///
/// A checkpoint alone vouches for what it covers and for nothing after it: that a newer one
/// continues it can be made for any records, by anybody.
///
/// # Errors
/// `NotAnchored`, `Newer`, and those of [`consistent`].
pub fn anchored(
    checked: &Checked,
    is_signed: bool,
    elsewhere: Option<(&Checkpoint, Option<&ConsistencyProof>)>,
) -> Result<(), Fault> {
    // Without a checkpoint in the proof that is the fault.
    let Some(proved) = &checked.checkpoint else {
        return Ok(());
    };
    let Some((kept, between)) = elsewhere else {
        return is_signed.then_some(()).ok_or(Fault::NotAnchored);
    };
    match kept.size <= proved.size {
        true => consistent(kept, proved, between)?,
        false => consistent(proved, kept, between)?,
    }
    let newer = checked.steps.iter().find(|step| step.sequence > kept.size);
    match newer.filter(|_| !is_signed) {
        Some(step) => Err(Fault::Newer(step.sequence)),
        None => Ok(()),
    }
}

/// Checks a payment's proof, all but who vouches for its checkpoint: [`anchored`] says that.
#[must_use]
pub fn payment(proof: &PaymentProof, keys: &[VerifierKey]) -> Checked {
    let mut checked = Checked::default();
    if proof.format != PROOF {
        checked.faults.push(Fault::Format);
        return checked;
    }
    match checkpoint(&proof.checkpoint, keys) {
        Ok(checkpoint) => checked.checkpoint = Some(checkpoint),
        Err(fault) => checked.faults.push(fault),
    }
    let id = PaymentId::parse(&proof.payment_id).ok();
    // One way only to write it.
    let Some(id) = id.filter(|id| id.to_string() == proof.payment_id) else {
        checked.faults.push(Fault::Payment);
        return checked;
    };
    let mut telling = Telling::of(id);
    let mut last = 0;
    for record in &proof.records {
        let sequence = record.sequence;
        if sequence <= last {
            checked.faults.push(Fault::Order(sequence));
        }
        last = sequence;
        if let Err(fault) = included(record, checked.checkpoint.as_ref()) {
            checked.faults.push(fault);
            continue;
        }
        let shown = record.shown.iter();
        let texts = shown.map(|piece| (piece.number, piece.text.as_str()));
        let told = Pieces::read(texts).ok_or(Untold::Form);
        match told.and_then(|pieces| telling.take(sequence, &pieces)) {
            Ok(event) => checked.steps.push(Step {
                sequence,
                time_ms: record.time_ms,
                event,
            }),
            Err(untold) => checked.faults.push(Fault::Told(sequence, untold)),
        }
    }
    let state = telling.state.map(schemas::LineState::as_str);
    if state != Some(proof.state.as_str()) || telling.disputed != proof.disputed {
        checked.faults.push(Fault::State);
    }
    if telling.amount_fen != Some(proof.amount_fen) {
        checked.faults.push(Fault::Amount);
    }
    checked
}

fn included(record: &RecordProof, checkpoint: Option<&Checkpoint>) -> Result<(), Fault> {
    let sequence = record.sequence;
    let leaf = record.leaf().ok_or(Fault::Leaf(sequence))?;
    // Without a checkpoint that is the fault, once.
    let Some(checkpoint) = checkpoint else {
        return Ok(());
    };
    let path = read(&record.path).ok_or(Fault::Inclusion(sequence))?;
    let index = sequence.checked_sub(1).ok_or(Fault::Inclusion(sequence))?;
    match root_by_inclusion(leaf.hash(), index, checkpoint.size, &path) {
        Some(root) if root == checkpoint.root => Ok(()),
        Some(_) | None => Err(Fault::Inclusion(sequence)),
    }
}

/// Whether two checkpoints are of one log that only grew; the older one first. Of two of one size
/// the roots are compared, and no proof is asked for.
///
/// # Errors
/// `Origin`, `Format`, `Between` or `Consistency`.
pub fn consistent(
    old: &Checkpoint,
    new: &Checkpoint,
    proof: Option<&ConsistencyProof>,
) -> Result<(), Fault> {
    if old.origin != new.origin {
        return Err(Fault::Origin);
    }
    let hashes = match proof {
        Some(proof) if proof.format != CONSISTENCY => return Err(Fault::Format),
        Some(proof) if (proof.from, proof.to) != (old.size, new.size) => {
            return Err(Fault::Between);
        }
        Some(proof) => read(&proof.proof).ok_or(Fault::Consistency)?,
        None if old.size == new.size => Vec::new(),
        None => return Err(Fault::Between),
    };
    match is_consistent((old.size, &old.root), (new.size, &new.root), &hashes) {
        true => Ok(()),
        false => Err(Fault::Consistency),
    }
}

fn read(hashes: &[String]) -> Option<Vec<Hash>> {
    hashes.iter().map(|hash| bytes(hash)).collect()
}
