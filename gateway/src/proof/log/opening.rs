//! What a start holds against the journal before it signs anything.

use super::{Log, LogError, Signed, State, grow};
use crate::index::WITNESS;
use crate::proof::held::is_restored;
use crate::proof::kept::{self, Kept};
use crate::proof::known::{Found, KnownKeys, Unwritten, earlier_file, read_vkey, vkey_file};
use crate::proof::note::VerifierKey;
use certs::sign::Signer;
use journal::disk::Disk;
use journal::tree::tiles::Tiles;
use journal::{Journal, Kind};
use std::path::Path;
use std::sync::{Arc, Mutex};

impl Log {
    /// Opens the tree of a data folder and holds the journal against the last checkpoint. `earlier`
    /// are keys that signed before this one. Nothing is changed.
    ///
    /// # Errors
    /// `SetBack` where the journal is not the continuation of what was signed; `NoEvidence`,
    /// `EndUnsigned`, `KeyDamaged`, `OtherKey` where the checkpoints are not what was left here.
    pub fn open(
        disk: Arc<dyn Disk>,
        data: &Path,
        journal: &Journal,
        (origin, signer): (&str, Arc<dyn Signer>),
        earlier: &[VerifierKey],
    ) -> Result<Self, LogError> {
        let own = VerifierKey::of(origin, signer.public_key());
        let known = known_keys(disk.as_ref(), data, own, earlier)?;
        let kept = Kept::read_end(disk.as_ref(), data, &known)?;
        let tiles = data.join("tiles");
        let last = kept.last.map(|kept| Signed {
            note: kept.text,
            checkpoint: kept.checkpoint,
        });
        let size = last.as_ref().map_or(0, |last| last.checkpoint.size);
        if kept.size_max > journal.durable() {
            return Err(LogError::SetBack {
                seen: kept.size_max,
                journal: journal.durable(),
            });
        }
        if kept.fault.is_some()
            && let Some(fault) = kept::no_evidence(disk.as_ref(), data, &known)?
        {
            return Err(fault.into());
        }
        end_is_signed(disk.as_ref(), data, journal, size)?;
        let tree = Tiles::open(Arc::clone(&disk), &tiles, size).unwrap_or_else(|error| {
            tracing::warn!(%error, "tiles are missing: they are made again from the journal");
            Tiles::empty(Arc::clone(&disk), &tiles)
        });
        let state = State {
            tree,
            last,
            signed_ms: 0,
            keeping: None,
            durable_bytes: None,
        };
        let log = Self {
            disk,
            data: data.to_owned(),
            tiles,
            origin: origin.to_owned(),
            signer,
            known,
            state: Mutex::new(state),
        };
        log.hold_against_the_last(journal, size)?;
        Ok(log)
    }

    /// Makes durable what it begins with, before anything is given away: by which keys its
    /// checkpoints are checked, and the last one.
    ///
    /// # Errors
    /// `Io`, `Key`.
    pub fn begin(&self) -> Result<(), LogError> {
        self.name_keys()?;
        if let Some(last) = &self.state().last {
            kept::write_last(self.disk.as_ref(), &self.data, &last.note)?;
        }
        Ok(())
    }

    fn name_keys(&self) -> Result<(), LogError> {
        let (disk, signer) = (self.disk.as_ref(), self.signer.as_ref());
        let written = self.known.write(disk, &self.data, signer);
        written.map_err(|error| match error {
            Unwritten::Io(error) => LogError::Io(error),
            Unwritten::Key(error) => LogError::Key(error),
        })
    }

    fn hold_against_the_last(&self, journal: &Journal, size: u64) -> Result<(), LogError> {
        let mut state = self.state();
        let Some(root) = state.last.as_ref().map(|last| last.checkpoint.root) else {
            return Ok(());
        };
        grow(&mut state.tree, journal, size)?;
        if state.tree.root() == root {
            return Ok(());
        }
        // Tiles may be wrong; the journal is asked before it is accused.
        tracing::warn!("tiles differ from the last checkpoint: they are made again");
        state.tree = Tiles::empty(Arc::clone(&self.disk), &self.tiles);
        grow(&mut state.tree, journal, size)?;
        match state.tree.root() == root {
            true => Ok(()),
            false => Err(LogError::SetBack {
                seen: size,
                journal: journal.durable(),
            }),
        }
    }
}

/// The keys whose signature counts: the one that signs, and those that the operator names. One in
/// the data folder alone is nobody's word.
fn known_keys(
    disk: &dyn Disk,
    data: &Path,
    own: VerifierKey,
    earlier: &[VerifierKey],
) -> Result<KnownKeys, LogError> {
    match read_vkey(disk, data)? {
        Found::Damaged => return Err(LogError::KeyDamaged(vkey_file(data))),
        Found::Key(key) if *key != own && !earlier.contains(&key) => {
            return Err(LogError::OtherKey(vkey_file(data)));
        }
        Found::Key(key) if *key != own => {
            tracing::warn!(before = %key, now = %own, "another key signs checkpoints");
        }
        Found::Key(_) | Found::Nothing => {}
    }
    let known = KnownKeys::read_by(disk, data, own, earlier)?;
    match known.is_list_damaged() {
        true => Err(LogError::KeyDamaged(earlier_file(data))),
        false => Ok(known),
    }
}

/// A stop signs over everything before it closes the journal; a restore can't sign. Whoever moved
/// all memory of the journal away, the witness too, said that nobody knows.
fn end_is_signed(
    disk: &dyn Disk,
    data: &Path,
    journal: &Journal,
    signed: u64,
) -> Result<(), LogError> {
    let last = journal.durable();
    let before = last.saturating_sub(1);
    if signed >= before || disk.open_read(&data.join(WITNESS)).is_err() {
        return Ok(());
    }
    let is_closed = journal.read_sequence(last)?.kind == Kind::CLOSING;
    if is_closed && !is_restored(journal.read_sequence(before)?.kind) {
        return Err(LogError::EndUnsigned {
            file: kept::file(data),
            last: signed,
            journal: last,
        });
    }
    Ok(())
}
