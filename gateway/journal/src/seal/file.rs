//! A key file: `<key id>.key`, a wrapped data key, or what is left of a destroyed one.
//!
//! Layout: `ANXINKEY`, version (1 byte, 2), state (1 byte: 1 wrapped, 2 destroyed), owner length
//! (1 byte), owner, in state 1 nonce ‖ ciphertext ‖ tag, and SHA-256 of all of it, so that who has
//! no master key notices decay, too. Version 1 had no digest and is read as well. The associated
//! data of the wrapping is `anxin data key`, a zero byte, the key id, a zero byte and the owner, so
//! that files can't be swapped.

use std::path::{Path, PathBuf};

use ring::aead::{LessSafeKey, NONCE_LEN};
use zeroize::Zeroizing;

use super::{KEY_BYTES, SEAL_BYTES, SealError, io_error, open_with, seal_with};
use crate::disk::{Disk, read_small};
use crate::tree::sha256;

const MAGIC: &[u8] = b"ANXINKEY";
const VERSION: u8 = 2;
const WITHOUT_DIGEST: u8 = 1;
const DIGEST_BYTES: usize = 32;
const WRAPPED: u8 = 1;
const DESTROYED: u8 = 2;
/// Head, longest owner, wrapped key and digest.
pub(super) const FILE_BYTES_MAX: u64 = (8 + 3 + 255 + KEY_BYTES + SEAL_BYTES + DIGEST_BYTES) as u64;

/// A wrapped data key.
pub(super) struct KeyFile {
    pub id: String,
    pub owner: String,
    wrapped: Vec<u8>,
}

/// What a key file holds.
pub(super) enum Stored {
    Wrapped(KeyFile),
    Destroyed { owner: String },
}

pub(super) fn path(dir: &Path, id: &str) -> PathBuf {
    dir.join(format!("{id}.key"))
}

fn aad(id: &str, owner: &str) -> Vec<u8> {
    [b"anxin data key\0", id.as_bytes(), b"\0", owner.as_bytes()].concat()
}

fn encoded(state: u8, owner: &str, wrapped: &[u8]) -> Result<Vec<u8>, SealError> {
    let length = u8::try_from(owner.len()).map_err(|_| SealError::Owner)?;
    if length == 0 {
        return Err(SealError::Owner);
    }
    let head = [VERSION, state, length];
    let mut bytes = [MAGIC, &head, owner.as_bytes(), wrapped].concat();
    let digest = sha256(&[&bytes]);
    bytes.extend_from_slice(&digest);
    Ok(bytes)
}

impl KeyFile {
    pub(super) fn wrap(
        wrapping: &LessSafeKey,
        id: &str,
        owner: &str,
        nonce: [u8; NONCE_LEN],
        raw: &[u8; KEY_BYTES],
    ) -> Result<Self, SealError> {
        Ok(Self {
            id: id.to_owned(),
            owner: owner.to_owned(),
            wrapped: seal_with(wrapping, nonce, &aad(id, owner), raw)?,
        })
    }

    pub(super) fn unwrap(&self, wrapping: &LessSafeKey) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
        let opened = open_with(wrapping, &aad(&self.id, &self.owner), &self.wrapped)?;
        let mut raw = Zeroizing::new([0; KEY_BYTES]);
        if opened.len() != KEY_BYTES {
            return None;
        }
        raw.copy_from_slice(&opened);
        Some(raw)
    }
}

/// Whether a file of this form vouches for its bytes itself.
pub(super) fn has_digest(bytes: &[u8]) -> bool {
    bytes.get(MAGIC.len()) == Some(&VERSION)
}

/// A file as far as it can be told without the master key.
pub(super) fn parse(id: &str, bytes: &[u8]) -> Option<Stored> {
    let whole = match *bytes.get(MAGIC.len())? {
        VERSION => {
            let (whole, digest) = bytes.split_last_chunk()?;
            (sha256(&[whole]) == *digest).then_some(whole)?
        }
        WITHOUT_DIGEST => bytes,
        _ => return None,
    };
    let rest = whole.strip_prefix(MAGIC)?;
    let ([_, state, length], rest) = rest.split_first_chunk()?;
    let (owner, wrapped) = rest.split_at_checked(usize::from(*length))?;
    let owner = std::str::from_utf8(owner).ok()?.to_owned();
    match (*state, wrapped.len()) {
        (WRAPPED, bytes) if bytes == KEY_BYTES + SEAL_BYTES => Some(Stored::Wrapped(KeyFile {
            id: id.to_owned(),
            owner,
            wrapped: wrapped.to_vec(),
        })),
        (DESTROYED, 0) => Some(Stored::Destroyed { owner }),
        (_, _) => None,
    }
}

/// All key files, by key id. Finishes what a crash interrupted: a `.new` file was never used.
pub(super) fn read_all(disk: &dyn Disk, dir: &Path) -> Result<Vec<(String, Stored)>, SealError> {
    let mut found = Vec::new();
    for name in disk.list(dir).map_err(io_error("list", dir))? {
        let file = dir.join(&name);
        if name.ends_with(".new") {
            disk.remove(&file).map_err(io_error("remove", &file))?;
            continue;
        }
        let Some(id) = name.strip_suffix(".key") else {
            continue;
        };
        let bytes = read_small(disk, &file, FILE_BYTES_MAX);
        let bytes = bytes.map_err(io_error("read", &file))?;
        let stored = bytes.and_then(|bytes| parse(id, &bytes));
        match stored {
            Some(stored) => found.push((id.to_owned(), stored)),
            None => return Err(SealError::KeyFile(file)),
        }
    }
    Ok(found)
}

/// Writes a key file under another name, syncs it, renames it, syncs the folder: it is there
/// whole or not at all, and durable before the key is used.
fn keep(disk: &dyn Disk, dir: &Path, id: &str, bytes: &[u8]) -> Result<(), SealError> {
    let path = path(dir, id);
    crate::disk::replace(disk, &path, bytes).map_err(io_error("write", &path.with_extension("new")))
}

pub(super) fn store(disk: &dyn Disk, dir: &Path, file: &KeyFile) -> Result<(), SealError> {
    let bytes = encoded(WRAPPED, &file.owner, &file.wrapped)?;
    keep(disk, dir, &file.id, &bytes)
}

/// Replaces the key file by a mark. Overwriting in place would promise no more: file systems and
/// drives write elsewhere.
pub(super) fn destroy(disk: &dyn Disk, dir: &Path, id: &str, owner: &str) -> Result<(), SealError> {
    let bytes = encoded(DESTROYED, owner, &[])?;
    keep(disk, dir, id, &bytes)
}
