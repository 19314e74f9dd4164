//! A disk that reads wrongly once. What it said must not cost a record that is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use journal::disk::{Disk, DiskFile, DiskRead, MemoryDisk};
use journal::{Flaw, Journal, JournalError};
use support::{dir, draft, inline, open, segment};

/// One reader of a file, after so many others, sees one bit flipped; the rest see what is there.
struct Lying {
    disk: MemoryDisk,
    at: u64,
    before: AtomicI32,
}

struct LyingRead {
    inner: Box<dyn DiskRead>,
    at: Option<u64>,
}

impl DiskRead for LyingRead {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read_at(offset, buffer)?;
        let place = self.at.and_then(|at| at.checked_sub(offset));
        if let Some(byte) = place.and_then(|place| buffer[..count].get_mut(place as usize)) {
            *byte ^= 4;
        }
        Ok(count)
    }

    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }
}

impl Disk for Lying {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.disk.list(dir)
    }

    fn create_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.create_append(path)
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open_append(path)
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        let lies = path == segment(1) && self.before.fetch_sub(1, Ordering::SeqCst) == 0;
        let inner = self.disk.open_read(path)?;
        let at = lies.then_some(self.at);
        Ok(Box::new(LyingRead { inner, at }))
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.disk.sync_file(path)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
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
}

#[test]
fn a_disk_that_does_not_say_how_much_room_it_has_is_taken_for_no_limit() {
    let lying = Lying {
        disk: MemoryDisk::new(),
        at: 0,
        before: AtomicI32::new(-1),
    };
    assert_eq!(lying.room(dir()).unwrap(), None);
}

/// The last record was acknowledged. One wrong read of it, at the first look or where it is written
/// once more, looks like an interrupted write, and is none: nothing is cut off or written, and the
/// next start has the record.
#[test]
fn a_record_that_was_read_wrongly_once_is_neither_cut_off_nor_written_so() {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, inline());
    for number in 0..5_u8 {
        journal.append(&draft(&[number])).unwrap();
        journal.commit().unwrap();
    }
    let before = disk.bytes(&segment(1)).unwrap().len();
    let acknowledged = journal.append(&draft(b"the last record")).unwrap();
    journal.commit().unwrap();
    drop(journal);
    let bytes = disk.bytes(&segment(1)).unwrap();
    for (look, at) in [0, 1]
        .into_iter()
        .flat_map(|look| (before..bytes.len()).map(move |at| (look, at)))
    {
        let lying = Lying {
            disk: disk.clone(),
            at: at as u64,
            before: AtomicI32::new(look),
        };
        match Journal::open(Arc::new(lying), dir(), inline()) {
            Err(JournalError::Damaged(damage)) => {
                assert_eq!(damage.what, Flaw::Unreadable(io::ErrorKind::InvalidData));
                let place = (damage.offset, damage.sequence);
                assert_eq!(place, (before as u64, acknowledged.sequence));
            }
            other => panic!(
                "look {look}, byte {at}: {:?}",
                other.map(|(_, recovery)| recovery)
            ),
        }
        assert_eq!(disk.bytes(&segment(1)).unwrap(), bytes, "byte {at}");
    }
    let (_, recovery) = open(&disk, inline());
    assert_eq!(recovery.records, acknowledged.sequence);
    assert_eq!(recovery.torn_tail, None);
}
