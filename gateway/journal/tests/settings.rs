//! What an installation sets: the digest that is fixed, and how much one sync makes durable.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use journal::disk::{Disk, Faults, MemoryDisk};
use journal::{Digest, Journal, JournalError, Options};
use std::sync::Arc;
use support::{dir, draft, filled, inline, open, segment};

fn fixed(digest: Digest) -> Options {
    Options {
        digest,
        digest_is_fixed: true,
        ..inline()
    }
}

#[test]
fn a_fixed_digest_is_that_of_the_journal_or_nothing_is_changed() {
    for (made, other) in [(Digest::Sha256, Digest::Sm3), (Digest::Sm3, Digest::Sha256)] {
        let disk = filled(3, fixed(made));
        let before = disk.bytes(&segment(1)).unwrap();
        let refused = Journal::open(Arc::new(disk.clone()), dir(), fixed(other)).unwrap_err();
        assert!(
            matches!(refused, JournalError::OtherDigest { found, wanted }
                if (found, wanted) == (made, other)),
            "{refused}"
        );
        assert_eq!(disk.bytes(&segment(1)).unwrap(), before);
        assert_eq!(disk.list(dir()).unwrap().len(), 1);
        let (journal, _) = open(&disk, fixed(made));
        journal.append(&draft(b"goes on")).unwrap();
        journal.close().unwrap();
    }
}

/// Ten records that wait: in groups of at most four they need three syncs, in groups of any
/// size one.
#[test]
fn a_group_has_so_many_records_at_most() {
    for (group_records_max, expected) in [(4, 3), (10, 1), (1, 10)] {
        let disk = MemoryDisk::new();
        let options = Options {
            group_records_max,
            ..inline()
        };
        let (journal, _) = open(&disk, options);
        for number in 0..10_u8 {
            journal.append(&draft(&[number])).unwrap();
        }
        let before = disk.syncs();
        journal.commit().unwrap();
        assert_eq!(disk.syncs() - before, expected, "{group_records_max}");
    }
}

/// A record of 200 bytes: 112, and 23 of the actor.
const CLEAR: [u8; 65] = [b'x'; 65];

/// A group is full when it has so many bytes: five times two records of 200.
#[test]
fn a_group_that_has_its_bytes_takes_no_more() {
    for (group_bytes_max, expected) in [(400, 5), (401, 4), (2000, 1)] {
        let disk = MemoryDisk::new();
        let options = Options {
            group_bytes_max,
            ..inline()
        };
        let (journal, _) = open(&disk, options);
        for _ in 0..10 {
            journal.append(&draft(&CLEAR)).unwrap();
        }
        assert_eq!(journal.in_flight_bytes(), 2000);
        let before = disk.syncs();
        journal.commit().unwrap();
        assert_eq!(disk.syncs() - before, expected, "{group_bytes_max}");
    }
}

/// A segment is filled to the last byte: its header of 180 and two records of 200 fit into 580.
#[test]
fn a_record_that_just_fits_does_not_begin_a_segment() {
    for (segment_bytes_max, expected) in [(579, [1, 3]), (580, [1, 1])] {
        let options = Options {
            segment_bytes_max,
            ..inline()
        };
        let (journal, _) = open(&MemoryDisk::new(), options);
        let segments = [(); 2].map(|()| journal.append(&draft(&CLEAR)).unwrap().position.segment);
        assert_eq!(segments, expected, "{segment_bytes_max}");
    }
}

#[test]
fn the_room_is_what_the_limit_of_the_disk_leaves() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    assert_eq!(journal.disk_room().unwrap(), None, "there is no limit");
    disk.set_faults(Faults {
        capacity_bytes: Some(10_000),
        ..Faults::default()
    });
    assert_eq!(journal.disk_room().unwrap(), Some(10_000 - 180));
}
