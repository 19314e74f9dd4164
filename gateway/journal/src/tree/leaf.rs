//! The commitment that a leaf is, and its opening.

use super::pieces::{ACTOR, SALT_BYTES, each_piece, salts};
use super::{empty_root, leaf_hash, node_hash, sha256, split};
use crate::chain::Hash;
use crate::record::{Kind, Record};
use crate::seal::hex;
use std::collections::{BTreeMap, BTreeSet};

/// The first line of every leaf.
pub const MAGIC: &str = "anxin-leaf/v1";

/// What a leaf is made of: each hash is salted or blinded by what only the journal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// The record's number.
    pub sequence: u64,
    /// Time of the event, Unix milliseconds, UTC.
    pub time_ms: i64,
    /// What the record is about.
    pub kind: Kind,
    /// Commitment to who caused it.
    pub actor: Hash,
    /// How many pieces the clear part has.
    pub pieces: u32,
    /// Root of the tree over them.
    pub clear: Hash,
    /// Commitment to the record's own hash, which covers everything.
    pub seal: Hash,
}

/// A record as far as its leaf needs it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The record's number.
    pub sequence: u64,
    /// Time of the event, Unix milliseconds, UTC.
    pub time_ms: i64,
    /// What it is about.
    pub kind: Kind,
    /// Who caused it.
    pub actor: &'a str,
    /// The clear part.
    pub clear: &'a [u8],
    /// Its hash.
    pub hash: &'a Hash,
}

impl<'a> From<&'a Record> for Source<'a> {
    fn from(record: &'a Record) -> Self {
        Self {
            sequence: record.sequence,
            time_ms: record.time_ms,
            kind: record.kind,
            actor: &record.actor,
            clear: &record.clear,
            hash: &record.hash,
        }
    }
}

/// The commitment to a record's hash. It names the record outside of the gateway: the hash itself
/// gives the salts away by which closed pieces can be guessed.
#[must_use]
pub fn seal(hash: &Hash) -> Hash {
    sha256(&[b"anxin-seal/v1", hash])
}

/// A part with the salt that opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salted {
    /// The salt.
    pub salt: [u8; SALT_BYTES],
    /// The part.
    pub text: String,
}

impl Salted {
    /// The commitment to it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        salted(&self.salt, self.text.as_bytes())
    }
}

fn salted(salt: &[u8; SALT_BYTES], text: &[u8]) -> Hash {
    sha256(&[&[0], salt, text])
}

/// A clear part of which some pieces are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The pieces shown, by number from 0.
    pub pieces: BTreeMap<u32, Salted>,
    /// Hashes that stand for the others, from the left.
    pub closed: Vec<Hash>,
}

impl Leaf {
    /// The leaf of a record.
    #[must_use]
    pub fn of(record: &Source<'_>) -> Self {
        let mut roots = Edge::default();
        each_piece(record.clear, record.hash, &mut |_, salt, piece| {
            roots.push(salted(salt, piece));
        });
        let (salt, _) = salts(record.hash, ACTOR);
        Self {
            sequence: record.sequence,
            time_ms: record.time_ms,
            kind: record.kind,
            actor: salted(&salt, record.actor.as_bytes()),
            pieces: roots.count,
            clear: roots.root(),
            seal: seal(record.hash),
        }
    }

    /// The data of the leaf: lines of text.
    #[must_use]
    pub fn data(&self) -> String {
        format!(
            "{MAGIC}\n{}\n{}\n{}\n{}\n{} {}\n{}\n",
            self.sequence,
            self.time_ms,
            self.kind.0,
            hex(&self.actor),
            self.pieces,
            hex(&self.clear),
            hex(&self.seal),
        )
    }

    /// Its hash in the tree.
    #[must_use]
    pub fn hash(&self) -> Hash {
        leaf_hash(self.data().as_bytes())
    }
}

/// Who caused a record, with the salt that opens it.
#[must_use]
pub fn open_actor(record: &Source<'_>) -> Salted {
    Salted {
        salt: salts(record.hash, ACTOR).0,
        text: record.actor.to_owned(),
    }
}

/// Shows those pieces of a record's clear part that `is_shown` says.
#[must_use]
pub fn open(record: &Source<'_>, is_shown: &mut dyn FnMut(&str) -> bool) -> Opened {
    let (mut hashes, mut pieces) = (Vec::new(), BTreeMap::new());
    each_piece(record.clear, record.hash, &mut |number, salt, piece| {
        hashes.push(salted(salt, piece));
        // What is no text can't be shown; no event of the gateway has such a piece.
        if let Ok(text) = std::str::from_utf8(piece)
            && is_shown(text)
        {
            let text = text.to_owned();
            pieces.insert(number, Salted { salt: *salt, text });
        }
    });
    let shown: BTreeSet<usize> = pieces.keys().map(|number| *number as usize).collect();
    let mut closed = Vec::new();
    close(&hashes, 0, &shown, &mut closed);
    Opened { pieces, closed }
}

/// The hashes of the largest subtrees in which nothing is shown, from the left.
fn close(hashes: &[Hash], from: usize, shown: &BTreeSet<usize>, closed: &mut Vec<Hash>) {
    if hashes.is_empty() {
        return;
    }
    if shown.range(from..from + hashes.len()).next().is_none() {
        let mut roots = Edge::default();
        hashes.iter().for_each(|hash| roots.push(*hash));
        closed.push(roots.root());
    } else if hashes.len() > 1 {
        let (left, right) = hashes.split_at(split(hashes.len() as u64) as usize);
        close(left, from, shown, closed);
        close(right, from + left.len(), shown, closed);
    }
}

impl Opened {
    /// The root over `count` pieces to which this leads; `None` where a piece is not one of them,
    /// or there is a hash too few or too many.
    #[must_use]
    pub fn root(&self, count: u32) -> Option<Hash> {
        if self.pieces.range(count..).next().is_some() {
            return None;
        }
        if count == 0 {
            return self.closed.is_empty().then(empty_root);
        }
        let mut closed = self.closed.iter();
        let root = self.root_of(0, count, &mut closed)?;
        closed.next().is_none().then_some(root)
    }

    fn root_of(
        &self,
        from: u32,
        count: u32,
        closed: &mut std::slice::Iter<'_, Hash>,
    ) -> Option<Hash> {
        let mut shown = self.pieces.range(from..=from + (count - 1));
        let Some((_, first)) = shown.next() else {
            return closed.next().copied();
        };
        if count == 1 {
            return Some(first.hash());
        }
        let left = u32::try_from(split(u64::from(count))).ok()?;
        let of_left = self.root_of(from, left, closed)?;
        let of_right = self.root_of(from + left, count - left, closed)?;
        Some(node_hash(&of_left, &of_right))
    }
}

/// Roots of whole subtrees, the largest first: the right edge of a tree that grows.
#[derive(Debug, Clone, Default)]
struct Edge {
    count: u32,
    roots: Vec<Hash>,
}

impl Edge {
    fn push(&mut self, hash: Hash) {
        let mut root = hash;
        // One subtree of a size becomes two, and so one of the next.
        for _ in 0..self.count.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                root = node_hash(&left, &root);
            }
        }
        self.roots.push(root);
        self.count = self.count.saturating_add(1);
    }

    fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else {
            return empty_root();
        };
        roots.fold(*last, |right, left| node_hash(left, &right))
    }
}

#[cfg(test)]
mod tests;
