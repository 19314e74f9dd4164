//! Reading records in order.

use std::sync::Arc;

use crate::error::JournalError;
use crate::fetch::damage;
use crate::record::{self, Position, Record, View};
use crate::state::lock;
use crate::writer::Shared;

/// Bytes fetched at once.
const WINDOW_BYTES: usize = 1 << 20;

/// Records in order, also those that are not durable yet. After `None` it may be asked again: it
/// goes on with what was appended meanwhile. After an error it gives nothing more.
pub struct Scan {
    shared: Arc<Shared>,
    next: Option<u64>,
    at: Option<Position>,
    bytes: Vec<u8>,
    from: usize,
    with_checksum: bool,
}

impl Scan {
    pub(crate) fn new(shared: Arc<Shared>, from_sequence: u64) -> Self {
        Self {
            shared,
            next: Some(from_sequence.max(1)),
            at: None,
            bytes: Vec::new(),
            from: 0,
            with_checksum: false,
        }
    }

    fn advance(&mut self, sequence: u64) -> Result<Option<(Position, Record)>, JournalError> {
        if sequence > lock(&self.shared.state).last() {
            return Ok(None);
        }
        let mut at = match self.at {
            Some(at) => at,
            None => self.shared.locate(sequence)?,
        };
        if self.buffered().is_none() && !self.refill(at)? {
            // The end of a segment: the sequence is the first of the next one.
            at = self.shared.locate(sequence)?;
            self.refill(at)?;
        }
        let Some(frame) = self.buffered() else {
            return Err(JournalError::NoSuchSequence(sequence));
        };
        let view = View::parse(frame, self.with_checksum).map_err(damage(at))?;
        if view.sequence != sequence {
            return Err(JournalError::NoSuchSequence(sequence));
        }
        let (record, length) = (view.to_record(), frame.len());
        self.from += length;
        self.at = Some(Position {
            offset: at.offset + length as u64,
            ..at
        });
        self.next = Some(sequence + 1);
        Ok(Some((at, record)))
    }

    /// The next record's bytes, if all are in the buffer.
    fn buffered(&self) -> Option<&[u8]> {
        let rest = self.bytes.get(self.from..)?;
        let length = record::stated_length(rest.get(..4)?).ok()?;
        rest.get(..length)
    }

    /// Fills the buffer from a position on; false at the end of a segment.
    fn refill(&mut self, at: Position) -> Result<bool, JournalError> {
        let mut fetched = self.shared.fetch(at, WINDOW_BYTES)?;
        if let Some(head) = fetched.bytes.get(..4) {
            let length = record::stated_length(head).map_err(damage(at))?;
            if length > fetched.bytes.len() {
                fetched = self.shared.fetch(at, length)?;
            }
        }
        self.bytes = fetched.bytes;
        self.with_checksum = fetched.with_checksum;
        self.from = 0;
        Ok(!self.bytes.is_empty())
    }
}

impl Iterator for Scan {
    type Item = Result<(Position, Record), JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        let sequence = self.next?;
        let result = self.advance(sequence);
        if result.is_err() {
            self.next = None;
        }
        result.transpose()
    }
}
