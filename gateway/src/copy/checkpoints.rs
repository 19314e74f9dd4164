//! What was signed goes with a copy, and the key by which it is checked. The key that signs does
//! not: who has it and a journal signs another history, and copies lie in many hands.

use super::{BackupError, write_new};
use crate::proof::kept::{self, FOLDER, Kept};
use crate::proof::vkey_file;
use journal::copy::{CopiedFile, FileError, copy_file, digest_of};
use journal::disk::{Disk, OsDisk};
use std::io;
use std::path::Path;

/// The checkpoints, in the file of a data folder.
pub(super) const KEPT: &str = "kept";
/// The key by which they are checked.
pub(super) const VKEY: &str = "vkey";

/// Copies every whole checkpoint and the verifier key, where there are any. Called before the
/// records are copied: a checkpoint is over durable records, so that all of them will be there.
pub(super) fn copy_checkpoints(data: &Path, to: &Path) -> Result<Vec<CopiedFile>, BackupError> {
    let path = kept::file(data);
    let bytes = Kept::read_end(&OsDisk, data)
        .map_err(FileError::reading(&path))?
        .bytes;
    let vkey = vkey_file(data);
    let key = match std::fs::read(&vkey) {
        Ok(key) => Some(key),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(FileError::reading(&vkey)(error).into()),
    };
    let (from, to) = (data.join(FOLDER), to.join(FOLDER));
    OsDisk
        .create_dir_all(&to)
        .map_err(FileError::writing(&to))?;
    let mut copied = Vec::new();
    if bytes > 0 {
        copied.push(copy_file(&OsDisk, (&from, &to), KEPT, bytes, &mut |_| {})?);
    }
    if let Some(key) = key {
        // A start replaces it, so that it is read once.
        let path = to.join(VKEY);
        write_new(&path, &key)?;
        let (bytes, sha256) = digest_of(&OsDisk, &path, &mut |_| {})?;
        copied.push(CopiedFile {
            name: VKEY.to_owned(),
            bytes,
            sha256,
        });
    }
    OsDisk.sync_dir(&to).map_err(FileError::writing(&to))?;
    Ok(copied)
}
