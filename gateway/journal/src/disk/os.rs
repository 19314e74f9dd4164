//! The operating system's disk.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use super::{Disk, DiskFile, DiskRead};

/// The operating system's disk. Files are made with mode 0600, folders with 0700.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsDisk;

struct Appending(File);

struct Reading(File);

/// Locked for as long as it is open, so that two processes never append to one segment.
fn locked(file: File) -> io::Result<Box<dyn DiskFile>> {
    match file.try_lock() {
        Ok(()) => Ok(Box::new(Appending(file))),
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

impl Disk for OsDisk {
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            if !entry.file_type()?.is_dir() {
                // A name that is not UTF-8 is nobody's segment; the mark keeps it visible.
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn create_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.append(true).create_new(true).mode(0o600);
        locked(options.open(path)?)
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        locked(OpenOptions::new().append(true).open(path)?)
    }

    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        Ok(Box::new(Reading(File::open(path)?)))
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_data()
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn truncate(&self, path: &Path, bytes: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(bytes)?;
        file.sync_all().and_then(|()| takes_changes(&file))
    }

    fn write_over(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        // Not for appending: such a file takes every write at its end.
        let file = OpenOptions::new().write(true).open(path)?;
        file.write_all_at(bytes, offset)?;
        synced(&file)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let above = match dir.parent() {
            Some(above) if !above.as_os_str().is_empty() => above,
            Some(_) => Path::new("."),
            None => return Ok(()),
        };
        if dir.is_dir() {
            return match self.sync_dir(above) {
                // Who may not read the folder above did not make this one.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
                result => result,
            };
        }
        self.create_dir_all(above)?;
        match DirBuilder::new().mode(0o700).create(dir) {
            Err(error) if !dir.is_dir() => return Err(error),
            _ => {}
        }
        self.sync_dir(above)
    }

    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        // What a process without privileges may use, as `df` shows it.
        let of = rustix::fs::statvfs(dir)?;
        Ok(Some(of.f_bavail.saturating_mul(of.f_frsize)))
    }
}

impl DiskFile for Appending {
    fn append_all(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut left = slices.as_mut_slice();
        // Empty parts in front are passed over, so that nothing written means a full disk.
        IoSlice::advance_slices(&mut left, 0);
        while !left.is_empty() {
            match self.0.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn sync_data(&mut self) -> io::Result<()> {
        synced(&self.0)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

impl DiskRead for Reading {
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.0.read_at(rest, offset.saturating_add(done as u64)) {
                Ok(0) => break,
                Ok(bytes) => done += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

/// Syncs what was written, and believes it only of a file system that goes on.
fn synced(file: &File) -> io::Result<()> {
    file.sync_data()?;
    takes_changes(file)
}

/// Whether the file system still takes changes. ext4 may call a sync done that is under way while
/// it gives up, and has lost what the sync was to keep; it has given up before that sync returns,
/// and refuses from then on (decision 025). The change is none: room for a byte that is there.
fn takes_changes(file: &File) -> io::Result<()> {
    loop {
        match rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, 0, 1) {
            Err(Errno::INTR) => {}
            Err(error) => return gave_up(error.into()),
            Ok(()) => return Ok(()),
        }
    }
}

/// Who does not know the call, or has no room, has not given up.
fn gave_up(error: io::Error) -> io::Result<()> {
    use io::ErrorKind::{QuotaExceeded, StorageFull, Unsupported};
    match matches!(error.kind(), Unsupported | StorageFull | QuotaExceeded) {
        true => Ok(()),
        false => Err(error),
    }
}

#[cfg(test)]
mod tests;
