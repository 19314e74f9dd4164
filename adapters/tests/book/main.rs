//! The adapter book: each documented dialect against the public samples, byte by byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod ceb_b2e;
mod cgb_bedc;
mod cib_batch;
mod cib_fox;
mod citic_dl;
mod pages;
mod xml_parts;
