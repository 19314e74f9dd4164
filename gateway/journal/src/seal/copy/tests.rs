use super::*;
use crate::disk::MemoryDisk;
use crate::random::SeededRandom;
use crate::seal::Vault;
use std::sync::Arc;

const MASTER: [u8; 32] = [7; 32];

fn from() -> &'static Path {
    Path::new("/data/keys")
}

fn to() -> &'static Path {
    Path::new("/backup/keys")
}

/// A search key, the key of one owner and the destroyed one of another.
fn three() -> (MemoryDisk, Vault) {
    let disk = MemoryDisk::new();
    let random = Arc::new(SeededRandom::new(5));
    let vault = Vault::open(Arc::new(disk.clone()), from(), &MASTER, random).unwrap();
    vault.seal("owner", b"", b"secret").unwrap();
    vault.seal("other", b"", b"secret").unwrap();
    vault.destroy("other").unwrap();
    (disk, vault)
}

#[test]
fn every_key_file_is_copied_and_opens_what_was_sealed() {
    let (disk, vault) = three();
    let (id, sealed) = vault.seal("owner", b"", b"wage").unwrap();
    let names = disk.list(from()).unwrap();
    assert_eq!(names.len(), 3);
    disk.put(&from().join("0011.new"), b"not a key yet".to_vec());
    disk.put(&from().join("notes"), b"no key at all".to_vec());
    let copied = copy_keys(&disk, from(), to()).unwrap();
    let told: Vec<&str> = copied.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(told, names);
    assert_eq!(disk.list(to()).unwrap(), names);
    for file in &copied {
        let bytes = disk.bytes(&from().join(&file.name)).unwrap();
        let sum = ring::digest::digest(&ring::digest::SHA256, &bytes);
        assert_eq!(file.bytes, bytes.len() as u64);
        assert_eq!(file.sha256, sum.as_ref());
        assert_eq!(disk.bytes(&to().join(&file.name)), Some(bytes));
    }
    let random = Arc::new(SeededRandom::new(6));
    let again = Vault::open(Arc::new(disk), to(), &MASTER, random).unwrap();
    assert_eq!(*again.open_sealed(&id, b"", &sealed).unwrap(), b"wage");
}

#[test]
fn a_damaged_key_file_is_not_copied() {
    let (disk, _) = three();
    let name = disk.list(from()).unwrap().remove(1);
    let path = from().join(&name);
    let mut bytes = disk.bytes(&path).unwrap();
    bytes[20] ^= 1;
    disk.put(&path, bytes);
    match copy_keys(&disk, from(), to()) {
        Err(KeyCopyError::Key(SealError::KeyFile(named))) => assert_eq!(named, path),
        other => panic!("{other:?}"),
    }
    assert!(!disk.list(to()).unwrap().contains(&name));
}
