//! The journal: open, append, wait, read, close.

mod moments;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

use crate::chain::Hash;
use crate::disk::Disk;
use crate::error::JournalError;
use crate::opening::{Opening, start};
use crate::options::Options;
use crate::record::{Appended, Draft, Frame, Position, Record};
use crate::recovery::Recovery;
use crate::scan::Scan;
use crate::state::{Load, State, lock};
use crate::writer::{Progress, Shared};

/// An open journal. Shared by reference between threads; one process at a time has it open.
///
/// Dropping it without [`Journal::close`] is a crash: what is not durable yet is given up and
/// no closing record is written.
pub struct Journal {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Journal {
    /// Opens the journal in `dir`, or makes a new one there. Reads and checks every record; cuts
    /// off a torn tail and reports it. Blocks for as long as that takes. Whoever wants to look
    /// before anything is changed uses [`Opening`].
    ///
    /// # Errors
    /// `Damaged` with the place if anything but a torn tail is wrong: nothing was changed then.
    /// `OtherDigest` where the digest is fixed and the journal has another one.
    /// `InUse` if another process has it open. `Io`, `Random` and `Thread` as they say.
    pub fn open(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: Options,
    ) -> Result<(Self, Recovery), JournalError> {
        Opening::read(disk, dir, options, &mut |_, _| {})?.open()
    }

    /// A journal that takes records, and its committing thread.
    pub(crate) fn new(shared: Shared) -> Result<Self, JournalError> {
        let shared = Arc::new(shared);
        let thread = match shared.options.commits_inline {
            true => None,
            false => Some(start(&shared)?),
        };
        let thread = Mutex::new(thread);
        Ok(Self { shared, thread })
    }

    /// Appends a record and gives its number, place and hash at once. It is readable from now
    /// on and durable later: see [`Journal::wait_durable`]. Waits only while more than
    /// `in_flight_bytes_max` are not durable.
    ///
    /// # Errors
    /// `Poisoned`, `Closed`, `TooLarge`, `FieldTooLong`, `KindReserved`; nothing was appended.
    pub fn append(&self, draft: &Draft<'_>) -> Result<Appended, JournalError> {
        self.append_sealed(draft, Cow::Borrowed(draft.sealed))
    }

    /// The same with this sealed part instead of the draft's. An owned one stays in its memory:
    /// it is not copied on its way to the disk.
    ///
    /// # Errors
    /// As `append`.
    pub fn append_sealed(
        &self,
        draft: &Draft<'_>,
        sealed: Cow<'_, [u8]>,
    ) -> Result<Appended, JournalError> {
        let frame = Frame::new(draft, sealed)?;
        let mut state = self.room(frame.bytes())?;
        let before = state.load();
        let appended = state.append(frame, &self.shared.options);
        self.tell_of_work(before, state);
        Ok(appended)
    }

    /// Appends several records with nobody else's between them, but for a segment's header.
    ///
    /// # Errors
    /// As `append`; nothing was appended then, not a part.
    pub fn append_all(&self, drafts: &[Draft<'_>]) -> Result<Vec<Appended>, JournalError> {
        let frames = drafts
            .iter()
            .map(|draft| Frame::new(draft, Cow::Borrowed(draft.sealed)));
        let frames: Vec<Frame<'_>> = frames.collect::<Result<_, _>>()?;
        let mut state = self.room(frames.iter().map(Frame::bytes).sum())?;
        let before = state.load();
        let appended = frames
            .into_iter()
            .map(|frame| state.append(frame, &self.shared.options))
            .collect();
        self.tell_of_work(before, state);
        Ok(appended)
    }

    /// The last sequence that is durable: it and all before it survive any crash.
    #[must_use]
    pub fn durable(&self) -> u64 {
        lock(&self.shared.state).durable
    }

    /// Records in each group, with one fdatasync, that became durable since the last call: for a
    /// metric. At most 65,536 groups are kept for whoever asks seldom.
    #[must_use]
    pub fn take_groups(&self) -> Vec<u32> {
        std::mem::take(&mut lock(&self.shared.state).groups)
    }

    /// Blocks until a record is durable.
    ///
    /// # Errors
    /// `Poisoned` if it never will be in this process (the next start may still find it),
    /// `NoSuchSequence` if it was not appended.
    pub fn wait_durable(&self, sequence: u64) -> Result<(), JournalError> {
        let mut state = lock(&self.shared.state);
        loop {
            if state.durable >= sequence {
                return Ok(());
            }
            if let Some(poison) = &state.poison {
                return Err(poison.error());
            }
            if sequence > state.last() {
                return Err(JournalError::NoSuchSequence(sequence));
            }
            drop(state);
            let is_inline = self.shared.options.commits_inline;
            let committed = match is_inline {
                true => self.shared.commit_group(),
                false => self.shared.commit_here(),
            };
            state = lock(&self.shared.state);
            let is_decided = state.durable >= sequence || state.poison.is_some();
            if !committed && !is_inline && !is_decided {
                // Another one is committing; if this record is not in that group, the
                // committing thread takes it.
                state.wanted = state.wanted.max(sequence);
                self.shared.work.notify_one();
                state = wait(&self.shared.progress_made, state);
            }
        }
    }

    /// As [`Journal::wait_durable`], for a task: needs no runtime of a certain kind.
    ///
    /// # Errors
    /// As `wait_durable`.
    pub async fn durable_at(&self, sequence: u64) -> Result<(), JournalError> {
        let mut progress = self.shared.progress.subscribe();
        let is_known = {
            let mut state = lock(&self.shared.state);
            let is_known = sequence <= state.last();
            if is_known {
                state.wanted = state.wanted.max(sequence);
            }
            is_known
        };
        if is_known && self.shared.options.commits_inline {
            // Others get a turn between the record and its group, as with the committing thread.
            tokio::task::yield_now().await;
        } else if is_known {
            self.shared.work.notify_one();
            let done = |progress: &Progress| progress.durable >= sequence || progress.has_stopped;
            // The sender lives as long as `self`, so that waiting can't fail.
            let _ = progress.wait_for(done).await;
        }
        self.wait_durable(sequence)
    }

    /// Commits what was appended so far, and returns the last durable sequence.
    ///
    /// # Errors
    /// As `wait_durable`.
    pub fn commit(&self) -> Result<u64, JournalError> {
        let last = lock(&self.shared.state).last();
        self.wait_durable(last)?;
        Ok(last)
    }

    /// The record at a position, durable or not.
    ///
    /// # Errors
    /// `NoSuchPosition`, `Damaged` if its checksum fails now, `Io`.
    pub fn read(&self, position: Position) -> Result<Record, JournalError> {
        self.shared.record_at(position)
    }

    /// The record of that number, durable or not.
    ///
    /// # Errors
    /// `NoSuchSequence`, `Damaged` if its checksum fails now, `Io`.
    pub fn read_sequence(&self, sequence: u64) -> Result<Record, JournalError> {
        let position = self.shared.locate(sequence)?;
        self.shared.record_at(position)
    }

    /// Where the record of that number is.
    ///
    /// # Errors
    /// As `read_sequence`.
    pub fn position_of(&self, sequence: u64) -> Result<Position, JournalError> {
        self.shared.locate(sequence)
    }

    /// All records from a number on, in order, headers and closing records included, up to what
    /// is appended when asked.
    #[must_use]
    pub fn scan(&self, from_sequence: u64) -> Scan {
        Scan::new(Arc::clone(&self.shared), from_sequence)
    }

    /// Sequence and hash of the last record appended.
    #[must_use]
    pub fn head(&self) -> (u64, Hash) {
        let state = lock(&self.shared.state);
        (state.last(), state.head)
    }

    /// The journal's random id, the same in every segment.
    #[must_use]
    pub fn journal_id(&self) -> [u8; 16] {
        lock(&self.shared.state).journal_id
    }

    /// The place behind the last durable record. A copy of all segments before that one and of
    /// so many of its bytes is a whole journal: what a backup takes while others append.
    #[must_use]
    pub fn durable_end(&self) -> Position {
        let state = lock(&self.shared.state);
        let loose = state.loose().next().map(|chunk| Position {
            segment: chunk.segment,
            offset: chunk.offset,
        });
        loose.unwrap_or(state.tail)
    }

    /// Bytes appended and not durable yet: a measure for the load.
    #[must_use]
    pub fn in_flight_bytes(&self) -> usize {
        lock(&self.shared.state).loose_bytes
    }

    /// Why nothing is acknowledged any more, if that is so.
    ///
    /// # Errors
    /// `Poisoned`.
    pub fn health(&self) -> Result<(), JournalError> {
        match &lock(&self.shared.state).poison {
            Some(poison) => Err(poison.error()),
            None => Ok(()),
        }
    }

    /// Bytes that may still be written where the journal lies; `None` where the disk does not say.
    ///
    /// # Errors
    /// As the file system says.
    pub fn disk_room(&self) -> std::io::Result<Option<u64>> {
        self.shared.disk.room(&self.shared.dir)
    }

    /// A clean stop: commits everything, writes the closing record in a group of its own and
    /// syncs it. Its time is that of the last record. Reading goes on to work.
    ///
    /// # Errors
    /// `Poisoned`, or `Closed` if it was already.
    pub fn close(&self) -> Result<(), JournalError> {
        self.close_at(i64::MIN)
    }

    /// As [`Journal::close`], with the time of the stop (Unix milliseconds UTC); the last
    /// record's if that is later.
    ///
    /// # Errors
    /// As `close`.
    pub fn close_at(&self, time_ms: i64) -> Result<(), JournalError> {
        self.close_where(time_ms, |_| true).map(drop)
    }

    /// As [`Journal::close_at`], only where `last` is the last record: the closing record stands
    /// right behind it. Gives false, and changes nothing, where another one came after it.
    ///
    /// # Errors
    /// As `close`.
    pub fn close_behind(&self, last: u64, time_ms: i64) -> Result<bool, JournalError> {
        self.close_where(time_ms, |end| end == last)
    }

    /// What says that this is the end, and takes no more records, is one turn of the lock.
    fn close_where(
        &self,
        time_ms: i64,
        is_end: impl FnOnce(u64) -> bool,
    ) -> Result<bool, JournalError> {
        {
            let mut state = lock(&self.shared.state);
            state.writable()?;
            if !is_end(state.last()) {
                return Ok(false);
            }
            state.is_closed = true;
        }
        self.commit()?;
        let last = {
            let mut state = lock(&self.shared.state);
            let time_ms = time_ms.max(state.time_ms);
            state.push_closing(time_ms).sequence
        };
        self.shared.work.notify_one();
        let result = self.wait_durable(last);
        self.stop();
        lock(&self.shared.writer).release();
        result.map(|()| true)
    }

    /// Wakes the committing thread where it sees another load now: not for every record.
    fn tell_of_work(&self, before: Load, state: MutexGuard<'_, State>) {
        let has_changed = before != state.load();
        drop(state);
        if has_changed {
            self.shared.work.notify_one();
        }
    }

    /// Waits until so many bytes may be appended.
    fn room(&self, bytes: usize) -> Result<MutexGuard<'_, State>, JournalError> {
        let limit = self.shared.options.in_flight_bytes_max;
        let mut state = lock(&self.shared.state);
        loop {
            state.writable()?;
            if state.loose_bytes == 0 || state.loose_bytes.saturating_add(bytes) <= limit {
                return Ok(state);
            }
            if self.shared.options.commits_inline {
                drop(state);
                self.shared.commit_group();
                state = lock(&self.shared.state);
            } else {
                state.wanted = state.last();
                self.shared.work.notify_one();
                state = wait(&self.shared.progress_made, state);
            }
        }
    }

    fn stop(&self) {
        lock(&self.shared.state).must_stop = true;
        self.shared.work.notify_all();
        if let Some(thread) = lock(&self.thread).take() {
            // A panic in the thread was reported by the panic hook; nothing is left to do.
            let _ = thread.join();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.stop();
        lock(&self.shared.writer).release();
    }
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = lock(&self.shared.state);
        f.debug_struct("Journal")
            .field("dir", &self.shared.dir)
            .field("last", &state.last())
            .field("durable", &state.durable)
            .finish_non_exhaustive()
    }
}

fn wait<'s>(condition: &Condvar, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
    match condition.wait(state) {
        Ok(state) => state,
        Err(poisoned) => poisoned.into_inner(),
    }
}

#[cfg(test)]
mod tests;
