//! Where one note ends and the next one begins, in bytes that may be damaged.

use crate::proof::note::is_name;

const DASH: &str = "\u{2014}";
/// Before each signature.
const BEFORE: &str = "\u{2014} ";
/// Letters of a root, 32 bytes, and of an Ed25519 signature with its key id, 68 bytes.
const ROOT_LETTERS: usize = 44;
const SIGNATURE_LETTERS: usize = 92;
/// Digits of the largest size.
const SIZE_DIGITS: usize = 20;

/// Bytes of the first entry; `None` where its end is not there, or not decided by what is. An
/// entry ends at an empty line that no signature follows, so that a damaged one hides no other.
pub(super) fn first_end(bytes: &[u8]) -> Option<usize> {
    let mut places = 2..=bytes.len();
    places.find(|at| {
        let (before, after) = bytes.split_at(*at);
        before.ends_with(b"\n\n") && !goes_on(before, after)
    })
}

/// Whether a signature follows, or may have been meant to: where none came before, zeros may stand
/// in the place of it.
fn goes_on(before: &[u8], after: &[u8]) -> bool {
    let begin = after.get(..DASH.len()).unwrap_or(after);
    let signed = [b"\n\n", DASH.as_bytes()].concat();
    let written = begin.split(|byte| *byte == 0).next().unwrap_or_default();
    let is_first = || !before.windows(signed.len()).any(|part| part == signed);
    DASH.as_bytes().starts_with(written) && (written.len() == begin.len() || is_first())
}

/// Whether a write that was broken off may have left this end: a beginning of an entry, or one
/// with zeros for the sectors that were not written. Such a note was never given to anybody.
pub(super) fn is_torn(end: &[u8]) -> bool {
    end.contains(&0) || is_beginning(end)
}

fn is_beginning(end: &[u8]) -> bool {
    let text = match std::str::from_utf8(end) {
        Ok(text) => text,
        // It may end inside a letter.
        Err(error) if error.error_len().is_none() => {
            let whole = end.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let Some((last, whole)) = lines.split_last() else {
        return true;
    };
    let origin = lines.first().copied().unwrap_or_default();
    let mut numbered = whole.iter().enumerate();
    numbered.all(|(number, line)| is_line(number, line, origin))
        && begins(whole.len(), last, origin)
}

/// A whole line of an entry.
fn is_line(number: usize, line: &str, origin: &str) -> bool {
    begins(number, line, origin)
        && match number {
            0 | 1 => !line.is_empty(),
            2 => line.len() == ROOT_LETTERS,
            4 => {
                let letters = BEFORE.len() + origin.len() + 1 + SIGNATURE_LETTERS;
                line.len() == letters
            }
            _ => line.is_empty(),
        }
}

/// A beginning of one.
fn begins(number: usize, line: &str, origin: &str) -> bool {
    let is_base64 = |text: &str| {
        let mut letters = text.bytes();
        letters.all(|letter| letter.is_ascii_alphanumeric() || b"+/=".contains(&letter))
    };
    match number {
        0 => line.is_empty() || is_name(line),
        1 => line.len() <= SIZE_DIGITS && line.bytes().all(|digit| digit.is_ascii_digit()),
        2 => line.len() <= ROOT_LETTERS && is_base64(line),
        4 => {
            let before = format!("{BEFORE}{origin} ");
            match line.strip_prefix(&before) {
                Some(signature) => signature.len() <= SIGNATURE_LETTERS && is_base64(signature),
                None => before.starts_with(line),
            }
        }
        3 | 5 => line.is_empty(),
        _ => false,
    }
}
