//! What data can't say: named, pure functions of at most 60 lines that a definition may list, at
//! most three a dialect. Each works on the bytes of a reply before it is read.

mod trim_reply_end;

/// A quirk: bytes of a reply to bytes of a reply.
pub type Quirk = fn(&[u8]) -> &[u8];

/// Most quirks of a dialect; one that needs more is a new dialect in Rust.
pub const QUIRKS_MAX: usize = 3;

/// Every quirk by its name.
pub const QUIRKS: &[(&str, Quirk)] = &[("trim_reply_end", trim_reply_end::trim_reply_end)];

/// The quirk of a name.
#[must_use]
pub fn quirk(name: &str) -> Option<Quirk> {
    QUIRKS
        .iter()
        .find(|(own, _)| *own == name)
        .map(|(_, function)| *function)
}
