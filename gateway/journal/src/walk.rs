//! Reading a segment from its beginning, with every check: used by recovery and `verify`.

use std::io;

use crate::chain::{Digest, Hash};
use crate::disk::DiskRead;
use crate::error::Flaw;
use crate::record::{self, Kind, RECORD_BYTES_MIN, View};
use crate::segment::Header;

/// Bytes read at once.
const WINDOW_BYTES: usize = 1 << 20;

/// A file seen through a buffer.
pub(crate) struct Window<'d> {
    file: &'d dyn DiskRead,
    bytes: u64,
    buffer: Vec<u8>,
    start: u64,
}

impl<'d> Window<'d> {
    pub(crate) fn new(file: &'d dyn DiskRead) -> io::Result<Self> {
        let bytes = file.len()?;
        let buffer = Vec::new();
        Ok(Self {
            file,
            bytes,
            buffer,
            start: 0,
        })
    }

    /// Bytes of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Up to `want` bytes from `offset`; fewer only at the end of the file.
    pub(crate) fn peek(&mut self, offset: u64, want: usize) -> io::Result<&[u8]> {
        let left = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        let want = want.min(left);
        let end = self.start + self.buffer.len() as u64;
        if offset < self.start || offset.saturating_add(want as u64) > end {
            self.buffer.resize(want.max(WINDOW_BYTES.min(left)), 0);
            self.start = offset;
            let read = self.file.read_at(offset, &mut self.buffer)?;
            self.buffer.truncate(read);
        }
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        let rest = self.buffer.get(from..).unwrap_or_default();
        Ok(rest.get(..want).unwrap_or(rest))
    }

    /// The record at `offset`, well-formed and with a fitting checksum; not yet in the chain.
    pub(crate) fn record(&mut self, offset: u64) -> Result<View<'_>, Flaw> {
        let left = self.bytes.saturating_sub(offset);
        let head = self.peek(offset, RECORD_BYTES_MIN).map_err(unreadable)?;
        if head.len() < 4 {
            return Err(Flaw::Cut);
        }
        let length = record::stated_length(head)?;
        if length as u64 > left {
            return Err(Flaw::Cut);
        }
        let frame = self.peek(offset, length).map_err(unreadable)?;
        View::parse(frame, true)
    }

    /// The next whole record after an offset, looking at every byte, if any is there: one with
    /// at least that sequence and a hash that fits its fields.
    pub(crate) fn next_record(&mut self, after: u64, sequence: u64) -> Result<Option<Found>, Flaw> {
        let mut offset = after + 1;
        while offset + RECORD_BYTES_MIN as u64 <= self.bytes {
            let head = self.peek(offset, RECORD_BYTES_MIN).map_err(unreadable)?;
            if head.len() < RECORD_BYTES_MIN {
                break;
            }
            let plausible = record::lengths_agree(head)
                && record::stated_sequence(head) >= sequence
                && record::stated_length(head).is_ok();
            if plausible
                && let Ok(view) = self.record(offset)
                && let Some(digest) = view.digest()
            {
                return Ok(Some(Found {
                    offset,
                    end: offset + view.bytes() as u64,
                    group: view.group,
                    digest,
                }));
            }
            offset += 1;
        }
        Ok(None)
    }
}

/// A whole record found behind a flaw.
pub(crate) struct Found {
    pub offset: u64,
    pub end: u64,
    pub group: u64,
    pub digest: Digest,
}

fn unreadable(error: io::Error) -> Flaw {
    Flaw::Unreadable(error.kind())
}

/// What is known of the chain before the next record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    /// The sequence that comes next.
    pub next: u64,
    /// The hash that it must continue from.
    pub head: Hash,
    /// The commit group of the last record.
    pub group: u64,
    /// Time of the last record.
    pub time_ms: i64,
    /// The digest of the current segment.
    pub digest: Digest,
    /// The journal's id, once a header was read.
    pub journal_id: Option<[u8; 16]>,
    /// Whether the last record is a closing one.
    pub is_closed: bool,
    /// A sequence whose hash is wanted; 0 for none.
    pub probe: u64,
    /// That hash, once the record was passed.
    pub probed: Option<Hash>,
}

impl Chain {
    /// Before the first record of all.
    pub(crate) fn beginning() -> Self {
        Self {
            next: 1,
            head: Hash::default(),
            group: 0,
            time_ms: 0,
            digest: Digest::Sha256,
            journal_id: None,
            is_closed: false,
            probe: 0,
            probed: None,
        }
    }

    /// Takes a record into the chain, or says why it does not belong there.
    pub(crate) fn take(&mut self, view: &View<'_>, is_first: bool) -> Result<(), Flaw> {
        if view.sequence != self.next {
            return Err(Flaw::Sequence {
                expected: self.next,
                found: view.sequence,
            });
        }
        if view.previous != self.head {
            return Err(Flaw::Chain);
        }
        if is_first {
            let header = Header::of(view)?;
            if self.journal_id.is_some_and(|id| id != header.journal_id) {
                return Err(Flaw::Header("another journal's"));
            }
            self.journal_id = Some(header.journal_id);
            self.digest = header.digest;
        } else if view.kind == Kind::HEADER {
            return Err(Flaw::Misplaced);
        }
        if !view.hash_fits(self.digest) {
            return Err(Flaw::Hash);
        }
        let begins = view.group == view.sequence;
        if !begins && (is_first || view.group != self.group) {
            return Err(Flaw::Group);
        }
        self.accept(view);
        Ok(())
    }

    /// Goes on after this record, whatever came before.
    pub(crate) fn accept(&mut self, view: &View<'_>) {
        self.next = view.sequence.saturating_add(1);
        self.head = view.hash;
        self.group = view.group;
        self.time_ms = view.time_ms;
        self.is_closed = view.kind == Kind::CLOSING;
    }
}

/// Where a segment stopped making sense.
pub(crate) struct Stop {
    pub offset: u64,
    pub flaw: Flaw,
}

/// Takes the records from `offset` to the end into the chain; `seen` is told each record and its
/// offset. Gives the end of the last record.
pub(crate) fn walk(
    window: &mut Window<'_>,
    mut offset: u64,
    chain: &mut Chain,
    seen: &mut dyn FnMut(&View<'_>, u64),
) -> Result<u64, Stop> {
    // An empty segment is a torn one: its header is missing.
    while offset < window.bytes() || offset == 0 {
        let view = window
            .record(offset)
            .map_err(|flaw| Stop { offset, flaw })?;
        let taken = chain.take(&view, offset == 0);
        taken.map_err(|flaw| Stop { offset, flaw })?;
        if view.sequence == chain.probe {
            chain.probed = Some(view.hash);
        }
        seen(&view, offset);
        offset += view.bytes() as u64;
    }
    Ok(offset)
}
