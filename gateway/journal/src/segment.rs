//! A segment's name and header. The layout is FORMAT.md section 3.

use crate::chain::{Digest, Hash};
use crate::error::Flaw;
use crate::record::{Draft, Kind, View};

/// First bytes of every header's clear part.
pub const MAGIC: [u8; 8] = *b"ANXINJNL";
/// Version of the format.
pub const VERSION: u16 = 1;
/// Bytes of a header's clear part.
pub const HEADER_BYTES: usize = 68;

/// The file name of the segment that begins with `sequence`.
#[must_use]
pub fn file_name(sequence: u64) -> String {
    format!("{sequence:020}.seg")
}

/// The first sequence of the segment with that file name, if it is a segment's: records count
/// from 1.
#[must_use]
pub fn sequence_of(file_name: &str) -> Option<u64> {
    let digits = file_name.strip_suffix(".seg")?;
    if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok().filter(|first| *first > 0)
}

/// What a segment's first record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub digest: Digest,
    pub first: u64,
    pub previous: Hash,
    pub journal_id: [u8; 16],
}

impl Header {
    /// The clear part of the header record.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.extend_from_slice(&[self.digest.code(), 0]);
        out.extend_from_slice(&self.first.to_be_bytes());
        out.extend_from_slice(&self.previous);
        out.extend_from_slice(&self.journal_id);
        out
    }

    /// Reads a header record.
    pub(crate) fn of(view: &View<'_>) -> Result<Self, Flaw> {
        let clear = view.clear;
        if view.kind != Kind::HEADER || clear.len() != HEADER_BYTES || clear[..8] != MAGIC {
            return Err(Flaw::Header("not a header"));
        }
        if clear[8..10] != VERSION.to_be_bytes() {
            return Err(Flaw::Header("unknown version"));
        }
        let digest = Digest::from_code(clear[10]).ok_or(Flaw::Header("unknown digest"))?;
        if clear[11] != 0 || !view.sealed.is_empty() {
            return Err(Flaw::Header("unknown contents"));
        }
        let mut header = Self {
            digest,
            first: 0,
            previous: Hash::default(),
            journal_id: [0; 16],
        };
        let mut first = [0; 8];
        first.copy_from_slice(&clear[12..20]);
        header.first = u64::from_be_bytes(first);
        header.previous.copy_from_slice(&clear[20..52]);
        header.journal_id.copy_from_slice(&clear[52..68]);
        if header.first != view.sequence || header.previous != view.previous {
            return Err(Flaw::Header("header and record differ"));
        }
        Ok(header)
    }
}

/// The draft of a header or closing record around its clear part.
pub(crate) fn own_draft(kind: Kind, time_ms: i64, clear: &[u8]) -> Draft<'_> {
    Draft {
        kind,
        time_ms,
        actor: "",
        key_id: "",
        clear,
        sealed: &[],
    }
}

#[cfg(test)]
mod tests;
