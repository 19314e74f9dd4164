//! One record: its fields and its bytes. The layout is FORMAT.md section 2.

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

impl Draft<'_> {
    /// Bytes that the record will take.
    pub(crate) fn frame_bytes(&self) -> Result<usize, JournalError> {
        for (name, text) in [("actor", self.actor), ("key_id", self.key_id)] {
            if u16::try_from(text.len()).is_err() {
                return Err(JournalError::FieldTooLong(name));
            }
        }
        let texts = self.actor.len() + self.key_id.len();
        let bytes = RECORD_BYTES_MIN
            .saturating_add(texts)
            .saturating_add(self.clear.len())
            .saturating_add(self.sealed.len());
        if bytes > RECORD_BYTES_MAX {
            return Err(JournalError::TooLarge {
                bytes: bytes as u64,
                bytes_max: RECORD_BYTES_MAX as u64,
            });
        }
        Ok(bytes)
    }

    /// Writes the record at the end of `out`, all but group and checksum, and gives its hash.
    /// `frame_bytes` must have been asked before: it guards the narrowing below.
    pub(crate) fn encode(
        &self,
        digest: Digest,
        sequence: u64,
        previous: &Hash,
        out: &mut Vec<u8>,
    ) -> Hash {
        let start = out.len();
        let texts = self.actor.len() + self.key_id.len();
        let bytes = RECORD_BYTES_MIN + texts + self.clear.len() + self.sealed.len();
        out.reserve(bytes);
        out.extend_from_slice(&(bytes as u32).to_be_bytes());
        out.extend_from_slice(&[0; 12]);
        out.extend_from_slice(&sequence.to_be_bytes());
        out.extend_from_slice(&self.time_ms.to_be_bytes());
        out.extend_from_slice(&self.kind.0.to_be_bytes());
        out.extend_from_slice(&(self.actor.len() as u16).to_be_bytes());
        out.extend_from_slice(&(self.key_id.len() as u16).to_be_bytes());
        out.extend_from_slice(&[0; 2]);
        out.extend_from_slice(&(self.clear.len() as u32).to_be_bytes());
        out.extend_from_slice(&(self.sealed.len() as u32).to_be_bytes());
        out.extend_from_slice(self.actor.as_bytes());
        out.extend_from_slice(self.key_id.as_bytes());
        out.extend_from_slice(self.clear);
        out.extend_from_slice(self.sealed);
        let hash = digest.link(previous, &out[start + BODY_OFFSET..]);
        out.extend_from_slice(previous);
        out.extend_from_slice(&hash);
        hash
    }
}

/// Puts the commit group and the checksum into a whole encoded record.
pub(crate) fn complete(frame: &mut [u8], group: u64) {
    frame[8..16].copy_from_slice(&group.to_be_bytes());
    let checksum = checksum(frame);
    frame[4..8].copy_from_slice(&checksum.to_be_bytes());
}

/// CRC-32 over the whole record without the checksum itself.
fn checksum(frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[..4]);
    hasher.update(&frame[8..]);
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
        if with_checksum && u32::from_be_bytes(fixed(frame, 4)) != checksum(frame) {
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

    /// Whether the record's hash follows from its fields and its previous hash.
    pub(crate) fn hash_fits(&self, digest: Digest) -> bool {
        let body = self.frame.get(BODY_OFFSET..self.bytes() - HASHES_BYTES);
        body.is_some_and(|body| digest.link(&self.previous, body) == self.hash)
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
