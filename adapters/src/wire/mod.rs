//! From a layout's text to what travels: transforms, envelopes, heads, frames.

pub mod frame;
pub mod http;
pub mod layer;
pub mod message;

pub use layer::Layer;
pub use message::{Message, Reading};
