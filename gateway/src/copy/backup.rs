//! Making a copy.

use super::{BackupError, Manifest, check_records, may_start, new_folder};
use journal::copy::copy;
use journal::disk::OsDisk;
use journal::seal::copy_keys;
use std::path::Path;

/// Copies journal and keys of the data folder into the new or empty folder `to`, also while a
/// gateway works on it: no lock is taken and nothing in it is changed. `taken_at` is the moment,
/// RFC 3339; `progress` is told of bytes, each three times.
///
/// # Errors
/// See [`BackupError`]. What was written until then stays, and is no backup.
pub fn back_up(
    data: &Path,
    to: &Path,
    taken_at: &str,
    progress: &mut dyn FnMut(u64),
) -> Result<Manifest, BackupError> {
    may_start(data)?;
    let from = data.join("journal");
    if !from.is_dir() {
        return Err(BackupError::NoJournal(data.to_owned()));
    }
    new_folder(to, data)?;
    let copied = copy(&OsDisk, &from, &to.join("journal"), progress)?;
    // Behind the records: a key is durable before the first record that is sealed with it.
    let keys = copy_keys(&OsDisk, &data.join("keys"), &to.join("keys"))?;
    let manifest = Manifest::of(&copied, &keys, taken_at);
    check_records(&to.join("journal"), &manifest)?;
    manifest.write(to)?;
    Ok(manifest)
}
