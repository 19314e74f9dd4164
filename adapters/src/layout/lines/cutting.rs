//! A message cut into lines, and a line into cells.

use super::Columns;
use crate::exchange::Unreadable;
use crate::layout::fault::unreadable;
use crate::layout::slot::Slot;
use memchr::memchr_iter;
use memchr::memmem::find_iter;
use schemas::text::Charset;

/// The pieces of a text, at most so many.
pub(super) fn split<'t>(text: &'t str, separator: &str, most: usize, pieces: &mut Vec<&'t str>) {
    let bytes = text.as_bytes();
    match separator.as_bytes() {
        [byte] => take(text, 1, memchr_iter(*byte, bytes), most, pieces),
        several => take(text, several.len(), find_iter(bytes, several), most, pieces),
    }
}

fn take<'t>(
    text: &'t str,
    separator: usize,
    found: impl Iterator<Item = usize>,
    most: usize,
    pieces: &mut Vec<&'t str>,
) {
    let mut begin = 0;
    for at in found.take(most) {
        if let Some(piece) = text.get(begin..at) {
            pieces.push(piece);
        }
        begin = at + separator;
    }
    if pieces.len() < most {
        pieces.extend(text.get(begin..));
    }
}

/// Cuts a line into as many cells as there are slots, in place of those before, or refuses it.
pub(super) fn cut<'t>(
    columns: Columns,
    line: &'t str,
    (slots, separator): (&[Slot], &str),
    charset: Charset,
    cells: &mut Vec<&'t str>,
) -> Result<(), Unreadable> {
    let wrong = || unreadable("a line has another number of columns");
    cells.clear();
    match columns {
        Columns::Delimited if separator.is_empty() => cells.push(line),
        Columns::Delimited => {
            split(line, separator, slots.len() + 1, cells);
            if cells.len() != slots.len() {
                return Err(wrong());
            }
        }
        Columns::Fixed => {
            let mut rest = line;
            for slot in slots {
                let (cell, others) =
                    cut_width(rest, slot.width.unwrap_or_default(), charset).ok_or_else(wrong)?;
                cells.push(cell);
                rest = others;
            }
            if !rest.is_empty() {
                return Err(wrong());
            }
        }
    }
    Ok(())
}

/// Cuts off as many characters as make exactly `width` bytes.
pub(crate) fn cut_width(text: &str, width: usize, charset: Charset) -> Option<(&str, &str)> {
    let plain = text.as_bytes().get(..width).is_some_and(<[u8]>::is_ascii);
    if plain {
        return text.split_at_checked(width);
    }
    let mut bytes = 0;
    let mut buffer = [0; 4];
    for (at, character) in text.char_indices() {
        if bytes == width {
            return Some(text.split_at(at));
        }
        bytes += match character.is_ascii() {
            true => 1,
            false => charset.byte_len(character.encode_utf8(&mut buffer)).ok()?,
        };
        if bytes > width {
            return None;
        }
    }
    (bytes == width).then_some((text, ""))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_text_is_split_as_the_standard_library_does() {
        for text in [
            "",
            "a",
            "|",
            "a|b",
            "|a||",
            "a\r\nb\r\n",
            "\r\r\n\n",
            "珅|韡",
            "|||||",
            "@@@@@",
        ] {
            for separator in ["|", "||", "\r\n", "@@", "珅", "\n"] {
                for most in [1, 2, 9] {
                    let mut pieces = Vec::new();
                    split(text, separator, most, &mut pieces);
                    let expected: Vec<&str> = text.split(separator).take(most).collect();
                    assert_eq!(pieces, expected, "{text:?} by {separator:?}");
                }
            }
        }
    }
}
