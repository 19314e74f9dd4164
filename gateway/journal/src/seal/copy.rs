//! A copy of the key files. They stay sealed: no master key is needed for it, and none is in it.

use std::path::Path;

use super::file;
use super::{SealError, io_error};
use crate::copy::{CopiedFile, CopyError, copy_file};
use crate::disk::{Disk, read_small};

/// Why the key files are not copied.
#[derive(Debug, thiserror::Error)]
pub enum KeyCopyError {
    /// A key file is damaged, or the folder can't be read.
    #[error(transparent)]
    Key(#[from] SealError),
    /// A file can't be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

/// Copies every key file of `from` into the new folder `to`, durably. A key is durable before
/// anything is sealed with it: keys that are copied after the records open all of them.
///
/// # Errors
/// See [`KeyCopyError`]; a part of the copy may be there.
pub fn copy_keys(disk: &dyn Disk, from: &Path, to: &Path) -> Result<Vec<CopiedFile>, KeyCopyError> {
    let names = disk.list(from).map_err(io_error("list", from))?;
    disk.create_dir_all(to).map_err(io_error("make", to))?;
    let mut copied = Vec::new();
    // What is not a key yet, or anymore, ends in `.new`.
    for name in names.iter().filter(|name| name.ends_with(".key")) {
        check_key_file(disk, &from.join(name))?;
        let bytes = read_small(disk, &from.join(name), file::FILE_BYTES_MAX);
        let bytes = bytes.map_err(io_error("read", &from.join(name)))?;
        let bytes = bytes.map_or(0, |bytes| bytes.len() as u64);
        copied.push(copy_file(disk, (from, to), name, bytes, &mut |_| {})?);
        check_key_file(disk, &to.join(name))?;
    }
    disk.sync_dir(to).map_err(io_error("sync", to))?;
    Ok(copied)
}

/// Whether a file is a key file, wrapped or destroyed.
///
/// # Errors
/// `KeyFile` where it is none, `Io`.
pub fn check_key_file(disk: &dyn Disk, path: &Path) -> Result<(), SealError> {
    let bytes = read_small(disk, path, file::FILE_BYTES_MAX).map_err(io_error("read", path))?;
    let id = path.file_stem().and_then(|stem| stem.to_str());
    let stored = id
        .zip(bytes)
        .and_then(|(id, bytes)| file::parse(id, &bytes));
    stored
        .map(drop)
        .ok_or_else(|| SealError::KeyFile(path.to_owned()))
}

#[cfg(test)]
mod tests;
