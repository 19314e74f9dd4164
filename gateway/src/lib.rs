//! Anxin Gateway: wage payments between employers, 57 banks and the labour regulators of a
//! province. The library behind the program `anxin`; gateway/docs/ARCHITECTURE.md has the map.

pub mod access;
pub mod api;
pub mod approval;
pub mod book;
pub mod channel;
pub mod clock;
pub mod command;
pub mod configuration;
pub mod copy;
pub mod core;
pub mod dispatch;
pub mod event;
pub mod failure;
pub mod index;
pub mod installation;
pub mod intake;
pub mod keys;
pub mod mandates;
pub mod outcome;
pub mod proof;
pub mod query;
pub mod reconcile;
pub mod resolution;
pub mod sandbox;
pub mod serving;
pub mod simulation;
pub mod story;
pub mod telemetry;

/// Lower-case hex of bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    certs::digest::hex_lower(bytes)
}

/// SHA-256 of bytes in lower-case hex, as the records state digests.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&certs::digest::digest(
        certs::digest::DigestAlgorithm::Sha256,
        bytes,
    ))
}

/// An error and its sources on one line; no `Display` of ours repeats its source.
#[must_use]
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
