//! Configuration: what is shipped loads, what is wrong is told with its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod files;
mod folders;
mod production;
mod properties;
mod shipped;
mod support;
