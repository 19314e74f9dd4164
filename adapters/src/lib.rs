//! The definition language and its engine: values to a bank's bytes and back, without sockets,
//! clocks or keys.

pub mod exchange;
