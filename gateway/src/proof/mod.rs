//! Tamper evidence: a Merkle tree over the journal, signed checkpoints of it, and proofs that
//! anybody checks without us. Why it is as it is: decision 022; the format: PROOF.md.

pub mod check;
pub mod document;
pub mod held;
pub mod kept;
mod key;
pub mod known;
mod log;
pub mod note;
pub mod payment;
pub mod telling;

pub use key::{CheckpointKey, KeyFailure, SigningKey, key_file};
pub use known::vkey_file;
pub use log::{Log, LogError, Signed};
