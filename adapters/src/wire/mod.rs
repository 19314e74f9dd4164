//! From a layout's text to what travels: transforms, envelopes, heads, frames.

pub mod form;
pub mod frame;
pub mod http;
pub mod layer;
pub mod lead;
pub mod message;
pub mod sign;

pub use layer::Layer;
pub use message::{Message, Reading};
