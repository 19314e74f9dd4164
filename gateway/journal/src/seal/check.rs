//! The key files, looked at and not touched: for whoever checks a folder that nobody works on.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::file::{self, Stored};
use super::search::is_search;
use super::{KEY_BYTES, SealError, io_error, prepared};
use crate::disk::{Disk, read_small};

/// What the key files of a folder are found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFiles {
    /// Ids of those in which nothing wrong was found, and which hold a key.
    pub ids: BTreeSet<String>,
    /// Ids of those that say that their key was destroyed. Saying so takes no key: it is damage
    /// where nobody wanted it.
    pub destroyed: BTreeSet<String>,
    /// How many of the first are keys by which persons are searched: there has to be one.
    pub searches: usize,
    /// Names of those that are damaged, or do not open with the master key.
    pub damaged: Vec<String>,
    /// How many of the first have no digest, so that only the master key can tell of them.
    pub without_digest: u64,
}

/// Reads the key files of a folder, and opens each where the master key is given, as
/// [`super::Vault::open`] does. Nothing is changed.
///
/// # Errors
/// `Io`; a folder that is not there has no files.
pub fn check_keys(
    disk: &dyn Disk,
    dir: &Path,
    master: Option<&[u8; KEY_BYTES]>,
) -> Result<KeyFiles, SealError> {
    let wrapping = master.map(prepared).transpose()?;
    let mut found = KeyFiles::default();
    let names = match disk.list(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(io_error("list", dir)(error)),
    };
    for name in names {
        let Some(id) = name.strip_suffix(".key") else {
            continue;
        };
        let path = dir.join(&name);
        let bytes =
            read_small(disk, &path, file::FILE_BYTES_MAX).map_err(io_error("read", &path))?;
        let owner = match bytes.as_deref().and_then(|bytes| file::parse(id, bytes)) {
            Some(Stored::Wrapped(file)) => match &wrapping {
                Some(wrapping) => file.unwrap(wrapping).map(|_| file.owner),
                None => Some(file.owner),
            },
            Some(Stored::Destroyed { .. }) => {
                found.destroyed.insert(id.to_owned());
                continue;
            }
            None => None,
        };
        let Some(owner) = owner else {
            found.damaged.push(name);
            continue;
        };
        found.searches += usize::from(is_search(&owner));
        found.without_digest += u64::from(!bytes.is_some_and(|bytes| file::has_digest(&bytes)));
        found.ids.insert(id.to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
