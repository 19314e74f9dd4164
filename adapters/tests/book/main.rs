//! Every documented dialect against its public samples: what we write is what integrators write,
//! what we read is what stands there. One file a dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod boc_b2e;
mod ccb_batch;
mod ccb_single;
mod cmbc;
mod spdb_aq;
#[path = "../support/mod.rs"]
mod support;
