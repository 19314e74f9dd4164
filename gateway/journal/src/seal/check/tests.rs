//! Key files that were flipped, cut, swapped or made by another version.

use super::{KeyFiles, check_keys};
use crate::disk::{Disk as _, MemoryDisk, OsDisk};
use crate::random::SeededRandom;
use crate::seal::{SealError, Vault, check_key_file};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MASTER: [u8; 32] = [7; 32];

fn folder() -> &'static Path {
    Path::new("/data/keys")
}

fn open(disk: &MemoryDisk, master: [u8; 32]) -> Result<Vault, SealError> {
    let random = Arc::new(SeededRandom::new(5));
    Vault::open(Arc::new(disk.clone()), folder(), &master, random)
}

/// A search key and the key of one owner; the owner's file.
fn two() -> (MemoryDisk, PathBuf) {
    let disk = MemoryDisk::new();
    let (id, _) = open(&disk, MASTER)
        .unwrap()
        .seal("owner", b"", b"secret")
        .unwrap();
    (disk, folder().join(format!("{id}.key")))
}

fn check(disk: &MemoryDisk, master: Option<&[u8; 32]>) -> KeyFiles {
    check_keys(disk, folder(), master).unwrap()
}

#[test]
fn every_flipped_bit_of_a_key_file_is_found_without_the_master_key_and_refused_by_the_vault() {
    let (disk, path) = two();
    let whole = disk.bytes(&path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let good = check(&disk, Some(&MASTER));
    assert_eq!((good.ids.len(), good.searches), (2, 1));
    assert_eq!((good.damaged.len(), good.without_digest), (0, 0));
    assert_eq!(check(&disk, None), good);
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut other = whole.clone();
            other[at] ^= 1 << bit;
            disk.put(&path, other);
            assert_eq!(check(&disk, None).damaged, [name.as_str()], "byte {at}");
            assert!(check_key_file(&disk, &path).is_err(), "byte {at}");
            assert!(matches!(open(&disk, MASTER), Err(SealError::KeyFile(_))));
        }
        disk.put(&path, whole[..at].to_vec());
        assert_eq!(check(&disk, None).damaged, [name.as_str()], "cut at {at}");
    }
    disk.put(&path, [whole.as_slice(), b"x"].concat());
    assert_eq!(check(&disk, None).damaged, [name.as_str()], "a byte more");
}

/// The form of version 1: no digest behind the same bytes.
#[test]
fn a_key_file_of_the_version_before_opens_and_only_the_master_key_tells_of_its_decay() {
    let (disk, path) = two();
    let mut old = disk.bytes(&path).unwrap();
    old.truncate(old.len() - 32);
    old[8] = 1;
    disk.put(&path, old.clone());
    let vault = open(&disk, MASTER).unwrap();
    assert!(vault.key_id_of("owner").is_some());
    let found = check(&disk, None);
    assert_eq!((found.ids.len(), found.without_digest), (2, 1));
    *old.last_mut().unwrap() ^= 1;
    disk.put(&path, old);
    assert_eq!(check(&disk, None).damaged.len(), 0);
    assert_eq!(check(&disk, Some(&MASTER)).damaged.len(), 1);
    assert!(open(&disk, MASTER).is_err());
}

#[test]
fn another_master_key_opens_none_and_a_swapped_file_does_not_open() {
    let (disk, path) = two();
    assert_eq!(check(&disk, Some(&[8; 32])).damaged.len(), 2);
    let bytes = disk.bytes(&path).unwrap();
    disk.put(&folder().join("00112233.key"), bytes);
    assert_eq!(check(&disk, Some(&MASTER)).damaged, ["00112233.key"]);
}

/// A new search key would find no wage that was paid already.
#[test]
fn a_search_key_that_is_gone_is_not_made_again() {
    let (disk, path) = two();
    let names = disk.list(folder()).unwrap();
    let own = path.file_name().unwrap().to_str().unwrap();
    let search = folder().join(names.iter().find(|name| *name != own).unwrap());
    let whole = disk.bytes(&search).unwrap();
    disk.remove(&search).unwrap();
    assert_eq!(check(&disk, None).searches, 0);
    let refused = open(&disk, MASTER);
    assert!(matches!(refused, Err(SealError::SearchMissing(_))));
    assert_eq!(disk.list(folder()).unwrap(), [own], "nothing was made");
    disk.put(&search, whole);
    assert!(open(&disk, MASTER).is_ok());
    // Of a journal in which something is sealed, a folder without any key has lost it as well.
    let empty = MemoryDisk::new();
    let random = Arc::new(SeededRandom::new(5));
    let refused = Vault::open_again(Arc::new(empty.clone()), folder(), &MASTER, random);
    assert!(matches!(refused, Err(SealError::SearchMissing(_))));
    assert_eq!(empty.list(folder()).unwrap().len(), 0);
}

/// The keys of two folders put together: which one found what is recorded nobody can say.
#[test]
fn two_search_keys_are_refused() {
    let (disk, _) = two();
    let other = MemoryDisk::new();
    let random = Arc::new(SeededRandom::new(6));
    Vault::open(Arc::new(other.clone()), folder(), &MASTER, random).unwrap();
    for name in other.list(folder()).unwrap() {
        let path = folder().join(name);
        disk.put(&path, other.bytes(&path).unwrap());
    }
    assert_eq!(check(&disk, Some(&MASTER)).searches, 2);
    let refused = open(&disk, MASTER);
    assert!(matches!(refused, Err(SealError::SearchTwice(_))));
}

#[test]
fn a_destroyed_key_is_told_apart_and_an_unfinished_one_is_let_lie() {
    let (disk, path) = two();
    open(&disk, MASTER).unwrap().destroy("owner").unwrap();
    disk.put(&path.with_extension("new"), b"ANX".to_vec());
    let found = check(&disk, Some(&MASTER));
    assert_eq!((found.ids.len(), found.damaged.len()), (1, 0));
    let own = path.file_stem().unwrap().to_str().unwrap();
    assert_eq!(found.destroyed.iter().collect::<Vec<_>>(), [own]);
    assert!(disk.open_read(&path.with_extension("new")).is_ok());
    assert_eq!(check(&MemoryDisk::new(), None), KeyFiles::default());
}

/// The layout of the file's description: what is wrapped has 60 bytes, a nonce of 12, 32 of the
/// key and a tag of 16; what is destroyed has none.
#[test]
fn what_is_wrapped_has_the_length_of_a_wrapped_key() {
    let disk = MemoryDisk::new();
    let path = folder().join("0011.key");
    let is_key = |state: u8, wrapped: usize| {
        let mut bytes = [b"ANXINKEY\x02".as_slice(), &[state, 5], b"owner"].concat();
        bytes.resize(bytes.len() + wrapped, 9);
        let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
        bytes.extend_from_slice(digest.as_ref());
        disk.put(&path, bytes);
        check_key_file(&disk, &path).is_ok()
    };
    assert!(is_key(1, 60) && is_key(2, 0));
    for (state, wrapped) in [(1, 0), (1, 59), (1, 61), (2, 60), (2, 1), (0, 60), (3, 0)] {
        assert!(!is_key(state, wrapped), "state {state}, {wrapped} bytes");
    }
}

/// A folder that can't be read may hold keys: it is not taken for one without.
#[test]
fn only_a_folder_that_is_missing_has_no_key_files() {
    let data = tempfile::tempdir().unwrap();
    let missing = check_keys(&OsDisk, &data.path().join("missing"), None).unwrap();
    assert_eq!(missing, KeyFiles::default());
    let file = data.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let told = check_keys(&OsDisk, &file, None);
    assert!(matches!(told, Err(SealError::Io { .. })), "{told:?}");
}
