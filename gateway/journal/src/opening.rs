//! From what recovery found to a journal that takes records.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use tokio::sync::watch;

use crate::chain::Hash;
use crate::disk::Disk;
use crate::error::JournalError;
use crate::journal::Journal;
use crate::options::Options;
use crate::record::Position;
use crate::recovery::{Recovered, Recovery, mend, recover};
use crate::state::{State, lock};
use crate::witness::End;
use crate::writer::{Progress, Shared, Writer};

/// A journal that was read and checked, and of which nothing was changed yet: its last segment is
/// locked, a torn tail is still there.
pub struct Opening {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: Options,
    recovered: Recovered,
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opening")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

impl Opening {
    /// Reads and checks every record. `seen` is told each one's sequence and hash.
    ///
    /// # Errors
    /// As [`Journal::open`]; nothing was changed.
    pub fn read(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: Options,
        seen: &mut dyn FnMut(u64, &Hash),
    ) -> Result<Self, JournalError> {
        let recovered = recover(disk.as_ref(), dir, seen)?;
        if options.digest_is_fixed && recovered.chain.journal_id.is_some() {
            let found = recovered.chain.digest;
            if found != options.digest {
                let wanted = options.digest;
                return Err(JournalError::OtherDigest { found, wanted });
            }
        }
        Ok(Self {
            disk,
            dir: dir.to_owned(),
            options,
            recovered,
        })
    }

    /// What there is, for whoever knows how far the journal had come.
    #[must_use]
    pub fn end(&self) -> End {
        let chain = &self.recovered.chain;
        End {
            journal_id: chain.journal_id,
            sequence: chain.next - 1,
            hash: chain.head,
            is_torn: self.recovered.torn.is_some(),
        }
    }

    /// Goes on in the digest in which the journal ends, whatever the options say.
    #[must_use]
    pub fn in_its_digest(mut self) -> Self {
        self.options.digest = self.recovered.chain.digest;
        self
    }

    /// Cuts off a torn tail and opens the journal, or makes a new one.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open(self) -> Result<(Journal, Recovery), JournalError> {
        let Self {
            disk,
            dir,
            options,
            mut recovered,
        } = self;
        disk.create_dir_all(&dir)
            .map_err(JournalError::io("make", &dir))?;
        let torn_tail = mend(disk.as_ref(), &dir, &mut recovered)?;
        // A crash may have come between making and syncing the last segment's name.
        disk.sync_dir(&dir)
            .map_err(JournalError::io("sync", &dir))?;
        let journal_id = match recovered.chain.journal_id {
            Some(id) => id,
            None => new_id(&options)?,
        };
        let recovery = Recovery {
            records: recovered.chain.next - 1,
            head_hash: recovered.chain.head,
            time_ms: recovered.chain.time_ms,
            journal_id,
            torn_tail,
            closed_cleanly: recovered.chain.is_closed || recovered.was_empty,
        };
        let shared = share(disk, &dir, options, journal_id, recovered);
        shared.begin()?;
        Ok((Journal::new(shared)?, recovery))
    }
}

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
fn share(
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
        set_back,
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
        set_back,
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
fn new_id(options: &Options) -> Result<[u8; 16], JournalError> {
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
