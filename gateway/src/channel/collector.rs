//! Files that a bank puts into a folder of ours: seen, read, and put away once they are stored.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::drop_folder::{make_folder, open_plain, sync_folder};
use super::{NameError, safe_name};

/// A file that was read whole.
#[derive(Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Its name, safe to use.
    pub name: String,
    /// Its bytes as they came.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub digest: [u8; 32],
}

impl std::fmt::Debug for FoundFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FoundFile")
            .field("name", &self.name)
            .field("size_bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// One thing in the folder. What can't be read is told, never passed over in silence.
#[derive(Debug)]
pub enum Collected {
    /// A file.
    File(FoundFile),
    /// Something that is left where it is, for a person to look at.
    LeftAlone {
        /// Its name with everything but letters, digits, `.`, `_`, `-` escaped.
        name: String,
        /// Why.
        why: CollectorError,
    },
}

/// Why a file was not read or not put away.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    /// The folder or file can't be read or moved.
    #[error("the folder can't be used")]
    Folder(#[source] io::Error),
    /// A name that we don't use.
    #[error("the name is not used")]
    Name(#[source] NameError),
    /// Larger than allowed.
    #[error("the file has {size_bytes} bytes, more than {bytes_max}")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
        /// The limit.
        bytes_max: u64,
    },
    /// Its content is no longer what was read: it is read again next time.
    #[error("the file changed after it was read")]
    Changed,
}

/// Looks into one folder. All calls block; run them where blocking is allowed.
#[derive(Clone, Debug)]
pub struct Collector {
    folder: PathBuf,
    file_bytes_max: u64,
    files_max: usize,
}

impl Collector {
    /// Looks into `folder`, reads at most `files_max` files at a time of at most
    /// `file_bytes_max` bytes each.
    #[must_use]
    pub fn new(folder: &Path, file_bytes_max: u64, files_max: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            file_bytes_max,
            files_max,
        }
    }

    /// Everything that is in the folder, by name; names that begin with a dot are unfinished
    /// uploads and left out, the folder `done` as well.
    ///
    /// # Errors
    /// `Folder` when the folder can't be listed.
    pub fn collect(&self) -> Result<Vec<Collected>, CollectorError> {
        make_folder(&self.folder).map_err(CollectorError::Folder)?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(CollectorError::Folder)? {
            let name = entry.map_err(CollectorError::Folder)?.file_name();
            let name = name.to_string_lossy().into_owned();
            if !name.starts_with('.') && name != DONE {
                names.push(name);
            }
        }
        names.sort();
        // What is left alone takes no file's place: rubbish must not hide results.
        let (mut items, mut files) = (Vec::new(), 0);
        for name in names {
            if files == self.files_max {
                break;
            }
            let item = self.look_at(name);
            files += usize::from(matches!(item, Collected::File(_)));
            items.push(item);
        }
        Ok(items)
    }

    fn look_at(&self, name: String) -> Collected {
        match self.read(&name) {
            Ok(file) => Collected::File(file),
            Err(why) => Collected::LeftAlone {
                name: escaped(&name),
                why,
            },
        }
    }

    fn read(&self, name: &str) -> Result<FoundFile, CollectorError> {
        let name = safe_name(name).map_err(CollectorError::Name)?;
        let opened = open_plain(&self.folder.join(name)).map_err(CollectorError::Folder)?;
        let (file, size_bytes) = opened.ok_or(CollectorError::Changed)?;
        let too_large = |size_bytes| CollectorError::TooLarge {
            size_bytes,
            bytes_max: self.file_bytes_max,
        };
        if size_bytes > self.file_bytes_max {
            return Err(too_large(size_bytes));
        }
        let mut bytes = Vec::new();
        // One more than allowed, to notice a file that grows while it is read.
        let read = file
            .take(self.file_bytes_max.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(CollectorError::Folder)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        if read > self.file_bytes_max {
            return Err(too_large(read));
        }
        Ok(FoundFile {
            name: name.to_owned(),
            digest: sha256(&bytes),
            bytes,
        })
    }

    /// Puts a file into `done/`, after its bytes are stored durably. Doing it again is done.
    /// A different file of the same name in `done/` is kept; the new one gets its digest's
    /// first 16 digits added to its name.
    ///
    /// # Errors
    /// `Changed` when the file is no longer the one that was read; `Folder` when it can't move.
    pub fn confirm(&self, file: &FoundFile) -> Result<(), CollectorError> {
        let name = safe_name(&file.name).map_err(CollectorError::Name)?;
        let done = self.folder.join(DONE);
        make_folder(&done).map_err(CollectorError::Folder)?;
        let hex: String = file
            .digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let short = hex.get(..16).unwrap_or_default();
        let names = [
            name.to_owned(),
            format!("{name}.{short}"),
            format!("{name}.{hex}"),
        ];
        let here = self.digest_of(&self.folder.join(name))?;
        let mut free = None;
        for candidate in &names {
            let there = self.digest_of(&done.join(candidate))?;
            match there {
                None => {
                    free = Some(candidate);
                    break;
                }
                Some(digest) if digest == file.digest => return self.drop_copy(name, here, file),
                Some(_) => {}
            }
        }
        match (here, free) {
            (Some(digest), Some(free)) if digest == file.digest => {
                fs::rename(self.folder.join(name), done.join(free))
                    .and_then(|()| sync_folder(&done))
                    .and_then(|()| sync_folder(&self.folder))
                    .map_err(CollectorError::Folder)
            }
            (Some(_) | None, _) => Err(CollectorError::Changed),
        }
    }

    /// The same bytes are put away already: a second copy in the folder goes.
    fn drop_copy(
        &self,
        name: &str,
        here: Option<[u8; 32]>,
        file: &FoundFile,
    ) -> Result<(), CollectorError> {
        match here {
            None => Ok(()),
            Some(digest) if digest == file.digest => fs::remove_file(self.folder.join(name))
                .and_then(|()| sync_folder(&self.folder))
                .map_err(CollectorError::Folder),
            Some(_) => Err(CollectorError::Changed),
        }
    }

    fn digest_of(&self, path: &Path) -> Result<Option<[u8; 32]>, CollectorError> {
        let Some((file, _)) = open_plain(path).map_err(CollectorError::Folder)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(self.file_bytes_max.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(CollectorError::Folder)?;
        Ok(Some(sha256(&bytes)))
    }
}

const DONE: &str = "done";

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap_or([0; 32])
}

fn escaped(name: &str) -> String {
    name.chars()
        .take(200)
        .flat_map(|character| {
            let plain = character.is_ascii_alphanumeric() || "._-".contains(character);
            let escape: Box<dyn Iterator<Item = char>> = if plain {
                Box::new(std::iter::once(character))
            } else {
                Box::new(character.escape_unicode())
            };
            escape
        })
        .collect()
}
