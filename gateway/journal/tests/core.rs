//! Appending, reading back, committing, closing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use journal::disk::{Disk, MemoryDisk};
use journal::{Digest, Draft, Journal, JournalError, Kind, Options, verify};
use proptest::prelude::*;
use support::{block_on, dir, draft, inline, open, small};

#[test]
fn records_come_back_before_and_after_the_commit_and_after_reopening() {
    let disk = MemoryDisk::new();
    let (journal, recovery) = open(&disk, small());
    assert!(recovery.closed_cleanly);
    assert_eq!(journal.head().0, 1, "the first segment's header");
    let mut places = Vec::new();
    for number in 0..40_u8 {
        let content = vec![number; usize::from(number)];
        let appended = journal.append(&draft(&content)).unwrap();
        assert_eq!(journal.read(appended.position).unwrap().clear, content);
        if number % 3 == 0 {
            journal.wait_durable(appended.sequence).unwrap();
        }
        places.push((appended, content));
    }
    let check = |journal: &Journal| {
        for (appended, content) in &places {
            let record = journal.read(appended.position).unwrap();
            assert_eq!((&record.clear, record.hash), (content, appended.hash));
            assert_eq!(journal.read_sequence(appended.sequence).unwrap(), record);
        }
    };
    check(&journal);
    journal.close().unwrap();
    check(&journal);
    let head = journal.head();
    drop(journal);
    let (journal, recovery) = open(&disk, small());
    assert!(recovery.closed_cleanly && recovery.torn_tail.is_none());
    assert_eq!((recovery.records, recovery.head_hash), head);
    check(&journal);
    let scanned: Vec<_> = journal.scan(0).map(Result::unwrap).collect();
    assert_eq!(scanned.len() as u64, head.0);
    assert!(scanned.windows(2).all(|pair| {
        pair[1].1.sequence == pair[0].1.sequence + 1 && pair[1].1.previous == pair[0].1.hash
    }));
    assert!(disk.list(dir()).unwrap().len() > 3, "several segments");
}

#[test]
fn a_scan_goes_on_with_what_is_appended_later() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, small());
    let mut scan = journal.scan(2);
    assert!(scan.next().is_none());
    for round in 0..30_u8 {
        journal.append(&draft(&[round])).unwrap();
        let found = scan.by_ref().map(Result::unwrap);
        let found: Vec<_> = found.filter(|(_, record)| record.kind == Kind(7)).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1.clear, [round]);
        if round % 4 == 0 {
            journal.commit().unwrap();
        }
    }
}

/// A scan fetches a MiB at once, and does not go to the disk for every record.
#[test]
fn a_scan_reads_many_records_at_once() {
    let disk = support::filled(500, inline());
    let (journal, _) = open(&disk, inline());
    disk.set_faults(journal::disk::Faults::default());
    assert_eq!(journal.scan(1).map(Result::unwrap).count(), 502);
    assert!(disk.reads() <= 4, "{} reads", disk.reads());
}

#[test]
fn many_appends_from_many_threads_are_one_sync() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    disk.set_faults(journal::disk::Faults::default());
    std::thread::scope(|scope| {
        for thread in 0..8_u8 {
            let journal = &journal;
            scope.spawn(move || {
                for _ in 0..100 {
                    journal.append(&draft(&[thread])).unwrap();
                }
            });
        }
    });
    assert_eq!(journal.durable(), 1);
    assert_eq!(journal.commit().unwrap(), 801);
    assert_eq!((disk.appends(), disk.syncs()), (1, 1));
    assert_eq!(journal.durable(), 801);
}

/// Threads commit for themselves, tasks have it done: both at once.
/// Every durable record is in exactly one of the groups that are counted.
#[test]
fn groups_are_counted_once() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.commit().unwrap();
    let before: u32 = journal.take_groups().iter().sum();
    for size in [1_u8, 5, 30] {
        for number in 0..size {
            journal.append(&draft(&[number])).unwrap();
        }
        journal.commit().unwrap();
    }
    assert_eq!(journal.take_groups(), [1, 5, 30]);
    assert_eq!(journal.take_groups(), []);
    assert_eq!(u64::from(before + 36), journal.durable());
}

#[test]
fn threads_and_tasks_wait_side_by_side() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, Options::default());
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let journal = &journal;
            scope.spawn(move || {
                for _ in 0..50 {
                    let appended = journal.append(&draft(&[thread])).unwrap();
                    match thread % 2 {
                        0 => journal.wait_durable(appended.sequence).unwrap(),
                        _ => block_on(journal.durable_at(appended.sequence)).unwrap(),
                    }
                    assert!(journal.durable() >= appended.sequence);
                }
            });
        }
    });
    assert_eq!(journal.durable(), 201);
    journal.close().unwrap();
    assert!(verify(&disk, dir()).unwrap().is_sound());
}

#[test]
fn what_nobody_waits_for_becomes_durable_all_the_same() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, Options::default());
    for round in 0..3 {
        let appended = journal.append(&draft(&[round])).unwrap();
        while journal.durable() < appended.sequence {
            std::thread::yield_now();
        }
    }
}

/// More than may be in flight: whoever appends waits for the committing thread.
#[test]
fn a_full_journal_is_emptied_though_nobody_waits_for_a_record() {
    let disk = MemoryDisk::new();
    let options = Options {
        in_flight_bytes_max: 1000,
        ..Options::default()
    };
    let (journal, _) = open(&disk, options);
    for round in 0..50 {
        journal.append(&draft(&[round; 400])).unwrap();
        assert!(journal.in_flight_bytes() <= 1000);
    }
    assert_eq!(journal.commit().unwrap(), 51);
}

#[test]
fn a_task_can_wait_without_a_runtime() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, Options::default());
    let appended = journal.append(&draft(b"x")).unwrap();
    block_on(journal.durable_at(appended.sequence)).unwrap();
    assert_eq!(journal.durable(), 2);
    let missing = block_on(journal.durable_at(99));
    assert!(matches!(missing, Err(JournalError::NoSuchSequence(99))));
}

#[test]
fn closing_is_the_last_word() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"x")).unwrap();
    journal.close_at(1_764_000_000_001).unwrap();
    assert!(matches!(
        journal.append(&draft(b"y")),
        Err(JournalError::Closed)
    ));
    assert!(matches!(journal.close(), Err(JournalError::Closed)));
    let last = journal.read_sequence(3).unwrap();
    assert_eq!(
        (last.kind, last.time_ms),
        (Kind::CLOSING, 1_764_000_000_001)
    );
    assert!(verify(&disk, dir()).unwrap().is_sound());
}

/// Who closes behind what he signed must know whether it is the end: a record that came meanwhile
/// would stand between the two, unsigned.
#[test]
fn closing_behind_a_record_is_for_the_last_one_alone() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    let signed = journal.append(&draft(b"signed")).unwrap().sequence;
    let late = journal.append(&draft(b"late")).unwrap().sequence;
    let time_ms = 1_764_000_000_001;
    assert!(!journal.close_behind(signed, time_ms).unwrap());
    assert!(!journal.close_behind(late + 1, time_ms).unwrap());
    let last = journal.append(&draft(b"goes on")).unwrap().sequence;
    assert!(journal.close_behind(last, time_ms).unwrap());
    assert!(matches!(
        journal.append(&draft(b"y")),
        Err(JournalError::Closed)
    ));
    let closing = journal.read_sequence(last + 1).unwrap();
    assert_eq!((closing.kind, closing.time_ms), (Kind::CLOSING, time_ms));
    assert!(verify(&disk, dir()).unwrap().is_sound());
}

/// Whoever has no clock closes at the time of the last record: a journal's time never goes back.
#[test]
fn a_closing_record_without_a_time_has_the_last_ones() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"x")).unwrap();
    assert_ne!(journal.in_flight_bytes(), 0);
    journal.close().unwrap();
    assert_eq!(journal.in_flight_bytes(), 0);
    let last = journal.read_sequence(3).unwrap();
    assert_eq!(
        (last.kind, last.time_ms),
        (Kind::CLOSING, draft(b"x").time_ms)
    );
}

#[test]
fn dropping_is_a_crash() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"kept")).unwrap();
    journal.commit().unwrap();
    journal.append(&draft(b"never committed")).unwrap();
    drop(journal);
    let (journal, recovery) = open(&disk, inline());
    assert!(!recovery.closed_cleanly && recovery.torn_tail.is_none());
    assert_eq!(recovery.records, 2);
    assert_eq!(journal.append(&draft(b"next")).unwrap().sequence, 3);
}

#[test]
fn what_cant_be_a_record_is_refused_whole() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    let long = "a".repeat(65_536);
    let big = vec![0; journal::record::RECORD_BYTES_MAX];
    let reserved = Draft {
        kind: Kind(1),
        ..draft(b"")
    };
    let actor = Draft {
        actor: &long,
        ..draft(b"")
    };
    let all = journal.append_all(&[draft(b"fine"), draft(&big)]);
    assert!(matches!(all, Err(JournalError::TooLarge { .. })));
    assert!(matches!(
        journal.append(&reserved),
        Err(JournalError::KindReserved(1))
    ));
    assert!(matches!(
        journal.append(&actor),
        Err(JournalError::FieldTooLong("actor"))
    ));
    assert_eq!(journal.head().0, 1);
    let largest = &big[..big.len() - 135];
    let appended = journal.append(&draft(largest)).unwrap();
    assert_eq!(
        journal.read(appended.position).unwrap().clear.len(),
        largest.len()
    );
    journal.commit().unwrap();
    assert_eq!(journal.read_sequence(2).unwrap().clear.len(), largest.len());
    let after = journal.append(&draft(b"after")).unwrap();
    assert_eq!(
        journal.scan(2).map(Result::unwrap).count(),
        2 + usize::from(after.sequence == 4)
    );
}

#[test]
fn another_digest_begins_another_segment() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    journal.append(&draft(b"sha-256")).unwrap();
    journal.close().unwrap();
    drop(journal);
    let sm3 = Options {
        digest: Digest::Sm3,
        ..inline()
    };
    let (journal, recovery) = open(&disk, sm3.clone());
    let appended = journal.append(&draft(b"sm3")).unwrap();
    assert_eq!(appended.position.segment, recovery.records + 1);
    journal.close().unwrap();
    let report = verify(&disk, dir()).unwrap();
    assert!(report.is_sound());
    assert_eq!(report.segments, 2);
    drop(journal);
    let (journal, recovery) = open(&disk, sm3);
    assert_eq!((recovery.records, recovery.head_hash), journal.head());
}

proptest! {
    #[test]
    fn any_record_comes_back(
        kind in 2_u16..,
        time_ms: i64,
        actor in "\\PC{0,20}",
        key_id in "[a-f0-9]{0,32}",
        clear in proptest::collection::vec(any::<u8>(), 0..600),
        sealed in proptest::collection::vec(any::<u8>(), 0..600),
        copies in 1..5_usize,
    ) {
        let disk = MemoryDisk::new();
        let (journal, _) = open(&disk, small());
        let draft = Draft {
            kind: Kind(kind), time_ms, actor: &actor, key_id: &key_id,
            clear: &clear, sealed: &sealed,
        };
        let places = journal.append_all(&vec![draft; copies]).unwrap();
        for committed in [false, true] {
            for place in &places {
                let record = journal.read_sequence(place.sequence).unwrap();
                prop_assert_eq!(&record, &journal.read(place.position).unwrap());
                prop_assert_eq!((record.kind.0, record.time_ms), (kind, time_ms));
                prop_assert_eq!((&record.actor, &record.key_id), (&actor, &key_id));
                prop_assert_eq!((&record.clear, &record.sealed), (&clear, &sealed));
            }
            if !committed {
                journal.close().unwrap();
            }
        }
        prop_assert!(verify(&disk, dir()).unwrap().is_sound());
    }
}
