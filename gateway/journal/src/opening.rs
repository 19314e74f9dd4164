//! From what recovery found to a journal that takes records.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::disk::Disk;
use crate::error::JournalError;
use crate::options::Options;
use crate::record::Position;
use crate::recovery::Recovered;
use crate::state::{State, lock};
use crate::writer::{Progress, Shared, Writer};

impl Shared {
    /// Makes the first segment, or another one if the last was written with another digest.
    pub(crate) fn begin(&self) -> Result<(), JournalError> {
        {
            let mut state = lock(&self.state);
            let is_new = state.segments.is_empty();
            let needs_header = state.tail.offset == 0 || state.digest != self.options.digest;
            if !needs_header {
                return Ok(());
            }
            let time_ms = match is_new {
                true => self.options.opened_ms,
                false => state.time_ms,
            };
            state.digest = self.options.digest;
            state.begin_segment(time_ms);
        }
        self.commit_group();
        match &lock(&self.state).poison {
            Some(poison) => Err(poison.error()),
            None => Ok(()),
        }
    }
}

/// A journal in memory from what recovery found.
pub(crate) fn share(
    disk: Arc<dyn Disk>,
    dir: &Path,
    options: Options,
    journal_id: [u8; 16],
    recovered: Recovered,
) -> Shared {
    let Recovered {
        chain,
        end,
        file,
        segments,
        ..
    } = recovered;
    // A last segment that was removed leaves the end of the one before, which is not open.
    let has_end = file.is_some();
    let segment = segments.keys().next_back().copied().unwrap_or(chain.next);
    let state = State {
        journal_id,
        digest: chain.digest,
        next: chain.next,
        head: chain.head,
        time_ms: chain.time_ms,
        tail: Position {
            segment,
            offset: if has_end { end } else { 0 },
        },
        durable: chain.next - 1,
        wanted: 0,
        segments,
        pending: VecDeque::new(),
        in_flight: None,
        loose_bytes: 0,
        groups: Vec::new(),
        poison: None,
        is_closed: false,
        must_stop: false,
    };
    let progress = Progress {
        durable: state.durable,
        has_stopped: false,
    };
    Shared {
        disk,
        dir: dir.to_owned(),
        options,
        state: Mutex::new(state),
        work: Condvar::new(),
        progress_made: Condvar::new(),
        progress: watch::Sender::new(progress),
        writer: Mutex::new(Writer(file)),
        readers: Mutex::new(Vec::new()),
    }
}

/// A random id for a new journal.
pub(crate) fn new_id(options: &Options) -> Result<[u8; 16], JournalError> {
    let mut id = [0; 16];
    options.random.fill(&mut id)?;
    Ok(id)
}

/// Starts the committing thread.
pub(crate) fn start(shared: &Arc<Shared>) -> Result<JoinHandle<()>, JournalError> {
    let shared = Arc::clone(shared);
    let builder = std::thread::Builder::new().name("journal".to_owned());
    builder
        .spawn(move || {
            let run = AssertUnwindSafe(|| shared.commit_until_stopped());
            if catch_unwind(run).is_err() {
                // Else everyone would wait for ever.
                shared.give_up();
            }
        })
        .map_err(JournalError::Thread)
}
