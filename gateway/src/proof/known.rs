//! The keys whose signature makes a kept checkpoint evidence: the present one, `DIR/checkpoints/
//! vkey`, and those before it. Which those are the operator says in the configuration, apart from
//! the data folder; the present key signs that list, `DIR/checkpoints/earlier`, for whoever has the
//! folder alone. So nobody adds a key of his own without the key that signs.

use super::kept::{FOLDER, Fault, KeptNote};
use super::note::{Note, VerifierKey, sign};
use certs::sign::{KeyError, Signer};
use journal::disk::{Disk, replace};
use std::io;
use std::path::{Path, PathBuf};

/// The key by which checkpoints are checked.
pub const VKEY: &str = "vkey";
/// The signed list of the keys before it.
pub const EARLIER: &str = "earlier";
/// The first line of that list. No log's name has a blank, so that no checkpoint begins so.
const MAGIC: &str = "anxin-earlier-keys 1";
/// More than any of these files.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Keys that are known to have signed checkpoints of a log.
#[derive(Clone, Debug, Default)]
pub struct KnownKeys {
    present: Option<VerifierKey>,
    earlier: Vec<VerifierKey>,
    /// Whether the list of earlier ones is there and is not what the present key signed.
    is_list_damaged: bool,
}

/// What stands in the place of a key in the data folder.
#[derive(Clone, Debug)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// Something that is no key, to the byte.
    Damaged,
    /// A key.
    Key(Box<VerifierKey>),
}

/// Where a start writes the key by which checkpoints are checked.
#[must_use]
pub fn vkey_file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(VKEY)
}

/// Where a start writes the signed list of the keys before it.
#[must_use]
pub fn earlier_file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(EARLIER)
}

/// The key that stands in the data folder.
///
/// # Errors
/// The disk's.
pub fn read_vkey(disk: &dyn Disk, data: &Path) -> io::Result<Found> {
    let Some(text) = read_small(disk, &vkey_file(data))? else {
        return Ok(Found::Nothing);
    };
    // One way only to write it: whatever else reads as it was changed.
    Ok(match VerifierKey::parse(&text) {
        Ok(key) if format!("{key}\n") == text => Found::Key(Box::new(key)),
        Ok(_) | Err(_) => Found::Damaged,
    })
}

impl KnownKeys {
    /// The keys that the data folder names.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(disk: &dyn Disk, data: &Path) -> io::Result<Self> {
        match read_vkey(disk, data)? {
            Found::Key(present) => Self::read_by(disk, data, *present, &[]),
            Found::Nothing | Found::Damaged => Ok(Self::default()),
        }
    }

    /// A key that is known from elsewhere, others before it, and those of the list that it signed.
    ///
    /// # Errors
    /// The disk's.
    pub fn read_by(
        disk: &dyn Disk,
        data: &Path,
        present: VerifierKey,
        before: &[VerifierKey],
    ) -> io::Result<Self> {
        let mut known = Self {
            present: Some(present.clone()),
            earlier: before.to_vec(),
            is_list_damaged: false,
        };
        let Some(text) = read_small(disk, &earlier_file(data))? else {
            return Ok(known);
        };
        // With a newer key it is still the one before it that signed the list.
        let mut signers = std::iter::once(&present).chain(before);
        match signers.find_map(|key| listed(&text, key)) {
            Some(keys) => {
                let is_new = |key: &VerifierKey| !before.contains(key);
                let news = keys.into_iter().filter(is_new);
                known.earlier.extend(news);
            }
            None => known.is_list_damaged = true,
        }
        Ok(known)
    }

    /// Whether there is a key by which notes can be judged at all.
    #[must_use]
    pub fn has_present(&self) -> bool {
        self.present.is_some()
    }

    /// Whether the list of earlier keys is not what the present one signed.
    #[must_use]
    pub fn is_list_damaged(&self) -> bool {
        self.is_list_damaged
    }

    /// The present key.
    #[must_use]
    pub fn present(&self) -> Option<&VerifierKey> {
        self.present.as_ref()
    }

    /// Whether a kept note is evidence; gives whether the present key signed it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn judge(&self, kept: &KeptNote) -> Result<bool, Fault> {
        let signed = |key: &VerifierKey| kept.note.vouches(&kept.checkpoint, key);
        if self.present.iter().any(signed) {
            return Ok(true);
        }
        if self.earlier.iter().any(signed) {
            return Ok(false);
        }
        let mut all = self.present.iter().chain(&self.earlier);
        match all.any(|key| kept.note.names(key)) {
            true => Err(Fault::Damaged),
            false => Err(Fault::Unsigned),
        }
    }

    /// Writes down what is known, for whoever has the folder alone; nothing where it stands there.
    ///
    /// # Errors
    /// The disk's; the key's.
    pub fn write(
        &self,
        disk: &dyn Disk,
        data: &Path,
        signer: &dyn Signer,
    ) -> Result<(), Unwritten> {
        let Some(present) = &self.present else {
            return Ok(());
        };
        disk.create_dir_all(&data.join(FOLDER))?;
        if !self.earlier.is_empty() {
            let keys: String = self.earlier.iter().map(|key| format!("{key}\n")).collect();
            // The list first: no note is without its key in between.
            let list = sign(&format!("{MAGIC}\n{keys}"), present.name(), signer)?;
            write(disk, &earlier_file(data), &list)?;
        }
        Ok(write(disk, &vkey_file(data), &format!("{present}\n"))?)
    }
}

/// Why known keys were not written down.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// The disk's.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The key's.
    #[error(transparent)]
    Key(#[from] KeyError),
}

fn write(disk: &dyn Disk, path: &Path, text: &str) -> io::Result<()> {
    match read_small(disk, path)?.as_deref() == Some(text) {
        true => Ok(()),
        false => replace(disk, path, text.as_bytes()),
    }
}

/// The keys of a list, where the present key signed it.
fn listed(text: &str, present: &VerifierKey) -> Option<Vec<VerifierKey>> {
    let note = Note::parse(text).ok()?;
    let mut lines = note.text.lines();
    if !note.is_signed_by(present) || lines.next()? != MAGIC {
        return None;
    }
    lines.map(|line| VerifierKey::parse(line).ok()).collect()
}

/// A small file; what is no text or too long is read as something that fits nothing.
fn read_small(disk: &dyn Disk, path: &Path) -> io::Result<Option<String>> {
    let file = match disk.open_read(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let bytes = file.len()?;
    if bytes > FILE_BYTES_MAX {
        return Ok(Some(String::new()));
    }
    let mut content = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    let read = file.read_at(0, &mut content)?;
    content.truncate(read);
    Ok(Some(String::from_utf8(content).unwrap_or_default()))
}
