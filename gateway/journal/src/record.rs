//! One record: its fields and its bytes. The layout is FORMAT.md section 2.

use std::borrow::Cow;

use crate::chain::{Digest, Hash};
use crate::error::{Flaw, JournalError};

/// Bytes before the actor: the fixed part of a record.
pub const FIXED_BYTES: usize = 48;
/// Bytes of the two hashes at the end of a record.
pub const HASHES_BYTES: usize = 64;
/// The smallest record.
pub const RECORD_BYTES_MIN: usize = FIXED_BYTES + HASHES_BYTES;
/// The largest record, with everything: 64 MiB.
pub const RECORD_BYTES_MAX: usize = 64 << 20;
/// Where the hashed part begins: length, checksum and commit group are outside the chain.
const BODY_OFFSET: usize = 16;

/// What a record is about. The meaning belongs to the gateway; 0 and 1 are the journal's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u16);

impl Kind {
    /// First record of a segment.
    pub const HEADER: Self = Self(0);
    /// Written by a clean stop.
    pub const CLOSING: Self = Self(1);

    /// Whether the journal itself writes this kind.
    #[must_use]
    pub fn is_reserved(self) -> bool {
        self.0 <= Self::CLOSING.0
    }
}

/// A record to be appended.
#[derive(Clone, Copy)]
pub struct Draft<'a> {
    /// What it is about; not a reserved kind.
    pub kind: Kind,
    /// Time of the event, Unix milliseconds, UTC.
    pub time_ms: i64,
    /// Who caused it, at most 65,535 bytes.
    pub actor: &'a str,
    /// Data key of the sealed part, empty if there is none; at most 65,535 bytes.
    pub key_id: &'a str,
    /// What may be read without a key. Never personal data.
    pub clear: &'a [u8],
    /// What [`crate::seal::Vault::seal`] gave, or empty.
    pub sealed: &'a [u8],
}

/// A record read back.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number; the first record of a journal is 1, and there are no gaps.
    pub sequence: u64,
    /// What it is about.
    pub kind: Kind,
    /// Time of the event, Unix milliseconds, UTC.
    pub time_ms: i64,
    /// Who caused it.
    pub actor: String,
    /// Data key of the sealed part, empty if there is none.
    pub key_id: String,
    /// What may be read without a key.
    pub clear: Vec<u8>,
    /// Nonce, ciphertext and tag, or empty.
    pub sealed: Vec<u8>,
    /// Hash of the record before; zeros in the very first.
    pub previous: Hash,
    /// Hash of this record.
    pub hash: Hash,
}

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// First sequence of the segment, which is its file name.
    pub segment: u64,
    /// Bytes from the beginning of that file.
    pub offset: u64,
}

/// What became of a draft. Not durable yet: see `wait_durable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Its number.
    pub sequence: u64,
    /// Where it is, now and after the commit.
    pub position: Position,
    /// Its hash, which stands for everything up to it.
    pub hash: Hash,
}

/// A record on its way into the journal: the part before the sealed one made ready by the
/// appender alone, the rest filled in when its place in the chain is known.
pub(crate) struct Frame<'a> {
    head: Vec<u8>,
    sealed: Cow<'a, [u8]>,
    hashes: [u8; HASHES_BYTES],
    time_ms: i64,
}

impl<'a> Frame<'a> {
    /// Makes a draft's record ready, all but its place.
    ///
    /// # Errors
    /// `FieldTooLong`, `TooLarge`, `KindReserved`.
    pub(crate) fn new(draft: &Draft<'_>, sealed: Cow<'a, [u8]>) -> Result<Self, JournalError> {
        if draft.kind.is_reserved() {
            return Err(JournalError::KindReserved(draft.kind.0));
        }
        for (name, text) in [("actor", draft.actor), ("key_id", draft.key_id)] {
            if u16::try_from(text.len()).is_err() {
                return Err(JournalError::FieldTooLong(name));
            }
        }
        let bytes = draft.head_bytes().saturating_add(sealed.len());
        let bytes = bytes.saturating_add(HASHES_BYTES);
        if bytes > RECORD_BYTES_MAX {
            return Err(JournalError::TooLarge {
                bytes: bytes as u64,
                bytes_max: RECORD_BYTES_MAX as u64,
            });
        }
        Ok(Self::around(draft, sealed))
    }

    /// The frame of a record of the journal's own.
    pub(crate) fn of(draft: &Draft<'a>) -> Self {
        Self::around(draft, Cow::Borrowed(draft.sealed))
    }

    /// The narrowing below was guarded before, or the draft is the journal's own and small.
    fn around(draft: &Draft<'_>, sealed: Cow<'a, [u8]>) -> Self {
        let mut head = Vec::with_capacity(draft.head_bytes());
        let bytes = draft.head_bytes() + sealed.len() + HASHES_BYTES;
        head.extend_from_slice(&(bytes as u32).to_be_bytes());
        // Checksum, commit group and sequence come with the place.
        head.extend_from_slice(&[0; 20]);
        head.extend_from_slice(&draft.time_ms.to_be_bytes());
        head.extend_from_slice(&draft.kind.0.to_be_bytes());
        head.extend_from_slice(&(draft.actor.len() as u16).to_be_bytes());
        head.extend_from_slice(&(draft.key_id.len() as u16).to_be_bytes());
        head.extend_from_slice(&[0; 2]);
        head.extend_from_slice(&(draft.clear.len() as u32).to_be_bytes());
        head.extend_from_slice(&(sealed.len() as u32).to_be_bytes());
        head.extend_from_slice(draft.actor.as_bytes());
        head.extend_from_slice(draft.key_id.as_bytes());
        head.extend_from_slice(draft.clear);
        Self {
            head,
            sealed,
            hashes: [0; HASHES_BYTES],
            time_ms: draft.time_ms,
        }
    }

    /// Bytes of the whole record.
    pub(crate) fn bytes(&self) -> usize {
        self.head.len() + self.sealed.len() + HASHES_BYTES
    }

    /// Time of the event.
    pub(crate) fn time_ms(&self) -> i64 {
        self.time_ms
    }

    /// Gives the record its place in the chain and in a commit group, and its checksum.
    pub(crate) fn complete(
        &mut self,
        digest: Digest,
        sequence: u64,
        previous: &Hash,
        group: u64,
    ) -> Hash {
        self.head[8..16].copy_from_slice(&group.to_be_bytes());
        self.head[16..24].copy_from_slice(&sequence.to_be_bytes());
        let hash = digest.link(previous, &[&self.head[BODY_OFFSET..], &self.sealed]);
        let (before, own) = self.hashes.split_at_mut(HASHES_BYTES / 2);
        before.copy_from_slice(previous);
        own.copy_from_slice(&hash);
        let checksum = checksum(&self.head, &[&self.sealed, &self.hashes]);
        self.head[4..8].copy_from_slice(&checksum.to_be_bytes());
        hash
    }

    /// What is before the sealed part, that, and the two hashes.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Cow<'a, [u8]>, [u8; HASHES_BYTES]) {
        (self.head, self.sealed, self.hashes)
    }
}

impl Draft<'_> {
    /// Bytes of the record before its sealed part.
    fn head_bytes(&self) -> usize {
        let texts = self.actor.len() + self.key_id.len();
        FIXED_BYTES
            .saturating_add(texts)
            .saturating_add(self.clear.len())
    }
}

/// CRC-32 over the whole record without the checksum itself; the first part holds that.
fn checksum(first: &[u8], others: &[&[u8]]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&first[..4]);
    hasher.update(&first[8..]);
    for part in others {
        hasher.update(part);
    }
    hasher.finalize()
}

/// A record inside a buffer.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    frame: &'a [u8],
    pub sequence: u64,
    pub group: u64,
    pub time_ms: i64,
    pub kind: Kind,
    pub actor: &'a str,
    pub key_id: &'a str,
    pub clear: &'a [u8],
    pub sealed: &'a [u8],
    pub previous: Hash,
    pub hash: Hash,
}

/// A big-endian number at a place of the fixed part; zeros if the bytes are not there.
fn fixed<const N: usize>(frame: &[u8], at: usize) -> [u8; N] {
    let mut number = [0; N];
    if let Some(bytes) = frame.get(at..at + N) {
        number.copy_from_slice(bytes);
    }
    number
}

/// The length that a record states, if it is a possible one. Needs four bytes.
pub(crate) fn stated_length(frame: &[u8]) -> Result<usize, Flaw> {
    let length = u32::from_be_bytes(fixed(frame, 0)) as usize;
    if (RECORD_BYTES_MIN..=RECORD_BYTES_MAX).contains(&length) {
        Ok(length)
    } else {
        Err(Flaw::Length)
    }
}

/// The sequence that a record states, unchecked. Needs 24 bytes.
pub(crate) fn stated_sequence(frame: &[u8]) -> u64 {
    u64::from_be_bytes(fixed(frame, 16))
}

/// Whether the lengths in the fixed part add up: a cheap test before any checksum.
pub(crate) fn lengths_agree(frame: &[u8]) -> bool {
    let sum = u64::from(u16::from_be_bytes(fixed(frame, 34)))
        + u64::from(u16::from_be_bytes(fixed(frame, 36)))
        + u64::from(u32::from_be_bytes(fixed(frame, 40)))
        + u64::from(u32::from_be_bytes(fixed(frame, 44)))
        + RECORD_BYTES_MIN as u64;
    sum == u64::from(u32::from_be_bytes(fixed(frame, 0)))
}

impl<'a> View<'a> {
    /// Reads exactly one record. The checksum is left out for bytes that never were on a disk.
    pub(crate) fn parse(frame: &'a [u8], with_checksum: bool) -> Result<Self, Flaw> {
        if frame.len() < RECORD_BYTES_MIN || stated_length(frame)? != frame.len() {
            return Err(Flaw::Length);
        }
        if with_checksum && u32::from_be_bytes(fixed(frame, 4)) != checksum(frame, &[]) {
            return Err(Flaw::Checksum);
        }
        if !lengths_agree(frame) || fixed(frame, 38) != [0; 2] {
            return Err(Flaw::Fields);
        }
        let mut at = FIXED_BYTES;
        let mut part = |bytes: usize| {
            let part = frame.get(at..at + bytes).ok_or(Flaw::Fields);
            at += bytes;
            part
        };
        let text = |bytes: &'a [u8]| std::str::from_utf8(bytes).map_err(|_| Flaw::Fields);
        Ok(Self {
            frame,
            group: u64::from_be_bytes(fixed(frame, 8)),
            sequence: stated_sequence(frame),
            time_ms: i64::from_be_bytes(fixed(frame, 24)),
            kind: Kind(u16::from_be_bytes(fixed(frame, 32))),
            actor: text(part(u16::from_be_bytes(fixed(frame, 34)).into())?)?,
            key_id: text(part(u16::from_be_bytes(fixed(frame, 36)).into())?)?,
            clear: part(u32::from_be_bytes(fixed(frame, 40)) as usize)?,
            sealed: part(u32::from_be_bytes(fixed(frame, 44)) as usize)?,
            previous: fixed(frame, frame.len() - HASHES_BYTES),
            hash: fixed(frame, frame.len() - 32),
        })
    }

    /// Bytes of the whole record.
    pub(crate) fn bytes(&self) -> usize {
        self.frame.len()
    }

    /// Its bytes, as they stand in the segment.
    pub(crate) fn frame(&self) -> &'a [u8] {
        self.frame
    }

    /// Whether the record's hash follows from its fields and its previous hash.
    pub(crate) fn hash_fits(&self, digest: Digest) -> bool {
        let body = self.frame.get(BODY_OFFSET..self.bytes() - HASHES_BYTES);
        body.is_some_and(|body| digest.link(&self.previous, &[body]) == self.hash)
    }

    /// The digest with which the hash fits, where no header says which one it is.
    pub(crate) fn digest(&self) -> Option<Digest> {
        let mut digests = [Digest::Sha256, Digest::Sm3].into_iter();
        digests.find(|digest| self.hash_fits(*digest))
    }

    /// The record with its own memory.
    pub(crate) fn to_record(self) -> Record {
        Record {
            sequence: self.sequence,
            kind: self.kind,
            time_ms: self.time_ms,
            actor: self.actor.to_owned(),
            key_id: self.key_id.to_owned(),
            clear: self.clear.to_vec(),
            sealed: self.sealed.to_vec(),
            previous: self.previous,
            hash: self.hash,
        }
    }
}

/// The contents stay out: a record may end up in a log line.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("sequence", &self.sequence)
            .field("kind", &self.kind)
            .field("time_ms", &self.time_ms)
            .field("clear_bytes", &self.clear.len())
            .field("sealed_bytes", &self.sealed.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("kind", &self.kind)
            .field("time_ms", &self.time_ms)
            .field("clear_bytes", &self.clear.len())
            .field("sealed_bytes", &self.sealed.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
