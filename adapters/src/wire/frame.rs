//! The end of a TCP message, found without a socket; used by both sides.

use crate::exchange::FrameEnd;
use schemas::text::Charset;

impl FrameEnd {
    /// Bytes of the first whole message in `bytes`; `None` while it is not complete.
    ///
    /// A length that is no number ends the message at once: the decoder then says what is wrong,
    /// instead of waiting for bytes that never come. The reader caps the size.
    #[must_use]
    pub fn complete(&self, bytes: &[u8], charset: Charset) -> Option<usize> {
        match self {
            Self::Line { terminator } => line_end(bytes, terminator, charset),
            Self::Length {
                offset,
                digits,
                uncounted,
            } => {
                let field = bytes.get(*offset..offset.checked_add(*digits)?)?;
                let stated = std::str::from_utf8(field)
                    .ok()
                    .and_then(|text| text.trim_matches(' ').parse::<usize>().ok())
                    .and_then(|length| length.checked_add(*uncounted));
                match stated {
                    Some(whole) if bytes.len() >= whole => Some(whole),
                    Some(_) => None,
                    None => Some(bytes.len()),
                }
            }
            Self::EndOfStream => None,
        }
    }
}

/// Walks characters, so that a trail byte is never taken for the terminator.
fn line_end(bytes: &[u8], terminator: &[u8], charset: Charset) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        if bytes.get(at..)?.starts_with(terminator) {
            return Some(at + terminator.len());
        }
        at += match (charset, bytes.get(at)?, bytes.get(at + 1)) {
            (Charset::Utf8, _, _) | (_, 0..=0x80 | 0xFF, _) => 1,
            (Charset::Gb18030, _, Some(b'0'..=b'9')) => 4,
            // A lead byte before a control character is half a character: the line ends there.
            (_, _, Some(0..=0x3F)) => 1,
            (Charset::Gbk | Charset::Gb2312 | Charset::Gb18030, _, _) => 2,
        };
    }
    None
}
