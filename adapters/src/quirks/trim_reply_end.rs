//! A front-end that ends its HTTP body with a line end or zero bytes.

/// Drops line ends, spaces and zero bytes after the reply.
pub fn trim_reply_end(reply: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' ' | 0);
    let end = reply.iter().rposition(|byte| !blank(byte));
    reply.get(..end.map_or(0, |at| at + 1)).unwrap_or_default()
}
