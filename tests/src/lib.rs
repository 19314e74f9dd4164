//! What the suites share: the workspace's files, journals in memory, an employer with files,
//! banks that are played from their own chair, and an auditor who reads the journal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test names the arms that it expects.
#![allow(clippy::wildcard_enum_match_arm)]

pub mod answers;
pub mod audit;
pub mod bank;
pub mod cuts;
pub mod desk;
pub mod dialects;
pub mod forger;
pub mod keys;
pub mod memory;
pub mod orders;
pub mod stories;
pub mod strangers;
pub mod talk;
pub mod workspace;
