//! M10 for those outside: what the gateway signs over its journal, it keeps to.
//!
//! Compared: every checkpoint that somebody was given, in whatever life of the gateway, with the
//! journal at the end, whose root is computed here as RFC 6962 section 2.1 has it; every proof
//! that one continues another, and every payment's proof, by what its receiver can check. None is
//! of more records than were durable.

use super::cursor::Answered;
use crate::proof::check::{self, Fault};
use crate::proof::document::{ConsistencyProof, PaymentProof};
use crate::proof::note::{Checkpoint, VerifierKey};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::keys;
use crate::simulation::outside::Answer;
use certs::digest::{DigestAlgorithm, digest};
use journal::disk::{PowerCut, Unsynced};
use journal::tree::leaf::Leaf;
use std::collections::BTreeMap;
use std::path::Path;

/// The log's name in every world.
const ORIGIN: &str = "simulation";

/// Looks after what is signed.
pub(super) struct Checkpoints {
    answered: Answered,
    /// By which its receivers check; empty only by a defect, which the first check names.
    keys: Vec<VerifierKey>,
    /// What was given out, by its size.
    given: BTreeMap<u64, Checkpoint>,
}

impl Checkpoints {
    pub(super) fn new() -> Self {
        let signer = keys::checkpoints().ok();
        let key = signer.map(|signer| VerifierKey::of(ORIGIN, signer.public_key()));
        Self {
            answered: Answered::default(),
            keys: key.into_iter().collect(),
            given: BTreeMap::new(),
        }
    }

    /// A checkpoint as it was given out.
    fn signed(&mut self, note: &str, answer: &Answer, looks: &mut Looks) -> Option<Checkpoint> {
        let read = check::checkpoint(note, &self.keys);
        looks.hold(read.is_ok() && !self.keys.is_empty(), || {
            format!("a checkpoint that nobody can check: {note}")
        });
        let checkpoint = read.ok()?;
        let (size, durable) = (checkpoint.size, answer.durable);
        looks.hold(size <= durable, || {
            format!("a checkpoint of {size} records, of which {durable} are durable")
        });
        let known = self.given.entry(size).or_insert_with(|| checkpoint.clone());
        looks.hold(known.root == checkpoint.root, || {
            format!("two checkpoints of {size} records")
        });
        Some(checkpoint)
    }

    fn continues(&mut self, answer: &Answer, looks: &mut Looks) {
        let proof = serde_json::from_slice::<ConsistencyProof>(&answer.body);
        let checked = proof.ok().and_then(|proof| {
            let new = self.signed(&proof.checkpoint, answer, looks)?;
            let old = self.given.get(&proof.from)?;
            Some(check::consistent(old, &new, Some(&proof)))
        });
        looks.hold(checked == Some(Ok(())), || {
            format!("a checkpoint does not continue the one before: {checked:?}")
        });
    }

    fn proved(&mut self, path: &str, answer: &Answer, looks: &mut Looks) {
        let proof = serde_json::from_slice::<PaymentProof>(&answer.body);
        let faults: Option<Vec<Fault>> = proof.ok().and_then(|proof| {
            self.signed(&proof.checkpoint, answer, looks)?;
            Some(check::payment(&proof, &self.keys).faults)
        });
        looks.hold(faults.as_ref().is_some_and(Vec::is_empty), || {
            format!("{path} does not hold: {faults:?}")
        });
    }

    /// Every checkpoint is the beginning of the journal as it is now.
    fn at_rest(&self, view: &View<'_>, looks: &mut Looks) {
        let leaves = leaves(view);
        for (size, checkpoint) in &self.given {
            let size = usize::try_from(*size).unwrap_or(usize::MAX);
            let root = leaves.get(..size).map(root);
            looks.hold(root == Some(checkpoint.root), || {
                let (size, records) = (checkpoint.size, leaves.len());
                format!("a checkpoint of {size} records is not of this journal of {records}")
            });
        }
    }
}

/// The leaves of the journal as it is on the disk.
fn leaves(view: &View<'_>) -> Vec<[u8; 32]> {
    let cut = PowerCut {
        unsynced: Unsynced::Kept,
        forgets_names: false,
    };
    let copy = view.disk.after_power_cut(cut, 1);
    let mut leaves = Vec::new();
    let dir = Path::new(crate::simulation::gate::DATA).join("journal");
    let passed = &mut |passed: journal::Passed<'_>| leaves.push(Leaf::of(&passed.source()).hash());
    // A journal that can't be read has no leaves, and no checkpoint is of that.
    drop(journal::verify_with(&copy, &dir, 0, passed));
    leaves
}

/// RFC 6962 section 2.1: the tree is split at the largest power of two below its size.
fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => digest(DigestAlgorithm::Sha256, &[]),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            let node = [&[1][..], &root(left), &root(right)].concat();
            digest(DigestAlgorithm::Sha256, &node)
        }
    }
}

impl Checker for Checkpoints {
    fn id(&self) -> &'static str {
        "M10"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        for (call, answer) in self.answered.news(view.outside) {
            if !answer.is_done() {
                continue;
            }
            match call.parts().collect::<Vec<_>>()[..] {
                ["v1", "checkpoint"] => {
                    let note = String::from_utf8_lossy(&answer.body).into_owned();
                    self.signed(&note, answer, looks);
                }
                ["v1", "consistency"] => self.continues(answer, looks),
                ["v1", "payments", _, "proof"] => self.proved(&call.path, answer, looks),
                _ => {}
            }
        }
    }

    fn after_reopening(&mut self, _: &View<'_>, _: &mut Looks) {}

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
        self.at_rest(view, looks);
    }
}
