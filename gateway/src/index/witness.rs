//! The witnesses of how far the journal had come: `DIR/witness`, and the same in `DIR/index`.
//!
//! Both are written before the index takes a record, so that the index is never ahead of them and
//! may be thrown away. A start asks both before it changes anything.

use super::FollowError;
use crate::core::CoreError;
use crate::proof::kept::{self, Kept, NoEvidence};
use crate::proof::known::KnownKeys;
use journal::chain::Hash;
use journal::disk::{Disk, OsDisk};
use journal::witness::{End, Testimony, Witness, WitnessError};
use journal::{Journal, JournalError, Opening, Options};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The file's name in both folders.
pub const WITNESS: &str = "witness";
/// At each of so many looks of the follower the witnesses are written: once a second.
const LOOKS: u32 = 20;

/// Why a journal is not gone on with. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum WitnessRefusal {
    /// It lacks records that were durable: what was sent since would be sent again.
    #[error(
        "the journal was set back: it ends at record {journal}, {} has seen record {seen} of it \
         or of another journal",
        witness.display()
    )]
    SetBack {
        /// The witness.
        witness: PathBuf,
        /// The last record that it has seen.
        seen: u64,
        /// The last record of the journal.
        journal: u64,
    },
    /// A witness that can't be read may say more than the journal.
    #[error(transparent)]
    Unreadable(#[from] WitnessError),
    /// There is an index and no witness: the witness was removed.
    #[error("there is an index in {} and no witness beside it", .0.display())]
    Missing(PathBuf),
    /// One witness is there, and the one that is written with it was removed.
    #[error("the witness {} is missing, and the other one is there", .0.display())]
    OneMissing(PathBuf),
    /// A kept checkpoint is no evidence.
    #[error(transparent)]
    NoEvidence(#[from] NoEvidence),
}

/// What the witnesses of a folder remember, read before the journal is.
#[derive(Debug)]
pub struct Witnesses {
    index: PathBuf,
    has_index: bool,
    found: Vec<(PathBuf, Witness)>,
    /// How many records were signed in a checkpoint, and where that is kept.
    signed: (PathBuf, u64),
    /// A kept checkpoint that is none.
    no_evidence: Option<NoEvidence>,
    data: PathBuf,
    /// Hashes of the journal's records that have a witness's number.
    there: Vec<(u64, Hash)>,
}

impl Witnesses {
    /// Reads the witnesses of the data folder.
    ///
    /// # Errors
    /// When one is there and can't be read.
    pub fn read(data: &Path) -> Result<Self, WitnessError> {
        Self::read_on(&OsDisk, data)
    }

    /// The same on another disk.
    ///
    /// # Errors
    /// As [`Witnesses::read`].
    pub fn read_on(disk: &dyn Disk, data: &Path) -> Result<Self, WitnessError> {
        let mut found = Vec::with_capacity(2);
        for path in places(data) {
            if let Some(witness) = Witness::read(disk, &path)? {
                found.push((path, witness));
            }
        }
        let kept = kept::file(data);
        let failed = |source| WitnessError::Io {
            path: kept.clone(),
            source,
        };
        let known = KnownKeys::read(disk, data).map_err(failed)?;
        let signed = Kept::read_end(disk, data, &known).map_err(failed)?;
        // Without a key nobody can say so; who has one is asked later.
        let no_evidence = match known.has_present() && signed.fault.is_some() {
            true => kept::no_evidence(disk, data, &known).map_err(failed)?,
            false => None,
        };
        let index = data.join("index");
        Ok(Self {
            has_index: has_files(disk, &index),
            signed: (kept, signed.size_max),
            no_evidence,
            data: data.to_owned(),
            index,
            found,
            there: Vec::new(),
        })
    }

    /// Told every record of the journal.
    pub fn see(&mut self, sequence: u64, hash: &Hash) {
        if self.found.iter().any(|(_, seen)| seen.sequence == sequence) {
            self.there.push((sequence, *hash));
        }
    }

    /// What they say of a journal that ends there: a journal that was set back for one of them was,
    /// and of two others the one that knows more speaks. `None` where there is no witness and no
    /// index either.
    ///
    /// # Errors
    /// When the journal was set back, or the witness is missing.
    pub fn testify(&self, end: &End) -> Result<Option<(Testimony, &Witness)>, WitnessRefusal> {
        let (kept, seen) = &self.signed;
        if *seen > end.sequence {
            return Err(WitnessRefusal::SetBack {
                witness: kept.clone(),
                seen: *seen,
                journal: end.sequence,
            });
        }
        let mut latest: Option<(Testimony, &Witness)> = None;
        for (path, witness) in &self.found {
            let there = self.there.iter().find(|there| there.0 == witness.sequence);
            let testimony = witness.testify(end, there.map(|there| &there.1));
            if testimony == Testimony::SetBack {
                return Err(WitnessRefusal::SetBack {
                    witness: path.clone(),
                    seen: witness.sequence,
                    journal: end.sequence,
                });
            }
            if latest.is_none_or(|(_, other)| other.sequence < witness.sequence) {
                latest = Some((testimony, witness));
            }
        }
        if latest.is_none() && self.has_index {
            return Err(WitnessRefusal::Missing(self.index.clone()));
        }
        match self.missing() {
            Some(path) => Err(WitnessRefusal::OneMissing(path)),
            None => Ok(latest),
        }
    }

    /// As [`Witnesses::testify`], for a start: what was kept of checkpoints must be evidence.
    fn allow(&self, end: &End) -> Result<Option<(Testimony, &Witness)>, WitnessRefusal> {
        let testimony = self.testify(end)?;
        match &self.no_evidence {
            Some(fault) => Err(fault.clone().into()),
            None => Ok(testimony),
        }
    }

    /// The witness that was removed, where the other one shows that it was there. That of the
    /// folder is always written first; that of the index goes with the index, and after a stop
    /// there are both.
    fn missing(&self) -> Option<PathBuf> {
        let [(found, witness)] = self.found.as_slice() else {
            return None;
        };
        let [outer, inner] = places(&self.data);
        match *found == inner {
            true => Some(outer),
            false => (witness.is_closing && self.has_index).then_some(inner),
        }
    }
}

/// Reads the journal and asks the witnesses before anything is changed.
///
/// # Errors
/// See [`WitnessRefusal`]; the journal's own.
pub fn open_journal(data: &Path, options: Options) -> Result<Opening, OpenError> {
    open_journal_on(Arc::new(OsDisk), data, options)
}

/// The same on another disk.
///
/// # Errors
/// As [`open_journal`].
pub fn open_journal_on(
    disk: Arc<dyn Disk>,
    data: &Path,
    options: Options,
) -> Result<Opening, OpenError> {
    let (opening, witnesses) = read(Arc::clone(&disk), data, options)?;
    let end = opening.end();
    match witnesses.allow(&end)? {
        Some((Testimony::ClosingTorn, witness)) => {
            tracing::warn!(
                record = witness.sequence,
                "the closing record is torn: it is cut off"
            );
            // First of all: a stop behind the cut must not find a record lost.
            Keeper::on(disk, data).write(&witness.before(&end))?;
        }
        Some((Testimony::Agrees { .. } | Testimony::SetBack, _)) => {}
        None if end.sequence > 0 => {
            tracing::warn!(
                record = end.sequence,
                "there is no witness of how far the journal had come"
            );
        }
        None => {}
    }
    Ok(opening)
}

/// Asks the witnesses alone, for whoever writes into the data folder before the journal is opened.
/// What else is wrong with the journal is told when it is opened.
///
/// # Errors
/// See [`WitnessRefusal`].
pub fn ask_witnesses(data: &Path) -> Result<(), WitnessRefusal> {
    match read(Arc::new(OsDisk), data, Options::default()) {
        Ok((opening, witnesses)) => witnesses.allow(&opening.end()).map(drop),
        Err(OpenError::Refused(refusal)) => Err(refusal),
        Err(OpenError::Journal(_) | OpenError::Witness(_)) => Ok(()),
    }
}

fn read(
    disk: Arc<dyn Disk>,
    data: &Path,
    options: Options,
) -> Result<(Opening, Witnesses), OpenError> {
    let mut witnesses = Witnesses::read_on(disk.as_ref(), data).map_err(WitnessRefusal::from)?;
    let folder = data.join("journal");
    let opening = Opening::read(disk, &folder, options, &mut |sequence, hash| {
        witnesses.see(sequence, hash);
    })?;
    Ok((opening, witnesses))
}

/// Why a journal is not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its witnesses forbid it.
    #[error(transparent)]
    Refused(#[from] WitnessRefusal),
    /// It can't be read, or is damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The witness can't be written.
    #[error("the witness of the journal can't be written")]
    Witness(#[from] std::io::Error),
}

/// Writes the witnesses.
pub struct Keeper {
    disk: Arc<dyn Disk>,
    places: [PathBuf; 2],
    /// The last record that was written, and the looks since then.
    kept: Mutex<(u64, u32)>,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

impl Keeper {
    /// Of the data folder; nothing is written yet.
    #[must_use]
    pub fn of(data: &Path) -> Self {
        Self::on(Arc::new(OsDisk), data)
    }

    /// The same on another disk.
    #[must_use]
    pub fn on(disk: Arc<dyn Disk>, data: &Path) -> Self {
        Self {
            disk,
            places: places(data),
            kept: Mutex::default(),
        }
    }

    /// Writes down the last durable record, and gives its number.
    ///
    /// # Errors
    /// When it can't be read or written.
    pub fn note(&self, journal: &Journal) -> Result<u64, FollowError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if journal.durable() == kept.0 {
            return Ok(kept.0);
        }
        if let Some(witness) = Witness::of(journal).map_err(CoreError::from)? {
            self.write(&witness).map_err(FollowError::Witness)?;
            *kept = (witness.sequence, 0);
        }
        Ok(kept.0)
    }

    /// A look of the follower, which comes every 50 ms: as [`Keeper::note`] once a second. Gives
    /// the record up to which the index may follow.
    ///
    /// # Errors
    /// As [`Keeper::note`].
    pub fn look(&self, journal: &Journal) -> Result<u64, FollowError> {
        let kept = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.1 = kept.1.saturating_add(1);
            *kept
        };
        match kept.1 >= LOOKS {
            true => self.note(journal),
            false => Ok(kept.0),
        }
    }

    fn write(&self, witness: &Witness) -> std::io::Result<()> {
        for place in &self.places {
            if let Some(folder) = place.parent() {
                self.disk.create_dir_all(folder)?;
            }
            witness.write(self.disk.as_ref(), place)?;
        }
        Ok(())
    }
}

fn places(data: &Path) -> [PathBuf; 2] {
    [data.join(WITNESS), data.join("index").join(WITNESS)]
}

fn has_files(disk: &dyn Disk, folder: &Path) -> bool {
    disk.list(folder).is_ok_and(|names| !names.is_empty())
}
