//! Reading bytes of the journal, from memory while they are not durable and else from disk.

use std::sync::Arc;

use crate::disk::DiskRead;
use crate::error::{Damage, Flaw, JournalError};
use crate::record::{self, Position, RECORD_BYTES_MIN, Record, View};
use crate::segment;
use crate::state::lock;
use crate::writer::Shared;

/// Segments that are kept open for reading.
const READERS_MAX: usize = 32;
/// Bytes of a point read: most records are smaller.
const POINT_BYTES: usize = 16 << 10;

/// Bytes from a position on.
pub(crate) struct Fetched {
    pub bytes: Vec<u8>,
    /// Whether they come from disk and carry a checksum.
    pub with_checksum: bool,
}

impl Shared {
    /// Up to `want` bytes from a position; none at the end of a segment.
    pub(crate) fn fetch(&self, at: Position, want: usize) -> Result<Fetched, JournalError> {
        let mut limit = u64::MAX;
        {
            let state = lock(&self.state);
            let loose = state.loose().filter(|chunk| chunk.segment == at.segment);
            for chunk in loose {
                if at.offset < chunk.offset {
                    limit = limit.min(chunk.offset);
                } else if at.offset < chunk.end() {
                    let from = usize::try_from(at.offset - chunk.offset).unwrap_or(0);
                    return Ok(Fetched {
                        bytes: chunk.read(from, want),
                        with_checksum: false,
                    });
                }
            }
            if state.tail.segment == at.segment {
                limit = limit.min(state.tail.offset);
            }
        }
        self.fetch_from_disk(at, want, limit)
    }

    fn fetch_from_disk(
        &self,
        at: Position,
        want: usize,
        limit: u64,
    ) -> Result<Fetched, JournalError> {
        let path = self.dir.join(segment::file_name(at.segment));
        let file = self.reader(at.segment)?;
        let end = file.len().map_err(JournalError::io("read", &path))?;
        let left = end.min(limit).saturating_sub(at.offset);
        let want = want.min(usize::try_from(left).unwrap_or(usize::MAX));
        let mut bytes = vec![0; want];
        let read = file
            .read_at(at.offset, &mut bytes)
            .map_err(JournalError::io("read", &path))?;
        bytes.truncate(read);
        Ok(Fetched {
            bytes,
            with_checksum: true,
        })
    }

    fn reader(&self, segment: u64) -> Result<Arc<dyn DiskRead>, JournalError> {
        let mut readers = lock(&self.readers);
        if let Some((_, file)) = readers.iter().find(|(of, _)| *of == segment) {
            return Ok(Arc::clone(file));
        }
        let path = self.dir.join(segment::file_name(segment));
        let file = self
            .disk
            .open_read(&path)
            .map_err(JournalError::io("open", &path))?;
        let file: Arc<dyn DiskRead> = file.into();
        if readers.len() >= READERS_MAX {
            readers.remove(0);
        }
        readers.push((segment, Arc::clone(&file)));
        Ok(file)
    }

    /// The record at a position.
    pub(crate) fn record_at(&self, at: Position) -> Result<Record, JournalError> {
        if !lock(&self.state).segments.contains_key(&at.segment) {
            return Err(no_such(at));
        }
        let mut fetched = self.fetch(at, POINT_BYTES)?;
        if fetched.bytes.len() < RECORD_BYTES_MIN {
            return Err(no_such(at));
        }
        let length = record::stated_length(&fetched.bytes).map_err(damage(at))?;
        if length > fetched.bytes.len() {
            fetched = self.fetch(at, length)?;
        }
        let frame = fetched.bytes.get(..length);
        let frame = frame.ok_or(Flaw::Cut).map_err(damage(at))?;
        let view = View::parse(frame, fetched.with_checksum).map_err(damage(at))?;
        Ok(view.to_record())
    }

    /// Where a sequence is.
    pub(crate) fn locate(&self, sequence: u64) -> Result<Position, JournalError> {
        let missing = || JournalError::NoSuchSequence(sequence);
        let (mut at, mut here) = {
            let state = lock(&self.state);
            if sequence >= state.next {
                return Err(missing());
            }
            let segment = state.segments.range(..=sequence).next_back();
            let (segment, marks) = segment.ok_or_else(missing)?;
            let (here, offset) = marks.before(sequence).ok_or_else(missing)?;
            let segment = *segment;
            (Position { segment, offset }, here)
        };
        // At most 32 KiB of records to step over; a large one ends the buffer early.
        let mut fetched = self.fetch(at, POINT_BYTES)?;
        let mut from = 0;
        while here < sequence {
            let head = fetched.bytes.get(from..from + RECORD_BYTES_MIN);
            let Some(head) = head else {
                if from == 0 {
                    return Err(missing());
                }
                fetched = self.fetch(at, POINT_BYTES)?;
                from = 0;
                continue;
            };
            let length = record::stated_length(head).map_err(damage(at))?;
            from += length;
            at.offset += length as u64;
            here += 1;
        }
        Ok(at)
    }
}

fn no_such(at: Position) -> JournalError {
    JournalError::NoSuchPosition {
        segment: at.segment,
        offset: at.offset,
    }
}

/// A flaw met while reading.
pub(crate) fn damage(at: Position) -> impl FnOnce(Flaw) -> JournalError {
    move |what| {
        JournalError::Damaged(Damage {
            segment: segment::file_name(at.segment),
            offset: at.offset,
            sequence: 0,
            what,
        })
    }
}
