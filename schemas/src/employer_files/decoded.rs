//! The bytes of a text file as UTF-8, block by block; strict, with the offset of the first
//! sequence that the character set does not have.

use super::Source;
use super::census::{BLOCK, fill};
use super::detect::encoding_invalid;
use super::raw::Stop;
use crate::text::{Charset, CharsetError};
use std::cell::RefCell;
use std::io::{BufRead, Read, SeekFrom};
use std::rc::Rc;

/// Where a decoder leaves its reason, because the parsers between us wrap errors away.
pub(super) type Trouble = Rc<RefCell<Option<Stop>>>;

/// A reader of UTF-8 over a file in any character set of ours; a byte order mark is dropped.
pub(super) struct Decoded<'s> {
    source: &'s mut dyn Source,
    charset: Charset,
    bytes: Vec<u8>,
    block_bytes: usize,
    /// Bytes at the front of `bytes` that begin a sequence.
    carried: usize,
    /// Offset in the file of the first byte of `bytes`.
    offset: u64,
    text: Vec<u8>,
    /// Bytes of `text` (or of `bytes`, where they are UTF-8 already) handed out.
    taken: usize,
    ended: bool,
    failed: bool,
    trouble: Trouble,
}

impl<'s> Decoded<'s> {
    /// Starts at the beginning of the source.
    pub(super) fn new(source: &'s mut dyn Source, charset: Charset) -> Result<Self, Stop> {
        Self::in_blocks(source, charset, BLOCK)
    }

    /// The same with so many bytes read at once, which changes nothing.
    pub(super) fn in_blocks(
        source: &'s mut dyn Source,
        charset: Charset,
        block_bytes: usize,
    ) -> Result<Self, Stop> {
        source.seek(SeekFrom::Start(0))?;
        let mut decoded = Self {
            source,
            charset,
            bytes: vec![0; 8 + block_bytes],
            block_bytes,
            carried: 0,
            offset: 0,
            text: Vec::new(),
            taken: 0,
            ended: false,
            failed: false,
            trouble: Rc::default(),
        };
        let marked = decoded
            .fill_buf()
            .is_ok_and(|text| text.starts_with(b"\xEF\xBB\xBF"));
        if marked && charset == Charset::Utf8 {
            decoded.consume(3);
        }
        Ok(decoded)
    }

    /// The place where the reason of a failed read is left.
    pub(super) fn trouble(&self) -> Trouble {
        Rc::clone(&self.trouble)
    }

    fn next_block(&mut self) -> std::io::Result<()> {
        self.taken = 0;
        if self.charset == Charset::Utf8 {
            let mut text = std::mem::take(&mut self.text);
            text.resize(self.block_bytes, 0);
            let read = self.fill_utf8(&mut text);
            text.truncate(*read.as_ref().unwrap_or(&0));
            self.text = text;
            return read.map(|_| ());
        }
        let room = self.carried..self.carried + self.block_bytes;
        let read = fill(self.source, &mut self.bytes[room])?;
        let all = self.carried + read;
        self.ended = read == 0;
        let valid = match self.charset.decode(&self.bytes[..all]) {
            Ok(text) => {
                self.text = text.into_owned().into_bytes();
                all
            }
            // The block may end inside a sequence of up to four bytes.
            Err(CharsetError::IllFormed { offset }) if offset + 4 > all && read > 0 => {
                let text = self
                    .charset
                    .decode(&self.bytes[..offset])
                    .unwrap_or_default();
                self.text = text.into_owned().into_bytes();
                offset
            }
            Err(CharsetError::IllFormed { offset }) => return Err(self.ill_formed(offset)),
            Err(CharsetError::Unmappable { .. }) => return Err(self.ill_formed(0)),
        };
        self.bytes.copy_within(valid..all, 0);
        self.carried = all - valid;
        self.offset += valid as u64;
        Ok(())
    }

    fn fill_utf8(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = fill(self.source, into)?;
        self.ended = read == 0 && !into.is_empty();
        Ok(read)
    }

    /// A failed reader never turns into an end of file: it leaves its reason and says so again.
    fn kept<T>(&mut self, read: std::io::Result<T>) -> std::io::Result<T> {
        read.map_err(|error| {
            self.failed = true;
            self.text.clear();
            let message = error.kind().into();
            let mut trouble = self.trouble.borrow_mut();
            trouble.get_or_insert(error.into());
            message
        })
    }

    fn ill_formed(&mut self, at: usize) -> std::io::Error {
        let finding = encoding_invalid(self.charset.name(), self.offset + at as u64);
        *self.trouble.borrow_mut() = Some(finding.into());
        std::io::Error::new(std::io::ErrorKind::InvalidData, "not of the character set")
    }
}

impl BufRead for Decoded<'_> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        while self.taken >= self.text.len() && !self.ended {
            if self.failed {
                return Err(std::io::Error::other("stopped"));
            }
            let block = self.next_block();
            self.kept(block)?;
        }
        Ok(self.text.get(self.taken..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.taken += count;
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let nothing_ready = self.taken >= self.text.len() && !self.ended && !self.failed;
        if nothing_ready && self.charset == Charset::Utf8 {
            let read = self.fill_utf8(into);
            return self.kept(read);
        }
        let ready = self.fill_buf()?;
        let count = ready.len().min(into.len());
        into[..count].copy_from_slice(&ready[..count]);
        self.consume(count);
        Ok(count)
    }
}
