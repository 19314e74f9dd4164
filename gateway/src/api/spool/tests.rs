#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use certs::random::SeededRandom;
use journal::disk::MemoryDisk;

fn folder(disk: &MemoryDisk) -> SpoolFolder {
    let random = Arc::new(SeededRandom::new(7));
    SpoolFolder::open(Arc::new(disk.clone()), Path::new("/data/spool"), random).unwrap()
}

#[test]
fn what_is_written_is_read_back_and_never_lies_on_the_disk_in_clear() {
    let disk = MemoryDisk::new();
    let folder = folder(&disk);
    let text: Vec<u8> = (0..200_000u32)
        .flat_map(|n| format!("{n},").into_bytes())
        .collect();
    let mut writer = folder.begin().unwrap();
    for part in text.chunks(70_001) {
        writer.write(part).unwrap();
    }
    let mut spool = writer.finish().unwrap();
    let name = disk.list(Path::new("/data/spool")).unwrap().pop().unwrap();
    let kept = disk.bytes(&Path::new("/data/spool").join(name)).unwrap();
    assert!(!kept.windows(12).any(|window| window == b"100000,10000"));
    let mut back = Vec::new();
    spool.read_to_end(&mut back).unwrap();
    assert_eq!(back, text);
    let places = [0, 1, 65_535, 65_536, 65_537, text.len() as u64 - 3];
    for place in places {
        spool.seek(SeekFrom::Start(place)).unwrap();
        let mut three = [0; 3];
        spool.read_exact(&mut three).unwrap();
        let place = usize::try_from(place).unwrap();
        assert_eq!(three, text[place..place + 3], "at {place}");
    }
    drop(spool);
    assert!(disk.list(Path::new("/data/spool")).unwrap().is_empty());
}

#[test]
fn a_start_removes_what_a_crash_left() {
    let disk = MemoryDisk::new();
    let first = folder(&disk);
    std::mem::forget(first.begin().unwrap());
    assert_eq!(disk.list(Path::new("/data/spool")).unwrap().len(), 1);
    let _again = folder(&disk);
    assert!(disk.list(Path::new("/data/spool")).unwrap().is_empty());
}
