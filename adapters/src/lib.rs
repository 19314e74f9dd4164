//! The definition language and its engine: values to a bank's bytes and back, without sockets,
//! clocks or keys.
//!
//! A *dialect* (`dialects/<name>/dialect.toml`) says how a family of banks speaks, a *preset*
//! (`banks/<CODE>/bank.toml`) what one bank changes. Both are compiled in and read once into a
//! [`Book`]. One definition writes and reads, so [`BankAdapter::bank_side`] is the bank's chair.

pub mod adapter;
pub mod bank_side;
pub mod codes;
mod connection;
mod cut;
mod decoded;
pub mod definition;
pub mod exchange;
pub mod explain;
pub mod flow;
pub mod fuzzing;
mod identity;
mod invented;
pub mod layout;
mod no_keys;
pub mod order;
pub mod pages;
pub mod parts;
pub mod quirks;
mod reply;
mod returns;
mod routes;
pub mod rules;
mod totals;
mod unreadable;
pub mod wire;

pub use adapter::{BankAdapter, KeySlots, Limits};
pub use bank_side::RequestKind;
pub use bank_side::{BankLine, BankReply, BankRequest, BankSide, Incoming, IncomingWire};
pub use connection::ConnectionValues;
pub use definition::dialect::{Capability, ConnectionField, Evidence, QueryPace};
pub use definition::returns::ReturnsPace;
pub use definition::{Book, DefinitionError};
pub use explain::Explained;
pub use flow::Conversation;
pub use layout::fault::WriteFault;
pub use rules::BankLineRules;
