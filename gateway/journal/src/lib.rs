//! The truth of the gateway: an append-only, checksummed, hash-chained record on disk.
//!
//! - [`Journal`] orders records, makes them durable in groups (one write and one `fdatasync` for
//!   many records) and reads them back, also those that are not durable yet.
//! - [`verify()`] checks a journal that nobody has open, and never repairs.
//! - [`seal::Vault`] seals personal data under one key per employer; destroying the key erases
//!   the data without breaking the chain, which covers the ciphertext.
//! - [`witness::Witness`] remembers beside the journal how far it had come, so that one that was
//!   set back is recognised before anything is changed.
//! - [`tree`] is the Merkle tree over the records, by which a stranger checks one of them.
//! - [`index::Index`] is the narrow door to a key-value store over the journal. It may always be
//!   thrown away and rebuilt.
//!
//! The format on disk is written down for strangers in `schemas/journal/FORMAT.md`.
#![forbid(unsafe_code)]

pub mod chain;
mod chunk;
pub mod copy;
pub mod disk;
mod error;
mod fetch;
pub mod index;
mod journal;
mod opening;
mod options;
pub mod random;
pub mod record;
mod recovery;
mod scan;
pub mod seal;
mod segment;
mod state;
pub mod tree;
mod verify;
mod walk;
pub mod witness;
mod writer;

pub use chain::Digest;
pub use error::{Damage, Flaw, JournalError, PoisonCause};
pub use journal::Journal;
pub use opening::Opening;
pub use options::Options;
pub use record::{Appended, Draft, Kind, Position, Record};
pub use recovery::{Recovery, TornTail};
pub use scan::Scan;
pub use verify::{Passed, Report, verify, verify_at, verify_with};
