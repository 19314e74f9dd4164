//! The bytes of a text file as UTF-8, block by block; strict, with the offset of the first
//! sequence that the character set does not have.

use super::Source;
use super::census::{BLOCK, fill};
use super::detect::{Manner, encoding_invalid};
use super::raw::Stop;
use crate::text::{Charset, CharsetError};
use memchr::memchr_iter;
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
    /// Offset in the file of the first byte of `bytes`; of UTF-8, of the next byte to read.
    offset: u64,
    /// Offset of the first ill-formed sequence, once it is known: what stands before is handed out.
    fault: Option<u64>,
    text: Vec<u8>,
    /// Bytes of `text` (or of `bytes`, where they are UTF-8 already) handed out.
    taken: usize,
    ended: bool,
    failed: bool,
    trouble: Trouble,
}

impl<'s> Decoded<'s> {
    /// Starts at the beginning of the source.
    pub(super) fn new(source: &'s mut dyn Source, manner: &Manner) -> Result<Self, Stop> {
        Self::until(source, manner.charset, manner.fault, BLOCK)
    }

    /// A well-formed text with so many bytes read at once, which changes nothing.
    #[cfg(test)]
    pub(super) fn in_blocks(
        source: &'s mut dyn Source,
        charset: Charset,
        block_bytes: usize,
    ) -> Result<Self, Stop> {
        Self::until(source, charset, None, block_bytes)
    }

    fn until(
        source: &'s mut dyn Source,
        charset: Charset,
        fault: Option<u64>,
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
            fault,
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
        if let Some(fault) = self.fault {
            return Err(self.ill_formed(fault)?);
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
            Err(error) => {
                let at = match error {
                    CharsetError::IllFormed { offset } => offset,
                    CharsetError::Unmappable { .. } => 0,
                };
                self.fault = Some(self.offset + at as u64);
                let before = self.bytes.get(..at).unwrap_or_default();
                let text = self.charset.decode(before).unwrap_or_default();
                self.text = text.into_owned().into_bytes();
                self.ended = false;
                // Nothing is read after the fault.
                return Ok(());
            }
        };
        self.bytes.copy_within(valid..all, 0);
        self.carried = all - valid;
        self.offset += valid as u64;
        Ok(())
    }

    fn fill_utf8(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = match self.fault.map(|fault| fault.saturating_sub(self.offset)) {
            Some(0) => return Err(self.ill_formed(self.offset)?),
            Some(left) => into.len().min(usize::try_from(left).unwrap_or(usize::MAX)),
            None => into.len(),
        };
        let read = fill(self.source, into.get_mut(..most).unwrap_or_default())?;
        self.offset += read as u64;
        self.ended = read == 0 && most > 0;
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

    /// Leaves the reason with its place: the line is counted now, on no other file.
    fn ill_formed(&mut self, offset: u64) -> std::io::Result<std::io::Error> {
        let (mut line, mut left) = (1, offset);
        self.source.seek(SeekFrom::Start(0))?;
        let mut block = vec![0; BLOCK];
        while left > 0 {
            let most = block.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let read = fill(self.source, block.get_mut(..most).unwrap_or_default())?;
            // In none of our sets is a line feed a part of another character.
            line += memchr_iter(b'\n', block.get(..read).unwrap_or_default()).count();
            left = if read == 0 { 0 } else { left - read as u64 };
        }
        let finding = encoding_invalid(self.charset.name(), offset).with("line_in_file", line);
        *self.trouble.borrow_mut() = Some(finding.into());
        let kind = std::io::ErrorKind::InvalidData;
        Ok(std::io::Error::new(kind, "not of the character set"))
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
