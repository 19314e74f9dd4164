#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! After a defect in the middle of a change.

use super::*;
use crate::clock::SystemClock;
use crate::dispatch::turn::Work;
use journal::disk::MemoryDisk;
use journal::random::SystemRandom;
use journal::{Journal, Options};
use schemas::value::BatchId;
use std::path::Path;

fn core() -> Core {
    let disk = Arc::new(MemoryDisk::new());
    let options = Options::default();
    let (journal, _) = Journal::open(disk.clone(), Path::new("/journal"), options).unwrap();
    let random = Arc::new(SystemRandom::new());
    let vault = Vault::open(disk, Path::new("/keys"), &[7; 32], random).unwrap();
    Core::open(journal, vault, Arc::new(SystemClock::new()), &mut |_| {}).unwrap()
}

fn started() -> Event {
    let version = "test".to_owned();
    Event::Started {
        version,
        first_file_no: None,
    }
}

/// M1: what memory says may differ from the journal, so that nothing more is decided from it.
#[test]
fn a_book_that_was_left_in_the_middle_of_a_change_takes_no_more_facts() {
    let core = core();
    let first = core.record("test", started().into()).unwrap();
    let panicked = std::panic::catch_unwind(|| {
        let _changing = Changing(&core.is_doubtful);
        panic!("in the middle of a change");
    });
    assert!(panicked.is_err() && core.is_doubtful());
    let refused = core.record("test", started().into());
    assert!(matches!(refused, Err(CoreError::Doubtful)));
    assert_eq!(core.desk().sequence(), first);
}

/// A reader's panic under the lock changes nothing, and stops nobody.
#[test]
fn a_panic_while_reading_leaves_the_book_as_it_was() {
    let core = core();
    let reading = std::panic::AssertUnwindSafe(&core);
    let panicked = std::panic::catch_unwind(|| {
        let _desk = reading.desk();
        panic!("while reading");
    });
    assert!(panicked.is_err() && !core.is_doubtful());
    core.record("test", started().into()).unwrap();
}

/// One file of a batch can't be asked about, another one can: the batch is hindered all the same,
/// since the first time.
#[test]
fn work_that_goes_on_ends_the_hindrance_of_no_other_work() {
    let core = core();
    let batch = BatchId::parse("B20261123-7").unwrap();
    core.hinder(batch, Work::File(1), "key_missing");
    let first = core.hindrance(batch).unwrap();
    core.unhinder(batch, |work| *work != Work::File(2));
    assert_eq!(core.hindrance(batch), Some(first));
    core.hinder(batch, Work::Plan(batch), "record_unreadable");
    core.unhinder(batch, |work| *work != Work::File(1));
    assert_eq!(core.hindrance(batch).unwrap().why, "record_unreadable");
    core.unhinder(batch, |_| false);
    assert_eq!(core.hindrance(batch), None);
}
