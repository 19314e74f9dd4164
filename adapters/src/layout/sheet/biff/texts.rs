//! Texts of BIFF8: one or two bytes a UTF-16 unit, and in the list of all texts cut between
//! records anywhere.

use super::{long, short};

/// The texts of the list, of its record and those that continue it; `None` where it is cut off.
pub(super) fn shared(parts: &[&[u8]]) -> Option<Vec<String>> {
    let Some((head, others)) = parts.split_first() else {
        return Some(Vec::new());
    };
    let (_, rest) = long(head)?;
    let (count, rest) = long(rest)?;
    let mut reading = Reading { part: rest, others };
    let mut texts = Vec::new();
    for _ in 0..count {
        texts.push(reading.text()?);
    }
    Some(texts)
}

/// A text that stands in a cell's own record.
pub(super) fn own(bytes: &[u8]) -> Option<String> {
    let mut reading = Reading {
        part: bytes,
        others: &[],
    };
    reading.text()
}

/// The number of a number format that shows a date or a time.
pub(super) fn date_format(body: &[u8]) -> Option<u16> {
    let (number, rest) = short(body)?;
    let text = own(rest)?;
    let shows = |letter: char| "ymdhsYMDHS年月日".contains(letter);
    text.chars().any(shows).then_some(number)
}

struct Reading<'p> {
    part: &'p [u8],
    others: &'p [&'p [u8]],
}

impl Reading<'_> {
    /// Goes on to the next record where this one is read.
    fn turn(&mut self) -> Option<()> {
        while self.part.is_empty() {
            let (next, others) = self.others.split_first()?;
            (self.part, self.others) = (next, others);
        }
        Some(())
    }

    fn byte(&mut self) -> Option<u8> {
        self.turn()?;
        let (byte, rest) = self.part.split_first()?;
        self.part = rest;
        Some(*byte)
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        let mut number = 0;
        for at in 0..bytes {
            number |= usize::from(self.byte()?) << (8 * at);
        }
        Some(number)
    }

    /// [MS-XLS] 2.5.293: units, flags, and where the flags say so the lengths of what follows.
    fn text(&mut self) -> Option<String> {
        let count = self.number(2)?;
        let flags = self.byte()?;
        let styles = if flags & 8 != 0 { self.number(2)? } else { 0 };
        let further = if flags & 4 != 0 { self.number(4)? } else { 0 };
        let text = self.units(count, flags & 1 != 0)?;
        // Styles of parts of the text, and how it is spoken.
        for _ in 0..styles.checked_mul(4)?.checked_add(further)? {
            self.byte()?;
        }
        Some(text)
    }

    fn units(&mut self, count: usize, mut wide: bool) -> Option<String> {
        let mut units = Vec::new();
        while units.len() < count {
            if self.part.is_empty() {
                // The rest of a text begins with its own flags.
                self.turn()?;
                wide = self.byte()? & 1 != 0;
            }
            let unit = if wide {
                let (unit, rest) = short(self.part)?;
                self.part = rest;
                unit
            } else {
                u16::from(self.byte()?)
            };
            units.push(unit);
        }
        String::from_utf16(&units).ok()
    }
}
