//! What a crash leaves, and what is never lost.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;
use std::sync::Arc;

use journal::disk::{Disk, Faults, MemoryDisk, PowerCut, Unsynced};
use journal::{Journal, JournalError, Options, PoisonCause, verify};
use support::{dir, draft, inline, open, segment, small};

/// From now on no sync of the disk works.
fn syncs_fail(disk: &MemoryDisk) {
    disk.set_faults(Faults {
        sync: Some(1),
        ..Faults::default()
    });
}

/// A journal that ends with one committed group of one record, not closed.
fn ended(last: &[u8]) -> (MemoryDisk, Vec<u8>, usize) {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    for number in 0..5_u8 {
        journal.append(&draft(&[number])).unwrap();
        journal.commit().unwrap();
    }
    let before = disk.bytes(&segment(1)).unwrap().len();
    journal.append(&draft(last)).unwrap();
    journal.commit().unwrap();
    let bytes = disk.bytes(&segment(1)).unwrap();
    (disk, bytes, before)
}

#[test]
fn a_tail_torn_at_every_byte_is_cut_reported_and_kept() {
    let (disk, bytes, whole) = ended(b"the last record");
    for end in whole + 1..bytes.len() {
        disk.put(&segment(1), bytes[..end].to_vec());
        let report = verify(&disk, dir()).unwrap();
        assert_eq!(report.damages.len(), 1);
        assert_eq!(
            (report.damages[0].offset, report.damages[0].sequence),
            (whole as u64, 7)
        );
        assert_eq!(
            report.damages[0].what,
            journal::Flaw::TornTail {
                bytes: (end - whole) as u64
            }
        );
        assert_eq!(
            disk.bytes(&segment(1)).unwrap().len(),
            end,
            "verify repairs nothing"
        );
        let (journal, recovery) = open(&disk, inline());
        let torn = recovery.torn_tail.expect("reported");
        assert_eq!(
            (torn.offset, torn.bytes_cut),
            (whole as u64, (end - whole) as u64)
        );
        assert_eq!(disk.bytes(&torn.kept_in).unwrap(), bytes[whole..end]);
        assert_eq!(torn.kept_in.parent().unwrap(), Path::new("/data/recovered"));
        assert_eq!((recovery.records, recovery.closed_cleanly), (6, false));
        assert_eq!(journal.append(&draft(b"again")).unwrap().sequence, 7);
        journal.close().unwrap();
        assert!(verify(&disk, dir()).unwrap().is_sound());
        assert_eq!(disk.list(dir()).unwrap().len(), 1, "segments only");
    }
}

#[test]
fn a_tail_of_zeros_or_rubbish_is_torn() {
    for tail in [
        vec![0; 5000],
        vec![0xff; 700],
        b"\0\0\0\x80rubbish".repeat(30),
    ] {
        let (disk, mut bytes, _) = ended(b"whole");
        let whole = bytes.len() as u64;
        bytes.extend_from_slice(&tail);
        disk.put(&segment(1), bytes);
        let (_, recovery) = open(&disk, inline());
        assert_eq!(recovery.torn_tail.unwrap().offset, whole);
        assert_eq!(recovery.records, 7);
    }
}

#[test]
fn a_segment_without_its_header_is_an_interrupted_roll() {
    for bytes in [Vec::new(), vec![0; 90], b"\0\0\0\xb4".to_vec()] {
        let (disk, _, _) = ended(b"x");
        disk.put(&segment(8), bytes);
        let (journal, recovery) = open(&disk, inline());
        assert_eq!(
            recovery.torn_tail.unwrap().segment,
            "00000000000000000008.seg"
        );
        assert_eq!(recovery.records, 7);
        assert_eq!(journal.append(&draft(b"y")).unwrap().sequence, 9);
        journal.close().unwrap();
        assert!(verify(&disk, dir()).unwrap().is_sound());
    }
}

#[test]
fn a_hole_before_a_later_group_is_damage_not_a_torn_tail() {
    let (disk, bytes, whole) = ended(b"x");
    // Record 5 of 7, each in a group of its own: it was synced before 6 was written.
    let mut holed = bytes.clone();
    let length = bytes.len() - whole;
    holed[whole - 2 * length..whole - length].fill(0);
    disk.put(&segment(1), holed.clone());
    let opened = Journal::open(Arc::new(disk.clone()), dir(), inline());
    assert!(matches!(opened, Err(JournalError::Damaged(_))));
    assert_eq!(
        disk.bytes(&segment(1)).unwrap(),
        holed,
        "nothing was changed"
    );
}

#[test]
fn a_hole_in_the_last_group_is_a_torn_tail() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    let head = disk.bytes(&segment(1)).unwrap().len();
    for _ in 0..5 {
        journal.append(&draft(b"one group")).unwrap();
    }
    journal.commit().unwrap();
    let mut bytes = disk.bytes(&segment(1)).unwrap();
    let length = (bytes.len() - head) / 5;
    bytes[head + length..head + 2 * length].fill(0);
    disk.put(&segment(1), bytes);
    drop(journal);
    let (_, recovery) = open(&disk, inline());
    assert_eq!(recovery.torn_tail.unwrap().bytes_cut, 4 * length as u64);
    assert_eq!(recovery.records, 2);
}

#[test]
fn a_failed_sync_poisons_for_good() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"kept")).unwrap();
    journal.commit().unwrap();
    syncs_fail(&disk);
    let lost = journal.append(&draft(b"lost")).unwrap();
    let error = journal.wait_durable(lost.sequence).unwrap_err();
    assert!(matches!(
        &error,
        JournalError::Poisoned {
            cause: PoisonCause::Sync,
            ..
        }
    ));
    assert!(error.to_string().contains("00000000000000000001.seg"));
    disk.set_faults(Faults::default());
    // The disk is well again; this process must not believe it.
    let later = journal.append(&draft(b"later"));
    assert!(matches!(later, Err(JournalError::Poisoned { .. })));
    assert!(journal.wait_durable(lost.sequence).is_err());
    assert!(journal.health().is_err() && journal.close().is_err());
    assert!(journal.wait_durable(2).is_ok(), "acknowledged before");
    assert_eq!(journal.read_sequence(2).unwrap().clear, b"kept");
    assert_eq!(journal.read(lost.position).unwrap().clear, b"lost");
    assert_eq!(disk.syncs(), 0);
}

/// As Linux does: after a failed sync the cache shows what the disk has not, and no later sync
/// writes it. Whoever starts again over such a cache takes the records for durable.
#[test]
fn what_a_start_finds_behind_a_failed_sync_is_on_the_disk_before_it_counts() {
    use Unsynced::{Dropped, Pages, Prefix, Sectors};
    for (seed, unsynced) in (0..).zip([Dropped, Prefix, Pages, Sectors].repeat(3)) {
        let cut = PowerCut {
            unsynced,
            forgets_names: true,
        };
        let disk = MemoryDisk::new();
        let (journal, _) = open(&disk, inline());
        journal.append(&draft(b"kept")).unwrap();
        journal.commit().unwrap();
        syncs_fail(&disk);
        journal.append(&draft(&[1; 900])).unwrap();
        let last = journal.append(&draft(&[2; 900])).unwrap().sequence;
        assert!(journal.wait_durable(last).is_err());
        drop(journal);
        disk.set_faults(Faults::default());
        let (journal, recovery) = open(&disk, inline());
        assert_eq!((recovery.records, recovery.torn_tail), (4, None));
        let (_, after) = open(&disk.after_power_cut(cut, seed), inline());
        assert_eq!((after.records, after.torn_tail), (4, None), "{unsynced:?}");
        journal.append(&draft(b"behind it")).unwrap();
        journal.commit().unwrap();
        let (_, after) = open(&disk.after_power_cut(cut, seed), inline());
        assert_eq!((after.records, after.torn_tail), (5, None), "{unsynced:?}");
    }
}

/// The same of a segment of which only the header was written.
#[test]
fn the_header_of_a_segment_whose_sync_failed_is_on_the_disk_before_it_counts() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, small());
    journal.append(&draft(&[1; 600])).unwrap();
    journal.commit().unwrap();
    syncs_fail(&disk);
    journal.append(&draft(&[2; 600])).unwrap();
    assert!(journal.commit().is_err());
    drop(journal);
    disk.set_faults(Faults::default());
    let (journal, recovery) = open(&disk, small());
    // Two headers and the record between them.
    assert_eq!((recovery.records, recovery.torn_tail), (3, None));
    journal.append(&draft(b"behind it")).unwrap();
    journal.commit().unwrap();
    let cut = PowerCut {
        unsynced: Unsynced::Dropped,
        forgets_names: true,
    };
    let (_, after) = open(&disk.after_power_cut(cut, 1), small());
    assert_eq!((after.records, after.torn_tail), (4, None));
}

#[test]
fn a_failed_sync_wakes_every_waiter() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, Options::default());
    syncs_fail(&disk);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                if let Ok(appended) = journal.append(&draft(b"x")) {
                    assert!(journal.wait_durable(appended.sequence).is_err());
                }
            });
        }
    });
    assert_eq!(journal.durable(), 1);
}

#[test]
fn a_full_disk_is_named_and_loses_nothing() {
    for room in 1..150 {
        let disk = MemoryDisk::new();
        let (journal, _) = open(&disk, inline());
        journal.append(&draft(b"kept")).unwrap();
        journal.commit().unwrap();
        let used = disk.bytes(&segment(1)).unwrap().len() as u64;
        disk.set_faults(Faults {
            capacity_bytes: Some(used + room),
            ..Faults::default()
        });
        let lost = journal.append(&draft(&[0; 40])).unwrap();
        let error = journal.wait_durable(lost.sequence).unwrap_err();
        assert!(matches!(
            error,
            JournalError::Poisoned {
                cause: PoisonCause::DiskFull,
                ..
            }
        ));
        drop(journal);
        disk.set_faults(Faults::default());
        let (journal, recovery) = open(&disk, inline());
        assert_eq!(recovery.torn_tail.unwrap().bytes_cut, room);
        assert_eq!(journal.read_sequence(2).unwrap().clear, b"kept");
    }
}

#[test]
fn a_new_segment_is_synced_with_its_name_before_use() {
    let cut = PowerCut {
        unsynced: Unsynced::Dropped,
        forgets_names: true,
    };
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, small());
    for number in 0..30_u8 {
        let appended = journal.append(&draft(&[number])).unwrap();
        journal.wait_durable(appended.sequence).unwrap();
        let left = disk.after_power_cut(cut, 0);
        let (reopened, recovery) = open(&left, small());
        assert_eq!(recovery.records, appended.sequence);
        assert_eq!(
            reopened.read(appended.position).unwrap().hash,
            appended.hash
        );
    }
    // Where the folder can't be synced, nothing in the new segment is acknowledged.
    disk.set_faults(Faults {
        sync_dir: Some(1),
        ..Faults::default()
    });
    let durable = journal.durable();
    while let Ok(appended) = journal.append(&draft(b"x")) {
        if journal.wait_durable(appended.sequence).is_err() {
            break;
        }
    }
    let left = disk.after_power_cut(cut, 0);
    assert!(journal.durable() >= durable && journal.health().is_err());
    assert_eq!(open(&left, small()).1.records, journal.durable());
}
