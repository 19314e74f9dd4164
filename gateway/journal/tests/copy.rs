//! A copy of a journal: whole durable records, the source's own, and none of a damage.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use journal::chain::Hash;
use journal::copy::{CopyError, FileError, copy, copy_file, digest_of};
use journal::disk::{Disk, Faults, MemoryDisk, PowerCut, Unsynced};
use journal::{JournalError, verify_with};
use support::{dir, draft, filled, frames, open, segment, small};

fn to() -> &'static Path {
    Path::new("/backup/journal")
}

/// Every record that is whole and in its place; the rest of the journal must be no damage.
fn records(disk: &MemoryDisk, at: &Path) -> Vec<(u64, Hash)> {
    let mut all = Vec::new();
    let report = verify_with(disk, at, 0, &mut |passed| {
        all.push((passed.sequence, *passed.hash));
    });
    assert_eq!(report.unwrap().damages, []);
    all
}

fn last_segment(disk: &MemoryDisk) -> String {
    disk.list(dir()).unwrap().pop().unwrap()
}

#[test]
fn a_copy_is_the_journal_record_by_record() {
    let disk = filled(12, small());
    let copied = copy(&disk, dir(), to(), &mut |_| {}).unwrap();
    let own = records(&disk, dir());
    assert_eq!(records(&disk, to()), own);
    assert_eq!((copied.sequence, copied.hash), *own.last().unwrap());
    assert!(copied.is_closed);
    assert!(copied.segments.len() > 2, "several segments");
    for file in &copied.segments {
        let bytes = disk.bytes(&to().join(&file.name)).unwrap();
        assert_eq!(disk.bytes(&dir().join(&file.name)), Some(bytes.clone()));
        let sum = ring::digest::digest(&ring::digest::SHA256, &bytes);
        assert_eq!(file.sha256, sum.as_ref());
        assert_eq!(file.bytes, bytes.len() as u64);
    }
}

/// Whoever writes on is in the middle of a record at any byte.
#[test]
fn a_copy_ends_at_a_record_wherever_the_writer_is() {
    let whole = filled(12, small());
    let name = last_segment(&whole);
    let (path, own) = (dir().join(&name), records(&whole, dir()));
    let bytes = whole.bytes(&path).unwrap();
    let before = own.len() - frames(&bytes).len();
    for cut in 0..=bytes.len() {
        let disk = filled(12, small());
        disk.put(&path, bytes[..cut].to_vec());
        let there = frames(&bytes);
        let inside = there.iter().filter(|(at, length)| at + length <= cut);
        let expected = before + inside.count();
        let copied = copy(&disk, dir(), to(), &mut |_| {}).unwrap();
        assert_eq!(copied.sequence, expected as u64, "cut at {cut}");
        assert_eq!(records(&disk, to()), own[..expected], "cut at {cut}");
        assert_eq!(copied.is_closed, expected == own.len());
    }
}

/// A record in a copy that the original loses would be a record that never was.
#[test]
fn what_is_in_a_copy_survives_a_loss_of_power_in_the_source() {
    let full = filled(3, support::inline());
    let bytes = full.bytes(&segment(1)).unwrap();
    let second = frames(&bytes)[2].0;
    let disk = MemoryDisk::new();
    disk.create_dir_all(dir()).unwrap();
    disk.put(&segment(1), bytes[..second].to_vec());
    let mut writer = disk.open_append(&segment(1)).unwrap();
    writer.append(&bytes[second..]).unwrap();
    let copied = copy(&disk, dir(), to(), &mut |_| {}).unwrap();
    assert_eq!(copied.sequence, 5, "header, three, closing");
    let cut = PowerCut {
        unsynced: Unsynced::Dropped,
        forgets_names: true,
    };
    let after = disk.after_power_cut(cut, 1);
    assert_eq!(records(&after, dir()), records(&full, dir()));
    assert_eq!(records(&after, to()), records(&full, dir()));
}

#[test]
fn a_journal_that_goes_on_is_copied_as_far_as_it_was_written() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, small());
    for number in 0..9 {
        journal
            .append(&draft(format!("{number}").as_bytes()))
            .unwrap();
        journal.commit().unwrap();
        let folder = format!("/backup/{number}/journal");
        let copied = copy(&disk, dir(), Path::new(&folder), &mut |_| {}).unwrap();
        assert_eq!((copied.sequence, copied.hash), journal.head());
        assert!(!copied.is_closed);
    }
}

#[test]
fn no_copy_is_made_of_a_damage() {
    let whole = filled(12, small());
    for name in whole.list(dir()).unwrap() {
        let bytes = whole.bytes(&dir().join(&name)).unwrap();
        let is_last = name == last_segment(&whole);
        for (at, length) in frames(&bytes) {
            // The end of the last segment may be an interrupted write.
            if is_last && at + length == bytes.len() {
                continue;
            }
            let disk = filled(12, small());
            let mut other = bytes.clone();
            other[at + length / 2] ^= 1;
            disk.put(&dir().join(&name), other);
            let copied = copy(&disk, dir(), to(), &mut |_| {});
            let damaged = matches!(copied, Err(CopyError::Source(JournalError::Damaged(_))));
            assert!(damaged, "{name} at {at}: {copied:?}");
            assert!(disk.list(to()).is_err(), "something was copied");
        }
    }
    let disk = filled(12, small());
    disk.remove(&segment(1)).unwrap();
    assert!(
        copy(&disk, dir(), to(), &mut |_| {}).is_err(),
        "the first segment is gone"
    );
    let empty = MemoryDisk::new();
    empty.create_dir_all(dir()).unwrap();
    let none = copy(&empty, dir(), to(), &mut |_| {});
    assert!(matches!(none, Err(CopyError::Empty(_))), "{none:?}");
}

#[test]
fn a_disk_that_fails_leaves_no_copy_that_is_called_one() {
    // The source's last segment, then each segment of the copy.
    let disk = filled(12, small());
    let syncs = disk.list(dir()).unwrap().len() as u64 + 1;
    for nth in 1..=syncs + 1 {
        let disk = filled(12, small());
        disk.set_faults(Faults {
            sync: Some(nth),
            ..Faults::default()
        });
        let copied = copy(&disk, dir(), to(), &mut |_| {});
        assert_eq!(copied.is_err(), nth <= syncs, "sync {nth}: {copied:?}");
    }
}

/// Files are read in parts of a MiB; the last part is a shorter one.
#[test]
fn a_large_file_is_digested_whole() {
    let disk = MemoryDisk::new();
    let path = dir().join("large");
    let bytes: Vec<u8> = (0..2_621_447_u32).map(|at| (at % 251) as u8).collect();
    disk.put(&path, bytes.clone());
    let (length, sha256) = digest_of(&disk, &path, &mut |_| {}).unwrap();
    let sum = ring::digest::digest(&ring::digest::SHA256, &bytes);
    assert_eq!((length, &sha256[..]), (bytes.len() as u64, sum.as_ref()));
}

/// A file that ends before it should is no copy, not even one that is filled up with zeros.
#[test]
fn a_file_that_became_shorter_is_not_copied() {
    let disk = MemoryDisk::new();
    let (from, to) = (Path::new("/from"), Path::new("/to"));
    disk.put(&from.join("file"), b"ten bytes.".to_vec());
    let copied = copy_file(&disk, (from, to), "file", 10, &mut |_| {}).unwrap();
    let sum = ring::digest::digest(&ring::digest::SHA256, b"ten bytes.");
    assert_eq!((copied.bytes, &copied.sha256[..]), (10, sum.as_ref()));
    disk.remove(&to.join("file")).unwrap();
    match copy_file(&disk, (from, to), "file", 11, &mut |_| {}) {
        Err(CopyError::File(FileError::Read { path, source })) => {
            assert_eq!(path, from.join("file"));
            assert_eq!(source.kind(), std::io::ErrorKind::UnexpectedEof);
        }
        other => panic!("{other:?}"),
    }
}
