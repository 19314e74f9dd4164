//! The one place where facts become durable: journal, vault and book behind one lock.
//!
//! A command looks at the book, writes events and applies them while it holds the lock; what it
//! answers waits for [`Core::durable`]. So there is one order of facts, the journal's, and a
//! crash loses nothing that was acknowledged (M3).

mod circumstances;
mod fact;
mod reading;

pub use circumstances::{Hindrance, JOURNAL};
pub use fact::Fact;
pub use reading::{read_clear, read_event};

use crate::book::{Book, Inconsistent, Recorded};
use crate::clock::Clock;
use crate::event::Event;
use journal::seal::{SealError, Vault};
use journal::{Draft, Journal, JournalError, Record};
use schemas::codes::BankCalendar;
use schemas::value::BankCode;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Why a fact could not be recorded or read: ours, never the sender's.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The journal refused.
    #[error("the journal did not take the record")]
    Journal(#[from] JournalError),
    /// The vault refused.
    #[error("personal data could not be sealed or opened")]
    Vault(#[from] SealError),
    /// The journal tells what the book can't follow.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// A record of our own that can't be read as an event.
    #[error("record {sequence} is not an event of this program")]
    NotAnEvent {
        /// Its sequence.
        sequence: u64,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A value that could not be written as JSON.
    #[error("a value could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A defect struck in the middle of a change.
    #[error("the book may differ from the journal: nothing is decided before a restart")]
    Doubtful,
}

/// Room for an event's JSON; most take less.
const EVENT_BYTES: usize = 256;

/// A fact made ready outside the lock: JSON written, personal part sealed.
#[derive(Debug)]
pub struct Prepared {
    event: Event,
    table_at: usize,
    clear: Vec<u8>,
    key_id: String,
    sealed: Vec<u8>,
}

/// Locks for receiving, shared out among the banks.
const RECEIVING: usize = 64;

/// Journal, vault and book.
pub struct Core {
    journal: Journal,
    vault: Vault,
    book: Mutex<Book>,
    clock: Arc<dyn Clock>,
    changed: watch::Sender<u64>,
    receiving: [Mutex<()>; RECEIVING],
    is_doubtful: AtomicBool,
    connected: OnceLock<circumstances::Connected>,
    bank_days: OnceLock<Arc<BankCalendar>>,
    hindrances: circumstances::Hindrances,
    uncollected: circumstances::Uncollected,
    unreached: circumstances::Unreached,
    journal_failed_ms: OnceLock<i64>,
}

impl std::fmt::Debug for Core {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Core").finish_non_exhaustive()
    }
}

/// The book under the lock, with the right to record.
pub struct Desk<'a> {
    core: &'a Core,
    book: MutexGuard<'a, Book>,
}

impl std::ops::Deref for Desk<'_> {
    type Target = Book;
    fn deref(&self) -> &Book {
        &self.book
    }
}

impl Core {
    /// Replays the journal into a book.
    ///
    /// # Errors
    /// When a record is damaged, is no event of this program, or can't follow its predecessors.
    pub fn open(
        journal: Journal,
        vault: Vault,
        clock: Arc<dyn Clock>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Self, CoreError> {
        let mut book = Book::default();
        for entry in journal.scan(1) {
            let (_, record) = entry?;
            if record.kind.is_reserved() {
                continue;
            }
            let (event, table) = read_event(&record)?;
            let followed = book.apply(Recorded {
                sequence: record.sequence,
                time_ms: record.time_ms,
                event: &event,
                table,
            });
            if let Err(defect) = followed {
                // The record was refused when it was made, too: what was done then stands.
                tracing::error!(error = %defect, "a record is not followed");
            }
            progress(record.sequence);
        }
        let (changed, _) = watch::channel(book.sequence());
        Ok(Self {
            journal,
            vault,
            book: Mutex::new(book),
            clock,
            changed,
            receiving: std::array::from_fn(|_| Mutex::new(())),
            is_doubtful: AtomicBool::new(false),
            connected: OnceLock::new(),
            bank_days: OnceLock::new(),
            hindrances: circumstances::Hindrances::default(),
            uncollected: circumstances::Uncollected::default(),
            unreached: circumstances::Unreached::default(),
            journal_failed_ms: OnceLock::new(),
        })
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The clock, for a task that outlives the borrow.
    pub fn shared_clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Now, Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        crate::clock::unix_ms(self.clock.now())
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The journal.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Takes the lock. Never held across an await.
    pub fn desk(&self) -> Desk<'_> {
        // A thread that panicked while it only read left the book as it was; one that panicked
        // while it changed the book made it doubtful, and nothing is recorded any more.
        Desk {
            core: self,
            book: self.book.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Whether a thread panicked while it changed the book: it may be half of a change beside the
    /// journal, and nothing more is decided from it in this process.
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful.load(Ordering::Acquire)
    }

    /// Taken while a bank's message is stored and read, so that two copies of one message that
    /// come at once have one effect. Never held together with an await. Banks seldom wait for
    /// each other.
    pub fn receiving(&self, bank: BankCode) -> MutexGuard<'_, ()> {
        let letters = bank.as_str().bytes();
        let sum = letters.fold(0usize, |sum, letter| sum * 31 + usize::from(letter));
        self.receiving[sum % RECEIVING]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a fact's JSON and seals its personal part, outside the lock.
    ///
    /// # Errors
    /// When the vault or the encoder fails.
    pub fn prepare(&self, fact: Fact) -> Result<Prepared, CoreError> {
        let Fact {
            event,
            table,
            personal,
        } = fact;
        let event = event.counted();
        let mut clear = Vec::with_capacity(EVENT_BYTES + table.len());
        serde_json::to_writer(&mut clear, &event)?;
        let table_at = clear.len() + 1;
        if !table.is_empty() {
            clear.push(b'\n');
            clear.extend_from_slice(&table);
        }
        let (key_id, sealed) = match personal {
            // The sealed part is bound to its clear part.
            Some((owner, personal)) => self.vault.seal(&owner, &clear, &personal)?,
            None => (String::new(), Vec::new()),
        };
        Ok(Prepared {
            event,
            table_at,
            clear,
            key_id,
            sealed,
        })
    }

    /// Records one fact by `actor` and applies it. Not yet durable.
    ///
    /// # Errors
    /// When it can't be sealed, journalled or followed.
    pub fn record(&self, actor: &str, fact: Fact) -> Result<u64, CoreError> {
        let mut prepared = self.prepare(fact)?;
        let sealed = std::mem::take(&mut prepared.sealed);
        self.desk().record_with(actor, &prepared, sealed.into())
    }

    /// Waits until everything up to `sequence` survives a loss of power.
    ///
    /// # Errors
    /// When the journal failed: nothing is acknowledged any more.
    pub async fn durable(&self, sequence: u64) -> Result<(), CoreError> {
        Ok(self.journal.durable_at(sequence).await?)
    }

    /// As [`Core::durable`], for threads of their own.
    ///
    /// # Errors
    /// When the journal failed: nothing is acknowledged any more.
    pub fn wait_durable(&self, sequence: u64) -> Result<(), CoreError> {
        Ok(self.journal.wait_durable(sequence)?)
    }

    /// Tells of every change, by sequence.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// A record and its event.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn event(&self, sequence: u64) -> Result<(Record, Event), CoreError> {
        let record = self.journal.read_sequence(sequence)?;
        let (event, _) = read_event(&record)?;
        Ok((record, event))
    }

    /// The sealed part of a record, opened.
    ///
    /// # Errors
    /// When the key is gone or the record was changed.
    pub fn personal(&self, record: &Record) -> Result<Zeroizing<Vec<u8>>, CoreError> {
        if record.key_id.is_empty() {
            return Ok(Zeroizing::default());
        }
        Ok(self
            .vault
            .open_sealed(&record.key_id, &record.clear, &record.sealed)?)
    }
}

impl Desk<'_> {
    /// Records a fact that has no personal part and applies it, under the lock that is held.
    ///
    /// # Errors
    /// When it can't be journalled or followed.
    pub fn record(&mut self, actor: &str, event: Event) -> Result<u64, CoreError> {
        let prepared = self.core.prepare(event.into())?;
        self.record_prepared(actor, &prepared)
    }

    /// Records a fact made ready before and applies it.
    ///
    /// # Errors
    /// When it can't be journalled or followed.
    pub fn record_prepared(&mut self, actor: &str, fact: &Prepared) -> Result<u64, CoreError> {
        self.record_with(actor, fact, Cow::Borrowed(&fact.sealed))
    }

    fn record_with(
        &mut self,
        actor: &str,
        fact: &Prepared,
        sealed: Cow<'_, [u8]>,
    ) -> Result<u64, CoreError> {
        if self.core.is_doubtful() {
            return Err(CoreError::Doubtful);
        }
        let table = fact.clear.get(fact.table_at..).unwrap_or_default();
        match self.book.would_follow(&fact.event, table) {
            Ok(()) => self.append(actor, fact, sealed),
            Err(what) => Err(self.refuse(actor, fact, what)?.into()),
        }
    }

    fn append(
        &mut self,
        actor: &str,
        fact: &Prepared,
        sealed: Cow<'_, [u8]>,
    ) -> Result<u64, CoreError> {
        let _changing = Changing(&self.core.is_doubtful);
        let time_ms = self.core.now_ms();
        let draft = Draft {
            kind: fact.event.kind(),
            time_ms,
            actor,
            key_id: &fact.key_id,
            clear: &fact.clear,
            sealed: &[],
        };
        let appended = self.core.journal.append_sealed(&draft, sealed);
        // Noted when it happens, not when somebody asks.
        let appended = appended.inspect_err(|_| self.core.note_journal())?;
        self.book.apply(Recorded {
            sequence: appended.sequence,
            time_ms,
            event: &fact.event,
            table: fact.clear.get(fact.table_at..).unwrap_or_default(),
        })?;
        self.core.changed.send_replace(appended.sequence);
        Ok(appended.sequence)
    }

    /// Records that a fact was refused, which is listed (M11), instead of the fact (decision 007).
    fn refuse(
        &mut self,
        actor: &str,
        fact: &Prepared,
        what: &'static str,
    ) -> Result<Inconsistent, CoreError> {
        let refused = Event::Refused {
            kind: fact.event.kind().0,
            what: what.to_owned(),
            digest: crate::sha256_hex(&fact.clear),
        };
        let prepared = self.core.prepare(refused.into())?;
        let sequence = self.append(actor, &prepared, Cow::Borrowed(&prepared.sealed))?;
        Ok(Inconsistent { sequence, what })
    }

    /// Now, Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.core.now_ms()
    }
}

/// A change under way: a panic before its end leaves the book in doubt.
struct Changing<'a>(&'a AtomicBool);

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests;
