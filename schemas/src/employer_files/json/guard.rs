//! Limits on JSON before the parser sees it: depth, texts, and what one line may hold.
//!
//! The parser keeps a text, or a value of a known key, whole in memory; it has no limit of its
//! own but for depth.

use crate::employer_files::decoded::{Decoded, Trouble};
use crate::employer_files::raw::{Stop, schema, size};
use crate::finding::{Finding, FindingCode};
use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

/// Objects and arrays inside one another.
const DEPTH_MAX: usize = 32;
/// Bytes of one line, or of one value of the head.
const SPAN_MAX: usize = 256 << 10;

/// Passes bytes on until a limit is broken.
pub(super) struct Guard<'s> {
    text: Decoded<'s>,
    trouble: Trouble,
    field_bytes_max: usize,
    depth: usize,
    /// Whether the text begins as an object or an array; `None` before its first character.
    begins: Rc<Cell<Option<bool>>>,
    in_string: bool,
    escaped: bool,
    /// Bytes of the present string or number.
    token: usize,
    /// Bytes of the present line or head value.
    span: usize,
    /// Bytes of the text as UTF-8 so far.
    offset: u64,
    /// The last text at the top level: the key whose value is open below it.
    key: Vec<u8>,
}

impl<'s> Guard<'s> {
    pub(super) fn new(text: Decoded<'s>, field_bytes_max: usize) -> Self {
        Self {
            trouble: text.trouble(),
            text,
            field_bytes_max,
            depth: 0,
            begins: Rc::default(),
            in_string: false,
            escaped: false,
            token: 0,
            span: 0,
            offset: 0,
            key: Vec::new(),
        }
    }

    /// Whether the text begins as JSON does that is an object or an array.
    pub(super) fn begins(&self) -> Rc<Cell<Option<bool>>> {
        Rc::clone(&self.begins)
    }

    fn step(&mut self, byte: u8) -> Result<(), Stop> {
        self.span = if self.depth < 2 { 0 } else { self.span + 1 };
        if self.span > SPAN_MAX {
            return Err(too_large("row", SPAN_MAX));
        }
        if self.in_string {
            return self.step_in_string(byte);
        }
        self.token += 1;
        if self.depth == 0 && self.begins.get().is_none() && !byte.is_ascii_whitespace() {
            self.begins.set(Some(matches!(byte, b'{' | b'[')));
        }
        match byte {
            b'"' => {
                (self.in_string, self.escaped, self.token) = (true, false, 0);
                if self.depth == 1 {
                    self.key.clear();
                }
            }
            b'{' | b'[' => {
                self.depth += 1;
                self.token = 0;
                if self.depth > DEPTH_MAX {
                    let finding = schema("too_deep").with("limit", DEPTH_MAX);
                    return Err(finding.with("offset", self.offset).into());
                }
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.token = 0;
            }
            b',' => {
                self.token = 0;
                if self.depth == 2 && self.key == b"lines" {
                    self.span = 0;
                }
            }
            b':' | b' ' | b'\t' | b'\r' | b'\n' => self.token = 0,
            _ if self.token > self.field_bytes_max => {
                return Err(too_large("field", self.field_bytes_max));
            }
            _ => {}
        }
        Ok(())
    }

    fn step_in_string(&mut self, byte: u8) -> Result<(), Stop> {
        // The quote that ends a text is none of it.
        if byte == b'"' && !self.escaped {
            (self.in_string, self.token) = (false, 0);
            return Ok(());
        }
        self.token += 1;
        // An escape writes one character with six bytes.
        if self.token > self.field_bytes_max * 6 {
            return Err(too_large("field", self.field_bytes_max));
        }
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            _ if self.depth == 1 && self.key.len() < 8 => self.key.push(byte),
            _ => {}
        }
        Ok(())
    }
}

fn too_large(reason: &str, limit: usize) -> Stop {
    let finding = Finding::of_file(FindingCode::TooLarge);
    let finding = finding.with("reason", reason);
    finding.with("limit", size(limit as u64)).into()
}

impl Read for Guard<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.text.read(into)?;
        for byte in into.iter().take(count) {
            if let Err(stop) = self.step(*byte) {
                self.trouble.borrow_mut().get_or_insert(stop);
                return Err(std::io::Error::other("stopped"));
            }
            self.offset += 1;
        }
        Ok(count)
    }
}
