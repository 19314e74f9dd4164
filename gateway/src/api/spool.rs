//! Where large uploads wait between the network and intake: a file that is sealed under a key
//! which only this process knows and only while the upload lives (M9).

use certs::cipher::{Aead, TAG_BYTES};
use certs::random::Random;
use journal::disk::{Disk, DiskFile, DiskRead};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

const CHUNK_BYTES: usize = 64 * 1024;
const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;

/// The folder of waiting uploads.
#[derive(Clone)]
pub struct SpoolFolder {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    random: Arc<dyn Random>,
}

impl SpoolFolder {
    /// Opens `dir` (made with mode 0700) and removes what an earlier process left: nobody has
    /// the keys of those files any more.
    ///
    /// # Errors
    /// As the file system says.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path, random: Arc<dyn Random>) -> io::Result<Self> {
        disk.create_dir_all(dir)?;
        for name in disk.list(dir)? {
            disk.remove(&dir.join(name))?;
        }
        Ok(Self {
            disk,
            dir: dir.to_owned(),
            random,
        })
    }

    /// Begins a sealed file.
    ///
    /// # Errors
    /// As the file system says.
    pub fn begin(&self) -> io::Result<SpoolWriter> {
        let mut key = Zeroizing::new([0; 32]);
        self.random.fill(key.as_mut());
        let mut name = [0; 16];
        self.random.fill(&mut name);
        let path = self.dir.join(format!("{}.spool", crate::hex(&name)));
        let file = self.disk.create_append(&path)?;
        Ok(SpoolWriter {
            sealed: Sealed {
                disk: Arc::clone(&self.disk),
                path,
                key: Aead::new(key),
            },
            file,
            pending: Zeroizing::new(Vec::with_capacity(SEALED_CHUNK_BYTES)),
            chunks: 0,
            bytes: 0,
        })
    }
}

impl std::fmt::Debug for SpoolFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpoolFolder")
            .field("dir", &self.dir)
            .finish_non_exhaustive()
    }
}

/// A sealed file; removed when dropped.
struct Sealed {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    key: Aead,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        if let Err(error) = self.disk.remove(&self.path) {
            // Unreadable to everyone without the key; the next start removes it.
            tracing::warn!(%error, "a spool file could not be removed");
        }
    }
}

/// The nonce of a chunk: the key serves one file, and each place in it is written once.
fn nonce(chunk: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    let (_, low) = nonce.split_at_mut(4);
    low.copy_from_slice(&chunk.to_be_bytes());
    nonce
}

/// A sealed file that is being written.
pub struct SpoolWriter {
    sealed: Sealed,
    file: Box<dyn DiskFile>,
    pending: Zeroizing<Vec<u8>>,
    chunks: u64,
    bytes: u64,
}

impl SpoolWriter {
    /// Appends.
    ///
    /// # Errors
    /// As the file system says; `StorageFull` where there is no room.
    pub fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = CHUNK_BYTES - self.pending.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
            if self.pending.len() == CHUNK_BYTES {
                self.flush_chunk()?;
            }
        }
        Ok(())
    }

    fn flush_chunk(&mut self) -> io::Result<()> {
        let sealed = self.sealed.key.seal(nonce(self.chunks), b"", &self.pending);
        self.file.append(&sealed)?;
        self.pending.clear();
        self.chunks += 1;
        Ok(())
    }

    /// Ends the writing.
    ///
    /// # Errors
    /// As the file system says.
    pub fn finish(mut self) -> io::Result<SealedSpool> {
        if !self.pending.is_empty() {
            self.flush_chunk()?;
        }
        let reading = self.sealed.disk.open_read(&self.sealed.path)?;
        Ok(SealedSpool {
            sealed: self.sealed,
            reading,
            bytes: self.bytes,
            at: 0,
            open: Zeroizing::new(Vec::new()),
            open_number: u64::MAX,
        })
    }
}

/// A sealed file that can be read and sought.
pub struct SealedSpool {
    sealed: Sealed,
    reading: Box<dyn DiskRead>,
    bytes: u64,
    at: u64,
    open: Zeroizing<Vec<u8>>,
    open_number: u64,
}

impl SealedSpool {
    fn open_chunk(&mut self, number: u64) -> io::Result<()> {
        if self.open_number == number {
            return Ok(());
        }
        let mut sealed = vec![0; SEALED_CHUNK_BYTES];
        let offset = number.saturating_mul(SEALED_CHUNK_BYTES as u64);
        let read = self.reading.read_at(offset, &mut sealed)?;
        sealed.truncate(read);
        let plain = self.sealed.key.open(nonce(number), b"", &sealed);
        let plain = plain.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        self.open = Zeroizing::new(plain);
        self.open_number = number;
        Ok(())
    }
}

impl Read for SealedSpool {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.bytes || buffer.is_empty() {
            return Ok(0);
        }
        let chunk = CHUNK_BYTES as u64;
        self.open_chunk(self.at / chunk)?;
        let from = usize::try_from(self.at % chunk).unwrap_or(usize::MAX);
        let rest = self.open.get(from..).unwrap_or_default();
        if rest.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SealedSpool {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

mod spill;

#[cfg(test)]
mod tests;
