//! Every checkpoint that was signed, in one file that only grows: `DIR/checkpoints/kept`, each
//! with an empty line behind it. A journal that was set back is behind the last one.

use super::note::{Checkpoint, Note};
use journal::disk::{Disk, DiskFile};
use std::io;
use std::path::{Path, PathBuf};

/// The folder in the data folder.
pub const FOLDER: &str = "checkpoints";
const FILE: &str = "kept";

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
        let file = match disk.open_read(&file(data)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let bytes = usize::try_from(file.len()?).map_err(io::Error::other)?;
        let mut content = vec![0; bytes];
        let read = file.read_at(0, &mut content)?;
        content.truncate(read);
        let text = String::from_utf8_lossy(&content);
        let mut kept = Self::parse(&text);
        kept.bytes_of_file = bytes as u64;
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
