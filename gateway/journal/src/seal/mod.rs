//! Sealing personal data under one key per owner, and finding it again by equality.
//!
//! A data key is made on first use, wrapped by the master key and durable before anything is
//! sealed with it. Destroying it erases what it sealed without breaking the chain, which covers
//! the ciphertext. Random nonces allow 2^32 sealings a key (NIST SP 800-38D, 8.3).
//!
//! What destruction can't reach: copies of the key file in backups and in blocks that the disk
//! has remapped. Those copies need the master key; see it replaced where that matters.

mod check;
mod copy;
mod error;
mod file;
mod master;
mod search;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::random::Random;
use file::{KeyFile, Stored};
use search::{SEARCH, Search};

pub use check::{KeyFiles, check_keys};
pub use copy::{KeyCopyError, check_key_file, copy_keys};
pub use error::SealError;
pub use master::{create_master_file, master_from_file};
pub use search::Blinder;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes that sealing adds: nonce and tag.
pub const SEAL_BYTES: usize = NONCE_LEN + 16;

/// A data key, ready to use. The raw bytes are wiped once it is prepared; the prepared form
/// lives in memory as long as the vault.
enum DataKey {
    Live(Arc<LessSafeKey>),
    Destroyed,
}

#[derive(Default)]
struct Keys {
    by_id: BTreeMap<String, DataKey>,
    live_of: BTreeMap<String, String>,
    ids_of: BTreeMap<String, Vec<String>>,
}

/// The data keys of all owners, and the search keys. Shared by reference between threads.
pub struct Vault {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    wrapping: LessSafeKey,
    random: Arc<dyn Random>,
    keys: RwLock<Keys>,
    making: Mutex<()>,
    search: Search,
}

impl Vault {
    /// Opens the key folder `DIR/keys`, or makes it, with the search key in it.
    ///
    /// # Errors
    /// `KeyFile` if the master key is another one or a file is damaged; `SearchMissing` if there
    /// are keys and none for searching, `SearchTwice` if two; `Io`, `Random`.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        master: &[u8; KEY_BYTES],
        random: Arc<dyn Random>,
    ) -> Result<Self, SealError> {
        Self::opened((disk, dir), master, random, false)
    }

    /// As [`Vault::open`] for a journal in which something is sealed: its search key was made.
    ///
    /// # Errors
    /// As [`Vault::open`]; `SearchMissing` also where there is no key at all.
    pub fn open_again(
        disk: Arc<dyn Disk>,
        dir: &Path,
        master: &[u8; KEY_BYTES],
        random: Arc<dyn Random>,
    ) -> Result<Self, SealError> {
        Self::opened((disk, dir), master, random, true)
    }

    fn opened(
        (disk, dir): (Arc<dyn Disk>, &Path),
        master: &[u8; KEY_BYTES],
        random: Arc<dyn Random>,
        is_in_use: bool,
    ) -> Result<Self, SealError> {
        let wrapping = prepared(master)?;
        disk.create_dir_all(dir).map_err(io_error("make", dir))?;
        let mut keys = Keys::default();
        let mut search = None;
        let stored_keys = file::read_all(disk.as_ref(), dir)?;
        // A process killed between renaming and syncing left a name that is not durable yet.
        disk.sync_dir(dir).map_err(io_error("sync", dir))?;
        for (id, stored) in stored_keys {
            match stored {
                Stored::Wrapped(file) => {
                    let raw = file
                        .unwrap(&wrapping)
                        .ok_or_else(|| SealError::KeyFile(file::path(dir, &id)))?;
                    match Search::of(&file.owner, &raw) {
                        Some(_) if search.is_some() => {
                            return Err(SealError::SearchTwice(dir.to_owned()));
                        }
                        Some(found) => search = Some(found),
                        None => {
                            keys.add(&file.owner, id, DataKey::Live(Arc::new(prepared(&raw)?)));
                        }
                    }
                }
                Stored::Destroyed { owner } => keys.add(&owner, id, DataKey::Destroyed),
            }
        }
        let search = match search {
            Some(search) => search,
            // It is made before any other key.
            None if is_in_use || !keys.by_id.is_empty() => {
                return Err(SealError::SearchMissing(dir.to_owned()));
            }
            None => {
                let (_, raw) = make(disk.as_ref(), dir, &wrapping, random.as_ref(), SEARCH)?;
                Search::of(SEARCH, &raw).ok_or(SealError::Owner)?
            }
        };
        Ok(Self {
            disk,
            dir: dir.to_owned(),
            wrapping,
            random,
            keys: RwLock::new(keys),
            making: Mutex::new(()),
            search,
        })
    }

    /// Seals data for an owner, with a new data key if it has none (durable before this
    /// returns). `aad` is bound to the data and must be given again to open it. Gives the key
    /// id and nonce ‖ ciphertext ‖ tag.
    ///
    /// # Errors
    /// `Owner`, `Io`, `Random`, `Refused`.
    pub fn seal(
        &self,
        owner: &str,
        aad: &[u8],
        plain: &[u8],
    ) -> Result<(String, Vec<u8>), SealError> {
        let (id, key) = match self.live(owner) {
            Some(found) => found,
            None => self.create(owner)?,
        };
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce)?;
        Ok((id, seal_with(&key, nonce, aad, plain)?))
    }

    /// Opens what `seal` gave.
    ///
    /// # Errors
    /// `KeyDestroyed`, `KeyUnknown`, `NotAuthentic`.
    pub fn open_sealed(
        &self,
        key_id: &str,
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let key = match read(&self.keys).by_id.get(key_id) {
            Some(DataKey::Live(key)) => Arc::clone(key),
            Some(DataKey::Destroyed) => return Err(SealError::KeyDestroyed(key_id.to_owned())),
            None => return Err(SealError::KeyUnknown(key_id.to_owned())),
        };
        open_with(&key, aad, sealed).ok_or_else(|| SealError::NotAuthentic(key_id.to_owned()))
    }

    /// Destroys all data keys of an owner: what they sealed can't be opened again. Gives the
    /// number of keys destroyed. A later `seal` for the same owner makes a new key.
    ///
    /// # Errors
    /// `Io`; asked again, it goes on where it stopped, also after a crash.
    pub fn destroy(&self, owner: &str) -> Result<usize, SealError> {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let ids: Vec<String> = {
            let mut keys = write(&self.keys);
            keys.live_of.remove(owner);
            let ids = keys.ids_of.get(owner).cloned().unwrap_or_default();
            let live = ids
                .into_iter()
                .filter(|id| matches!(keys.by_id.get(id), Some(DataKey::Live(_))));
            live.collect()
        };
        for id in &ids {
            file::destroy(self.disk.as_ref(), &self.dir, id, owner)?;
            write(&self.keys)
                .by_id
                .insert(id.clone(), DataKey::Destroyed);
        }
        Ok(ids.len())
    }

    /// Where its keys lie.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The key id under which an owner's data is sealed now, if it has one.
    #[must_use]
    pub fn key_id_of(&self, owner: &str) -> Option<String> {
        read(&self.keys).live_of.get(owner).cloned()
    }

    /// What stands for a value in an index that is searched for equality: 128 bits of a keyed
    /// hash under a key of that field. The caller brings the value into one form before.
    #[must_use]
    pub fn blind(&self, field: &str, normalised: &[u8]) -> [u8; 16] {
        self.blinder(field).blind(normalised)
    }

    /// The key of one field taken out once, for many values: no lock between threads then.
    #[must_use]
    pub fn blinder(&self, field: &str) -> Blinder {
        self.search.blinder(field)
    }

    fn live(&self, owner: &str) -> Option<(String, Arc<LessSafeKey>)> {
        let keys = read(&self.keys);
        let id = keys.live_of.get(owner)?;
        match keys.by_id.get(id)? {
            DataKey::Live(key) => Some((id.clone(), Arc::clone(key))),
            DataKey::Destroyed => None,
        }
    }

    fn create(&self, owner: &str) -> Result<(String, Arc<LessSafeKey>), SealError> {
        if owner.starts_with('\u{0}') {
            return Err(SealError::Owner);
        }
        // One at a time: two first sealings of an owner must share one key.
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = self.live(owner) {
            return Ok(found);
        }
        let (disk, random) = (self.disk.as_ref(), self.random.as_ref());
        let (id, raw) = make(disk, &self.dir, &self.wrapping, random, owner)?;
        let key = Arc::new(prepared(&raw)?);
        write(&self.keys).add(owner, id.clone(), DataKey::Live(Arc::clone(&key)));
        Ok((id, key))
    }
}

impl Keys {
    fn add(&mut self, owner: &str, id: String, key: DataKey) {
        if matches!(key, DataKey::Live(_)) {
            self.live_of.insert(owner.to_owned(), id.clone());
        }
        self.ids_of
            .entry(owner.to_owned())
            .or_default()
            .push(id.clone());
        self.by_id.insert(id, key);
    }
}

/// Nothing of a key is ever printed.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SealError + use<> {
    let path = path.to_owned();
    move |source| SealError::Io { what, path, source }
}

/// Makes a key and its file, durable.
fn make(
    disk: &dyn Disk,
    dir: &Path,
    wrapping: &LessSafeKey,
    random: &dyn Random,
    owner: &str,
) -> Result<(String, Zeroizing<[u8; KEY_BYTES]>), SealError> {
    let mut raw = Zeroizing::new([0; KEY_BYTES]);
    random.fill(raw.as_mut())?;
    let (mut id, mut nonce) = ([0; 16], [0; NONCE_LEN]);
    random.fill(&mut id)?;
    random.fill(&mut nonce)?;
    let id = hex(&id);
    let file = KeyFile::wrap(wrapping, &id, owner, nonce, &raw)?;
    file::store(disk, dir, &file)?;
    Ok((id, raw))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn prepared(raw: &[u8; KEY_BYTES]) -> Result<LessSafeKey, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, raw).map_err(|_| SealError::Refused)?;
    Ok(LessSafeKey::new(key))
}

/// AES-256-GCM (NIST SP 800-38D): nonce ‖ ciphertext ‖ tag.
fn seal_with(
    key: &LessSafeKey,
    nonce: [u8; NONCE_LEN],
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealError> {
    let mut sealed = Vec::with_capacity(plain.len() + SEAL_BYTES);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = key
        .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut sealed[NONCE_LEN..])
        .map_err(|_| SealError::Refused)?;
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

fn open_with(key: &LessSafeKey, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut plain = Zeroizing::new(rest.to_vec());
    let bytes = key
        .open_in_place(nonce, Aad::from(aad), &mut plain)
        .ok()?
        .len();
    plain.truncate(bytes);
    Some(plain)
}

#[cfg(test)]
mod tests;
