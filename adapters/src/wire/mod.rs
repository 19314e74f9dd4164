//! From a layout's text to what travels: transforms, envelopes, heads, frames.

mod archive;
pub mod authorize;
mod ending;
pub mod envelope;
pub mod form;
pub mod frame;
mod head;
pub mod header_sign;
pub mod headers;
pub mod http;
pub mod inner_sign;
pub mod layer;
pub mod lead;
pub mod member_sign;
pub mod message;
mod packed;
pub mod seal;
pub mod sign;
pub mod stamped;
mod tail;
mod unread;
pub mod xml_signature;

pub use layer::Layer;
pub use message::{BYTES_MAX, Message, Reading};

/// MD5 in lower-case hexadecimal: banks name files by it. It guards against mix-ups, not against
/// people.
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    format!("{:x}", md5::compute(bytes))
}
