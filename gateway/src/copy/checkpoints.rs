//! What was signed goes with a copy, and the key by which it is checked. The key that signs does
//! not: who has it and a journal signs another history, and copies lie in many hands.

use super::{BackupError, write_new};
use crate::proof::kept::{self, FOLDER};
use journal::copy::{CopiedFile, FileError, copy_file, digest_of};
use journal::disk::{Disk, OsDisk};
use std::io;
use std::path::Path;

pub(super) use crate::proof::kept::FILE as KEPT;
pub(super) use crate::proof::known::{EARLIER, VKEY};

/// Copies every whole checkpoint and the verifier keys, where there are any. Called before the
/// records are copied: a checkpoint is over durable records, so that all of them will be there.
pub(super) fn copy_checkpoints(data: &Path, to: &Path) -> Result<Vec<CopiedFile>, BackupError> {
    let path = kept::file(data);
    let bytes = kept::extent(&OsDisk, data)
        .map_err(FileError::reading(&path))?
        .bytes;
    let (from, to) = (data.join(FOLDER), to.join(FOLDER));
    OsDisk
        .create_dir_all(&to)
        .map_err(FileError::writing(&to))?;
    let mut copied = Vec::new();
    if bytes > 0 {
        copied.push(copy_file(&OsDisk, (&from, &to), KEPT, bytes, &mut |_| {})?);
    }
    for name in [VKEY, EARLIER] {
        let path = from.join(name);
        // A start replaces it, so that it is read once.
        let key = match std::fs::read(&path) {
            Ok(key) => key,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(FileError::reading(&path)(error).into()),
        };
        let path = to.join(name);
        write_new(&path, &key)?;
        let (bytes, sha256) = digest_of(&OsDisk, &path, &mut |_| {})?;
        copied.push(CopiedFile {
            name: name.to_owned(),
            bytes,
            sha256,
        });
    }
    OsDisk.sync_dir(&to).map_err(FileError::writing(&to))?;
    Ok(copied)
}
