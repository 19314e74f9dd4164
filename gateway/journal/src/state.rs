//! What is appended and not yet durable, and where everything is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::chain::{Digest, Hash};
use crate::error::{JournalError, PoisonCause};
use crate::options::Options;
use crate::record::{Appended, Draft, Kind, Position};
use crate::segment::{Header, own_draft};

/// A sparse index has one mark for so many bytes of a segment.
const MARK_BYTES: u64 = 32 << 10;

/// Locks, also after a panic elsewhere: every change under these locks is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records of one segment that follow each other and are not durable yet.
pub(crate) struct Chunk {
    pub segment: u64,
    pub offset: u64,
    pub bytes: Vec<u8>,
    /// Where each record begins in `bytes`.
    pub starts: Vec<usize>,
    pub first: u64,
    pub last: u64,
    /// Whether the first record is the header of a segment that must be made.
    pub is_new_segment: bool,
}

impl Chunk {
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.bytes.len() as u64
    }

    fn records(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }
}

/// Where records of a segment begin: the first record in every 32 KiB.
#[derive(Default)]
pub(crate) struct Marks(Vec<(u64, u64)>);

impl Marks {
    /// Told of every record in order.
    pub(crate) fn see(&mut self, sequence: u64, offset: u64) {
        let due = self
            .0
            .last()
            .is_none_or(|mark| offset >= mark.1 + MARK_BYTES);
        if due {
            self.0.push((sequence, offset));
        }
    }

    /// The last mark at or before a sequence.
    pub(crate) fn before(&self, sequence: u64) -> Option<(u64, u64)> {
        let after = self.0.partition_point(|mark| mark.0 <= sequence);
        self.0.get(after.checked_sub(1)?).copied()
    }
}

/// The first error after which nothing is acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Poison {
    pub cause: PoisonCause,
    pub detail: String,
}

impl Poison {
    pub(crate) fn error(&self) -> JournalError {
        JournalError::Poisoned {
            cause: self.cause,
            detail: self.detail.clone(),
        }
    }
}

/// So many bytes that nobody waits for yet are written while more are made ready.
const EARLY_BYTES: usize = 1 << 20;

/// What there is to commit, as the committing thread looks at it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Load {
    Nothing,
    /// Worth waiting a little for more.
    Some,
    /// Worth a group of its own.
    Much,
}

/// The journal in memory: behind one lock.
pub(crate) struct State {
    pub journal_id: [u8; 16],
    pub digest: Digest,
    pub next: u64,
    pub head: Hash,
    pub time_ms: i64,
    pub tail: Position,
    pub durable: u64,
    /// The last sequence that somebody waits for and does not commit himself.
    pub wanted: u64,
    pub segments: BTreeMap<u64, Marks>,
    pub pending: VecDeque<Chunk>,
    pub in_flight: Vec<Arc<Chunk>>,
    pub loose_bytes: usize,
    pub poison: Option<Poison>,
    pub is_closed: bool,
    pub must_stop: bool,
}

impl State {
    /// Whether records may be appended.
    pub(crate) fn writable(&self) -> Result<(), JournalError> {
        if let Some(poison) = &self.poison {
            return Err(poison.error());
        }
        if self.is_closed {
            return Err(JournalError::Closed);
        }
        Ok(())
    }

    pub(crate) fn load(&self) -> Load {
        match self.loose_bytes {
            _ if self.pending.is_empty() => Load::Nothing,
            ..EARLY_BYTES => Load::Some,
            EARLY_BYTES.. => Load::Much,
        }
    }

    /// The last sequence appended.
    pub(crate) fn last(&self) -> u64 {
        self.next.saturating_sub(1)
    }

    /// Appends a record of `bytes`, in a new segment where the current one is full.
    pub(crate) fn append(
        &mut self,
        draft: &Draft<'_>,
        bytes: usize,
        options: &Options,
    ) -> Appended {
        let full = self.tail.offset.saturating_add(bytes as u64) > options.segment_bytes_max;
        // A segment with nothing but its header takes any record.
        let has_records = self.next > self.tail.segment.saturating_add(1);
        if full && has_records {
            self.begin_segment(draft.time_ms);
        }
        let most = (options.group_bytes_max, options.group_records_max);
        self.push(draft, most, false)
    }

    /// Starts a new segment with its header.
    pub(crate) fn begin_segment(&mut self, time_ms: i64) {
        let header = Header {
            digest: self.digest,
            first: self.next,
            previous: self.head,
            journal_id: self.journal_id,
        };
        self.tail = Position {
            segment: self.next,
            offset: 0,
        };
        let clear = header.to_bytes();
        self.push(&own_draft(Kind::HEADER, time_ms, &clear), (0, 0), true);
    }

    fn push(
        &mut self,
        draft: &Draft<'_>,
        (chunk_bytes_max, chunk_records_max): (usize, u64),
        is_new_segment: bool,
    ) -> Appended {
        let fits = self.pending.back().is_some_and(|chunk| {
            !is_new_segment
                && chunk.segment == self.tail.segment
                && chunk.bytes.len() < chunk_bytes_max
                && chunk.records() < chunk_records_max
        });
        if !fits {
            self.pending.push_back(Chunk {
                segment: self.tail.segment,
                offset: self.tail.offset,
                bytes: Vec::new(),
                starts: Vec::new(),
                first: self.next,
                last: self.next,
                is_new_segment,
            });
        }
        let appended = Appended {
            sequence: self.next,
            position: self.tail,
            hash: self.head,
        };
        let Some(chunk) = self.pending.back_mut() else {
            return appended; // A chunk is always there: one was pushed just now.
        };
        let start = chunk.bytes.len();
        let hash = draft.encode(self.digest, self.next, &self.head, &mut chunk.bytes);
        chunk.starts.push(start);
        chunk.last = self.next;
        let bytes = chunk.bytes.len() - start;
        let marks = self.segments.entry(self.tail.segment).or_default();
        marks.see(self.next, self.tail.offset);
        self.loose_bytes += bytes;
        self.tail.offset += bytes as u64;
        self.next += 1;
        self.head = hash;
        self.time_ms = draft.time_ms;
        Appended { hash, ..appended }
    }

    /// Appends the closing record.
    pub(crate) fn push_closing(&mut self, time_ms: i64) -> Appended {
        self.push(&own_draft(Kind::CLOSING, time_ms, &[]), (0, 0), false)
    }

    /// Moves what is written and synced next to `in_flight`.
    pub(crate) fn take_group(&mut self, options: &Options) -> Vec<Arc<Chunk>> {
        let (mut bytes, mut records) = (0, 0);
        while let Some(chunk) = self.pending.front() {
            let full = bytes + chunk.bytes.len() > options.group_bytes_max
                || records + chunk.records() > options.group_records_max;
            if bytes > 0 && full {
                break;
            }
            bytes += chunk.bytes.len();
            records += chunk.records();
            self.in_flight
                .extend(self.pending.pop_front().map(Arc::new));
        }
        self.in_flight.clone()
    }

    /// What `take_group` gave is durable.
    pub(crate) fn group_is_durable(&mut self) {
        for chunk in self.in_flight.drain(..) {
            self.loose_bytes = self.loose_bytes.saturating_sub(chunk.bytes.len());
            self.durable = chunk.last;
        }
    }

    /// The chunks that are not durable yet, in order.
    pub(crate) fn loose(&self) -> impl Iterator<Item = &Chunk> {
        let in_flight = self.in_flight.iter().map(AsRef::as_ref);
        in_flight.chain(self.pending.iter())
    }
}
