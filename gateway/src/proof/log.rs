//! The tree behind the journal, and the checkpoints that were signed over it.

mod opening;

use super::kept::{Keeping, NoEvidence, file};
use super::known::KnownKeys;
use super::note::{Checkpoint, VerifierKey};
use certs::sign::{KeyError, Signer};
use journal::chain::Hash;
use journal::disk::Disk;
use journal::tree::leaf::{Leaf, Source};
use journal::tree::tiles::Tiles;
use journal::tree::{consistency, inclusion, is_consistent};
use journal::{Journal, JournalError};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Records that the tree may be behind when somebody asks; with more they must come again.
const BEHIND_MAX: u64 = 65_536;
/// Records in one turn of the lock.
const TURN_RECORDS: u64 = 4_096;
/// A newer checkpoint is made at most once in so many milliseconds, unless it is needed.
const AGE_MS: i64 = 1_000;

/// Why there is no checkpoint or proof.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The journal can't be read.
    #[error("the journal can't be read")]
    Journal(#[from] JournalError),
    /// Tiles or checkpoints can't be read or written.
    #[error("tiles or checkpoints can't be read or written")]
    Io(#[from] io::Error),
    /// The key refuses.
    #[error("the checkpoint can't be signed")]
    Key(#[from] KeyError),
    /// The tree is being built: so many records are missing.
    #[error("the tree is {0} records behind")]
    Behind(u64),
    /// A checkpoint says something else than the journal: nothing is signed any more.
    #[error("a checkpoint of {seen} records was signed that this journal of {journal} is not")]
    SetBack {
        /// What was signed.
        seen: u64,
        /// The journal's records.
        journal: u64,
    },
    /// A kept note is no evidence: it is damaged, or nobody who is known signed it.
    #[error(transparent)]
    NoEvidence(#[from] NoEvidence),
    /// The journal was closed, and the checkpoint over all that came before is not kept.
    #[error(
        "the journal was closed at record {journal}, and the checkpoints in {} end at {last}",
        file.display()
    )]
    EndUnsigned {
        /// The file of the checkpoints.
        file: PathBuf,
        /// Records of the last one; 0 for none.
        last: u64,
        /// The journal's records.
        journal: u64,
    },
    /// A file that names the key is not as it was written.
    #[error("{} is damaged", .0.display())]
    KeyDamaged(PathBuf),
    /// Another key than the one that signs now signed until now.
    #[error("{} names another key than the one that signs", .0.display())]
    OtherKey(PathBuf),
    /// More was asked for than there is.
    #[error("the tree has not so many leaves")]
    TooLarge,
}

/// A signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The note as it is given away.
    pub note: String,
    /// What it says.
    pub checkpoint: Checkpoint,
}

/// The tree and its checkpoints. The journal is the truth; the tree is made from it again where
/// its tiles are missing or wrong.
pub struct Log {
    disk: Arc<dyn Disk>,
    data: PathBuf,
    tiles: PathBuf,
    origin: String,
    signer: Arc<dyn Signer>,
    known: KnownKeys,
    state: Mutex<State>,
}

struct State {
    tree: Tiles,
    last: Option<Signed>,
    signed_ms: i64,
    /// None before the first write and after a failed one: what that one left behind is cut off
    /// then.
    keeping: Option<Keeping>,
    /// Bytes of the kept notes before the last write; none before the first one.
    durable_bytes: Option<u64>,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

impl Log {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic leaves the tree where it was or a leaf short of its tile: signing holds every
        // root against the last one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key by which its checkpoints are checked.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey::of(&self.origin, self.signer.public_key())
    }

    /// Lets the tree follow the journal by some records. Gives how many durable ones are missing.
    ///
    /// # Errors
    /// When the journal can't be read or a tile not written.
    pub fn follow(&self, journal: &Journal) -> Result<u64, LogError> {
        let mut state = self.state();
        let durable = journal.durable();
        let to = durable.min(state.tree.size().saturating_add(TURN_RECORDS));
        self.grow(&mut state, journal, to)?;
        Ok(durable.saturating_sub(to))
    }

    fn grow(&self, state: &mut State, journal: &Journal, to: u64) -> Result<(), LogError> {
        let grown = grow(&mut state.tree, journal, to);
        if grown.is_err() {
            self.forget_tiles(state);
        }
        grown
    }

    /// Whatever is wrong with the tiles: the journal makes them again.
    fn forget_tiles(&self, state: &mut State) {
        tracing::warn!("the tiles can't be used: they are made again from the journal");
        state.tree = Tiles::empty(Arc::clone(&self.disk), &self.tiles);
    }

    /// A checkpoint over at least `needed` durable records: the last one, or a new one where that
    /// is older than a second and the journal has grown.
    ///
    /// # Errors
    /// See [`LogError`].
    pub fn checkpoint(
        &self,
        journal: &Journal,
        needed: u64,
        now_ms: i64,
    ) -> Result<Signed, LogError> {
        self.sign(journal, needed, now_ms, AGE_MS)
    }

    /// As [`Log::checkpoint`] with another age.
    ///
    /// # Errors
    /// See [`LogError`].
    pub fn sign(
        &self,
        journal: &Journal,
        needed: u64,
        now_ms: i64,
        age_ms: i64,
    ) -> Result<Signed, LogError> {
        let mut state = self.state();
        let durable = journal.durable();
        let size = state.last.as_ref().map(|last| last.checkpoint.size);
        let is_old = now_ms.saturating_sub(state.signed_ms).abs() >= age_ms;
        let is_behind = size.is_none_or(|size| size < needed || (is_old && size < durable));
        if let (false, Some(last)) = (is_behind, &state.last) {
            return Ok(last.clone());
        }
        let behind = durable.saturating_sub(state.tree.size());
        if behind > BEHIND_MAX {
            return Err(LogError::Behind(behind));
        }
        self.grow(&mut state, journal, durable)?;
        if durable < needed || durable == 0 {
            return Err(LogError::TooLarge);
        }
        self.agrees_with_the_last(&mut state)?;
        let checkpoint = Checkpoint {
            origin: self.origin.clone(),
            size: state.tree.size(),
            root: state.tree.root(),
        };
        let note = checkpoint.sign(self.signer.as_ref())?;
        self.keep(&mut state, &note)?;
        let signed = Signed { note, checkpoint };
        state.last = Some(signed.clone());
        state.signed_ms = now_ms;
        Ok(signed)
    }

    fn keep(&self, state: &mut State, note: &str) -> io::Result<()> {
        let keeping = match state.keeping.take() {
            Some(keeping) => keeping,
            None => Keeping::open(self.disk.as_ref(), &self.data, state.durable_bytes)?,
        };
        let before = keeping.bytes();
        state.durable_bytes = Some(before);
        let kept = keeping.with(note);
        if kept.is_err() {
            // At once, too: whoever starts after us would take it for durable. Where that fails as
            // well it is cut off before the next one.
            if let Err(error) = self.disk.truncate(&file(&self.data), before) {
                tracing::warn!(%error, "what a failed write left of a checkpoint is not cut off");
            }
        }
        state.keeping = Some(kept?);
        Ok(())
    }

    /// Nothing is signed that is not the continuation of what was: that would be a fork.
    fn agrees_with_the_last(&self, state: &mut State) -> Result<(), LogError> {
        let Some(last) = state.last.as_ref().map(|last| last.checkpoint.clone()) else {
            return Ok(());
        };
        let agrees = match last.size <= state.tree.size() {
            true => self.on_tiles(state, |tree| tree.root_at(last.size))? == last.root,
            false => false,
        };
        match agrees {
            true => Ok(()),
            false => Err(LogError::SetBack {
                seen: last.size,
                journal: state.tree.size(),
            }),
        }
    }

    fn on_tiles<T>(
        &self,
        state: &mut State,
        read: impl FnOnce(&Tiles) -> io::Result<T>,
    ) -> Result<T, LogError> {
        let result = read(&state.tree);
        if result.is_err() {
            self.forget_tiles(state);
        }
        Ok(result?)
    }

    /// The audit path of a record in the tree of `size` leaves.
    ///
    /// # Errors
    /// When the tiles can't be read; `TooLarge` where there is no such record.
    pub fn inclusion(&self, sequence: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        let mut state = self.state();
        if sequence == 0 || sequence > size {
            return Err(LogError::TooLarge);
        }
        has(&state, size)?;
        self.on_tiles(&mut state, |tree| inclusion(tree, sequence - 1, size))
    }

    /// The proof that the tree of `from` leaves is the beginning of the one of `to`. It is checked
    /// before it is given away: one that a damaged tile spoils would accuse the journal.
    ///
    /// # Errors
    /// When the tiles can't be read, or are damaged and made again (`Behind`); `TooLarge` where
    /// there are not so many.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, LogError> {
        let mut state = self.state();
        if from > to {
            return Err(LogError::TooLarge);
        }
        has(&state, to)?;
        let (end, root) = anchor(&state, to);
        let (proof, holds) = self.on_tiles(&mut state, |tree| {
            let (old, new) = (tree.root_at(from)?, tree.root_at(to)?);
            let proof = consistency(tree, from, to)?;
            let on = consistency(tree, to, end)?;
            let holds = is_consistent((to, &new), (end, &root), &on)
                && is_consistent((from, &old), (to, &new), &proof);
            Ok((proof, holds))
        })?;
        if !holds {
            self.forget_tiles(&mut state);
            return Err(LogError::Behind(to));
        }
        Ok(proof)
    }

    /// What was made from the tiles does not hold: they are made again.
    pub fn distrust(&self) {
        self.forget_tiles(&mut self.state());
    }
}

/// A root of at least `size` leaves that no tile was asked for now: the one that was signed last,
/// else the one that has grown with the journal.
fn anchor(state: &State, size: u64) -> (u64, Hash) {
    let last = state.last.as_ref().map(|last| &last.checkpoint);
    match last.filter(|last| last.size >= size && last.size <= state.tree.size()) {
        Some(last) => (last.size, last.root),
        None => (state.tree.size(), state.tree.root()),
    }
}

/// A tree that is being made again has not what was signed yet.
fn has(state: &State, size: u64) -> Result<(), LogError> {
    let missing = size.saturating_sub(state.tree.size());
    let signed = state.last.as_ref().map_or(0, |last| last.checkpoint.size);
    match missing {
        0 => Ok(()),
        _ if size <= signed => Err(LogError::Behind(missing)),
        _ => Err(LogError::TooLarge),
    }
}

/// Adds the leaves of the journal's records up to `to`.
fn grow(tree: &mut Tiles, journal: &Journal, to: u64) -> Result<(), LogError> {
    if tree.size() >= to {
        return Ok(());
    }
    for entry in journal.scan(tree.size() + 1) {
        let (_, record) = entry?;
        tree.push(Leaf::of(&Source::from(&record)).hash())?;
        if record.sequence >= to {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
