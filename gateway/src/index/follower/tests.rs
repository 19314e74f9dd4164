//! An index that another gateway has open.

use super::*;
use crate::index::changed_file;
use journal::Options;
use journal::disk::MemoryDisk;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// It is no broken one: the files under a running gateway are not removed, the list that it writes
/// at its stop neither.
#[test]
fn an_index_that_is_open_elsewhere_is_in_use_and_stays_as_it_is() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("index");
    let disk = Arc::new(MemoryDisk::new());
    let (journal, _) = Journal::open(disk, Path::new("/journal"), Options::default()).unwrap();
    let running = open_sled(&folder, &journal).unwrap();
    running.apply(&[], 1, &journal.head().1).unwrap();
    running.flush().unwrap();
    write_inventory(&folder).unwrap();
    let before = files(&folder);
    assert!(before.len() > 2, "{:?}", before.keys());
    for _ in 0..2 {
        let second = open_sled(&folder, &journal).map(drop);
        let is_told = matches!(
            &second,
            Err(FollowError::Index(IndexError::InUse(of))) if *of == folder
        );
        assert!(is_told, "{second:?}");
        assert_eq!(files(&folder), before);
    }
    drop(running);
    assert_eq!(changed_file(&folder).unwrap(), None);
    assert_eq!(open_sled(&folder, &journal).unwrap().position().unwrap(), 1);
}
