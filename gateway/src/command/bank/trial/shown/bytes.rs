//! The bytes of a message as a person can read them.

use schemas::text::Charset;

/// Bytes of a message that are shown; the rest is counted.
const SHOWN_MAX: usize = 4_096;

/// A message as text in the bank's characters; `None` where it is none.
pub(super) fn text(bytes: &[u8], charset: Charset) -> Option<String> {
    let text = charset.decode(bytes).ok()?;
    let strange = |c: char| c.is_control() && !matches!(c, '\r' | '\n' | '\t');
    (!text.contains(strange)).then(|| text.into_owned())
}

/// The lines to print: text as it is, else bytes as hexadecimal digits, 16 a line. The second is
/// how many bytes are left out.
pub(super) fn lines(bytes: &[u8], charset: Charset) -> (Vec<String>, usize) {
    let Some(text) = text(bytes, charset) else {
        let shown = bytes.get(..SHOWN_MAX / 8).unwrap_or(bytes);
        let lines = shown.chunks(16).map(crate::hex).collect();
        return (lines, bytes.len() - shown.len());
    };
    let mut lines = Vec::new();
    let mut shown = 0;
    for line in text.split_inclusive('\n') {
        if shown > 0 && shown + line.len() > SHOWN_MAX {
            break;
        }
        shown += line.len();
        lines.push(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    (lines, text.len() - shown)
}
