//! The first walk over the bytes: digest, size, and whether they are UTF-8.

mod digest;
#[cfg(test)]
mod tests;

use super::{Limits, Source};
use digest::Digest;
use encoding_rs::Encoding;
use std::io::SeekFrom;

/// Block of one read.
pub(super) const BLOCK: usize = 64 << 10;
/// The census hands its blocks to another thread, which is worth fewer and larger ones.
const CENSUS_BLOCK: usize = 256 << 10;

/// What the bytes of a file are, before anything is read from them.
pub struct Census {
    /// Number of bytes.
    pub(super) bytes: u64,
    /// SHA-256 of the bytes.
    pub(super) digest: [u8; 32],
    /// The first bytes, at most one block.
    pub(super) first: Vec<u8>,
    /// Offset of the first sequence that UTF-8 does not have.
    pub(super) utf8_fault: Option<u64>,
    /// Characters of more than one byte before the fault, counted up to 8.
    pub(super) multibyte: u32,
    /// No byte above 7F.
    pub(super) ascii: bool,
}

fn take_in_blocks(
    source: &mut dyn Source,
    bytes_max: u64,
    block_bytes: usize,
) -> std::io::Result<Census> {
    let expected = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(0))?;
    let mut census = Census {
        bytes: 0,
        digest: [0; 32],
        first: Vec::new(),
        utf8_fault: None,
        multibyte: 0,
        ascii: true,
    };
    census.digest = digest::of_walk(expected, |digest| {
        census.walk(source, bytes_max, block_bytes, digest)
    })?;
    source.seek(SeekFrom::Start(0))?;
    Ok(census)
}

impl Census {
    /// Walks all bytes, at most as many as the limit and a block more; leaves the source at its
    /// start.
    ///
    /// # Errors
    /// The source's own.
    pub fn of(source: &mut dyn Source, limits: &Limits) -> std::io::Result<Self> {
        take_in_blocks(source, limits.bytes_max, CENSUS_BLOCK)
    }

    /// The number of bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Their SHA-256; of a file over the limit, that of its beginning.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    fn walk(
        &mut self,
        source: &mut dyn Source,
        bytes_max: u64,
        block_bytes: usize,
        digest: &mut Digest,
    ) -> std::io::Result<()> {
        // The start of a sequence that the block before was cut in.
        let mut cut: Vec<u8> = Vec::new();
        loop {
            let mut block = digest.empty_block();
            block.clear();
            block.extend_from_slice(&cut);
            let carried = cut.len();
            block.resize(carried + block_bytes, 0);
            let read = fill(source, block.get_mut(carried..).unwrap_or_default())?;
            block.truncate(carried + read);
            if self.bytes == 0 {
                self.first = block.get(..BLOCK).unwrap_or(&block).to_vec();
            }
            let start = self.bytes - carried as u64;
            self.bytes += read as u64;
            let cut_at = self.look(&block, start, read == 0);
            cut.clear();
            cut.extend_from_slice(block.get(cut_at..).unwrap_or_default());
            digest.add(block, carried)?;
            if read == 0 || self.bytes > bytes_max {
                return Ok(());
            }
        }
    }

    /// Checks a block that starts at `start`; returns where in it a sequence begins that the
    /// block's end cuts, its end where none does.
    fn look(&mut self, block: &[u8], start: u64, end: bool) -> usize {
        if self.utf8_fault.is_some() || block.is_ascii() {
            return block.len();
        }
        self.ascii = false;
        let valid = Encoding::utf8_valid_up_to(block);
        let rest = block.get(valid..).unwrap_or_default();
        let cut_at = match std::str::from_utf8(rest) {
            Ok(_) => block.len(),
            Err(error) if error.error_len().is_none() && !end => valid,
            Err(_) => {
                self.utf8_fault = Some(start + valid as u64);
                block.len()
            }
        };
        if self.multibyte < 8 {
            let before = block.get(..valid).unwrap_or_default();
            let leads = before.iter().filter(|byte| **byte >= 0xC0);
            self.multibyte += leads.take(8).count() as u32;
        }
        cut_at
    }
}

/// Reads until the buffer is full or the source ends.
pub(super) fn fill<R: std::io::Read + ?Sized>(
    source: &mut R,
    buffer: &mut [u8],
) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
