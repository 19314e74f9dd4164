//! Where in the text the parser stands, which it does not say itself.

use crate::finding::Finding;
use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

/// Line from 1, and characters of it that were taken.
#[derive(Default)]
pub(super) struct Place {
    lines: Cell<u64>,
    characters: Cell<u64>,
}

impl Place {
    pub(super) fn take(&self, byte: u8) {
        if byte == b'\n' {
            self.lines.set(self.lines.get() + 1);
            self.characters.set(0);
        } else if byte & 0xC0 != 0x80 {
            self.characters.set(self.characters.get() + 1);
        }
    }

    /// Adds the place to a finding.
    pub(super) fn of(&self, finding: Finding) -> Finding {
        let finding = finding.with("line_in_file", self.lines.get() + 1);
        finding.with("column", self.characters.get().max(1))
    }
}

/// Hands out text and counts it.
pub(super) struct Placed<R> {
    pub(super) text: R,
    pub(super) place: Rc<Place>,
}

impl<R: Read> Read for Placed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.text.read(into)?;
        for byte in into.iter().take(count) {
            self.place.take(*byte);
        }
        Ok(count)
    }
}
