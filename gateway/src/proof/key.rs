//! The key that signs checkpoints.

use super::kept::{self, FOLDER};
use super::known::{Found, read_vkey};
use super::note::{VerifierKey, is_name};
use certs::algorithm::Algorithm;
use certs::random::SystemRandom;
use certs::sign::{KeyError, KeyId, PublicKey, Signer, generate, signer_from_pem};
use journal::disk::{Disk as _, OsDisk, replace};
use serde::Deserialize;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// The log's name where the configuration has none.
const ORIGIN: &str = "anxin-gateway/journal";

/// What the key is called among ours.
const KEY_ID: &str = "checkpoints";
/// The private key in the folder of the checkpoints.
pub(super) const PRIVATE: &str = "key.pem";

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
    /// The verifier keys of those that signed before it: `name+hash+key`.
    pub earlier: Vec<String>,
}

impl Default for CheckpointKey {
    fn default() -> Self {
        Self {
            origin: ORIGIN.to_owned(),
            file: None,
            earlier: Vec::new(),
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
    /// The key in the data folder is gone, and it has signed: another one would sign another log.
    #[error("the key of the checkpoints, {}, is gone, and it has signed", .0.display())]
    Gone(PathBuf),
    /// An earlier key of the configuration is none.
    #[error("no verifier key: {0}")]
    Earlier(String),
    /// The log's name is empty, or has a blank or a plus.
    #[error("the name of the log may not be empty or have a blank or a plus")]
    Origin,
}

/// The key's file in a data folder, where the configuration names none.
#[must_use]
pub fn key_file(data: &Path) -> PathBuf {
    data.join(FOLDER).join(PRIVATE)
}

/// The key that signs.
#[derive(Debug)]
pub struct SigningKey {
    /// Signs with it.
    pub signer: Arc<dyn Signer>,
    /// One that was made now: where it is to be kept, and its PEM.
    made: Option<(PathBuf, Zeroizing<String>)>,
}

impl SigningKey {
    /// Keeps one that was made, before anything is signed by it. A start that is refused keeps
    /// none.
    ///
    /// # Errors
    /// `File`.
    pub fn keep(&self) -> Result<(), KeyFailure> {
        let Some((file, pem)) = &self.made else {
            return Ok(());
        };
        keep(file, pem.as_bytes()).map_err(|source| KeyFailure::File {
            file: file.clone(),
            source,
        })
    }
}

impl CheckpointKey {
    /// Reads the key, or makes the one in the data folder: where none has signed there, or one that
    /// signs no more.
    ///
    /// # Errors
    /// See [`KeyFailure`].
    pub fn signer(&self, data: &Path) -> Result<SigningKey, KeyFailure> {
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
        if self.file.is_none() && !file.exists() {
            if has_signed(data, &self.earlier()?).map_err(failed)? {
                return Err(KeyFailure::Gone(file));
            }
            let id = KeyId::new(KEY_ID).map_err(unusable)?;
            let made = generate(Algorithm::Ed25519, id, &SystemRandom::new());
            let (pem, signer) = made.map_err(unusable)?;
            let made = Some((file, pem));
            return Ok(SigningKey { signer, made });
        }
        let signer = signer_of(&file)?;
        Ok(SigningKey { signer, made: None })
    }

    /// The keys that signed before it.
    ///
    /// # Errors
    /// `Earlier`.
    pub fn earlier(&self) -> Result<Vec<VerifierKey>, KeyFailure> {
        let keys = self.earlier.iter();
        let read =
            keys.map(|key| VerifierKey::parse(key).map_err(|_| KeyFailure::Earlier(key.clone())));
        read.collect()
    }
}

/// Whether something in the data folder was signed, by a key that is not one of these.
fn has_signed(data: &Path, earlier: &[VerifierKey]) -> io::Result<bool> {
    Ok(match read_vkey(&OsDisk, data)? {
        Found::Key(key) => !earlier.contains(&key),
        Found::Damaged => true,
        Found::Nothing => kept::extent(&OsDisk, data)?.bytes > 0,
    })
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

/// The public key of a private one that lies there.
pub(super) fn public_key(file: &Path) -> Result<PublicKey, KeyFailure> {
    Ok(signer_of(file)?.public_key())
}

/// The key that lies there.
fn signer_of(file: &Path) -> Result<Arc<dyn Signer>, KeyFailure> {
    let unusable = |source| KeyFailure::Unusable {
        file: file.to_owned(),
        source,
    };
    let pem = read(file).map_err(|source| KeyFailure::File {
        file: file.to_owned(),
        source,
    })?;
    let id = KeyId::new(KEY_ID).map_err(unusable)?;
    signer_from_pem(Algorithm::Ed25519, id, &pem, None).map_err(unusable)
}
