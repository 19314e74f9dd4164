//! The dialects against the public samples and against what their sections of FORMATS say, by
//! hand: one file a dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod cmb_fbsdk;
mod cmb_open;
mod gzelink;
mod unionpay_df;
