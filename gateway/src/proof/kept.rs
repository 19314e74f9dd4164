//! Every checkpoint that was signed, in one file that only grows: `DIR/checkpoints/kept`, each
//! with an empty line behind it. A journal that was set back is behind the last one.
//!
//! A note is evidence only with the signature of a known key. Whatever else stands in the file is
//! named by its number, and neither accuses the journal nor speaks for it.

mod entry;

use super::known::KnownKeys;
use super::note::{Checkpoint, Note};
use entry::{first_end, is_torn};
use journal::disk::{Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};

/// The folder in the data folder.
pub const FOLDER: &str = "checkpoints";
/// The file in it.
pub const FILE: &str = "kept";
/// Bytes of the end that a start reads: some hundred notes.
const END_BYTES: u64 = 64 * 1024;
/// Bytes of one step of reading.
const STEP_BYTES: u64 = 64 * 1024;
/// More than any note. What is longer is no note, and nothing behind it is looked for.
const NOTE_BYTES_MAX: usize = 16 * 1024;

/// The file of a data folder.
#[must_use]
pub fn file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(FILE)
}

/// A note of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptNote {
    /// As it is given away.
    pub text: String,
    /// Its parts.
    pub note: Note,
    /// What it says.
    pub checkpoint: Checkpoint,
}

/// What is wrong with a note of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It can't be read, or is not what the key signed that it names.
    Damaged,
    /// It has no signature of a known key.
    Unsigned,
}

/// A note of the file that is no evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}, note {number}, {}", file.display(), fault.as_str())]
pub struct NoEvidence {
    /// The file.
    pub file: PathBuf,
    /// The number of the first such note, from 1.
    pub number: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Fault {
    /// What is said of the note.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "is damaged",
            Self::Unsigned => "has no signature of a known key",
        }
    }
}

/// How far the file goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Bytes before a torn end. What is behind them was never given to anybody.
    pub bytes: u64,
    /// Bytes of the file.
    pub bytes_of_file: u64,
}

/// What the last notes of the file say.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The last one that is signed.
    pub last: Option<KeptNote>,
    /// Records of the largest tree that was signed.
    pub size_max: u64,
    /// What is wrong with the first one that is no evidence.
    pub fault: Option<Fault>,
}

impl Kept {
    /// Reads the last notes alone: the file grows for years. Empty where there is none.
    ///
    /// # Errors
    /// The disk's.
    pub fn read_end(disk: &dyn Disk, data: &Path, known: &KnownKeys) -> io::Result<Self> {
        let mut kept = Self::default();
        walk_from(disk, data, END_BYTES, &mut |_, read| match read
            .and_then(|note| known.judge(&note).map(|_| note))
        {
            Ok(note) => {
                kept.size_max = kept.size_max.max(note.checkpoint.size);
                kept.last = Some(note);
            }
            Err(fault) => kept.fault = kept.fault.or(Some(fault)),
        })?;
        Ok(kept)
    }
}

/// The first note of the whole file that is no evidence.
///
/// # Errors
/// The disk's.
pub fn no_evidence(
    disk: &dyn Disk,
    data: &Path,
    known: &KnownKeys,
) -> io::Result<Option<NoEvidence>> {
    let mut first = None;
    walk(disk, data, &mut |number, read| {
        if let Err(fault) = read.and_then(|note| known.judge(&note).map(drop)) {
            first = first.or(Some((number, fault)));
        }
    })?;
    Ok(first.map(|(number, fault)| NoEvidence {
        file: file(data),
        number,
        fault,
    }))
}

/// Reads the whole file in steps: every note with its number, from 1, or that it can't be read.
///
/// # Errors
/// The disk's.
pub fn walk(
    disk: &dyn Disk,
    data: &Path,
    see: &mut dyn FnMut(u64, Result<KeptNote, Fault>),
) -> io::Result<Extent> {
    walk_from(disk, data, u64::MAX, see)
}

/// How far the whole notes of the file go.
///
/// # Errors
/// The disk's.
pub fn extent(disk: &dyn Disk, data: &Path) -> io::Result<Extent> {
    walk_from(disk, data, END_BYTES, &mut |_, _| {})
}

fn walk_from(
    disk: &dyn Disk,
    data: &Path,
    bytes_max: u64,
    see: &mut dyn FnMut(u64, Result<KeptNote, Fault>),
) -> io::Result<Extent> {
    let file = match disk.open_read(&file(data)) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Extent::default()),
        Err(error) => return Err(error),
    };
    let bytes_of_file = file.len()?;
    let mut at = bytes_of_file.saturating_sub(bytes_max);
    // The end of a file begins somewhere inside a note.
    let mut is_inside = at > 0;
    let mut number = 0;
    let mut tell = |bytes: &[u8]| {
        number += 1;
        see(number, parse(bytes));
    };
    let mut rest: Vec<u8> = Vec::new();
    while at < bytes_of_file {
        let step = usize::try_from(STEP_BYTES.min(bytes_of_file - at)).map_err(io::Error::other)?;
        let before = rest.len();
        rest.resize(before + step, 0);
        let read = file.read_at(at, rest.get_mut(before..).unwrap_or_default())?;
        rest.truncate(before + read);
        if read == 0 {
            break;
        }
        at += read as u64;
        let mut done = 0;
        while let Some(end) = first_end(rest.get(done..).unwrap_or_default()) {
            match is_inside {
                true => is_inside = false,
                false => tell(rest.get(done..done + end).unwrap_or_default()),
            }
            done += end;
        }
        rest.drain(..done);
        if rest.len() > NOTE_BYTES_MAX {
            break;
        }
    }
    let whole = at - rest.len() as u64;
    let is_last = at == bytes_of_file && !is_inside;
    let bytes = match (rest.as_slice(), is_last) {
        ([], _) => whole,
        (end, true) if is_torn(end) => whole,
        (end, _) => {
            tell(end);
            bytes_of_file
        }
    };
    Ok(Extent {
        bytes,
        bytes_of_file,
    })
}

/// An entry: a note of a checkpoint, and an empty line.
fn parse(entry: &[u8]) -> Result<KeptNote, Fault> {
    let read = || {
        let text = std::str::from_utf8(entry).ok()?.strip_suffix('\n')?;
        let note = Note::parse(text).ok()?;
        let checkpoint = Checkpoint::parse(&note.text).ok()?;
        Some(KeptNote {
            text: text.to_owned(),
            note,
            checkpoint,
        })
    };
    read().ok_or(Fault::Damaged)
}

/// Writes the last note once more. Where its sync failed in the life before, a cache shows it and
/// the disk has it not.
///
/// # Errors
/// The disk's; `InvalidData` where it is not the last note that stands there.
pub fn write_last(disk: &dyn Disk, data: &Path, note: &str) -> io::Result<()> {
    let (path, entry) = (file(data), format!("{note}\n"));
    let at = extent(disk, data)?.bytes.checked_sub(entry.len() as u64);
    let mut there = vec![0; entry.len()];
    let read = match at {
        Some(at) => disk.open_read(&path)?.read_at(at, &mut there)?,
        None => 0,
    };
    match at.filter(|_| read == there.len() && there == entry.as_bytes()) {
        Some(at) => disk.write_over(&path, at, &there)?,
        None => return Err(io::ErrorKind::InvalidData.into()),
    }
    disk.sync_dir(&data.join(FOLDER))
}

/// Adds to the file.
pub struct Keeping {
    file: Box<dyn DiskFile>,
    bytes: u64,
}

impl Keeping {
    /// Opens the file behind its whole notes, or makes it: what a torn write left is cut off, and
    /// what is behind `durable`, if anybody knows that. Whole notes can stand there whose sync
    /// failed, which were given to nobody: with more behind them a power cut could leave a hole.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(disk: &dyn Disk, data: &Path, durable: Option<u64>) -> io::Result<Self> {
        let (path, extent) = (file(data), extent(disk, data)?);
        let bytes = durable.map_or(extent.bytes, |durable| durable.min(extent.bytes));
        if bytes < extent.bytes_of_file {
            disk.truncate(&path, bytes)?;
        }
        let folder = data.join(FOLDER);
        let file = match disk.open_append(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                disk.create_dir_all(&folder)?;
                disk.create_append(&path)?
            }
            Err(error) => return Err(error),
        };
        // Whoever made the file may not have come so far.
        disk.sync_dir(&folder)?;
        Ok(Self { file, bytes })
    }

    /// Bytes of the notes, all of them on the disk.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds a note, durably: it may be given away then. After an error nobody knows what of it is
    /// on the disk, and the file must be opened anew with the bytes before it.
    ///
    /// # Errors
    /// The disk's.
    pub fn with(mut self, note: &str) -> io::Result<Self> {
        let entry = format!("{note}\n");
        self.file.append(entry.as_bytes())?;
        self.file.sync_data()?;
        self.bytes = self.bytes.saturating_add(entry.len() as u64);
        Ok(self)
    }
}

impl std::fmt::Debug for Keeping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeping").finish_non_exhaustive()
    }
}
