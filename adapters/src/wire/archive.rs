//! A zip archive that holds one file.

use super::packed::UNPACKED_BYTES_MAX;
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, unreadable};
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The name of the one file where we write an archive; none is read.
const NAME: &str = "content";

/// The archive of these bytes: the same bytes make the same archive.
pub(super) fn packed(bytes: &[u8]) -> Result<Vec<u8>, WriteFault> {
    let written = || {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        // Options without a time: 1980.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        archive.start_file(NAME, options)?;
        archive.write_all(bytes)?;
        archive.finish().map(Cursor::into_inner)
    };
    written().map_err(|_| WriteFault::Form {
        place: "the payload".to_owned(),
    })
}

/// The one file of an archive.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let broken = || unreadable("not a zip archive of one file");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() != 1 {
        return Err(broken());
    }
    let file = archive.by_index(0).map_err(|_| broken())?;
    let mut plain = Vec::new();
    let read = file.take(UNPACKED_BYTES_MAX + 1).read_to_end(&mut plain);
    read.map_err(|_| broken())?;
    match plain.len() as u64 > UNPACKED_BYTES_MAX {
        true => Err(unreadable("unpacks to too much")),
        false => Ok(plain),
    }
}

#[cfg(test)]
mod tests;
