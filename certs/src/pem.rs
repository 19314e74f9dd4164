//! PEM text (RFC 7468) of one kind of block, with buffers that are wiped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Longest PEM text that is read, in bytes; an RSA-8192 key in PKCS#8 needs about 6,400.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// The bytes of the only block with this label; blocks with other labels are passed over.
/// `None` if there is no such block, more than one, or it is damaged.
pub(crate) fn decode(label: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let (_, after) = text.split_once(&begin)?;
    let (body, rest) = after.split_once(&end)?;
    if rest.contains(&begin) {
        return None;
    }
    let mut joined = Zeroizing::new(String::with_capacity(body.len()));
    joined.extend(body.chars().filter(|c| !c.is_ascii_whitespace()));
    STANDARD.decode(joined.as_bytes()).ok().map(Zeroizing::new)
}

/// One block in lines of 64 characters.
pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / 64 + 80));
    text.push_str(&format!("-----BEGIN {label}-----\n"));
    for (position, character) in body.chars().enumerate() {
        if position != 0 && position % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}
