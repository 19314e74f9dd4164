//! Where the employer's file comes from: a file, standard input, or whatever the system opens.

use crate::api::spool::SealedSpool;
use crate::command::scratch::Scratch;
use schemas::employer_files::Source;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// Opens a file. What can't be read twice (`-`, a named pipe, `<(…)`) is first read into a sealed
/// temporary file.
///
/// # Errors
/// As the system says; a folder is no file.
pub fn open(path: &Path) -> std::io::Result<Box<dyn Source>> {
    if path == Path::new("-") {
        return Ok(Box::new(Kept::of(&mut std::io::stdin().lock())?));
    }
    let mut file = std::fs::File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    if metadata.is_file() {
        return Ok(Box::new(file));
    }
    Ok(Box::new(Kept::of(&mut file)?))
}

/// A stream in a sealed file, and the folder that goes with it.
struct Kept {
    // Dropped first: the file before its folder.
    spool: SealedSpool,
    _scratch: Scratch,
}

impl Kept {
    fn of(stream: &mut dyn Read) -> std::io::Result<Self> {
        let scratch = Scratch::new();
        let spool = scratch.keep(stream)?;
        Ok(Self {
            spool,
            _scratch: scratch,
        })
    }
}

impl Read for Kept {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.spool.read(buffer)
    }
}

impl Seek for Kept {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.spool.seek(to)
    }
}
