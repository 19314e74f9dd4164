//! Every checkpoint that was signed, in one file that only grows: `DIR/checkpoints/kept`, each
//! with an empty line behind it. A journal that was set back is behind the last one.

use super::note::{Checkpoint, Note};
use journal::disk::{Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};

/// The folder in the data folder.
pub const FOLDER: &str = "checkpoints";
const FILE: &str = "kept";
/// Bytes of the end that a start reads: some hundred notes.
const END_BYTES: u64 = 64 * 1024;

/// The file of a data folder.
#[must_use]
pub fn file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(FILE)
}

/// What the file holds.
#[derive(Debug, Default)]
pub struct Kept {
    /// The notes, oldest first, each with what it says; none where it can't be read.
    pub notes: Vec<(String, Option<Checkpoint>)>,
    /// Bytes of the whole entries. What is behind them was never given to anybody.
    pub bytes: u64,
    /// Bytes of the file.
    pub bytes_of_file: u64,
}

impl Kept {
    /// Reads the file; empty where there is none.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(disk: &dyn Disk, data: &Path) -> io::Result<Self> {
        Self::read_from(disk, data, u64::MAX)
    }

    /// Reads the last notes alone: the file grows for years.
    ///
    /// # Errors
    /// The disk's.
    pub fn read_end(disk: &dyn Disk, data: &Path) -> io::Result<Self> {
        Self::read_from(disk, data, END_BYTES)
    }

    fn read_from(disk: &dyn Disk, data: &Path, bytes_max: u64) -> io::Result<Self> {
        let file = match disk.open_read(&file(data)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let bytes = file.len()?;
        let mut from = bytes.saturating_sub(bytes_max);
        let size = usize::try_from(bytes - from).map_err(io::Error::other)?;
        let mut content = vec![0; size];
        let read = file.read_at(from, &mut content)?;
        content.truncate(read);
        let mut whole = content.as_slice();
        if from > 0 {
            let skipped = second_entry(whole);
            from += skipped as u64;
            whole = whole.get(skipped..).unwrap_or_default();
        }
        // A torn end may end inside a letter; what is no text elsewhere is damage.
        let (end, is_damaged) = match std::str::from_utf8(whole) {
            Ok(text) => (text.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some()),
        };
        let text = String::from_utf8_lossy(whole.get(..end).unwrap_or_default());
        let mut kept = Self::parse(&text);
        kept.bytes += from;
        kept.bytes_of_file = bytes;
        if is_damaged {
            kept.notes.push((String::new(), None));
            kept.bytes = bytes;
        }
        Ok(kept)
    }

    fn parse(text: &str) -> Self {
        let mut kept = Self::default();
        let mut rest = text;
        while let Some((note, after)) = first(rest) {
            let read = Note::parse(note).and_then(|read| Checkpoint::parse(&read.text));
            kept.notes.push((note.to_owned(), read.ok()));
            kept.bytes += (rest.len() - after.len()) as u64;
            rest = after;
        }
        kept
    }

    /// The last one that can be read.
    #[must_use]
    pub fn last(&self) -> Option<(&str, &Checkpoint)> {
        let mut notes = self.notes.iter().rev();
        notes.find_map(|(note, read)| Some((note.as_str(), read.as_ref()?)))
    }

    /// The largest tree that was signed.
    #[must_use]
    pub fn size_max(&self) -> u64 {
        let sizes = self
            .notes
            .iter()
            .filter_map(|(_, read)| Some(read.as_ref()?.size));
        sizes.max().unwrap_or(0)
    }
}

/// The first whole entry: text, empty line, signatures, empty line.
fn first(text: &str) -> Option<(&str, &str)> {
    let signatures = text.find("\n\n")? + 2;
    let end = signatures + text.get(signatures..)?.find("\n\n")?;
    Some((text.get(..=end)?, text.get(end + 2..)?))
}

/// Where an entry begins for certain in the end of a file: behind an empty line that no signature
/// follows.
fn second_entry(end: &[u8]) -> usize {
    let dash = "\u{2014}".as_bytes();
    let mut places = 2..=end.len();
    let begins = |at: &usize| {
        let (before, after) = end.split_at(*at);
        before.ends_with(b"\n\n") && !after.starts_with(dash)
    };
    places.find(begins).unwrap_or(end.len())
}

/// Adds to the file.
pub struct Keeping(Box<dyn DiskFile>);

impl Keeping {
    /// Opens the file behind its whole entries, or makes it.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(disk: &dyn Disk, data: &Path, kept: &Kept) -> io::Result<Self> {
        let path = file(data);
        if kept.bytes < kept.bytes_of_file {
            disk.truncate(&path, kept.bytes)?;
        }
        match disk.open_append(&path) {
            Ok(file) => Ok(Self(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = data.join(FOLDER);
                disk.create_dir_all(&folder)?;
                let file = disk.create_append(&path)?;
                disk.sync_dir(&folder)?;
                Ok(Self(file))
            }
            Err(error) => Err(error),
        }
    }

    /// Adds a note, durably: it may be given away then.
    ///
    /// # Errors
    /// The disk's.
    pub fn add(&mut self, note: &str) -> io::Result<()> {
        self.0.append(format!("{note}\n").as_bytes())?;
        self.0.sync_data()
    }
}

impl std::fmt::Debug for Keeping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeping").finish_non_exhaustive()
    }
}
