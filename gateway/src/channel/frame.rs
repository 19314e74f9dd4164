//! Where a TCP reply ends. Pure: bytes in, position out.
//!
//! Source: FORMATS section 2.4 (length prefixes of six kinds, lines, end of stream).

use adapters::exchange::FrameEnd;

/// The bytes can't be a reply of this frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The length field holds something else than digits with padding on one side.
    #[error("the length field at byte {offset} is not a number")]
    NotANumber {
        /// Where the field begins.
        offset: usize,
    },
    /// The length is smaller than the head that carries it.
    #[error("the length {stated} does not cover its own head")]
    TooShort {
        /// The length as stated.
        stated: usize,
    },
    /// The definition has no terminator, or a length field that no number fits into.
    #[error("the frame has an empty terminator or length field")]
    Definition,
}

/// How many bytes of `bytes` make the whole reply; `None` while more are needed. For
/// [`FrameEnd::EndOfStream`] always `None`: only the peer's closing ends it.
///
/// # Errors
/// When the bytes can't become a reply of this frame, however many follow.
pub fn complete(end: &FrameEnd, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
    FrameScan::new(end).advance(bytes)
}

/// The same search, continued where it stopped: reading a long line in many pieces stays linear.
#[derive(Debug)]
pub struct FrameScan<'a> {
    end: &'a FrameEnd,
    at: usize,
}

impl<'a> FrameScan<'a> {
    /// A search from the first byte.
    #[must_use]
    pub fn new(end: &'a FrameEnd) -> Self {
        Self { end, at: 0 }
    }

    /// As [`complete`]; `bytes` is everything received so far, never less than in the last call.
    ///
    /// # Errors
    /// As [`complete`].
    pub fn advance(&mut self, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        match self.end {
            FrameEnd::Line { terminator } => self.line(terminator, bytes),
            FrameEnd::Length {
                offset,
                digits,
                uncounted,
            } => length(*offset, *digits, *uncounted, bytes),
            FrameEnd::EndOfStream => Ok(None),
        }
    }

    /// Walks by characters, so that a terminator byte that is the second half of a character
    /// (`@`, `|` and others are trail bytes of GBK) ends nothing.
    fn line(&mut self, terminator: &[u8], bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        if terminator.is_empty() {
            return Err(FrameError::Definition);
        }
        while let Some(rest) = bytes.get(self.at..) {
            if rest.starts_with(terminator) {
                return Ok(Some(self.at + terminator.len()));
            }
            if terminator.starts_with(rest) {
                return Ok(None);
            }
            match character(rest) {
                Some(size) => self.at += size,
                None => return Ok(None),
            }
        }
        Ok(None)
    }
}

/// Size of the first character in GBK or GB18030; `None` while it may be cut off. A lead byte
/// without a trail byte counts as one byte, so half a character can't swallow `#` or a line end.
/// UTF-8 passes as well where the terminator begins below 0x40: no trail byte is there.
fn character(rest: &[u8]) -> Option<usize> {
    const LEAD: std::ops::RangeInclusive<u8> = 0x81..=0xFE;
    match rest {
        [first, ..] if !LEAD.contains(first) => Some(1),
        [_, 0x40..=0x7E | 0x80..=0xFE, ..] => Some(2),
        [_, b'0'..=b'9', third, b'0'..=b'9', ..] if LEAD.contains(third) => Some(4),
        [_, b'0'..=b'9', third] if LEAD.contains(third) => None,
        [_, b'0'..=b'9'] | [_] | [] => None,
        [_, ..] => Some(1),
    }
}

fn length(
    offset: usize,
    digits: usize,
    uncounted: usize,
    bytes: &[u8],
) -> Result<Option<usize>, FrameError> {
    let head = offset.checked_add(digits).ok_or(FrameError::Definition)?;
    if digits == 0 {
        return Err(FrameError::Definition);
    }
    let Some(field) = bytes.get(offset..head) else {
        return Ok(None);
    };
    // Padding may be on either side: the reply's often differs from the request's.
    let stated = number(field).ok_or(FrameError::NotANumber { offset })?;
    let whole = stated
        .checked_add(uncounted)
        .filter(|whole| *whole >= head)
        .ok_or(FrameError::TooShort { stated })?;
    Ok((bytes.len() >= whole).then_some(whole))
}

fn number(field: &[u8]) -> Option<usize> {
    let digits = field.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
