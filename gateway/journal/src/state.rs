//! What is appended and not yet durable, and where everything is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::chain::{Digest, Hash};
use crate::chunk::Chunk;
use crate::error::{JournalError, PoisonCause};
use crate::options::Options;
use crate::record::{Appended, Frame, Kind, Position};
use crate::segment::{Header, own_draft};

/// A sparse index has one mark for so many bytes of a segment.
const MARK_BYTES: u64 = 32 << 10;

/// Locks, also after a panic elsewhere: every change under these locks is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Groups are forgotten where nobody counts them: so many are kept, minutes of a busy disk.
const GROUPS_KEPT: usize = 65_536;

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
    /// Records that are earlier than the one before: there the clock was set back.
    pub set_back: Vec<u64>,
    pub tail: Position,
    pub durable: u64,
    /// The last sequence that somebody waits for and does not commit himself.
    pub wanted: u64,
    pub segments: BTreeMap<u64, Marks>,
    pub pending: VecDeque<Chunk>,
    pub in_flight: Option<Arc<Chunk>>,
    pub loose_bytes: usize,
    /// Records of each group that nobody has counted yet.
    pub groups: Vec<u32>,
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

    /// Appends a record, in a new segment where the current one is full.
    pub(crate) fn append(&mut self, frame: Frame<'_>, options: &Options) -> Appended {
        let end = self.tail.offset.saturating_add(frame.bytes() as u64);
        // A segment with nothing but its header takes any record.
        let has_records = self.next > self.tail.segment.saturating_add(1);
        if end > options.segment_bytes_max && has_records {
            self.begin_segment(frame.time_ms());
        }
        let most = (options.group_bytes_max, options.group_records_max);
        self.push(frame, most, false)
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
        let frame = Frame::of(&own_draft(Kind::HEADER, time_ms, &clear));
        self.push(frame, (0, 0), true);
    }

    fn push(
        &mut self,
        mut frame: Frame<'_>,
        (chunk_bytes_max, chunk_records_max): (usize, u64),
        is_new_segment: bool,
    ) -> Appended {
        let fits = self.pending.back().is_some_and(|chunk| {
            !is_new_segment
                && chunk.segment == self.tail.segment
                && chunk.bytes() < chunk_bytes_max
                && chunk.records() < chunk_records_max
        });
        if !fits {
            let Position { segment, offset } = self.tail;
            let chunk = Chunk::new(segment, offset, self.next, is_new_segment);
            self.pending.push_back(chunk);
        }
        let appended = Appended {
            sequence: self.next,
            position: self.tail,
            hash: self.head,
        };
        let Some(chunk) = self.pending.back_mut() else {
            return appended; // A chunk is always there: one was pushed just now.
        };
        let hash = frame.complete(self.digest, self.next, &self.head, chunk.group());
        let (bytes, time_ms) = (frame.bytes(), frame.time_ms());
        chunk.push(frame, self.next);
        let marks = self.segments.entry(self.tail.segment).or_default();
        marks.see(self.next, self.tail.offset);
        self.loose_bytes += bytes;
        self.tail.offset += bytes as u64;
        if time_ms < self.time_ms {
            self.set_back.push(self.next);
        }
        self.next += 1;
        self.head = hash;
        self.time_ms = time_ms;
        Appended { hash, ..appended }
    }

    /// Appends the closing record.
    pub(crate) fn push_closing(&mut self, time_ms: i64) -> Appended {
        let frame = Frame::of(&own_draft(Kind::CLOSING, time_ms, &[]));
        self.push(frame, (0, 0), false)
    }

    /// Moves what is written and synced next to `in_flight`: one chunk, because the records of a
    /// chunk carry its first as their group.
    pub(crate) fn take_group(&mut self) -> Option<Arc<Chunk>> {
        self.in_flight = self.pending.pop_front().map(Arc::new);
        self.in_flight.clone()
    }

    /// What `take_group` gave is durable.
    pub(crate) fn group_is_durable(&mut self) {
        if let Some(chunk) = self.in_flight.take() {
            self.loose_bytes = self.loose_bytes.saturating_sub(chunk.bytes());
            // The header of a segment is synced by itself.
            let header = u64::from(chunk.is_new_segment);
            for records in [header, chunk.records() - header] {
                if records > 0 && self.groups.len() < GROUPS_KEPT {
                    self.groups.push(u32::try_from(records).unwrap_or(u32::MAX));
                }
            }
            self.durable = chunk.last;
        }
    }

    /// The chunks that are not durable yet, in order.
    pub(crate) fn loose(&self) -> impl Iterator<Item = &Chunk> {
        let in_flight = self.in_flight.iter().map(AsRef::as_ref);
        in_flight.chain(self.pending.iter())
    }
}

#[cfg(test)]
mod tests;
