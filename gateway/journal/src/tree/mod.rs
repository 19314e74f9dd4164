//! A Merkle tree over the journal (RFC 6962), by which a stranger checks that a record is in it
//! and unchanged, and that an older journal is the beginning of a newer one.
//!
//! Leaf `n` (from 0) is record `n + 1`, headers and closing records too. A leaf is a commitment
//! ([`leaf`]) whose parts open one by one; the tree of the hashes of leaves says nothing about
//! what is in them. The format is written down in `schemas/journal/PROOF.md`.

pub mod leaf;
mod pieces;
pub mod tiles;

pub use pieces::each_piece;

use crate::chain::Hash;
use ring::digest::{Context, SHA256};

/// SHA-256 over parts, one behind the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The hash of a leaf's data (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256(&[&[0], data])
}

/// The hash of two subtrees.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// The largest power of two below `count`, where a tree of so many leaves is split. Needs 2.
#[must_use]
pub const fn split(count: u64) -> u64 {
    match count.checked_next_power_of_two() {
        Some(power) => power / 2,
        None => 1 << 63,
    }
}

/// What knows the hashes of whole subtrees.
pub trait Subtrees {
    /// Why one is not known.
    type Error;

    /// The hash over the `2^level` leaves from `index * 2^level` on.
    ///
    /// # Errors
    /// When it can't be told.
    fn complete(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// The hash over the leaves `from..from + count`. `from` is a multiple of the power of two that
/// is not below `count`, as everywhere inside a tree.
///
/// # Errors
/// As [`Subtrees::complete`].
pub fn subtree<S: Subtrees>(of: &S, from: u64, count: u64) -> Result<Hash, S::Error> {
    if count == 0 {
        return Ok(empty_root());
    }
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return of.complete(level, from >> level);
    }
    let left = split(count);
    let right = subtree(of, from + left, count - left)?;
    Ok(node_hash(&subtree(of, from, left)?, &right))
}

/// The audit path of leaf `index` in the tree of `size` leaves, from the leaf up; `index < size`.
///
/// # Errors
/// As [`Subtrees::complete`].
pub fn inclusion<S: Subtrees>(of: &S, index: u64, size: u64) -> Result<Vec<Hash>, S::Error> {
    let (mut from, mut count) = (0, size);
    let mut path = Vec::new();
    while count > 1 {
        let left = split(count);
        if index < from + left {
            path.push(subtree(of, from + left, count - left)?);
            count = left;
        } else {
            path.push(subtree(of, from, left)?);
            from += left;
            count -= left;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `old` leaves is the beginning of the one of `new`; `old <= new`.
/// Empty where the two are the same or `old` is 0.
///
/// # Errors
/// As [`Subtrees::complete`].
pub fn consistency<S: Subtrees>(of: &S, old: u64, new: u64) -> Result<Vec<Hash>, S::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    // RFC 6962 section 2.1.2, from the top down.
    let (mut from, mut old, mut count, mut is_whole) = (0, old, new, true);
    while old != count {
        let left = split(count);
        if old <= left {
            proof.push(subtree(of, from + left, count - left)?);
            count = left;
        } else {
            proof.push(subtree(of, from, left)?);
            from += left;
            old -= left;
            count -= left;
            is_whole = false;
        }
    }
    if !is_whole {
        proof.push(subtree(of, from, count)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The root to which a leaf and its path lead; `None` where the path has not the length that
/// index and size ask for.
#[must_use]
pub fn root_by_inclusion(hash: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    // RFC 9162 section 2.1.3.2.
    let (mut here, mut last, mut root) = (index, size - 1, hash);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if here & 1 == 1 || here == last {
            root = node_hash(sibling, &root);
            while here & 1 == 0 && here != 0 {
                here >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, sibling);
        }
        here >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether a proof shows that the tree of `old` leaves is the beginning of that of `new`.
#[must_use]
pub fn is_consistent(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    old_size < new_size
        && roots_by_consistency(old_size, new_size, old_root, proof)
            .is_some_and(|roots| roots == (*old_root, *new_root))
}

/// RFC 9162 section 2.1.4.2: both roots, rebuilt from the proof.
fn roots_by_consistency(old: u64, new: u64, root: &Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
    let (mut here, mut last) = (old - 1, new - 1);
    let mut rest = proof.iter();
    while here & 1 == 1 {
        here >>= 1;
        last >>= 1;
    }
    // An old tree that is one whole subtree is not repeated in the proof.
    let first = match old.is_power_of_two() {
        true => *root,
        false => *rest.next()?,
    };
    let (mut of_old, mut of_new) = (first, first);
    for sibling in rest {
        if last == 0 {
            return None;
        }
        if here & 1 == 1 || here == last {
            of_old = node_hash(sibling, &of_old);
            of_new = node_hash(sibling, &of_new);
            while here & 1 == 0 && here != 0 {
                here >>= 1;
                last >>= 1;
            }
        } else {
            of_new = node_hash(&of_new, sibling);
        }
        here >>= 1;
        last >>= 1;
    }
    (last == 0).then_some((of_old, of_new))
}

#[cfg(test)]
mod tests;
