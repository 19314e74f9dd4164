//! Records that are written and synced together, in the pieces of memory in which they came: a
//! large part is never copied on its way to the disk.

use crate::record::{Frame, RECORD_BYTES_MIN};
use crate::segment::HEADER_BYTES;

/// A part of so many bytes stays where it is; a smaller one is copied behind the one before.
const OWN_BYTES_MIN: usize = 16 << 10;
/// A piece that is copied to takes at most so many bytes.
const COPIED_BYTES_MAX: usize = 64 << 10;
/// Room in a new one.
const COPIED_BYTES_MIN: usize = 4 << 10;
/// Bytes of a segment's header.
const HEADER_FRAME_BYTES: usize = RECORD_BYTES_MIN + HEADER_BYTES;

/// Bytes one behind the other, in pieces.
#[derive(Default)]
struct Pieces {
    all: Vec<Vec<u8>>,
    /// Whether the last piece is one that is copied to.
    is_open: bool,
    bytes: usize,
}

impl Pieces {
    fn copy(&mut self, part: &[u8]) {
        self.bytes += part.len();
        let open = self.all.last_mut().filter(|_| self.is_open);
        match open.filter(|open| open.len() + part.len() <= COPIED_BYTES_MAX) {
            Some(open) => open.extend_from_slice(part),
            None => {
                let mut open = Vec::with_capacity(part.len().max(COPIED_BYTES_MIN));
                open.extend_from_slice(part);
                self.all.push(open);
                self.is_open = true;
            }
        }
    }

    fn take(&mut self, part: Vec<u8>) {
        if part.len() < OWN_BYTES_MIN {
            return self.copy(&part);
        }
        self.bytes += part.len();
        self.all.push(part);
        self.is_open = false;
    }

    /// What is behind the first `from` bytes.
    fn after(&self, mut from: usize) -> impl Iterator<Item = &[u8]> {
        self.all.iter().filter_map(move |piece| {
            let rest = piece.get(from..).filter(|rest| !rest.is_empty());
            from = from.saturating_sub(piece.len());
            rest
        })
    }
}

/// Records of one segment that follow each other: a commit group, written and synced as one.
pub(crate) struct Chunk {
    pub segment: u64,
    /// Place of the first record in the segment.
    pub offset: u64,
    pub first: u64,
    pub last: u64,
    /// Whether the first record is the header of a segment that must be made. It is a group of
    /// its own, synced before the rest.
    pub is_new_segment: bool,
    pieces: Pieces,
}

impl Chunk {
    /// Without a record.
    pub(crate) fn new(segment: u64, offset: u64, first: u64, is_new_segment: bool) -> Self {
        Self {
            segment,
            offset,
            first,
            last: first,
            is_new_segment,
            pieces: Pieces::default(),
        }
    }

    /// The commit group of the record that comes next.
    pub(crate) fn group(&self) -> u64 {
        let behind_header = self.is_new_segment && self.pieces.bytes > 0;
        self.first + u64::from(behind_header)
    }

    /// Takes a record that is complete.
    pub(crate) fn push(&mut self, frame: Frame<'_>, sequence: u64) {
        let (head, sealed, hashes) = frame.into_parts();
        self.pieces.take(head);
        match sealed {
            std::borrow::Cow::Borrowed(sealed) => self.pieces.copy(sealed),
            std::borrow::Cow::Owned(sealed) => self.pieces.take(sealed),
        }
        self.pieces.copy(&hashes);
        self.last = sequence;
    }

    /// Bytes of all records.
    pub(crate) fn bytes(&self) -> usize {
        self.pieces.bytes
    }

    /// Records, the header too.
    pub(crate) fn records(&self) -> u64 {
        self.last.saturating_sub(self.first).saturating_add(1)
    }

    /// The place behind the last record.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.bytes() as u64
    }

    /// The header of a new segment.
    pub(crate) fn header(&self) -> Vec<u8> {
        self.read(0, HEADER_FRAME_BYTES)
    }

    /// What is written as one group: all but a header.
    pub(crate) fn behind_header(&self) -> Vec<&[u8]> {
        let skip = match self.is_new_segment {
            true => HEADER_FRAME_BYTES,
            false => 0,
        };
        self.pieces.after(skip).collect()
    }

    /// Up to `want` bytes from an offset in the chunk on.
    pub(crate) fn read(&self, from: usize, want: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(want.min(self.bytes().saturating_sub(from)));
        for rest in self.pieces.after(from) {
            let left = want - bytes.len();
            bytes.extend_from_slice(rest.get(..left).unwrap_or(rest));
            if bytes.len() == want {
                break;
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests;
