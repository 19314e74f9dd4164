//! Logs, metrics and the report of defects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod log;
mod metrics;
mod trace;
