//! The first walk over the bytes: digest, size, and whether they are UTF-8.

use super::Source;
use std::io::SeekFrom;

/// Block of one read.
pub(super) const BLOCK: usize = 64 << 10;

/// What the bytes are, before anything is read from them.
pub(super) struct Census {
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

/// Walks all bytes, at most `bytes_max` and one more; leaves the source at its start.
pub(super) fn take(source: &mut dyn Source, bytes_max: u64) -> std::io::Result<Census> {
    source.seek(SeekFrom::Start(0))?;
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    let mut census = Census {
        bytes: 0,
        digest: [0; 32],
        first: Vec::new(),
        utf8_fault: None,
        multibyte: 0,
        ascii: true,
    };
    // Room before the block for the cut sequence of the block before.
    let mut buffer = vec![0; 4 + BLOCK];
    let mut carried = 0;
    loop {
        let read = fill(source, &mut buffer[carried..carried + BLOCK])?;
        let (fresh, all) = (carried..carried + read, ..carried + read);
        digest.update(&buffer[fresh.clone()]);
        if census.bytes == 0 {
            census.first = buffer[fresh].to_vec();
        }
        let start = census.bytes - carried as u64;
        census.bytes += read as u64;
        let over = census.bytes > bytes_max;
        carried = census.look(&mut buffer[all], start, read == 0);
        if read == 0 || over {
            break;
        }
    }
    let taken = digest.finish();
    census
        .digest
        .copy_from_slice(taken.as_ref().first_chunk().unwrap_or(&[0; 32]));
    source.seek(SeekFrom::Start(0))?;
    Ok(census)
}

impl Census {
    /// Checks a block that starts at `start`; returns how many bytes at its end are the
    /// beginning of a sequence, moved to its front.
    fn look(&mut self, block: &mut [u8], start: u64, end: bool) -> usize {
        if self.utf8_fault.is_some() {
            return 0;
        }
        if block.is_ascii() {
            return 0;
        }
        self.ascii = false;
        let (valid, cut) = match std::str::from_utf8(block) {
            Ok(_) => (block.len(), 0),
            Err(error) if error.error_len().is_none() && !end => {
                (error.valid_up_to(), block.len() - error.valid_up_to())
            }
            Err(error) => {
                self.utf8_fault = Some(start + error.valid_up_to() as u64);
                (error.valid_up_to(), 0)
            }
        };
        if self.multibyte < 8 {
            let leads = block[..valid].iter().filter(|byte| **byte >= 0xC0);
            self.multibyte += leads.take(8).count() as u32;
        }
        block.copy_within(block.len() - cut.., 0);
        cut
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
