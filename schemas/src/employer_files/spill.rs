//! Where findings go that are too many for memory.

use std::io;

/// Takes records and gives them back in the same order. The program supplies one over a sealed
/// file; the records hold masked values only.
pub trait Spill {
    /// Adds a record.
    ///
    /// # Errors
    /// The place failed (a full disk).
    fn push(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Hands every record to `each`, in the order of pushing.
    ///
    /// # Errors
    /// The place failed, or `each` did.
    fn replay(&mut self, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>;
}

/// Opens a [`Spill`] when the first finding needs one.
pub trait SpillPlace {
    /// A fresh, empty one.
    ///
    /// # Errors
    /// The place failed.
    fn open(&self) -> io::Result<Box<dyn Spill>>;
}

/// Keeps records in memory, one after the other.
#[derive(Debug, Default)]
pub struct MemorySpill {
    bytes: Vec<u8>,
}

impl Spill for MemorySpill {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    fn replay(&mut self, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut rest = self.bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk() {
            let length = u32::from_le_bytes(*length) as usize;
            let (record, after) = after
                .split_at_checked(length)
                .ok_or(io::ErrorKind::UnexpectedEof)?;
            each(record)?;
            rest = after;
        }
        Ok(())
    }
}
