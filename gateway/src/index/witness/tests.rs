#![allow(clippy::unwrap_used, clippy::panic)]
//! The witness outside the data folder: when it is missed, and when it is written.

use super::*;
use journal::disk::MemoryDisk;
use journal::{Draft, Kind};

const DATA: &str = "/data";
const OUTSIDE: &str = "/elsewhere";
const SEGMENT: &str = "/data/journal/00000000000000000001.seg";

/// A journal with its header and so many records, all of them durable.
fn journal(disk: &MemoryDisk, records: u32) -> Journal {
    let options = Options {
        commits_inline: true,
        ..Options::default()
    };
    let folder = Path::new(DATA).join("journal");
    let (journal, _) = Journal::open(Arc::new(disk.clone()), &folder, options).unwrap();
    for _ in 0..records {
        let draft = Draft {
            kind: Kind(16),
            time_ms: 0,
            actor: "test",
            key_id: "",
            clear: b"{}",
            sealed: &[],
        };
        journal.append(&draft).unwrap();
    }
    journal.commit().unwrap();
    journal
}

fn open(disk: &MemoryDisk) -> Result<(), OpenError> {
    let disk = Arc::new(disk.clone());
    let outside = Some(Path::new(OUTSIDE));
    open_journal_on(disk, Path::new(DATA), outside, Options::default()).map(drop)
}

fn is_missed(disk: &MemoryDisk) -> bool {
    match open(disk) {
        Ok(()) => false,
        Err(OpenError::Refused(WitnessRefusal::OutsideMissing(path))) => {
            assert_eq!(path, Path::new("/elsewhere/witness"));
            true
        }
        Err(other) => panic!("{other:?}"),
    }
}

/// A folder of which nothing is mounted looks like one to which nothing was written yet: it is
/// asked for what was done, and nothing was before the second record.
#[test]
fn it_is_missed_from_the_first_record_on() {
    for (records, missed) in [(0, false), (1, true), (3, true)] {
        let disk = MemoryDisk::new();
        let journal = journal(&disk, records);
        assert_eq!(is_missed(&disk), missed, "no witness at all, {records}");
        let own = Keeper::on(Arc::new(disk.clone()), Path::new(DATA), None);
        own.note(&journal).unwrap();
        assert_eq!(is_missed(&disk), missed, "those of the folder, {records}");
        let outside = Some(Path::new(OUTSIDE));
        let all = Keeper::on(Arc::new(disk.clone()), Path::new(DATA), outside);
        all.note(&journal).unwrap();
        assert!(!is_missed(&disk), "all three, {records}");
    }
}

/// It is written before those of the folder: wherever the first writing is broken off, none is
/// missed.
#[test]
fn alone_it_is_enough() {
    let disk = MemoryDisk::new();
    let journal = journal(&disk, 3);
    let outside = Some(Path::new(OUTSIDE));
    let keeper = Keeper::on(Arc::new(disk.clone()), Path::new(DATA), outside);
    keeper.note(&journal).unwrap();
    let [folder, index] = inside(Path::new(DATA));
    for place in [&index, &folder] {
        assert!(Witness::read(&disk, place).unwrap().is_some());
        disk.remove(place).unwrap();
        open(&disk).unwrap();
    }
    disk.remove(Path::new("/elsewhere/witness")).unwrap();
    assert!(is_missed(&disk));
}

/// Header, three records, a closing one that is torn: nothing that was done is lost.
#[test]
fn a_torn_closing_record_is_mended_outside_as_well() {
    let disk = MemoryDisk::new();
    let journal = journal(&disk, 3);
    journal.close().unwrap();
    let outside = Some(Path::new(OUTSIDE));
    let keeper = Keeper::on(Arc::new(disk.clone()), Path::new(DATA), outside);
    assert_eq!(keeper.note(&journal).unwrap(), 5);
    drop(journal);
    let segment = Path::new(SEGMENT);
    let bytes = disk.open_read(segment).unwrap().len().unwrap();
    disk.truncate(segment, bytes - 7).unwrap();
    open(&disk).unwrap();
    for place in places(Path::new(DATA), outside) {
        let witness = Witness::read(&disk, &place).unwrap().unwrap();
        assert_eq!((witness.sequence, witness.is_closing), (4, false));
    }
}

/// A folder that is gone while the gateway works is not made: its volume is gone. Nothing is
/// written inside then, and the failure names the file.
#[test]
fn its_folder_is_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let (data, gone) = (folder.path().join("data"), folder.path().join("gone"));
    let journal = journal(&MemoryDisk::new(), 1);
    let failed = Keeper::of(&data, Some(&gone)).note(&journal);
    let Err(FollowError::Witness { path, source }) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(path, gone.join(WITNESS));
    assert_eq!(source.kind(), std::io::ErrorKind::NotFound);
    assert!(!gone.exists() && !data.exists());
}
