//! Making a copy.

use super::checkpoints::copy_checkpoints;
use super::{BackupError, Manifest, check_records, may_start, new_folder};
use crate::proof::held::Sealing;
use journal::copy::copy;
use journal::disk::OsDisk;
use journal::seal::copy_keys;
use std::path::Path;

/// A copy that was made.
#[derive(Clone, Debug)]
pub struct BackedUp {
    /// What is in it.
    pub manifest: Manifest,
    /// How the checkpoints in it stand to the journal in it; they never differ.
    pub sealing: Sealing,
}

/// Copies journal, keys and checkpoints of the data folder into the new or empty folder `to`, also
/// while a gateway works on it: no lock is taken and nothing in it is changed. `taken_at` is the
/// moment, RFC 3339; `progress` is told of bytes, each three times.
///
/// # Errors
/// See [`BackupError`]. What was written until then stays, and is no backup.
pub fn back_up(
    data: &Path,
    to: &Path,
    taken_at: &str,
    progress: &mut dyn FnMut(u64),
) -> Result<BackedUp, BackupError> {
    may_start(data)?;
    let from = data.join("journal");
    if !from.is_dir() {
        return Err(BackupError::NoJournal(data.to_owned()));
    }
    new_folder(to, data)?;
    // Before the records: what was signed is over durable ones.
    let checkpoints = copy_checkpoints(data, to)?;
    let copied = copy(&OsDisk, &from, &to.join("journal"), progress)?;
    // Behind the records: a key is durable before the first record that is sealed with it.
    let keys = copy_keys(&OsDisk, &data.join("keys"), &to.join("keys"))?;
    let manifest = Manifest::of(&copied, (&keys, &checkpoints), taken_at);
    let sealing = check_records(to, &manifest)?;
    manifest.write(to)?;
    Ok(BackedUp { manifest, sealing })
}
