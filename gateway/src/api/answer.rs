//! The JSON documents of the interface. Their schemas in openapi.json come from these types.

mod batch;
mod command;
mod payment;

pub use batch::*;
pub use command::*;
pub use payment::*;
