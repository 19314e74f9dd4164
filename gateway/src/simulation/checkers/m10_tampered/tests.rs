#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Every damage at every record of a small journal is named where it is.

use super::*;
use journal::record::{Draft, Kind};
use journal::{Journal, Options};
use std::sync::Arc;

fn written() -> (MemoryDisk, PathBuf, Vec<u8>) {
    let disk = MemoryDisk::new();
    let dir = Path::new("/d/journal");
    let options = Options {
        commits_inline: true,
        ..Options::default()
    };
    let (journal, _) = Journal::open(Arc::new(disk.clone()), dir, options).unwrap();
    for number in 0..12u8 {
        let draft = Draft {
            kind: Kind(7),
            time_ms: 1_790_000_000_000 + i64::from(number),
            actor: "urn:anxin:test",
            key_id: "",
            clear: &[number; 40],
            sealed: &[],
        };
        let appended = journal.append(&draft).unwrap();
        journal.wait_durable(appended.sequence).unwrap();
    }
    journal.close_at(1_790_000_000_100).unwrap();
    let segment = disk
        .files()
        .into_iter()
        .find(|path| is_segment(path))
        .unwrap();
    let bytes = disk.bytes(&segment).unwrap();
    (disk, segment, bytes)
}

#[test]
fn each_damage_at_each_record_is_named() {
    let (disk, path, bytes) = written();
    let dir = path.parent().unwrap();
    assert!(journal::verify(&disk, dir).unwrap().is_sound());
    let records = records(&bytes);
    assert_eq!(records.len(), 14, "a header, twelve records, a closing one");
    for damage in DAMAGES {
        for at in 1..records.len() - 2 {
            for seed in 0..20 {
                let mut random = SplitMix64::new(seed);
                let changed = damaged(damage, &bytes, (&records, at), &mut random);
                assert_ne!(changed, bytes, "{damage:?} changes something");
                disk.put(&path, changed);
                let report = journal::verify(&disk, dir).unwrap();
                let place = 1 + at as u64;
                assert!(
                    is_named(&report, place),
                    "{damage:?} at {place}, {seed}: {report:?}"
                );
            }
        }
    }
}

/// The check value of CRC-32, by which implementations are compared.
#[test]
fn the_checksum_is_that_of_iso_3309() {
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

/// A record that was rewritten is whole by itself: only the next one shows it.
#[test]
fn a_rewritten_record_has_its_own_checksum_and_hash() {
    let (_, _, bytes) = written();
    let (from, to) = records(&bytes)[3];
    let own = bytes[from..to].to_vec();
    let mut once = rewritten(own.clone());
    assert_ne!(once, own);
    once = rewritten(once);
    assert_eq!(
        once, own,
        "the change undone, checksum and hash are the journal's own again"
    );
}

fn breaches(disk: &MemoryDisk, durable: u64) -> Vec<String> {
    let mut looks = Looks::default();
    untouched(disk, durable, &mut looks);
    looks.breaches
}

/// What can't be looked at is no sound journal.
#[test]
fn a_journal_that_is_not_there_or_cant_be_checked_is_not_passed() {
    let (disk, path, _) = written();
    assert_eq!(breaches(&disk, 14), Vec::<String>::new());
    assert_eq!(breaches(&disk, 15).len(), 1, "fewer than are durable");
    let none = breaches(&MemoryDisk::new(), 14);
    assert!(none[0].contains("no segment"), "{none:?}");
    disk.set_faults(journal::disk::Faults {
        power: Some(0),
        ..journal::disk::Faults::default()
    });
    assert!(disk.bytes(&path).is_some(), "its segment is seen");
    let unread = breaches(&disk, 14);
    assert!(unread[0].contains("can't be checked"), "{unread:?}");
}
