//! The key that signs checkpoints.

use super::kept::FOLDER;
use super::note::{VerifierKey, is_name};
use certs::algorithm::Algorithm;
use certs::random::SystemRandom;
use certs::sign::{KeyError, KeyId, Signer, generate, signer_from_pem};
use journal::disk::{Disk as _, OsDisk, replace};
use serde::Deserialize;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The log's name where the configuration has none.
const ORIGIN: &str = "anxin-gateway/journal";

/// Which key signs checkpoints, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckpointKey {
    /// The log's name, for ever: it stands in every checkpoint.
    pub origin: String,
    /// PKCS#8 PEM of an Ed25519 key, mode 0600; none for one in the data folder, made at the
    /// first start.
    #[serde(rename = "key_file")]
    pub file: Option<PathBuf>,
}

impl Default for CheckpointKey {
    fn default() -> Self {
        Self {
            origin: ORIGIN.to_owned(),
            file: None,
        }
    }
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyFailure {
    /// The file can't be read or written, or others may read it.
    #[error("the key of the checkpoints, {}, can't be read or written", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file holds no Ed25519 key.
    #[error("{} holds no Ed25519 key", file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: KeyError,
    },
    /// The log's name is empty, or has a blank or a plus.
    #[error("the name of the log may not be empty or have a blank or a plus")]
    Origin,
}

/// The key's file in a data folder, where the configuration names none.
#[must_use]
pub fn key_file(data: &Path) -> PathBuf {
    data.join(FOLDER).join("key.pem")
}

/// Where a start writes the key by which checkpoints are checked.
#[must_use]
pub fn vkey_file(data: &Path) -> PathBuf {
    data.join(FOLDER).join("vkey")
}

impl CheckpointKey {
    /// Reads the key, or makes the one in the data folder; writes down by what it is checked.
    ///
    /// # Errors
    /// See [`KeyFailure`].
    pub fn signer(&self, data: &Path) -> Result<Arc<dyn Signer>, KeyFailure> {
        if !is_name(&self.origin) {
            return Err(KeyFailure::Origin);
        }
        let file = self.file.clone().unwrap_or_else(|| key_file(data));
        let failed = |source| KeyFailure::File {
            file: file.clone(),
            source,
        };
        let unusable = |source| KeyFailure::Unusable {
            file: file.clone(),
            source,
        };
        let id = KeyId::new("checkpoints").map_err(unusable)?;
        let signer = if self.file.is_none() && !file.exists() {
            let made = generate(Algorithm::Ed25519, id, &SystemRandom::new());
            let (pem, signer) = made.map_err(unusable)?;
            keep(&file, pem.as_bytes()).map_err(failed)?;
            signer
        } else {
            let pem = read(&file).map_err(failed)?;
            signer_from_pem(Algorithm::Ed25519, id, &pem, None).map_err(unusable)?
        };
        let vkey = format!("{}\n", VerifierKey::of(&self.origin, signer.public_key()));
        // A start that is refused later leaves everything as it was.
        let before = std::fs::read_to_string(vkey_file(data)).ok();
        if before.as_ref() != Some(&vkey) {
            if let Some(before) = before {
                let before = before.trim_end();
                tracing::warn!(before, now = %vkey.trim_end(), "another key signs checkpoints");
            }
            keep(&vkey_file(data), vkey.as_bytes()).map_err(failed)?;
        }
        Ok(signer)
    }
}

/// Whole or not at all, and for ever: a checkpoint that it signs is given away.
fn keep(file: &Path, bytes: &[u8]) -> io::Result<()> {
    OsDisk.create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    replace(&OsDisk, file, bytes)
}

fn read(file: &Path) -> io::Result<Zeroizing<String>> {
    if std::fs::metadata(file)?.permissions().mode() & 0o077 != 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    std::fs::read_to_string(file).map(Zeroizing::new)
}
