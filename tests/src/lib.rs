//! What the suites share: the workspace's files, journals in memory, an employer with files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod workspace;
