//! What the operator decides: addresses, limits, keys' places, banks' connections, who may what.
//!
//! Every option has a default; every word that is not known is refused with file and line.

pub mod connection;
mod value;

pub use connection::{Admission, Connection, Endpoint, EvidenceException};
