//! Every change to the files is found, with its place, and never repaired.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::Arc;

use journal::disk::{Disk, MemoryDisk};
use journal::{Digest, Flaw, Journal, JournalError, Options, Report, verify, verify_at};
use support::{dir, draft, filled, frames, inline, open, segment, small};

fn check(disk: &MemoryDisk) -> Report {
    verify(disk, dir()).unwrap()
}

fn refused(disk: &MemoryDisk) -> bool {
    let opened = Journal::open(Arc::new(disk.clone()), dir(), inline());
    matches!(opened, Err(JournalError::Damaged(_)))
}

#[test]
fn a_flipped_bit_anywhere_is_found_and_named() {
    let disk = filled(8, small());
    let names = disk.list(dir()).unwrap();
    assert!(names.len() >= 2);
    let sound = check(&disk);
    assert!(sound.is_sound());
    for (number, name) in names.iter().enumerate() {
        let path = dir().join(name);
        let bytes = disk.bytes(&path).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            disk.put(&path, changed);
            let report = check(&disk);
            assert!(!report.is_sound(), "{name} {at}");
            let damage = &report.damages[0];
            let (start, _) = *frames(&bytes).iter().rfind(|frame| frame.0 <= at).unwrap();
            assert_eq!(
                (&damage.segment, damage.offset),
                (name, start as u64),
                "{at}"
            );
            assert_eq!(report.damages.len(), 1, "{name} {at} {:?}", report.damages);
            // Only the very last record may look like an interrupted write.
            let last = number + 1 == names.len() && frames(&bytes).last().unwrap().0 <= at;
            let torn = matches!(damage.what, Flaw::TornTail { .. });
            assert_eq!(torn, last, "{name} {at} {damage}");
            // Recovery agrees, and refuses before it touches anything.
            if !last {
                assert!(refused(&disk), "{name} {at}");
            }
        }
        disk.put(&path, bytes);
    }
    assert_eq!(check(&disk), sound);
}

#[test]
fn a_forged_record_with_a_right_checksum_breaks_the_chain() {
    let disk = filled(6, inline());
    let bytes = disk.bytes(&segment(1)).unwrap();
    let (at, length) = frames(&bytes)[3];
    let mut forged = bytes.clone();
    // The last byte of the clear part, then the checksum over the whole.
    forged[at + length - 65] ^= 1;
    recompute(&mut forged[at..at + length]);
    disk.put(&segment(1), forged);
    let report = check(&disk);
    assert_eq!(report.damages[0].what, Flaw::Hash);
    assert_eq!(
        (report.damages[0].offset, report.damages[0].sequence),
        (at as u64, 4)
    );
    assert!(refused(&disk));
}

/// Someone changes a record and computes its hash and checksum anew: the next record tells.
#[test]
fn a_record_forged_with_its_own_hash_breaks_the_chain_behind_it() {
    for digest in [Digest::Sha256, Digest::Sm3] {
        let disk = filled(6, Options { digest, ..inline() });
        let bytes = disk.bytes(&segment(1)).unwrap();
        let (at, length) = frames(&bytes)[3];
        let mut forged = bytes.clone();
        let frame = &mut forged[at..at + length];
        frame[length - 65] ^= 1;
        let (body, hashes) = frame.split_at_mut(length - 64);
        let hash = digest.link(hashes[..32].try_into().unwrap(), &[&body[16..]]);
        hashes[32..].copy_from_slice(&hash);
        recompute(frame);
        disk.put(&segment(1), forged);
        let report = check(&disk);
        assert_eq!(report.damages.len(), 1);
        let damage = &report.damages[0];
        assert_eq!((&damage.what, damage.sequence), (&Flaw::Chain, 5));
        assert_eq!(damage.offset, (at + length) as u64);
        assert!(refused(&disk));
    }
}

fn recompute(frame: &mut [u8]) {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[..4]);
    hasher.update(&frame[8..]);
    frame[4..8].copy_from_slice(&hasher.finalize().to_be_bytes());
}

#[test]
fn a_changed_commit_group_is_found() {
    let disk = filled(6, inline());
    let bytes = disk.bytes(&segment(1)).unwrap();
    let (at, length) = frames(&bytes)[3];
    for group in [0_u64, 2, 5] {
        let mut forged = bytes.clone();
        forged[at + 8..at + 16].copy_from_slice(&group.to_be_bytes());
        recompute(&mut forged[at..at + length]);
        disk.put(&segment(1), forged);
        assert_eq!(check(&disk).damages[0].what, Flaw::Group);
        assert!(refused(&disk));
    }
}

/// A journal of one segment with its records put in this order.
fn with_order(order: &[usize]) -> Report {
    let disk = filled(6, inline());
    let bytes = disk.bytes(&segment(1)).unwrap();
    let frames = frames(&bytes);
    let parts = order.iter().map(|at| {
        let (start, length) = frames[*at];
        &bytes[start..start + length]
    });
    disk.put(&segment(1), parts.collect::<Vec<_>>().concat());
    assert!(refused(&disk));
    check(&disk)
}

#[test]
fn dropped_reordered_and_doubled_records_are_named() {
    let gap = |expected, found| Flaw::Sequence { expected, found };
    let dropped = with_order(&[0, 1, 2, 4, 5, 6, 7]);
    assert_eq!(dropped.damages.len(), 1);
    assert_eq!(dropped.damages[0].what, gap(4, 5));
    let doubled = with_order(&[0, 1, 2, 3, 3, 4, 5, 6, 7]);
    assert_eq!(doubled.damages.len(), 1);
    assert_eq!(doubled.damages[0].what, gap(5, 4));
    let reordered = with_order(&[0, 1, 3, 2, 4, 5, 6, 7]);
    assert_eq!(reordered.damages[0].what, gap(3, 4));
    assert_eq!(reordered.damages[1].what, gap(5, 3));
    assert_eq!(reordered.damages.len(), 2);
    let moved_header = with_order(&[1, 0, 2, 3, 4, 5, 6, 7]);
    assert_eq!(
        (
            moved_header.damages[0].sequence,
            moved_header.damages[0].offset
        ),
        (1, 0)
    );
}

#[test]
fn a_missing_segment_is_named() {
    let disk = filled(20, small());
    let names = disk.list(dir()).unwrap();
    assert!(names.len() >= 4);
    let third: u64 = names[2][..20].parse().unwrap();
    let second: u64 = names[1][..20].parse().unwrap();
    let bytes = disk.bytes(&segment(second)).unwrap();
    disk.remove(&segment(second)).unwrap();
    let report = check(&disk);
    assert_eq!(report.damages.len(), 1);
    assert_eq!(report.damages[0].segment, names[2]);
    let missing = Flaw::SegmentMissing {
        expected: second,
        found: third,
    };
    assert_eq!(report.damages[0].what, missing);
    assert!(refused(&disk));
    // Another journal's segment of the same name does not fit.
    disk.put(&segment(second), bytes);
    let other = filled(
        20,
        Options {
            random: Arc::new(journal::random::SeededRandom::new(8)),
            ..small()
        },
    );
    disk.put(&segment(second), other.bytes(&segment(second)).unwrap());
    assert!(!check(&disk).is_sound());
    assert!(refused(&disk));
}

#[test]
fn the_first_segment_is_missed_too() {
    let disk = filled(20, small());
    disk.remove(&segment(1)).unwrap();
    let report = check(&disk);
    assert!(matches!(
        report.damages[0].what,
        Flaw::SegmentMissing { expected: 1, .. }
    ));
    assert!(refused(&disk));
}

#[test]
fn a_dropped_last_segment_shows_as_no_clean_end() {
    let disk = filled(20, small());
    let names = disk.list(dir()).unwrap();
    disk.remove(&dir().join(names.last().unwrap())).unwrap();
    let report = check(&disk);
    // Nothing that is there is wrong; the missing closing record is what tells.
    assert!(report.damages.is_empty());
    assert!(!report.closed_cleanly && !report.is_sound());
}

#[test]
fn a_cut_right_behind_an_earlier_closing_record_needs_the_head_from_elsewhere() {
    let disk = filled(3, inline());
    let before = disk.bytes(&segment(1)).unwrap();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"later")).unwrap();
    journal.close().unwrap();
    let head = journal.head();
    disk.put(&segment(1), before);
    let report = check(&disk);
    assert!(report.is_sound(), "undetectable from the files alone");
    assert_ne!(
        (report.head_sequence, report.head_hash),
        head,
        "a stored head shows it"
    );
}

#[test]
fn a_strange_file_is_reported() {
    let disk = filled(3, inline());
    disk.put(&dir().join("notes.txt"), Vec::new());
    let report = check(&disk);
    assert_eq!(report.damages[0].what, Flaw::Foreign);
    assert_eq!(report.damages[0].segment, "notes.txt");
    assert!(refused(&disk));
}

/// Records count from 1: a file of that name is no segment, also where it is the only one.
#[test]
fn a_segment_of_record_0_is_none() {
    let disk = MemoryDisk::new();
    disk.create_dir_all(dir()).unwrap();
    disk.put(&dir().join("00000000000000000000.seg"), vec![0; 40]);
    let report = check(&disk);
    assert_eq!((report.head_sequence, report.segments), (0, 0));
    assert_eq!(report.damages[0].what, Flaw::Foreign);
}

#[test]
fn several_damages_are_all_listed() {
    let disk = filled(20, small());
    let names = disk.list(dir()).unwrap();
    for name in &names[..3] {
        let mut bytes = disk.bytes(&dir().join(name)).unwrap();
        let (at, _) = frames(&bytes)[1];
        bytes[at + 60] ^= 4;
        disk.put(&dir().join(name), bytes);
    }
    let report = check(&disk);
    let places: Vec<_> = report
        .damages
        .iter()
        .map(|damage| &damage.segment)
        .collect();
    assert_eq!(places, names[..3].iter().collect::<Vec<_>>());
}

/// A flaw in front of a group that was written later was durable: the one record of that group,
/// right behind the last of its own, is proof enough, and nothing is cut off.
#[test]
fn the_one_record_behind_its_group_shows_that_a_flawed_one_was_durable() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"first of two")).unwrap();
    journal.append(&draft(b"second of two")).unwrap();
    journal.commit().unwrap();
    journal.append(&draft(b"a group of its own")).unwrap();
    journal.commit().unwrap();
    drop(journal);
    let bytes = disk.bytes(&segment(1)).unwrap();
    let places = frames(&bytes);
    // The header and three records.
    assert_eq!(places.len(), 4);
    let mut changed = bytes.clone();
    changed[places[1].0 + 20] ^= 1;
    disk.put(&segment(1), changed);
    assert!(refused(&disk));
    let damage = &check(&disk).damages[0];
    assert_eq!(damage.offset, places[1].0 as u64);
    assert!(!matches!(damage.what, Flaw::TornTail { .. }), "{damage}");
}

/// A segment is read through a window of a MiB: what lies behind it is looked at as well.
#[test]
fn a_large_segment_is_checked_to_its_end() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    let clear = vec![b'x'; 1000];
    for _ in 0..3_000 {
        journal.append(&draft(&clear)).unwrap();
    }
    journal.close().unwrap();
    let sound = check(&disk);
    // The header, the records, and the closing one.
    assert!(sound.is_sound(), "{:?}", sound.damages);
    assert_eq!((sound.records, sound.segments), (3_002, 1));
    let bytes = disk.bytes(&segment(1)).unwrap();
    let places = frames(&bytes);
    for at in [900, 1_100, 2_100, 2_990] {
        let mut changed = bytes.clone();
        changed[places[at].0 + 500] ^= 0x80;
        disk.put(&segment(1), changed);
        let damage = &check(&disk).damages[0];
        assert_eq!(damage.offset, places[at].0 as u64, "{at}");
        assert!(refused(&disk), "{at}");
    }
}

#[test]
fn a_record_that_is_asked_for_is_shown_by_its_hash() {
    let disk = filled(6, small());
    let (journal, _) = open(&disk, small());
    let (_, third) = journal.scan(3).next().unwrap().unwrap();
    drop(journal);
    let probed = |sequence| verify_at(&disk, dir(), sequence).unwrap().probed;
    assert_eq!(probed(third.sequence), Some(third.hash));
    assert_eq!((probed(0), probed(1_000)), (None, None));
}

#[test]
fn digests_have_the_names_of_their_standards() {
    assert_eq!(Digest::Sha256.as_str(), "sha256");
    assert_eq!(Digest::Sm3.as_str(), "sm3");
}
