//! Every kind of index does the same; a broken one is recognised.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;

use journal::disk::MemoryDisk;
use journal::index::{
    Change, FaultyIndex, Index, IndexError, IndexFaults, MemoryIndex, SledIndex, Standing, standing,
};
use proptest::prelude::*;
use support::{draft, inline, open};

const CACHE_BYTES: u64 = 8 << 20;

fn put(key: &[u8], value: &[u8]) -> Change {
    let (key, value) = (key.to_vec(), Some(value.to_vec()));
    Change { key, value }
}

fn remove(key: &[u8]) -> Change {
    let (key, value) = (key.to_vec(), None);
    Change { key, value }
}

fn contract(index: &dyn Index) {
    assert_eq!(
        (index.position().unwrap(), index.head().unwrap()),
        (0, None)
    );
    let first = [
        put(b"b", b"1"),
        put(b"a", b"2"),
        put(b"c", b"3"),
        put(b"a", b"4"),
    ];
    index.apply(&first, 5, &[5; 32]).unwrap();
    assert_eq!(
        (index.position().unwrap(), index.head().unwrap()),
        (5, Some([5; 32]))
    );
    assert_eq!(index.lookup(b"a").unwrap().unwrap(), b"4");
    index
        .apply(&[remove(b"b"), remove(b"nothing")], 6, &[6; 32])
        .unwrap();
    assert_eq!(index.lookup(b"b").unwrap(), None);
    let all = index.range(b"", &[255], 10).unwrap();
    assert_eq!(
        all,
        [
            (b"a".to_vec(), b"4".to_vec()),
            (b"c".to_vec(), b"3".to_vec())
        ]
    );
    assert_eq!(
        index.range(b"a", b"c", 10).unwrap().len(),
        1,
        "the end is outside"
    );
    assert_eq!(index.range(b"", &[255], 1).unwrap().len(), 1);
    assert!(index.range(b"c", b"a", 10).unwrap().is_empty());
    for key in [b"".as_slice(), b"\0position", b"\0"] {
        let refused = index.apply(&[put(b"x", b""), put(key, b"")], 7, &[7; 32]);
        assert!(matches!(refused, Err(IndexError::KeyReserved)));
        assert_eq!(index.lookup(key).unwrap(), None);
    }
    assert_eq!(index.lookup(b"x").unwrap(), None, "all or nothing");
    let back = index.apply(&[], 4, &[4; 32]);
    assert!(matches!(
        back,
        Err(IndexError::Backwards {
            present: 6,
            given: 4
        })
    ));
    index.flush().unwrap();
    index.clear().unwrap();
    assert!(index.range(b"", &[255], 10).unwrap().is_empty());
    assert_eq!(
        (index.position().unwrap(), index.head().unwrap()),
        (0, None)
    );
}

#[test]
fn all_kinds_keep_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    contract(&MemoryIndex::new());
    contract(&FaultyIndex::new(MemoryIndex::new()));
    contract(&SledIndex::open(dir.path(), CACHE_BYTES).unwrap());
}

#[test]
fn sled_keeps_its_position_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    {
        let index = SledIndex::open(dir.path(), CACHE_BYTES).unwrap();
        index.apply(&[put(b"k", b"v")], 9, &[3; 32]).unwrap();
        index.flush().unwrap();
    }
    let index = SledIndex::open(dir.path(), CACHE_BYTES).unwrap();
    assert_eq!(
        (index.position().unwrap(), index.head().unwrap()),
        (9, Some([3; 32]))
    );
    assert_eq!(index.lookup(b"k").unwrap().unwrap(), b"v");
}

/// Whatever is done to sled's files: it opens, or says that it must be rebuilt; it never panics
/// through, and a rebuilt one works.
#[test]
fn damaged_sled_files_end_in_an_error_or_an_older_state() {
    for damage in 0..12_usize {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("index");
        {
            let index = SledIndex::open(&folder, CACHE_BYTES).unwrap();
            for number in 1..200_u64 {
                let key = number.to_string();
                index
                    .apply(&[put(key.as_bytes(), &[7; 100])], number, &[1; 32])
                    .unwrap();
            }
            index.flush().unwrap();
        }
        let file = folder.join(if damage % 3 == 2 { "conf" } else { "db" });
        let mut bytes = std::fs::read(&file).unwrap();
        let at = bytes.len() * (damage + 1) / 14;
        match damage % 2 {
            0 => bytes.truncate(at),
            _ => bytes[at..].fill(0xa5),
        }
        std::fs::write(&file, bytes).unwrap();
        match SledIndex::open(&folder, CACHE_BYTES) {
            Ok(index) => assert!(index.position().unwrap_or(0) < 200),
            Err(error) => assert!(matches!(error, IndexError::Unusable(_)), "{error}"),
        }
        std::fs::remove_dir_all(&folder).unwrap();
        contract(&SledIndex::open(&folder, CACHE_BYTES).unwrap());
    }
}

/// Who opens an index, or sets its folder back, must know whether somebody works on it: a lock that
/// is held is no damage, after which it would be deleted.
#[test]
fn an_index_that_is_open_is_in_use_and_not_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("index");
    let in_use = |told: Result<(), IndexError>| {
        let error = told.unwrap_err();
        assert!(
            matches!(&error, IndexError::InUse(of) if *of == folder),
            "{error}"
        );
    };
    SledIndex::is_free(&folder).expect("nothing is there");
    let index = SledIndex::open(&folder, CACHE_BYTES).unwrap();
    in_use(SledIndex::is_free(&folder));
    in_use(SledIndex::open(&folder, CACHE_BYTES).map(drop));
    drop(index);
    SledIndex::is_free(&folder).unwrap();
    // A file where the folder should be: nobody can say.
    let file = dir.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let told = SledIndex::is_free(&file);
    assert!(matches!(told, Err(IndexError::Unusable(_))), "{told:?}");
}

/// What was flushed is in the files, whatever becomes of the process: they are copied while it
/// still has them open.
#[test]
fn what_sled_has_flushed_is_in_its_files() {
    let (dir, copy) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let index = SledIndex::open(dir.path(), CACHE_BYTES).unwrap();
    index.apply(&[put(b"a", b"1")], 5, &[5; 32]).unwrap();
    index.flush().unwrap();
    for name in ["conf", "db"] {
        std::fs::copy(dir.path().join(name), copy.path().join(name)).unwrap();
    }
    let copied = SledIndex::open(copy.path(), CACHE_BYTES).unwrap();
    assert_eq!(copied.position().unwrap(), 5);
    assert_eq!(copied.lookup(b"a").unwrap().unwrap(), b"1");
}

#[test]
fn an_index_of_another_or_set_back_journal_is_recognised() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    let index = MemoryIndex::new();
    assert_eq!(standing(&index, &journal).unwrap(), Standing::Behind(0));
    let appended = journal.append(&draft(b"one")).unwrap();
    index
        .apply(&[put(b"k", b"v")], appended.sequence, &appended.hash)
        .unwrap();
    journal.append(&draft(b"two")).unwrap();
    assert_eq!(standing(&index, &journal).unwrap(), Standing::Behind(2));
    // Another journal has another record 2; a younger one has none.
    let (other, _) = open(&MemoryDisk::new(), inline());
    assert_eq!(standing(&index, &other).unwrap(), Standing::Foreign);
    other.append(&draft(b"not one")).unwrap();
    assert_eq!(standing(&index, &other).unwrap(), Standing::Foreign);
}

#[test]
fn planned_faults_come_when_planned() {
    let index = FaultyIndex::new(MemoryIndex::new());
    index.set_faults(IndexFaults {
        apply: Some(2),
        read: Some(3),
        flush: Some(1),
    });
    index.apply(&[put(b"a", b"1")], 1, &[1; 32]).unwrap();
    assert!(index.apply(&[put(b"a", b"2")], 2, &[2; 32]).is_err());
    assert_eq!(index.lookup(b"a").unwrap().unwrap(), b"1");
    assert_eq!(index.position().unwrap(), 1);
    assert!(index.lookup(b"a").is_err() && index.flush().is_err());
    index.set_faults(IndexFaults::default());
    assert_eq!(index.inner().position().unwrap(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn sled_and_memory_agree_with_a_map(
        groups in proptest::collection::vec(
            proptest::collection::vec((1..20_u8, proptest::option::of(any::<u16>())), 0..12), 1..8),
        from in 0..22_u8, to in 0..22_u8, limit in 0..10_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let sled = SledIndex::open(dir.path(), CACHE_BYTES).unwrap();
        let memory = MemoryIndex::new();
        let mut map = BTreeMap::new();
        for (position, group) in groups.iter().enumerate() {
            let changes: Vec<Change> = group.iter().map(|(key, value)| Change {
                key: vec![*key], value: value.map(|value| value.to_be_bytes().to_vec()),
            }).collect();
            for change in &changes {
                match &change.value {
                    Some(value) => map.insert(change.key.clone(), value.clone()),
                    None => map.remove(&change.key),
                };
            }
            for index in [&sled as &dyn Index, &memory] {
                index.apply(&changes, position as u64, &[0; 32]).unwrap();
            }
        }
        let expected = map.into_iter().filter(|(key, _)| key[0] >= from && key[0] < to);
        let expected: Vec<_> = expected.take(limit).collect();
        prop_assert_eq!(&sled.range(&[from], &[to], limit).unwrap(), &expected);
        prop_assert_eq!(&memory.range(&[from], &[to], limit).unwrap(), &expected);
    }
}
