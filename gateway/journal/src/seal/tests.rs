#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::disk::{Faults, MemoryDisk, OsDisk, PowerCut, Unsynced};
use crate::random::SeededRandom;

const MASTER: [u8; 32] = [9; 32];

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn keys() -> &'static Path {
    Path::new("/data/keys")
}

fn vault(disk: &MemoryDisk, seed: u64) -> Vault {
    let random = Arc::new(SeededRandom::new(seed));
    Vault::open(Arc::new(disk.clone()), keys(), &MASTER, random).unwrap()
}

/// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
#[test]
fn aes_256_gcm_known_answer() {
    let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let plain = bytes(concat!(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    ));
    let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let nonce = bytes("cafebabefacedbaddecaf888");
    let sealed = bytes(concat!(
        "cafebabefacedbaddecaf888",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b"
    ));
    let key = prepared(&key.try_into().unwrap()).unwrap();
    assert_eq!(
        seal_with(&key, nonce.try_into().unwrap(), &aad, &plain).unwrap(),
        sealed
    );
    assert_eq!(*open_with(&key, &aad, &sealed).unwrap(), plain);
}

#[test]
fn only_the_same_bytes_with_the_same_data_open() {
    let disk = MemoryDisk::new();
    let vault = vault(&disk, 1);
    let (id, sealed) = vault
        .seal("913301006639233248", b"batch 7", b"secret")
        .unwrap();
    assert_eq!(
        *vault.open_sealed(&id, b"batch 7", &sealed).unwrap(),
        b"secret"
    );
    let wrong = |result: Result<_, SealError>| matches!(result, Err(SealError::NotAuthentic(_)));
    assert!(wrong(vault.open_sealed(&id, b"batch 8", &sealed)));
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(wrong(vault.open_sealed(&id, b"batch 7", &changed)));
        assert!(wrong(vault.open_sealed(&id, b"batch 7", &sealed[..at])));
    }
    let (other, _) = vault.seal("91330100000000000X", b"", b"").unwrap();
    assert_ne!(id, other);
    assert!(wrong(vault.open_sealed(&other, b"batch 7", &sealed)));
    let unknown = vault.open_sealed("00", b"", &sealed);
    assert!(matches!(unknown, Err(SealError::KeyUnknown(_))));
    assert!(matches!(vault.seal("", b"", b""), Err(SealError::Owner)));
    assert!(matches!(
        vault.seal("\0search", b"", b""),
        Err(SealError::Owner)
    ));
}

#[test]
fn keys_come_back_with_the_right_master_only() {
    let disk = MemoryDisk::new();
    let (id, sealed) = vault(&disk, 1).seal("owner", b"", b"secret").unwrap();
    let again = vault(&disk, 2);
    assert_eq!(*again.open_sealed(&id, b"", &sealed).unwrap(), b"secret");
    assert_eq!(
        again.seal("owner", b"", b"more").unwrap().0,
        id,
        "the same key goes on"
    );
    let random = Arc::new(SeededRandom::new(3));
    let other = Vault::open(Arc::new(disk.clone()), keys(), &[8; 32], random);
    assert!(matches!(other, Err(SealError::KeyFile(_))));
}

#[test]
fn a_key_is_durable_before_it_is_used_and_gone_when_destroyed() {
    let cut = PowerCut {
        unsynced: Unsynced::Dropped,
        forgets_names: true,
    };
    let disk = MemoryDisk::new();
    let first = vault(&disk, 1);
    let (id, sealed) = first.seal("owner", b"", b"secret").unwrap();
    let left = vault(&disk.after_power_cut(cut, 0), 2);
    assert_eq!(*left.open_sealed(&id, b"", &sealed).unwrap(), b"secret");
    let before = disk.bytes(&keys().join(format!("{id}.key"))).unwrap();
    assert_eq!(first.destroy("owner").unwrap(), 1);
    assert_eq!(first.destroy("owner").unwrap(), 0);
    for vault in [first, vault(&disk.after_power_cut(cut, 0), 3)] {
        let opened = vault.open_sealed(&id, b"", &sealed);
        assert!(matches!(opened, Err(SealError::KeyDestroyed(_))));
        assert_eq!(vault.key_id_of("owner"), None);
        let (next, _) = vault.seal("owner", b"", b"later").unwrap();
        assert_ne!(next, id);
    }
    // A key file put under another id does not open there.
    disk.put(&keys().join("00112233.key"), before);
    let random = Arc::new(SeededRandom::new(3));
    let swapped = Vault::open(Arc::new(disk.clone()), keys(), &MASTER, random);
    assert!(matches!(swapped, Err(SealError::KeyFile(_))));
}

#[test]
fn a_crash_at_any_step_of_making_or_destroying_a_key_leaves_the_vault_whole() {
    for step in 1..30 {
        let disk = MemoryDisk::new();
        let first = vault(&disk, 1);
        disk.set_faults(Faults {
            power: Some(step),
            ..Faults::default()
        });
        let sealed = first.seal("owner", b"", b"secret");
        let destroyed = first.destroy("owner");
        let cut = PowerCut {
            unsynced: Unsynced::Prefix,
            forgets_names: step % 2 == 0,
        };
        let left = vault(&disk.after_power_cut(cut, step), 2);
        let Ok((id, sealed)) = sealed else { continue };
        match (left.open_sealed(&id, b"", &sealed), destroyed) {
            (Ok(_), Err(_)) | (Err(SealError::KeyDestroyed(_)), _) => {}
            (other, destroyed) => panic!("{step} {other:?} {destroyed:?}"),
        }
    }
}

#[test]
fn a_key_left_by_a_killed_process_is_durable_before_it_is_used() {
    let cut = PowerCut {
        unsynced: Unsynced::Dropped,
        forgets_names: true,
    };
    for step in 1..12 {
        let disk = MemoryDisk::new();
        let killed = vault(&disk, 1);
        disk.set_faults(Faults {
            power: Some(step),
            ..Faults::default()
        });
        let _ = killed.seal("owner", b"", b"never kept");
        disk.set_faults(Faults::default());
        let next = vault(&disk, 2);
        let (id, sealed) = next.seal("owner", b"", b"secret").unwrap();
        let left = vault(&disk.after_power_cut(cut, step), 3);
        let opened = left.open_sealed(&id, b"", &sealed).unwrap();
        assert_eq!(*opened, b"secret", "{step}");
    }
}

#[test]
fn a_failed_disk_gives_no_key() {
    let disk = MemoryDisk::new();
    let vault = vault(&disk, 1);
    disk.set_faults(Faults {
        sync: Some(1),
        ..Faults::default()
    });
    assert!(matches!(
        vault.seal("owner", b"", b"x"),
        Err(SealError::Io { .. })
    ));
    disk.set_faults(Faults::default());
    assert!(vault.seal("owner", b"", b"x").is_ok());
}

/// Computed apart (SipHash after Aumasson and Bernstein, in another language), from the first 32
/// bytes of the seed's sequence as the search key.
#[test]
fn the_blind_value_is_fixed_by_key_field_and_value() {
    let disk = MemoryDisk::new();
    let first = vault(&disk, 7);
    let blinded = first.blind("id_number", b"11010519491231002X");
    assert_eq!(
        blinded.as_slice(),
        bytes("866904bda11c7aebe61e1f14856979e8")
    );
    assert_eq!(
        vault(&disk, 8).blind("id_number", b"11010519491231002X"),
        blinded
    );
    assert_ne!(first.blind("account", b"11010519491231002X"), blinded);
    assert_ne!(first.blind("id_number", b"110105194912310021"), blinded);
}

/// A folder whose search key was made for HMAC-SHA-256: the journal holds its values.
#[test]
fn a_vault_made_before_goes_on_with_its_keyed_hash() {
    let disk = MemoryDisk::new();
    disk.create_dir_all(keys()).unwrap();
    let random = SeededRandom::new(7);
    let wrapping = prepared(&MASTER).unwrap();
    make(&disk, keys(), &wrapping, &random, search::SEARCH_HMAC).unwrap();
    let opened = vault(&disk, 8);
    assert_eq!(
        opened.blind("id_number", b"11010519491231002X").as_slice(),
        bytes("7232285f4a047338a273d8c5ed0c2907")
    );
    assert_eq!(opened.key_id_of(search::SEARCH_HMAC), None);
}

#[test]
fn nothing_of_a_key_is_printed() {
    let disk = MemoryDisk::new();
    let vault = vault(&disk, 1);
    vault.seal("owner", b"", b"x").unwrap();
    assert_eq!(format!("{vault:?}"), "Vault { dir: \"/data/keys\", .. }");
    assert_eq!(format!("{:?}", vault.blinder("id_number")), "Blinder");
}

#[test]
fn the_master_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("master");
    create_master_file(&path, &SeededRandom::new(1)).unwrap();
    assert!(create_master_file(&path, &SeededRandom::new(1)).is_err());
    let mut expected = [0; 32];
    SeededRandom::new(1).fill(&mut expected).unwrap();
    assert_eq!(*master_from_file(&path).unwrap(), expected);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let mode = master_from_file(&path);
    assert!(matches!(
        mode,
        Err(SealError::MasterMode { mode: 0o640, .. })
    ));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let key = "0".repeat(64);
    for text in ["", "00", &"g".repeat(64), &"0".repeat(65), &"+1".repeat(32)] {
        std::fs::write(&path, text).unwrap();
        assert!(matches!(master_from_file(&path), Err(SealError::Master(_))));
    }
    // A second key behind the first one is not passed over.
    for behind in ["\n\n\n", "\n11", "\n\n\n1", "\r\n\n2222"] {
        std::fs::write(&path, format!("{key}{behind}")).unwrap();
        let read = master_from_file(&path);
        assert!(matches!(read, Err(SealError::Master(_))), "{behind:?}");
    }
    for behind in ["", "\n", "\r\n"] {
        std::fs::write(&path, format!("{key}{behind}")).unwrap();
        assert_eq!(*master_from_file(&path).unwrap(), [0; 32], "{behind:?}");
    }
}

#[test]
fn key_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let keys = dir.path().join("keys");
    let random = Arc::new(SeededRandom::new(1));
    let vault = Vault::open(Arc::new(OsDisk), &keys, &MASTER, random).unwrap();
    vault.seal("owner", b"", b"x").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keys), 0o700);
    for entry in std::fs::read_dir(&keys).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

/// The largest key file is read again, and copied.
#[test]
fn the_key_of_the_longest_owner_opens_after_a_restart() {
    let disk = MemoryDisk::new();
    let owner = "雇".repeat(85);
    assert_eq!(owner.len(), 255);
    let (id, sealed) = vault(&disk, 1).seal(&owner, b"", b"wage").unwrap();
    let again = vault(&disk, 2);
    assert_eq!(*again.open_sealed(&id, b"", &sealed).unwrap(), b"wage");
    let copied = copy_keys(&disk, keys(), Path::new("/backup")).unwrap();
    assert!(copied.iter().any(|file| file.name.contains(&id)));
}
