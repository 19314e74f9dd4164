//! The definition language: two typed structs, a dialect and a bank's preset, and one resolve.

pub mod bank;
pub mod book;
pub mod dialect;
pub mod error;
pub mod kept;
pub mod push;
pub mod resolve;
pub mod returns;
pub mod schema;

pub use bank::Preset;
pub use book::Book;
pub use dialect::Dialect;
pub use error::DefinitionError;
