//! The book against the public samples, one module a dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod bocd_ap;
mod mybank_h2h;
