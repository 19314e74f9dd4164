//! Files that a bank puts into a folder of ours: seen twice the same, read, and put away once they
//! are stored.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::drop_folder::{not_a_file, open_plain, sync_folder};
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

/// The files of a folder as one look found them: the next look takes what is still so.
#[derive(Clone, Debug, Default)]
pub struct Listing(BTreeMap<String, Listed>);

#[derive(Clone, Copy, Debug)]
struct Listed {
    stamp: Stamp,
    /// Where the record stood at the first look that found it so.
    seen_at: u64,
    /// Looks in a row that found it changed.
    changes: u32,
}

/// Size and time of the last change: other ones after each write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size_bytes: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            size_bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// A file that two looks found the same.
#[derive(Clone, Debug)]
pub struct SettledFile {
    /// Its name, safe to use.
    pub name: String,
    /// Where the record stood at the first look that found it as it is: what it says is no newer.
    pub seen_at: u64,
    stamp: Stamp,
}

impl SettledFile {
    /// Its time of change, Unix milliseconds UTC rounded down, by the clock of whoever wrote it or
    /// of the machine that has the folder.
    #[must_use]
    pub fn modified_ms(&self) -> i64 {
        let (seconds, nanoseconds) = self.stamp.modified;
        let milliseconds = nanoseconds.div_euclid(1_000_000);
        seconds.saturating_mul(1_000).saturating_add(milliseconds)
    }
}

/// One thing in the folder. What can't be read is told, never passed over in silence.
#[derive(Debug)]
pub enum Collected {
    /// A file that is as the look before found it: it can be read.
    File(SettledFile),
    /// A file that is new or changed since the look before: it may still be written to, and half
    /// a result can't be told from a broken one. The next look sees it again.
    Unsettled {
        /// Its name, safe to use.
        name: String,
        /// Looks in a row that found it changed; 0 of a new one.
        changes: u32,
    },
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
    /// The folder `done` is not in it: whether it is the bank's folder, nobody knows.
    #[error(
        "there is no folder done in it; where its share is not mounted, mount it; else make done \
         in it (mkdir), never below an empty mount point"
    )]
    NoDone,
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
    /// It is no longer what was seen or read: it is looked at again next time.
    #[error("the file changed after it was seen")]
    Changed,
}

/// Looks into one folder. All calls block; run them where blocking is allowed.
#[derive(Clone, Debug)]
pub struct Collector {
    folder: PathBuf,
    file_bytes_max: u64,
}

impl Collector {
    /// Looks into `folder` for files of at most `file_bytes_max` bytes. They are read one at a
    /// time: no more than one needs to be in memory.
    #[must_use]
    pub fn new(folder: &Path, file_bytes_max: u64) -> Self {
        Self {
            folder: folder.to_owned(),
            file_bytes_max,
        }
    }

    /// Everything that is in the folder, by name, without a look into the files; names that begin
    /// with a dot are unfinished uploads and left out, the folder `done` as well. That one is never
    /// made here: where it is missing, so may be the share on which the folder lies, and an empty
    /// folder in its place would say that the bank has left nothing. `before` is what
    /// the look before found, and becomes what this one did. `now_at` is where the record stands,
    /// as the journal sequence of its next one.
    ///
    /// # Errors
    /// `Folder` when the folder can't be listed, `NoDone` when `done` is not in it.
    pub fn collect(
        &self,
        before: &mut Listing,
        now_at: u64,
    ) -> Result<Vec<Collected>, CollectorError> {
        let (mut names, mut has_done) = (Vec::new(), false);
        for entry in fs::read_dir(&self.folder).map_err(CollectorError::Folder)? {
            let name = entry.map_err(CollectorError::Folder)?.file_name();
            let name = name.to_string_lossy().into_owned();
            // Of the same listing as the files: the share may go between two.
            if name == DONE {
                has_done = true;
            } else if !name.starts_with('.') {
                names.push(name);
            }
        }
        if !has_done || !self.is_folder(DONE) {
            return Err(CollectorError::NoDone);
        }
        names.sort();
        let mut now = Listing::default();
        let items = names.into_iter();
        let items = items.map(|name| self.look_at(name, before, (&mut now, now_at)));
        let items = items.collect();
        *before = now;
        Ok(items)
    }

    fn is_folder(&self, name: &str) -> bool {
        fs::symlink_metadata(self.folder.join(name)).is_ok_and(|seen| seen.is_dir())
    }

    fn look_at(
        &self,
        name: String,
        before: &Listing,
        (now, now_at): (&mut Listing, u64),
    ) -> Collected {
        let stamp = match self.stamp_of(&name) {
            Ok(stamp) => stamp,
            Err(why) => {
                return Collected::LeftAlone {
                    name: escaped(&name),
                    why,
                };
            }
        };
        let known = before.0.get(&name);
        let same = known.filter(|known| known.stamp == stamp);
        let (seen_at, changes) = match (same, known) {
            (Some(same), _) => (same.seen_at, 0),
            (None, Some(other)) => (now_at, other.changes.saturating_add(1)),
            (None, None) => (now_at, 0),
        };
        let listed = Listed {
            stamp,
            seen_at,
            changes,
        };
        let is_settled = same.is_some();
        now.0.insert(name.clone(), listed);
        match is_settled {
            true => Collected::File(SettledFile {
                name,
                seen_at,
                stamp,
            }),
            false => Collected::Unsettled { name, changes },
        }
    }

    fn stamp_of(&self, name: &str) -> Result<Stamp, CollectorError> {
        let name = safe_name(name).map_err(CollectorError::Name)?;
        let seen = match fs::symlink_metadata(self.folder.join(name)) {
            Ok(seen) if seen.is_file() => Stamp::of(&seen),
            Ok(_) => return Err(CollectorError::Folder(not_a_file())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(CollectorError::Changed);
            }
            Err(error) => return Err(CollectorError::Folder(error)),
        };
        if seen.size_bytes > self.file_bytes_max {
            return Err(CollectorError::TooLarge {
                size_bytes: seen.size_bytes,
                bytes_max: self.file_bytes_max,
            });
        }
        Ok(seen)
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// `Changed` when it is no longer what the looks found; `Folder` when it can't be read.
    pub fn read(&self, settled: &SettledFile) -> Result<FoundFile, CollectorError> {
        let name = safe_name(&settled.name).map_err(CollectorError::Name)?;
        let opened = open_plain(&self.folder.join(name)).map_err(CollectorError::Folder)?;
        let (file, _) = opened.ok_or(CollectorError::Changed)?;
        let mut bytes = Vec::new();
        // One more than there were, to notice a file that grows while it is read.
        let read = (&file)
            .take(settled.stamp.size_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(CollectorError::Folder)?;
        let after = Stamp::of(&file.metadata().map_err(CollectorError::Folder)?);
        if after != settled.stamp || u64::try_from(read).ok() != Some(after.size_bytes) {
            return Err(CollectorError::Changed);
        }
        Ok(FoundFile {
            name: name.to_owned(),
            digest: sha256(&bytes),
            bytes,
        })
    }

    /// Puts a file into `done/`, which is there, after its bytes are stored durably. Doing it again
    /// is done.
    /// A different file of the same name in `done/` is kept; the new one gets its digest's
    /// first 16 digits added to its name.
    ///
    /// # Errors
    /// `Changed` when the file is no longer the one that was read; `Folder` when it can't move.
    pub fn confirm(&self, file: &FoundFile) -> Result<(), CollectorError> {
        let name = safe_name(&file.name).map_err(CollectorError::Name)?;
        let done = self.folder.join(DONE);
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
