//! The witness of how far a journal had come, and an opening that changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::sync::Arc;

use journal::disk::{Disk, MemoryDisk, OsDisk};
use journal::witness::{End, Testimony, Witness, WitnessError};
use journal::{JournalError, Opening};
use support::{dir, draft, filled, inline, open, segment, small};

fn place() -> &'static Path {
    Path::new("/data/witness")
}

/// The witness of a journal that was closed after three records: header, three, closing.
fn closed() -> (MemoryDisk, Witness) {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    for number in 0..3 {
        let clear = format!("record {number}");
        journal.append(&draft(clear.as_bytes())).unwrap();
    }
    journal.close().unwrap();
    let witness = Witness::of(&journal).unwrap().unwrap();
    assert_eq!((witness.sequence, witness.is_closing), (5, true));
    witness.write(&disk, place()).unwrap();
    (disk, witness)
}

/// The end of a journal as it lies there.
fn end_of(disk: &MemoryDisk) -> End {
    let opening = Opening::read(Arc::new(disk.clone()), dir(), inline(), &mut |_, _| {});
    opening.unwrap().end()
}

/// What the witness says of a journal as it lies there.
fn testimony(disk: &MemoryDisk, witness: &Witness) -> Testimony {
    let mut there = None;
    let opening = Opening::read(Arc::new(disk.clone()), dir(), inline(), &mut |at, hash| {
        if at == witness.sequence {
            there = Some(*hash);
        }
    });
    witness.testify(&opening.unwrap().end(), there.as_ref())
}

#[test]
fn it_is_read_as_it_was_written_and_replaced_whole() {
    let (disk, witness) = closed();
    assert_eq!(Witness::read(&disk, place()).unwrap(), Some(witness));
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"later")).unwrap();
    assert_eq!(
        Witness::of(&journal).unwrap(),
        Some(witness),
        "durable only"
    );
    journal.commit().unwrap();
    let later = Witness::of(&journal).unwrap().unwrap();
    assert_eq!((later.sequence, later.is_closing), (6, false));
    assert_eq!(later.previous, witness.hash);
    // What a killed run left of a new one is in nobody's way.
    disk.put(Path::new("/data/witness.new"), b"half".to_vec());
    later.write(&disk, place()).unwrap();
    assert_eq!(Witness::read(&disk, place()).unwrap(), Some(later));
    assert_eq!(disk.list(Path::new("/data")).unwrap(), ["witness"]);
    let none = Witness::read(&disk, Path::new("/data/none")).unwrap();
    assert_eq!(none, None);
}

#[test]
fn a_flipped_bit_and_a_cut_anywhere_are_damage() {
    let (disk, _) = closed();
    let whole = disk.bytes(place()).unwrap();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << bit;
            disk.put(place(), bytes);
            assert!(
                Witness::read(&disk, place()).is_err(),
                "byte {at}, bit {bit}"
            );
        }
        disk.put(place(), whole[..at].to_vec());
        assert!(Witness::read(&disk, place()).is_err(), "{at} bytes");
    }
    disk.put(place(), [whole.as_slice(), b"\n"].concat());
    assert!(Witness::read(&disk, place()).is_err(), "something behind");
    disk.put(place(), vec![b'0'; 1 << 20]);
    assert!(Witness::read(&disk, place()).is_err(), "a large file");
}

/// A witness that is there and can't be read must never pass for none.
#[test]
fn only_a_file_that_is_missing_is_no_witness() {
    let data = tempfile::tempdir().unwrap();
    let missing = data.path().join("missing");
    assert_eq!(Witness::read(&OsDisk, &missing).unwrap(), None);
    std::fs::write(data.path().join("file"), b"").unwrap();
    let error = Witness::read(&OsDisk, &data.path().join("file/below")).unwrap_err();
    assert!(matches!(error, WitnessError::Io { .. }), "{error:?}");
}

#[test]
fn a_journal_that_lost_whole_records_is_set_back() {
    let (disk, witness) = closed();
    assert_eq!(testimony(&disk, &witness), Testimony::Agrees { behind: 0 });
    let whole = disk.bytes(&segment(1)).unwrap();
    // Without the closing record, to the byte; without one more; without anything.
    let ends = ends(&whole);
    assert_eq!(ends.len(), 5);
    for end in [ends[3], ends[2], ends[0]] {
        disk.put(&segment(1), whole[..end].to_vec());
        assert_eq!(testimony(&disk, &witness), Testimony::SetBack);
    }
    disk.remove(&segment(1)).unwrap();
    assert_eq!(testimony(&disk, &witness), Testimony::SetBack);
    // Another journal of the same length.
    let other = filled(3, inline());
    let mut elsewhere = witness;
    elsewhere.hash[0] ^= 1;
    assert_eq!(testimony(&other, &elsewhere), Testimony::SetBack);
    elsewhere = witness;
    elsewhere.journal_id[0] ^= 1;
    disk.put(&segment(1), whole);
    assert_eq!(testimony(&disk, &elsewhere), Testimony::SetBack);
}

#[test]
fn the_witness_of_a_torn_close_is_that_of_the_record_before() {
    let (disk, witness) = closed();
    let whole = disk.bytes(&segment(1)).unwrap();
    let ends = ends(&whole);
    disk.put(&segment(1), whole[..whole.len() - 7].to_vec());
    let before = witness.before(&end_of(&disk));
    let expected = Witness {
        journal_id: witness.journal_id,
        sequence: 4,
        hash: witness.previous,
        previous: [0; 32],
        is_closing: false,
    };
    assert_eq!(before, expected);
    disk.put(&segment(1), whole[..ends[3]].to_vec());
    assert_eq!(testimony(&disk, &before), Testimony::Agrees { behind: 0 });
    disk.put(&segment(1), whole[..ends[2]].to_vec());
    assert_eq!(testimony(&disk, &before), Testimony::SetBack);
}

#[test]
fn of_a_torn_closing_record_nothing_is_lost_and_of_any_other_something_is() {
    let (disk, witness) = closed();
    let whole = disk.bytes(&segment(1)).unwrap();
    let ends = ends(&whole);
    disk.put(&segment(1), whole[..whole.len() - 7].to_vec());
    assert_eq!(testimony(&disk, &witness), Testimony::ClosingTorn);
    disk.put(&segment(1), whole[..ends[3] - 7].to_vec());
    assert_eq!(testimony(&disk, &witness), Testimony::SetBack);
    let last = Witness {
        is_closing: false,
        ..witness
    };
    disk.put(&segment(1), whole[..whole.len() - 7].to_vec());
    assert_eq!(testimony(&disk, &last), Testimony::SetBack);
}

/// Where each record of a segment ends.
fn ends(bytes: &[u8]) -> Vec<usize> {
    let frames = support::frames(bytes);
    frames.into_iter().map(|(at, length)| at + length).collect()
}

#[test]
fn reading_changes_nothing_until_it_is_opened() {
    let disk = filled(20, small());
    let names = disk.list(dir()).unwrap();
    let last = dir().join(names.last().unwrap());
    let bytes = disk.bytes(&last).unwrap();
    disk.put(&last, bytes[..bytes.len() - 7].to_vec());
    let opening = Opening::read(Arc::new(disk.clone()), dir(), small(), &mut |_, _| {});
    let opening = opening.unwrap();
    assert!(opening.end().is_torn);
    assert_eq!(disk.bytes(&last).unwrap().len(), bytes.len() - 7);
    assert!(disk.list(Path::new("/data/recovered")).is_err());
    let (_, recovery) = opening.open().unwrap();
    assert_eq!(recovery.records, opening_end(&disk).sequence);
    assert!(recovery.torn_tail.is_some());
    assert!(disk.bytes(&last).unwrap().len() < bytes.len() - 7);
    // Where there is nothing, nothing is made.
    let empty = MemoryDisk::new();
    let opening = Opening::read(Arc::new(empty.clone()), dir(), inline(), &mut |_, _| {});
    assert_eq!(opening.unwrap().end().journal_id, None);
    assert!(empty.list(dir()).is_err());
    // A journal of another digest is refused with its torn tail as it was.
    let bytes = disk.bytes(&last).unwrap();
    disk.put(&last, [bytes.as_slice(), &[9; 5]].concat());
    let fixed = journal::Options {
        digest: journal::Digest::Sm3,
        digest_is_fixed: true,
        ..small()
    };
    let refused = Opening::read(Arc::new(disk.clone()), dir(), fixed, &mut |_, _| {});
    assert!(matches!(refused, Err(JournalError::OtherDigest { .. })));
    assert_eq!(disk.bytes(&last).unwrap().len(), bytes.len() + 5);
}

fn opening_end(disk: &MemoryDisk) -> End {
    let read = Opening::read(Arc::new(disk.clone()), dir(), small(), &mut |_, _| {});
    read.unwrap().end()
}
