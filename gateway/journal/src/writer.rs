//! Group commit: one write and one sync for everything that was appended meanwhile.
//!
//! A thread that waits commits itself, if nobody does so already: waking another thread and being
//! woken by it costs more than the write. The committing thread does it for tasks, which must not
//! block, for groups that grow large while nobody waits yet, and a little later for the rest.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use tokio::sync::watch;

use crate::chunk::Chunk;
use crate::disk::{Disk, DiskFile, DiskRead};
use crate::error::PoisonCause;
use crate::options::Options;
use crate::segment;
use crate::state::{Load, Poison, State, lock};

/// So often is waited for a file descriptor: half a minute on the system's disk, in which callers
/// reach their limits and give theirs back.
const DESCRIPTOR_WAITS: u32 = 3_000;

/// Too many open files in the machine, in the process (ENFILE and EMFILE of Unix): kinds without a
/// stable name.
const NO_DESCRIPTOR: [i32; 2] = [23, 24];

/// What nobody waits for is committed after this time at the latest.
const EARLY_WAIT: Duration = Duration::from_millis(2);

/// What waiters look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    pub durable: u64,
    pub has_stopped: bool,
}

/// Everything that the journal, its thread and its scans share.
pub(crate) struct Shared {
    pub disk: Arc<dyn Disk>,
    pub dir: PathBuf,
    pub options: Options,
    pub state: Mutex<State>,
    /// There is something to commit, or the thread must stop.
    pub work: Condvar,
    /// Something became durable, or never will.
    pub progress_made: Condvar,
    pub progress: watch::Sender<Progress>,
    pub writer: Mutex<Writer>,
    pub readers: Mutex<Vec<(u64, Arc<dyn DiskRead>)>>,
}

/// The open end of the journal: a segment, or none before the first chunk makes one.
pub(crate) struct Writer(pub Option<Box<dyn DiskFile>>);

/// A failed step of a commit.
struct Failure(PoisonCause, io::Error, PathBuf);

fn failure(cause: PoisonCause, path: &Path) -> impl FnOnce(io::Error) -> Failure + use<> {
    let path = path.to_owned();
    move |error| {
        let is_full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        );
        let cause = if is_full {
            PoisonCause::DiskFull
        } else {
            cause
        };
        Failure(cause, error, path)
    }
}

/// What opens something first is tried again where there was no file descriptor for that: nothing
/// was done then. Callers may take them all for a while; that must not stop the journal for good.
fn with_descriptor<T>(disk: &dyn Disk, open: impl Fn() -> io::Result<T>) -> io::Result<T> {
    let is_missing = |error: &io::Error| {
        let number = error.raw_os_error();
        number.is_some_and(|number| NO_DESCRIPTOR.contains(&number))
    };
    for _ in 0..DESCRIPTOR_WAITS {
        match open() {
            Err(error) if is_missing(&error) => disk.wait_for_descriptors(),
            result => return result,
        }
    }
    open()
}

impl Writer {
    /// Gives up the file, and with it the lock.
    pub(crate) fn release(&mut self) {
        self.0 = None;
    }

    fn commit(&mut self, disk: &dyn Disk, dir: &Path, group: &Chunk) -> Result<(), Failure> {
        let path = dir.join(segment::file_name(group.segment));
        if group.is_new_segment {
            self.begin_segment(disk, dir, &path, &group.header())?;
        }
        let records = group.behind_header();
        if records.is_empty() {
            return Ok(());
        }
        let Some(file) = &mut self.0 else {
            let closed = io::ErrorKind::NotConnected.into();
            return Err(Failure(PoisonCause::Write, closed, path));
        };
        file.append_all(&records)
            .map_err(failure(PoisonCause::Write, &path))?;
        file.sync_data().map_err(failure(PoisonCause::Sync, &path))
    }

    /// A segment exists, with its header and its name durable, before it takes a record: else a
    /// torn tail could be in a segment that is not the last.
    fn begin_segment(
        &mut self,
        disk: &dyn Disk,
        dir: &Path,
        path: &Path,
        header: &[u8],
    ) -> Result<(), Failure> {
        let mut file = with_descriptor(disk, || disk.create_append(path))
            .map_err(failure(PoisonCause::Write, path))?;
        file.append(header)
            .map_err(failure(PoisonCause::Write, path))?;
        file.sync_data().map_err(failure(PoisonCause::Sync, path))?;
        with_descriptor(disk, || disk.sync_dir(dir)).map_err(failure(PoisonCause::Sync, dir))?;
        self.0 = Some(file);
        Ok(())
    }
}

impl Shared {
    /// Makes the next group durable. Gives false when there is nothing to commit or nothing may
    /// be committed any more.
    pub(crate) fn commit_group(&self) -> bool {
        self.commit_with(lock(&self.writer))
    }

    /// As `commit_group`, in the thread of somebody who waits for it: no other thread needs to
    /// run then. Gives false, and does nothing, where another one is committing.
    pub(crate) fn commit_here(&self) -> bool {
        let writer = match self.writer.try_lock() {
            Ok(writer) => writer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        self.commit_with(writer)
    }

    fn commit_with(&self, mut writer: MutexGuard<'_, Writer>) -> bool {
        let group = {
            let mut state = lock(&self.state);
            if state.poison.is_some() {
                return false;
            }
            state.take_group()
        };
        let Some(group) = group else {
            return false;
        };
        let unwinding = Unwinding(self);
        let result = writer.commit(self.disk.as_ref(), &self.dir, &group);
        drop(group);
        let mut state = lock(&self.state);
        let is_durable = result.is_ok();
        match result {
            Ok(()) => state.group_is_durable(),
            Err(Failure(cause, error, path)) => {
                let detail = format!("{error}, {}", path.display());
                state.poison = Some(Poison { cause, detail });
            }
        }
        self.progress.send_replace(Progress {
            durable: state.durable,
            has_stopped: state.poison.is_some(),
        });
        drop(state);
        drop(unwinding);
        // Who is woken finds the writer free and may commit what came meanwhile.
        drop(writer);
        self.progress_made.notify_all();
        is_durable
    }

    /// After a panic while committing: nothing is acknowledged any more.
    pub(crate) fn give_up(&self) {
        let mut state = lock(&self.state);
        let cause = PoisonCause::Write;
        let detail = "a thread panicked while it committed".to_owned();
        state.poison.get_or_insert(Poison { cause, detail });
        self.progress.send_replace(Progress {
            durable: state.durable,
            has_stopped: true,
        });
        drop(state);
        self.progress_made.notify_all();
    }

    /// The committing thread: for those who wait without a thread of their own, for groups that
    /// grow large, and for what nobody waits for.
    pub(crate) fn commit_until_stopped(&self) {
        while self.wait_for_work() {
            self.commit_group();
        }
    }

    /// Waits until a group is due; false when the thread must end.
    fn wait_for_work(&self) -> bool {
        let mut state = lock(&self.state);
        let mut waited = false;
        loop {
            if state.must_stop || state.poison.is_some() {
                return false;
            }
            let is_wanted = state.wanted > state.durable;
            match state.load() {
                Load::Nothing => {
                    waited = false;
                    let woken = self.work.wait(state);
                    state = woken.unwrap_or_else(PoisonError::into_inner);
                }
                Load::Some if !is_wanted && !waited => {
                    let woken = self.work.wait_timeout(state, EARLY_WAIT);
                    let (again, timeout) = woken.unwrap_or_else(PoisonError::into_inner);
                    waited = timeout.timed_out();
                    state = again;
                }
                Load::Some | Load::Much => return true,
            }
        }
    }
}

/// A panic between taking a group and writing it down as durable: it may be written in part, and
/// must not be written again.
struct Unwinding<'a>(&'a Shared);

impl Drop for Unwinding<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.give_up();
        }
    }
}
