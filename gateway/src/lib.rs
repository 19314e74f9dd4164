//! Anxin Gateway: wage payments between employers, 57 banks and the labour regulators of a
//! province. The library behind the program `anxin`; gateway/docs/ARCHITECTURE.md has the map.

pub mod access;
pub mod api;
pub mod approval;
pub mod book;
pub mod channel;
pub mod clock;
pub mod configuration;
pub mod core;
pub mod event;
pub mod failure;
pub mod intake;
pub mod keys;
pub mod mandates;
pub mod query;
pub mod reconcile;
pub mod resolution;
pub mod telemetry;

/// Lower-case hex of bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    certs::digest::hex_lower(bytes)
}
