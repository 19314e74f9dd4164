//! The HTTP interface (INTERFACE section 5): mutual TLS, one table of routes, one place for
//! failures.

pub mod answer;
pub mod app;
mod body;
pub mod call;
mod handlers;
pub mod openapi;
pub mod problem;
mod room;
pub mod routes;
pub mod server;
pub mod spool;

pub use app::{ApiLimits, App, AppParts, BankMessages, Receipted};
pub use server::{serve, serve_operator_network};
