//! What the XML parser may take for one event, and in which line of the file it is.

use super::decoded::Trouble;
use super::raw::size;
use crate::finding::{Finding, FindingCode};
use memchr::{memchr_iter, memrchr};
use std::cell::Cell;
use std::io::{BufRead, Read};
use std::rc::Rc;

/// Bytes of one event: the parser keeps a tag, a text or a comment whole, and has no limit of
/// its own.
const EVENT_MAX: usize = 64 << 10;

/// Shared with the walk, because the parser owns the reader.
#[derive(Default)]
pub(super) struct Meter {
    /// Bytes taken since the present event began.
    taken: Cell<usize>,
    lines: Cell<u64>,
    /// Characters since the last line began.
    characters: Cell<u64>,
}

impl Meter {
    /// A new event begins.
    pub(super) fn begin(&self) {
        self.taken.set(0);
    }

    /// The line of the file where the parser stands, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines.get() + 1
    }

    /// The characters of that line that the parser has taken; the last one is where it stands.
    pub(super) fn column(&self) -> u64 {
        self.characters.get().max(1)
    }
}

/// Characters of a part of UTF-8 text: every byte but those that continue one.
fn characters(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64
}

/// Hands out text and counts it.
pub(super) struct Metered<R> {
    text: R,
    trouble: Trouble,
    meter: Rc<Meter>,
}

impl<R: BufRead> Metered<R> {
    pub(super) fn new(text: R, trouble: Trouble, meter: Rc<Meter>) -> Self {
        Self {
            text,
            trouble,
            meter,
        }
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.meter.taken.get() > EVENT_MAX {
            let finding = Finding::of_file(FindingCode::TooLarge).with("reason", "field");
            let finding = finding.with("limit", size(EVENT_MAX as u64));
            let stop = finding.with("line_in_file", self.meter.line()).into();
            self.trouble.borrow_mut().get_or_insert(stop);
            return Err(std::io::Error::other("stopped"));
        }
        self.text.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        if let Ok(ready) = self.text.fill_buf() {
            let taken = ready.get(..count).unwrap_or_default();
            let lines = memchr_iter(b'\n', taken).count() as u64;
            self.meter.lines.set(self.meter.lines.get() + lines);
            let (before, last) = match memrchr(b'\n', taken) {
                Some(at) => (0, taken.get(at + 1..).unwrap_or_default()),
                None => (self.meter.characters.get(), taken),
            };
            self.meter.characters.set(before + characters(last));
        }
        self.meter.taken.set(self.meter.taken.get() + count);
        self.text.consume(count);
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}
