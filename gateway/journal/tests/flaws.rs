//! What is damage and what an interrupted write, which flaw is named, and how many.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::sync::Arc;

use journal::disk::{Disk, Faults, MemoryDisk, OsDisk};
use journal::{Digest, Flaw, Journal, JournalError, Opening, Options, Report, verify};
use support::{dir, draft, filled, frames, inline, open, segment, small};

fn check(disk: &MemoryDisk) -> Report {
    verify(disk, dir()).unwrap()
}

fn flaws(disk: &MemoryDisk) -> Vec<Flaw> {
    let damages = check(disk).damages;
    damages.into_iter().map(|damage| damage.what).collect()
}

/// FORMAT.md section 2: CRC-32 over bytes 0 to 3 and 8 to the end.
fn with_checksum(frame: &mut [u8]) {
    let others = [&frame[..4], &frame[8..]].concat();
    frame[4..8].copy_from_slice(&crc32fast::hash(&others).to_be_bytes());
}

/// A whole record at the very end that does not belong there was never half written: only a
/// failure of length or checksum may be an interrupted write (FORMAT.md section 5).
#[test]
fn a_last_record_with_a_fitting_checksum_is_never_cut_off() {
    let whole = filled(3, inline()).bytes(&segment(1)).unwrap();
    let (last, length) = *frames(&whole).last().unwrap();
    let gap = Flaw::Sequence {
        expected: 5,
        found: 7,
    };
    // A byte of: group, sequence, kind, reserved, a length, previous and own hash.
    let places = [
        (15, Flaw::Group),
        (23, gap),
        (32, Flaw::Hash),
        (38, Flaw::Fields),
        (43, Flaw::Fields),
        (length - 64, Flaw::Chain),
        (length - 1, Flaw::Hash),
    ];
    for (at, flaw) in places {
        let mut bytes = whole.clone();
        bytes[last + at] ^= 2;
        with_checksum(&mut bytes[last..]);
        let disk = filled(3, inline());
        disk.put(&segment(1), bytes.clone());
        assert_eq!(flaws(&disk), std::slice::from_ref(&flaw));
        let refused = Journal::open(Arc::new(disk.clone()), dir(), inline());
        match refused {
            Err(JournalError::Damaged(damage)) => assert_eq!(damage.what, flaw),
            other => panic!("byte {at}: {:?}", other.map(|(_, recovery)| recovery)),
        }
        assert_eq!(disk.bytes(&segment(1)).unwrap(), bytes, "byte {at}");
    }
}

/// A record behind a torn one proves something only if it is whole, which its hash says.
#[test]
fn a_record_with_a_wrong_hash_behind_a_torn_one_proves_nothing() {
    let whole = filled(3, inline()).bytes(&segment(1)).unwrap();
    let places = frames(&whole);
    let (torn, last) = (places[3].0, places[4].0);
    let mut bytes = whole.clone();
    bytes[torn + 50] ^= 1;
    let disk = MemoryDisk::new();
    disk.create_dir_all(dir()).unwrap();
    disk.put(&segment(1), bytes.clone());
    assert_eq!(flaws(&disk), [Flaw::Checksum], "the record behind is whole");
    *bytes.last_mut().unwrap() ^= 1;
    with_checksum(&mut bytes[last..]);
    let tail = (bytes.len() - torn) as u64;
    disk.put(&segment(1), bytes);
    assert_eq!(flaws(&disk), [Flaw::TornTail { bytes: tail }]);
}

/// Bytes behind the last record of a segment that is not the last: too few for a length, a
/// length that goes past the end, one that is not possible.
#[test]
fn what_is_left_at_the_end_of_a_segment_is_named() {
    let disk = filled(20, small());
    let whole = disk.bytes(&segment(1)).unwrap();
    for (rest, flaw) in [
        (&[0][..], Flaw::Cut),
        (&[0, 0, 0], Flaw::Cut),
        (&[0, 0, 0, 200], Flaw::Cut),
        (&[0, 0, 0, 0], Flaw::Length),
        (&[0, 0, 0, 111], Flaw::Length),
        (&[0, 0, 0, 111, 0], Flaw::Length),
    ] {
        disk.put(&segment(1), [&whole, rest].concat());
        let damages = check(&disk).damages;
        assert_eq!(damages.len(), 1, "{rest:?}: {damages:?}");
        let damage = &damages[0];
        assert_eq!((&damage.what, damage.offset), (&flaw, whole.len() as u64));
    }
}

/// Where the header is destroyed, the records behind it say by themselves which digest is theirs.
#[test]
fn a_destroyed_header_is_the_only_damage_with_either_digest() {
    for digest in [Digest::Sha256, Digest::Sm3] {
        let disk = filled(6, Options { digest, ..inline() });
        let mut bytes = disk.bytes(&segment(1)).unwrap();
        bytes[60] ^= 1;
        disk.put(&segment(1), bytes);
        let report = check(&disk);
        assert_eq!(flaws(&disk), [Flaw::Checksum], "{digest:?}");
        assert_eq!(report.records, 7, "six and the closing one");
    }
}

/// A segment with nothing but its header, as a change of the digest leaves it, is missed like
/// any other: one record is gone.
#[test]
fn a_missing_segment_of_one_record_is_named() {
    let with = |digest| Options { digest, ..inline() };
    let disk = MemoryDisk::new();
    for digest in [Digest::Sha256, Digest::Sm3, Digest::Sha256] {
        drop(open(&disk, with(digest)));
    }
    assert_eq!(disk.files(), [segment(1), segment(2), segment(3)]);
    assert_eq!(flaws(&disk), []);
    disk.remove(&segment(2)).unwrap();
    let missing = Flaw::SegmentMissing {
        expected: 2,
        found: 3,
    };
    assert_eq!(flaws(&disk), [missing]);
}

/// The damage at the end of a segment explains one missing record, not those of a whole segment.
#[test]
fn a_segment_missing_behind_a_damaged_end_is_named_too() {
    let disk = filled(20, small());
    let bytes = disk.bytes(&segment(1)).unwrap();
    let records = frames(&bytes).len() as u64;
    let second = records + 1;
    let third = second + frames(&disk.bytes(&segment(second)).unwrap()).len() as u64;
    let mut damaged = bytes;
    *damaged.last_mut().unwrap() ^= 1;
    disk.put(&segment(1), damaged);
    assert_eq!(flaws(&disk), [Flaw::Checksum]);
    disk.remove(&segment(second)).unwrap();
    let missing = Flaw::SegmentMissing {
        expected: records,
        found: third,
    };
    assert_eq!(flaws(&disk), [Flaw::Checksum, missing]);
}

#[test]
fn at_most_a_thousand_damages_are_listed() {
    let disk = filled(1, inline());
    for number in 1..=999 {
        disk.put(&dir().join(format!("strange {number}")), Vec::new());
    }
    assert_eq!(check(&disk).damages.len(), 999);
    for number in 1000..=1001 {
        disk.put(&dir().join(format!("strange {number}")), Vec::new());
        assert_eq!(check(&disk).damages.len(), 1000);
    }
}

/// A folder that can't be read may hold a journal: it is not taken for a new one.
#[test]
fn only_a_folder_that_is_missing_is_an_empty_journal() {
    let data = tempfile::tempdir().unwrap();
    let read = |dir: &Path| Opening::read(Arc::new(OsDisk), dir, inline(), &mut |_, _| {});
    let missing = read(&data.path().join("missing")).unwrap();
    assert_eq!(missing.end().sequence, 0);
    let file = data.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = read(&file).unwrap_err();
    let is_told = matches!(&error, JournalError::Io { what: "list", .. });
    assert!(is_told, "{error:?}");
}

/// A header is synced before anything behind it, so that the next record was not written and
/// synced together with it: it begins a group (FORMAT.md section 2).
#[test]
fn the_first_record_behind_a_header_begins_a_group() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, small());
    for number in 0..20_u8 {
        journal.append(&draft(&[number; 40])).unwrap();
    }
    journal.commit().unwrap();
    let files = disk.files();
    assert!(files.len() > 3);
    for path in files {
        let bytes = disk.bytes(&path).unwrap();
        let number = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap());
        let places = frames(&bytes);
        assert!(places.len() > 2);
        for (at, _) in &places[..2] {
            assert_eq!(number(at + 8), number(at + 16), "group and sequence");
        }
        let (third, _) = places[2];
        assert_eq!(number(third + 8) + 1, number(third + 16), "the same group");
    }
}

/// The header of a journal's first segment has the time of the opening, also when the first
/// attempt was torn; the one of a later segment has that of the last record.
#[test]
fn a_torn_first_header_is_made_anew_with_the_time_of_the_opening() {
    let disk = MemoryDisk::new();
    disk.create_dir_all(dir()).unwrap();
    disk.put(&segment(1), vec![0; 90]);
    let options = Options {
        opened_ms: 1_764_000_000_777,
        ..inline()
    };
    let (journal, recovery) = open(&disk, options);
    assert_eq!(recovery.torn_tail.unwrap().bytes_cut, 90);
    assert_eq!(journal.read_sequence(1).unwrap().time_ms, 1_764_000_000_777);
}

/// The room that somebody makes on a full disk is not eaten by the starts that found none: what
/// could not be kept whole is not kept in part.
#[test]
fn a_tail_for_which_there_is_no_room_leaves_no_part_of_itself() {
    let disk = filled(3, inline());
    let mut bytes = disk.bytes(&segment(1)).unwrap();
    bytes.extend_from_slice(&[0xff; 700]);
    disk.put(&segment(1), bytes.clone());
    for _ in 0..2 {
        disk.set_faults(Faults {
            capacity_bytes: Some(disk.used_bytes() + 100),
            ..Faults::default()
        });
        let refused = Journal::open(Arc::new(disk.clone()), dir(), inline()).unwrap_err();
        let JournalError::Io { what, source, .. } = &refused else {
            panic!("{refused:?}");
        };
        assert_eq!(*what, "keep the torn tail in");
        assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
        assert_eq!(disk.files(), [segment(1)]);
        assert_eq!(disk.bytes(&segment(1)).unwrap(), bytes, "nothing is cut");
    }
    disk.set_faults(Faults::default());
    let torn = open(&disk, inline()).1.torn_tail.unwrap();
    assert_eq!(torn.bytes_cut, 700);
    let kept = Path::new("/data/recovered/00000000000000000001.seg.torn-1");
    assert_eq!(torn.kept_in, kept);
}
