//! What a copy says of itself: written last, with a digest of its own, so that a copy that was
//! broken off, or changed, is recognised.

use super::checkpoints::{KEPT, VKEY};
use super::{BackupError, write_new};
use journal::chain::Hash;
use journal::copy::{CopiedFile, FileError, digest_of};
use journal::disk::{Disk, OsDisk};
use journal::tree::leaf::seal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The digest of the manifest, as `sha256sum` reads it.
pub const SUM: &str = "manifest.sha256";
/// The format of this version.
const FORMAT: &str = "anxin-backup 3";
/// The one before had the last record's hash.
const WITH_HASH: &str = "anxin-backup 2";
/// The first one had no checkpoints either.
const WITHOUT_CHECKPOINTS: &str = "anxin-backup 1";
/// More than any manifest: a hundred thousand files.
const MANIFEST_BYTES_MAX: u64 = 32 << 20;

/// The manifest of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name and version of the format.
    pub format: String,
    /// Version of the program that made it.
    pub program: String,
    /// When it was begun, RFC 3339.
    pub taken_at: String,
    /// The journal's id, lower hex.
    pub journal_id: String,
    /// The last record.
    pub end: End,
    /// Whether that is a closing record: the gateway had been stopped.
    pub is_closed: bool,
    /// Every file, by name.
    pub files: Vec<FileEntry>,
}

/// Where a copy ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StatedEnd")]
pub struct End {
    /// The record's number.
    pub sequence: u64,
    /// The commitment to its hash (PROOF.md section 2), lower hex.
    pub seal: String,
}

/// The end as it is written; earlier formats have the hash instead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedEnd {
    sequence: u64,
    seal: Option<String>,
    hash: Option<String>,
}

impl TryFrom<StatedEnd> for End {
    type Error = &'static str;

    fn try_from(stated: StatedEnd) -> Result<Self, Self::Error> {
        let seal = match (stated.seal, stated.hash) {
            (Some(seal), None) => Some(seal),
            (None, Some(hash)) => crate::proof::document::bytes(&hash).map(|hash| seal_of(&hash)),
            (Some(_), Some(_)) | (None, None) => None,
        };
        Ok(Self {
            sequence: stated.sequence,
            seal: seal.ok_or("neither a seal nor a hash")?,
        })
    }
}

/// The commitment to a record's hash, lower hex.
pub(super) fn seal_of(hash: &Hash) -> String {
    crate::hex(&seal(hash))
}

/// A file of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Folder and name.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256, lower hex.
    pub sha256: String,
}

/// The folders of a copy.
pub(super) const FOLDERS: [&str; 3] = ["journal", "keys", "checkpoints"];

impl FileEntry {
    fn is_of_checkpoints(&self) -> bool {
        self.path.starts_with("checkpoints/")
    }
}

impl Manifest {
    /// Of what was copied.
    pub(super) fn of(
        copied: &journal::copy::Copied,
        (keys, checkpoints): (&[CopiedFile], &[CopiedFile]),
        taken_at: &str,
    ) -> Self {
        let entry = |folder: &str, file: &CopiedFile| FileEntry {
            path: format!("{folder}/{}", file.name),
            bytes: file.bytes,
            sha256: crate::hex(&file.sha256),
        };
        let segments = copied.segments.iter().map(|file| entry("journal", file));
        let keys = keys.iter().map(|file| entry("keys", file));
        let checkpoints = checkpoints.iter().map(|file| entry("checkpoints", file));
        Self {
            format: FORMAT.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: taken_at.to_owned(),
            journal_id: crate::hex(&copied.journal_id),
            end: End {
                sequence: copied.sequence,
                seal: seal_of(&copied.hash),
            },
            is_closed: copied.is_closed,
            files: segments.chain(keys).chain(checkpoints).collect(),
        }
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Writes it into the folder of the copy, and its digest behind it.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupError> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        write_new(&folder.join(MANIFEST), &text)?;
        OsDisk
            .sync_dir(folder)
            .map_err(FileError::writing(folder))?;
        let sum = sum_of(&text);
        write_new(&folder.join(SUM), sum.as_bytes())?;
        let synced = OsDisk.sync_dir(folder);
        Ok(synced.map_err(FileError::writing(folder))?)
    }
}

fn sum_of(text: &[u8]) -> String {
    format!("{}  {MANIFEST}\n", crate::sha256_hex(text))
}

/// Reads the manifest of a copy and holds every file against it. `progress` is told of bytes.
///
/// # Errors
/// `NoBackup`, `Incomplete`, `Format`, `Changed`, `Missing`, `Unlisted`, `Read`.
pub fn read_backup(folder: &Path, progress: &mut dyn FnMut(u64)) -> Result<Manifest, BackupError> {
    let manifest = read(folder)?;
    let listed: BTreeSet<&str> = manifest.files.iter().map(|one| one.path.as_str()).collect();
    for name in FOLDERS {
        let inside = folder.join(name);
        let there = match OsDisk.list(&inside) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(FileError::reading(&inside)(error).into()),
        };
        for file in there {
            if !listed.contains(format!("{name}/{file}").as_str()) {
                return Err(BackupError::Unlisted(inside.join(file)));
            }
        }
    }
    for entry in &manifest.files {
        let path = folder.join(&entry.path);
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(BackupError::Missing(path));
            }
            Err(error) => return Err(FileError::reading(&path)(error).into()),
            // A pipe would be waited for.
            Ok(found) if !found.is_file() => return Err(BackupError::Changed(path)),
            Ok(_) => {}
        }
        let (bytes, sha256) = digest_of(&OsDisk, &path, progress)?;
        if (bytes, crate::hex(&sha256)) != (entry.bytes, entry.sha256.clone()) {
            return Err(BackupError::Changed(path));
        }
    }
    Ok(manifest)
}

fn read(folder: &Path) -> Result<Manifest, BackupError> {
    let path = folder.join(MANIFEST);
    let (Some(text), Some(sum)) = (bytes_of(&path)?, bytes_of(&folder.join(SUM))?) else {
        let begun = FOLDERS.iter().any(|name| folder.join(name).is_dir());
        return Err(match begun {
            true => BackupError::Incomplete(folder.to_owned()),
            false => BackupError::NoBackup(folder.to_owned()),
        });
    };
    if sum_of(&text).as_bytes() != sum {
        return Err(BackupError::Changed(path));
    }
    // What its own digest vouches for and this version can't read is another version's.
    let format = || match serde_json::from_slice::<serde_json::Value>(&text) {
        Ok(value) => value["format"].as_str().unwrap_or("?").to_owned(),
        Err(_) => "?".to_owned(),
    };
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| BackupError::Format(format()))?;
    let is_ours = match manifest.format.as_str() {
        FORMAT | WITH_HASH => true,
        WITHOUT_CHECKPOINTS => !manifest.files.iter().any(FileEntry::is_of_checkpoints),
        _ => false,
    };
    let mut named = BTreeSet::new();
    let mut files = manifest.files.iter();
    let is_plain = files.all(|file| is_own(&file.path) && named.insert(&file.path))
        && !manifest.taken_at.contains(char::is_control);
    match is_ours && is_plain {
        true => Ok(manifest),
        false => Err(BackupError::Format(manifest.format)),
    }
}

/// Whether a path is one that a copy has: it is joined to a folder, and leads nowhere else.
fn is_own(path: &str) -> bool {
    let is_of = |name: &str, ending: &str| {
        let plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        let stem = name.strip_suffix(ending);
        stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(plain))
    };
    match path.split_once('/') {
        Some(("journal", name)) => is_of(name, ".seg"),
        Some(("keys", name)) => is_of(name, ".key"),
        Some(("checkpoints", name)) => name == KEPT || name == VKEY,
        Some(_) | None => false,
    }
}

fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>, BackupError> {
    let read = || match std::fs::metadata(path) {
        Ok(found) if found.len() > MANIFEST_BYTES_MAX => Ok(None),
        Ok(_) => std::fs::read(path).map(Some),
        Err(error) => Err(error),
    };
    match read() {
        Ok(Some(bytes)) => Ok(Some(bytes)),
        Ok(None) => Err(BackupError::Changed(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::reading(path)(error).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{End, is_own, seal_of};

    /// The seal of 32 bytes ab, by `sha256sum`.
    const SEAL: &str = "c45c324635495ee5390ac7b7dd5f209f4d0517470f97c9c3463528b4e04d8022";

    #[test]
    fn an_end_is_named_by_its_seal_also_where_an_earlier_version_wrote_the_hash() {
        let hash = "ab".repeat(32);
        assert_eq!(seal_of(&[0xab; 32]), SEAL);
        let read = |members: String| {
            let text = format!("{{\"sequence\":7,{members}}}");
            serde_json::from_str::<End>(&text).ok()
        };
        let end = End {
            sequence: 7,
            seal: SEAL.to_owned(),
        };
        assert_eq!(read(format!("\"seal\":\"{SEAL}\"")), Some(end.clone()));
        assert_eq!(read(format!("\"hash\":\"{hash}\"")), Some(end));
        assert_eq!(read("\"hash\":\"ab\"".to_owned()), None);
        let both = format!("\"seal\":\"{SEAL}\",\"hash\":\"{hash}\"");
        assert_eq!(read(both), None);
    }

    #[test]
    fn a_manifest_leads_nowhere_but_into_the_folders_of_a_copy() {
        assert!(is_own("journal/00000000000000000001.seg"));
        assert!(is_own("keys/2bb5c8e52f3dcf2d4f13270594174e87.key"));
        assert!(is_own("checkpoints/kept") && is_own("checkpoints/vkey"));
        for path in [
            "/etc/passwd",
            "journal/../../x.seg",
            "journal/../x.key",
            "journal/a/b.seg",
            "keys/.key",
            "keys/a.seg",
            "keys/..key",
            "index/db.seg",
            "checkpoints/key.pem",
            "checkpoints/../kept",
            "checkpoints/",
            "journal",
            "",
        ] {
            assert!(!is_own(path), "{path}");
        }
    }
}
