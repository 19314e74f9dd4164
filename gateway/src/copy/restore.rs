//! A data folder made of a copy.

use super::manifest::{FOLDERS, seal_of};
use super::{BackupError, Manifest, Mark, Stage, check_records, new_folder, read_backup};
use crate::book::first_file_no;
use crate::dispatch::ACTOR;
use crate::event::Event;
use crate::index::build_index;
use crate::proof::held::Sealing;
use journal::chain::Hash;
use journal::copy::{FileError, copy_file};
use journal::disk::{Disk, OsDisk};
use journal::seal::check_key_file;
use journal::{Draft, Opening, Options};
use std::path::Path;
use std::sync::Arc;
use time::OffsetDateTime;

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The copy.
    pub manifest: Manifest,
    /// The journal's last record now.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
    /// New bank files have at least this number.
    pub first_file_no: u64,
    /// How the checkpoints of the copy stand to its journal; they never differ.
    pub sealing: Sealing,
}

/// Checks the copy in `from` and makes the new or empty folder `data` of it: journal, keys,
/// checkpoints, index and witnesses. The journal goes on with a record that tells of the restore,
/// and is closed. `progress` is told of bytes, each three times.
///
/// # Errors
/// See [`BackupError`]. Before the copy is found to be whole nothing is written; what is written
/// until an error stays, and no gateway starts on it.
pub fn restore(
    from: &Path,
    data: &Path,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(u64),
) -> Result<Restored, BackupError> {
    let manifest = read_backup(from, progress)?;
    let sealing = check_records(from, &manifest)?;
    let of_keys = |path: &&str| path.starts_with("keys/");
    let paths = || manifest.files.iter().map(|file| file.path.as_str());
    for key in paths().filter(of_keys) {
        check_key_file(&OsDisk, &from.join(key))?;
    }
    new_folder(data, from)?;
    let mark = |stage| Mark {
        stage,
        record: manifest.end.sequence,
        hash: manifest.end.seal.clone(),
        taken_at: manifest.taken_at.clone(),
    };
    // First of all: half a journal is a journal that was set back.
    mark(Stage::Incomplete).write(data)?;
    for folder in FOLDERS {
        let (from, to) = (from.join(folder), data.join(folder));
        OsDisk
            .create_dir_all(&to)
            .map_err(FileError::writing(&to))?;
        for entry in &manifest.files {
            let name = entry.path.strip_prefix(folder);
            let Some(name) = name.and_then(|name| name.strip_prefix('/')) else {
                continue;
            };
            let copied = copy_file(&OsDisk, (&from, &to), name, entry.bytes, progress)?;
            if crate::hex(&copied.sha256) != entry.sha256 {
                return Err(BackupError::Changed(from.join(name)));
            }
        }
        OsDisk.sync_dir(&to).map_err(FileError::writing(&to))?;
    }
    let (sequence, hash, first_file_no) = go_on(data, &manifest, now)?;
    mark(Stage::Waits).write(data)?;
    Ok(Restored {
        manifest,
        sequence,
        hash,
        first_file_no,
        sealing,
    })
}

/// Writes the record of the restore and the closing one, then index and witnesses.
fn go_on(
    data: &Path,
    manifest: &Manifest,
    now: OffsetDateTime,
) -> Result<(u64, Hash, u64), BackupError> {
    let folder = data.join("journal");
    let opening = Opening::read(
        Arc::new(OsDisk),
        &folder,
        Options::default(),
        &mut |_, _| {},
    )?;
    let end = opening.end();
    if (end.sequence, seal_of(&end.hash)) != (manifest.end.sequence, manifest.end.seal.clone()) {
        return Err(BackupError::OtherEnd {
            stated: manifest.end.sequence,
            found: end.sequence,
        });
    }
    let (journal, _) = opening.in_its_digest().open()?;
    let first_file_no = first_file_no(now);
    let event = Event::Restored {
        record: manifest.end.sequence,
        hash: manifest.end.seal.clone(),
        first_file_no,
    };
    let time_ms = crate::clock::unix_ms(now);
    journal.append(&Draft {
        kind: event.kind(),
        time_ms,
        actor: ACTOR,
        key_id: "",
        clear: &serde_json::to_vec(&event)?,
        sealed: &[],
    })?;
    journal.close_at(time_ms)?;
    build_index(data, &journal)?;
    let (sequence, hash) = journal.head();
    Ok((sequence, hash, first_file_no))
}
