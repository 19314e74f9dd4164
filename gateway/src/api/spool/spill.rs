//! Findings that are too many for memory wait in a sealed file, like an upload (M9).

use super::{SealedSpool, SpoolFolder, SpoolWriter};
use schemas::employer_files::{Spill, SpillPlace};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

impl SpillPlace for SpoolFolder {
    fn open(&self) -> io::Result<Box<dyn Spill>> {
        Ok(Box::new(SealedSpill::Writing(Box::new(self.begin()?))))
    }
}

/// Records with their length before each; removed when dropped.
enum SealedSpill {
    Writing(Box<SpoolWriter>),
    Written(Box<SealedSpool>),
    /// The end of the writing failed.
    Failed,
}

impl SealedSpill {
    fn written(&mut self) -> io::Result<&mut SealedSpool> {
        if matches!(self, Self::Writing(_))
            && let Self::Writing(writer) = std::mem::replace(self, Self::Failed)
        {
            *self = Self::Written(Box::new(writer.finish()?));
        }
        match self {
            Self::Written(spool) => Ok(spool),
            Self::Writing(_) | Self::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl Spill for SealedSpill {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Self::Writing(writer) = self else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        writer.write(&length.to_le_bytes())?;
        writer.write(bytes)
    }

    fn replay(&mut self, each: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let spool = self.written()?;
        spool.seek(SeekFrom::Start(0))?;
        let mut records = BufReader::new(spool);
        let mut record = Vec::new();
        while !records.fill_buf()?.is_empty() {
            let mut length = [0; 4];
            records.read_exact(&mut length)?;
            record.resize(u32::from_le_bytes(length) as usize, 0);
            records.read_exact(&mut record)?;
            each(&record)?;
        }
        Ok(())
    }
}
