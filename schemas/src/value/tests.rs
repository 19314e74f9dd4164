#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Known answers and properties of every value.

mod amounts;
mod identities;
mod numbers;
mod personal_number;
mod properties;
