//! What an installation sets: the digest that is fixed, and how much one sync makes durable.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use journal::disk::{Disk, MemoryDisk};
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
