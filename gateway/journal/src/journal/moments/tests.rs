use super::*;
use crate::disk::{Disk, MemoryDisk};
use crate::options::Options;
use crate::record::{Draft, Kind};
use std::path::Path;
use std::sync::Arc;

/// A journal whose records have these times, from the second on: its header is of time 0.
fn with_times(times_ms: &[i64]) -> (Arc<MemoryDisk>, Journal) {
    let disk = Arc::new(MemoryDisk::new());
    let journal = open(&disk);
    for time_ms in times_ms {
        let draft = Draft {
            kind: Kind(7),
            time_ms: *time_ms,
            actor: "",
            key_id: "",
            clear: b"x",
            sealed: b"",
        };
        journal.append(&draft).unwrap();
    }
    (disk, journal)
}

fn open(disk: &Arc<MemoryDisk>) -> Journal {
    let disk = Arc::clone(disk) as Arc<dyn Disk>;
    let opened = Journal::open(disk, Path::new("/journal"), Options::default());
    opened.unwrap().0
}

fn first_since<const N: usize>(journal: &Journal, times_ms: [i64; N]) -> [u64; N] {
    times_ms.map(|time_ms| journal.first_since(time_ms).unwrap())
}

#[test]
fn the_first_record_that_is_not_before_a_moment_is_found() {
    let (_, journal) = with_times(&[]);
    assert_eq!(first_since(&journal, [-1, 0, 1]), [1, 1, 2]);
    let (_, journal) = with_times(&[10, 20, 20, 30]);
    let found = first_since(&journal, [i64::MIN, 0, 1, 10, 11, 20, 21, 30, 31, i64::MAX]);
    assert_eq!(found, [1, 1, 2, 2, 3, 3, 5, 5, 6, 6]);
}

/// 25 comes twice: what happened at 25 may have happened the first time. Also after a start, which
/// reads the records again.
#[test]
fn where_the_clock_was_set_back_the_first_time_counts() {
    let (disk, journal) = with_times(&[10, 30, 20, 40, 15, 50]);
    let times_ms = [15, 20, 25, 35, 45, 60];
    let found = [3, 3, 3, 5, 7, 8];
    assert_eq!(first_since(&journal, times_ms), found);
    journal.commit().unwrap();
    drop(journal);
    let journal = open(&disk);
    assert_eq!(first_since(&journal, times_ms), found);
}
