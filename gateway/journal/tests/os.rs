//! On the real disk, and from several threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::ScopedJoinHandle;

use journal::disk::{Disk, DiskFile, DiskRead, MemoryDisk, OsDisk};
use journal::{Journal, JournalError, Options, verify};
use support::{draft, inline, open, small};

/// A header comes on top where a segment is full.
const HEADER_BYTES: usize = 180;

fn open_in(dir: &Path, options: Options) -> Result<Journal, JournalError> {
    Journal::open(Arc::new(OsDisk), dir, options).map(|(journal, _)| journal)
}

#[test]
fn files_are_private_and_everything_comes_back() {
    let data = tempfile::tempdir().unwrap();
    let dir = data.path().join("data/journal");
    let options = Options {
        segment_bytes_max: 1000,
        ..Options::default()
    };
    let journal = open_in(&dir, options.clone()).unwrap();
    let mut last = 0;
    for number in 0..50_u8 {
        last = journal.append(&draft(&[number])).unwrap().sequence;
    }
    journal.wait_durable(last).unwrap();
    journal.close().unwrap();
    drop(journal);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(dir.parent().unwrap())), (0o700, 0o700));
    let names = OsDisk.list(&dir).unwrap();
    assert!(names.len() > 5);
    assert!(names.iter().all(|name| mode(&dir.join(name)) == 0o600));
    assert!(verify(&OsDisk, &dir).unwrap().is_sound());
    let journal = open_in(&dir, options).unwrap();
    let count = journal
        .scan(1)
        .map(Result::unwrap)
        .filter(|(_, one)| one.kind.0 == 7)
        .count();
    assert_eq!(count, 50);
}

#[test]
fn two_never_append_to_one_journal() {
    let data = tempfile::tempdir().unwrap();
    let dir = data.path().join("journal");
    let first = open_in(&dir, inline()).unwrap();
    let second = open_in(&dir, inline());
    assert!(matches!(second, Err(JournalError::InUse(_))));
    let end = first.durable_end();
    assert!(
        verify(&OsDisk, &dir).unwrap().damages.is_empty(),
        "reading is free"
    );
    assert_eq!(first.durable_end(), end);
    drop(first);
    assert!(open_in(&dir, inline()).is_ok());
}

/// The system's disk. Before the first file is opened for reading something else is done.
struct Meanwhile(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Disk for Meanwhile {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        OsDisk.list(dir)
    }

    fn create_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        OsDisk.create_append(path)
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        OsDisk.open_append(path)
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        if let Some(what) = self.0.lock().unwrap().take() {
            what();
        }
        OsDisk.open_read(path)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        OsDisk.sync_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        OsDisk.sync_dir(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        OsDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        OsDisk.remove(path)
    }

    fn truncate(&self, path: &Path, bytes: u64) -> io::Result<()> {
        OsDisk.truncate(path, bytes)
    }

    fn write_over(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        OsDisk.write_over(path, offset, bytes)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        OsDisk.create_dir_all(dir)
    }
}

/// Who reads the earlier segments of a journal that is written meanwhile comes to the last one of
/// his list when the writer has begun another one, and holds no lock on this one any more.
#[test]
fn a_journal_that_went_on_in_a_new_segment_is_in_use() {
    let data = tempfile::tempdir().unwrap();
    let dir = data.path().join("journal");
    let first = Arc::new(open_in(&dir, small()).unwrap());
    // Of two such records each begins a segment.
    let add = |journal: &Journal| {
        journal.append(&draft(&[1; 600])).unwrap();
        journal.commit().unwrap();
    };
    add(&first);
    add(&first);
    assert_eq!(OsDisk.list(&dir).unwrap().len(), 2);
    let writer = Arc::clone(&first);
    let disk = Meanwhile(Mutex::new(Some(Box::new(move || add(&writer)))));
    let second = Journal::open(Arc::new(disk), &dir, small()).map(|(_, recovery)| recovery);
    assert_eq!(OsDisk.list(&dir).unwrap().len(), 3);
    assert!(matches!(second, Err(JournalError::InUse(_))), "{second:?}");
    add(&first);
    first.close().unwrap();
    assert!(verify(&OsDisk, &dir).unwrap().is_sound());
}

/// Whoever still reads holds no lock: a journal that was closed or dropped is free at once.
#[test]
fn a_journal_is_free_when_it_is_closed_or_dropped() {
    let data = tempfile::tempdir().unwrap();
    let dir = data.path().join("journal");
    let closed = open_in(&dir, Options::default()).unwrap();
    closed.close().unwrap();
    let dropped = open_in(&dir, Options::default()).unwrap();
    assert_eq!(
        closed.scan(1).count(),
        2,
        "the header and the closing record"
    );
    let scan = dropped.scan(1);
    drop(dropped);
    drop(open_in(&dir, Options::default()).unwrap());
    assert_eq!(scan.count(), 2);
}

#[test]
fn a_torn_tail_is_kept_beside_the_journal() {
    let data = tempfile::tempdir().unwrap();
    let dir = data.path().join("journal");
    drop(open_in(&dir, inline()).unwrap());
    let segment = dir.join(OsDisk.list(&dir).unwrap().remove(0));
    let mut bytes = std::fs::read(&segment).unwrap();
    let whole = bytes.len();
    bytes.extend_from_slice(b"\0\0\0\xf0half a record");
    for round in 1..=2 {
        std::fs::write(&segment, &bytes).unwrap();
        drop(open_in(&dir, inline()).unwrap());
        assert_eq!(std::fs::metadata(&segment).unwrap().len(), whole as u64);
        let kept = data.path().join("recovered");
        let kept = kept.join(format!("00000000000000000001.seg.torn-{round}"));
        assert_eq!(std::fs::read(&kept).unwrap(), bytes[whole..]);
    }
}

#[test]
fn readers_see_every_record_whole_while_others_append() {
    let data = tempfile::tempdir().unwrap();
    let dir = data.path().join("journal");
    let options = Options {
        segment_bytes_max: 20_000,
        group_bytes_max: 2_000,
        in_flight_bytes_max: 10_000,
        ..Options::default()
    };
    let journal = open_in(&dir, options).unwrap();
    std::thread::scope(|scope| {
        let append = |thread: u8| {
            let journal = &journal;
            scope.spawn(move || {
                for number in 0..700_usize {
                    let content = vec![thread; number % 400];
                    let appended = journal.append(&draft(&content)).unwrap();
                    let record = journal.read(appended.position).unwrap();
                    assert_eq!((record.clear, record.hash), (content, appended.hash));
                    assert!(journal.in_flight_bytes() <= 10_000 + HEADER_BYTES);
                }
            })
        };
        let threads: Vec<_> = (0..3).map(append).collect();
        let mut scan = journal.scan(1);
        let mut seen = 0;
        while seen < 2_100 && journal.health().is_ok() {
            match scan.next() {
                Some(found) => seen += u32::from(found.unwrap().1.kind.0 == 7),
                None if threads.iter().all(ScopedJoinHandle::is_finished) => break,
                None => std::thread::yield_now(),
            }
        }
        seen += scan
            .map(Result::unwrap)
            .filter(|(_, one)| one.kind.0 == 7)
            .count() as u32;
        assert_eq!(seen, 2_100);
    });
    journal.close().unwrap();
    let report = verify(&OsDisk, &dir).unwrap();
    assert!(report.is_sound());
    let headers = report.segments;
    assert_eq!(report.records, 2_100 + headers + 1);
}

#[test]
fn a_copy_up_to_the_durable_end_is_a_journal() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, small());
    for number in 0..30_u8 {
        journal.append(&draft(&[number])).unwrap();
        if number % 5 == 0 {
            journal.commit().unwrap();
        }
        let (end, copy) = (journal.durable_end(), MemoryDisk::new());
        copy.create_dir_all(support::dir()).unwrap();
        for name in disk.list(support::dir()).unwrap() {
            let path = support::dir().join(&name);
            let mut bytes = disk.bytes(&path).unwrap();
            let first: u64 = name[..20].parse().unwrap();
            if first == end.segment {
                bytes.truncate(end.offset as usize);
            }
            if first <= end.segment && !bytes.is_empty() {
                copy.put(&path, bytes);
            }
        }
        let report = verify(&copy, support::dir()).unwrap();
        assert!(report.damages.is_empty());
        assert_eq!(report.head_sequence, journal.durable());
    }
}

/// A process without privileges may use what `df` shows; other processes write meanwhile.
#[test]
fn the_disk_says_how_much_room_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let room = OsDisk.room(dir.path()).unwrap().unwrap();
    let df = std::process::Command::new("df")
        .args(["--output=avail", "-B1"])
        .arg(dir.path())
        .output()
        .unwrap();
    let shown = String::from_utf8(df.stdout).unwrap();
    let shown: u64 = shown.lines().nth(1).unwrap().trim().parse().unwrap();
    assert!(room.abs_diff(shown) < 8 << 30, "{room} {shown}");
    assert!(room > 0);
    OsDisk.room(&dir.path().join("missing")).unwrap_err();
    // One in memory knows only a limit that it was given.
    assert_eq!(MemoryDisk::new().room(dir.path()).unwrap(), None);
}

/// Trouble while reading is told, whatever it is: a folder can be opened, and not read.
#[test]
fn what_cannot_be_read_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = OsDisk.open_read(dir.path()).unwrap();
    let told = file.read_at(0, &mut [0; 8]).unwrap_err();
    assert_eq!(told.kind(), io::ErrorKind::IsADirectory);
}
