//! Channels on loopback and in folders of their own: what is certain after each failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod clock;
mod collector;
mod drop_folder;
mod endpoints;
mod frame;
mod http;
mod layer;
mod peer;
mod safe_name;
mod sftp;
mod tcp;
mod tls;
