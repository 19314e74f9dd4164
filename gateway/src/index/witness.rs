//! The witnesses of how far the journal had come: `DIR/witness`, the same in `DIR/index`, and,
//! where the configuration says so, one in a folder outside, which a whole data folder that is
//! put back does not take along.
//!
//! All are written before the index takes a record, so that the index is never ahead of them and
//! may be thrown away. A start asks all before it changes anything.

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

/// The file's name in each folder.
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
    /// There has to be a witness outside, and it was removed, its volume is not there, or nobody
    /// has put it there yet.
    #[error(
        "the witness {} outside the data folder is missing, and the journal has records",
        .0.display()
    )]
    OutsideMissing(PathBuf),
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
    /// The file outside, where there has to be one.
    outside: Option<PathBuf>,
    /// Hashes of the journal's records that have a witness's number.
    there: Vec<(u64, Hash)>,
}

impl Witnesses {
    /// Reads the witnesses of the data folder, and the one in the folder `outside`.
    ///
    /// # Errors
    /// When one is there and can't be read.
    pub fn read(data: &Path, outside: Option<&Path>) -> Result<Self, WitnessError> {
        Self::read_on(&OsDisk, data, outside)
    }

    /// The same on another disk.
    ///
    /// # Errors
    /// As [`Witnesses::read`].
    pub fn read_on(
        disk: &dyn Disk,
        data: &Path,
        outside: Option<&Path>,
    ) -> Result<Self, WitnessError> {
        let mut found = Vec::with_capacity(3);
        for path in places(data, outside) {
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
            outside: outside.map(|folder| folder.join(WITNESS)),
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
    /// and of the others the one that knows most speaks. `None` where there is no witness and no
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
        match self.missing(end) {
            Some(refusal) => Err(refusal),
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

    /// The witness that was removed, where another one or the index shows that it was there. That
    /// of the folder is written before that of the index, which goes with the index; after a stop
    /// there are both. That outside is written first of all.
    fn missing(&self, end: &End) -> Option<WitnessRefusal> {
        let seen = |place: &Path| self.found.iter().find(|(path, _)| path == place);
        let [outer, inner] = inside(&self.data);
        let own = match (seen(&outer), seen(&inner)) {
            (None, None) => {
                let index = self.has_index.then(|| self.index.clone());
                index.map(WitnessRefusal::Missing)
            }
            (None, Some(_)) => Some(WitnessRefusal::OneMissing(outer)),
            (Some((_, witness)), None) => (witness.is_closing && self.has_index)
                .then_some(inner)
                .map(WitnessRefusal::OneMissing),
            (Some(_), Some(_)) => None,
        };
        let outside = self.outside.as_ref().filter(|place| seen(place).is_none());
        // Where the journal has its first header only, nothing was done yet.
        let outside = outside.filter(|_| end.sequence > 1);
        own.or_else(|| outside.cloned().map(WitnessRefusal::OutsideMissing))
    }
}

/// Reads the journal and asks the witnesses before anything is changed.
///
/// # Errors
/// See [`WitnessRefusal`]; the journal's own.
pub fn open_journal(
    data: &Path,
    outside: Option<&Path>,
    options: Options,
) -> Result<Opening, OpenError> {
    open_journal_on(Arc::new(OsDisk), data, outside, options)
}

/// The same on another disk.
///
/// # Errors
/// As [`open_journal`].
pub fn open_journal_on(
    disk: Arc<dyn Disk>,
    data: &Path,
    outside: Option<&Path>,
    options: Options,
) -> Result<Opening, OpenError> {
    let (opening, witnesses) = read(Arc::clone(&disk), data, outside, options)?;
    let end = opening.end();
    match witnesses.allow(&end)? {
        Some((Testimony::ClosingTorn, witness)) => {
            tracing::warn!(
                record = witness.sequence,
                "the closing record is torn: it is cut off"
            );
            // First of all: a stop behind the cut must not find a record lost.
            Keeper::on(disk, data, outside).write(&witness.before(&end))?;
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
pub fn ask_witnesses(data: &Path, outside: Option<&Path>) -> Result<(), WitnessRefusal> {
    match read(Arc::new(OsDisk), data, outside, Options::default()) {
        Ok((opening, witnesses)) => witnesses.allow(&opening.end()).map(drop),
        Err(OpenError::Refused(refusal)) => Err(refusal),
        Err(OpenError::Journal(_) | OpenError::Witness(_)) => Ok(()),
    }
}

fn read(
    disk: Arc<dyn Disk>,
    data: &Path,
    outside: Option<&Path>,
    options: Options,
) -> Result<(Opening, Witnesses), OpenError> {
    let witnesses = Witnesses::read_on(disk.as_ref(), data, outside);
    let mut witnesses = witnesses.map_err(WitnessRefusal::from)?;
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
    /// A witness can't be written.
    #[error(transparent)]
    Witness(#[from] FollowError),
}

/// Writes the witnesses.
pub struct Keeper {
    disk: Arc<dyn Disk>,
    data: PathBuf,
    places: Vec<PathBuf>,
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
    /// Of the data folder, with the one in the folder `outside`; nothing is written yet.
    #[must_use]
    pub fn of(data: &Path, outside: Option<&Path>) -> Self {
        Self::on(Arc::new(OsDisk), data, outside)
    }

    /// The same on another disk.
    #[must_use]
    pub fn on(disk: Arc<dyn Disk>, data: &Path, outside: Option<&Path>) -> Self {
        Self {
            disk,
            data: data.to_owned(),
            places: places(data, outside),
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
            self.write(&witness)?;
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

    fn write(&self, witness: &Witness) -> Result<(), FollowError> {
        for place in &self.places {
            let failed = |source| FollowError::Witness {
                path: place.clone(),
                source,
            };
            // The folder outside is never made: where it is not there, its volume is not.
            if let Some(folder) = place.parent().filter(|_| place.starts_with(&self.data)) {
                self.disk.create_dir_all(folder).map_err(failed)?;
            }
            witness.write(self.disk.as_ref(), place).map_err(failed)?;
        }
        Ok(())
    }
}

/// In the order in which they are written.
fn places(data: &Path, outside: Option<&Path>) -> Vec<PathBuf> {
    let outside = outside.map(|folder| folder.join(WITNESS));
    outside.into_iter().chain(inside(data)).collect()
}

fn inside(data: &Path) -> [PathBuf; 2] {
    [data.join(WITNESS), data.join("index").join(WITNESS)]
}

fn has_files(disk: &dyn Disk, folder: &Path) -> bool {
    disk.list(folder).is_ok_and(|names| !names.is_empty())
}

#[cfg(test)]
mod tests;
