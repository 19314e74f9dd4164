//! Who writes while others wait, and what they are told when the writing thread panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use journal::disk::{Disk, DiskFile, DiskRead, MemoryDisk};
use journal::{Journal, JournalError, Options, PoisonCause, verify};
use support::{dir, draft, inline, open, segment, small};

/// A disk that notes which threads sync, panics in a sync when it is told to, and has no file
/// descriptor so many times.
#[derive(Clone, Default)]
struct Watched {
    disk: MemoryDisk,
    must_panic: Arc<AtomicBool>,
    synced_by: Arc<Mutex<Vec<String>>>,
    /// The times without a descriptor, of making a file and of syncing a folder, and what the
    /// system says then.
    without: Arc<[AtomicU64; 2]>,
    number: Arc<AtomicI32>,
    waits: Arc<AtomicU64>,
}

struct WatchedFile(Watched, Box<dyn DiskFile>);

impl DiskFile for WatchedFile {
    fn append_all(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        self.1.append_all(parts)
    }

    fn sync_data(&mut self) -> io::Result<()> {
        let name = std::thread::current().name().unwrap_or("").to_owned();
        self.0.synced_by.lock().unwrap().push(name);
        assert!(!self.0.must_panic.load(Ordering::SeqCst), "as planned");
        self.1.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        self.1.len()
    }
}

impl Watched {
    fn file(&self, file: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(WatchedFile(self.clone(), file))
    }

    fn descriptor(&self, of: usize) -> io::Result<()> {
        let (set, fetch) = (Ordering::SeqCst, Ordering::SeqCst);
        let left = self.without[of].fetch_update(set, fetch, |left| left.checked_sub(1));
        match left {
            Ok(_) => Err(io::Error::from_raw_os_error(self.number.load(fetch))),
            Err(_) => Ok(()),
        }
    }

    fn open(&self, options: Options) -> Journal {
        let opened = Journal::open(Arc::new(self.clone()), dir(), options);
        opened.unwrap().0
    }
}

impl Disk for Watched {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn create_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.descriptor(0)?;
        self.disk.create_append(path).map(|file| self.file(file))
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open_append(path).map(|file| self.file(file))
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        self.disk.open_read(path)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.disk.sync_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.descriptor(1)?;
        self.disk.sync_dir(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn truncate(&self, path: &Path, bytes: u64) -> io::Result<()> {
        self.disk.truncate(path, bytes)
    }

    fn write_over(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.write_over(path, offset, bytes)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir_all(dir)
    }

    fn wait_for_descriptors(&self) {
        self.waits.fetch_add(1, Ordering::SeqCst);
    }
}

fn is_poisoned<T: std::fmt::Debug>(told: Result<T, JournalError>) -> bool {
    let cause = PoisonCause::Write;
    matches!(told, Err(JournalError::Poisoned { cause: of, .. }) if of == cause)
}

/// What the panic interrupted may be on the disk or not: it is not written a second time, and
/// nothing is acknowledged any more.
#[test]
fn after_a_panic_while_committing_nothing_is_acknowledged() {
    let watched = Watched::default();
    let journal = watched.open(inline());
    let kept = journal.append(&draft(b"kept")).unwrap().sequence;
    journal.commit().unwrap();
    let lost = journal.append(&draft(b"nobody knows")).unwrap().sequence;
    watched.must_panic.store(true, Ordering::SeqCst);
    catch_unwind(AssertUnwindSafe(|| journal.commit())).unwrap_err();
    watched.must_panic.store(false, Ordering::SeqCst);
    let appends = watched.disk.appends();
    assert!(is_poisoned(journal.health()));
    assert!(is_poisoned(journal.wait_durable(lost)));
    assert!(is_poisoned(journal.append(&draft(b"more"))));
    assert!(is_poisoned(journal.commit()));
    assert!(is_poisoned(journal.close()));
    assert_eq!(journal.durable(), kept);
    assert_eq!(watched.disk.appends(), appends, "nothing was written again");
    drop(journal);
    let (_, recovery) = open(&watched.disk, inline());
    assert!(recovery.records >= kept && !recovery.closed_cleanly);
}

/// A task that waits for the committing thread is told when that one panics: it does not wait
/// for ever.
#[test]
fn a_panic_of_the_committing_thread_is_told_to_tasks_that_wait() {
    let watched = Watched::default();
    let journal = watched.open(Options::default());
    watched.must_panic.store(true, Ordering::SeqCst);
    let sequence = journal.append(&draft(b"x")).unwrap().sequence;
    assert!(is_poisoned(support::block_on(journal.durable_at(sequence))));
    assert!(is_poisoned(journal.health()));
    assert_eq!(journal.durable(), 1);
}

/// A task must not block, so that the committing thread writes for it, always.
#[test]
fn a_task_never_writes_itself() {
    let watched = Watched::default();
    let journal = watched.open(Options::default());
    watched.synced_by.lock().unwrap().clear();
    for number in 0..50 {
        let sequence = journal.append(&draft(&[number])).unwrap().sequence;
        support::block_on(journal.durable_at(sequence)).unwrap();
    }
    let names = watched.synced_by.lock().unwrap().clone();
    assert_eq!(names, vec!["journal"; names.len()]);
    assert!(!names.is_empty());
}

/// A journal of one record that fills its segment, on a disk that has no descriptor from now on:
/// so many times, to make a file and to sync a folder.
fn full(without: [u64; 2], number: i32) -> (Watched, Journal) {
    let watched = Watched::default();
    let journal = watched.open(small());
    journal.append(&draft(&[1; 600])).unwrap();
    journal.commit().unwrap();
    for (of, times) in without.into_iter().enumerate() {
        watched.without[of].store(times, Ordering::SeqCst);
    }
    watched.number.store(number, Ordering::SeqCst);
    (watched, journal)
}

/// Callers may take every descriptor of the process, or of the machine, for a while. Nothing was
/// done then: a new segment waits for one, and is as good as another.
#[test]
fn a_segment_waits_for_a_file_descriptor() {
    for number in [23, 24] {
        let (watched, journal) = full([5, 2], number);
        let second = journal.append(&draft(&[2; 600])).unwrap();
        journal.wait_durable(second.sequence).unwrap();
        assert_eq!(second.position.segment, 3);
        assert_eq!(watched.waits.load(Ordering::SeqCst), 7);
        journal.close().unwrap();
        assert!(verify(&watched.disk, dir()).unwrap().is_sound());
    }
}

/// Half a minute in steps of 10 ms; then it is told, and the next start finds what was durable.
#[test]
fn a_segment_does_not_wait_for_a_file_descriptor_for_ever() {
    let (watched, journal) = full([u64::MAX, 0], 24);
    journal.append(&draft(&[2; 600])).unwrap();
    let told = journal.commit().unwrap_err();
    assert!(told.to_string().contains("(os error 24)"), "{told}");
    assert!(is_poisoned(Err::<(), _>(told)));
    assert_eq!(watched.waits.load(Ordering::SeqCst), 3_000);
    assert_eq!(watched.disk.files(), [segment(1)]);
    drop(journal);
    assert_eq!(open(&watched.disk, small()).1.records, 2);
}

/// Whatever else keeps a segment from being made is told at once.
#[test]
fn a_segment_that_may_not_be_made_is_not_waited_for() {
    let (watched, journal) = full([1, 0], 13);
    journal.append(&draft(&[2; 600])).unwrap();
    assert!(is_poisoned(journal.commit()));
    assert_eq!(watched.waits.load(Ordering::SeqCst), 0);
}
