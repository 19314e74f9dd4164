//! The narrow door to the disk, so that a simulation can supply one with faults.

mod faults;
mod memory;
mod os;

use std::io;
use std::path::Path;
use std::time::Duration;

pub use faults::{Faults, PowerCut, Unsynced};
pub use memory::MemoryDisk;
pub use os::OsDisk;

/// Between two tries to get a file descriptor.
const DESCRIPTOR_WAIT: Duration = Duration::from_millis(10);

/// A file system, as far as a journal needs one.
pub trait Disk: Send + Sync {
    /// The names of the files (not folders) in `dir`, sorted.
    ///
    /// # Errors
    /// As the file system says; `NotFound` if there is no such folder.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;
    /// Makes a new, empty file for appending; `AlreadyExists` if there is one. Its name is
    /// durable only after `sync_dir`.
    ///
    /// # Errors
    /// As the file system says.
    fn create_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens an existing file for appending at its end, for this process alone: `WouldBlock`
    /// if another one has it open so.
    ///
    /// # Errors
    /// As the file system says.
    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Opens an existing file for reading.
    ///
    /// # Errors
    /// As the file system says.
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>>;
    /// Makes what anybody has written into a file survive a power cut (`fdatasync`). Takes no
    /// lock: the file may be another one's, who appends to it.
    ///
    /// # Errors
    /// As the file system says; afterwards nothing is known about what was not synced before.
    fn sync_file(&self, path: &Path) -> io::Result<()>;
    /// Makes names in `dir` durable: files made, renamed or removed.
    ///
    /// # Errors
    /// As the file system says; afterwards nothing is known about those names.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
    /// Renames a file, replacing what has the new name.
    ///
    /// # Errors
    /// As the file system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    ///
    /// # Errors
    /// As the file system says.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Cuts a file to `bytes`, and syncs it.
    ///
    /// # Errors
    /// As the file system says.
    fn truncate(&self, path: &Path, bytes: u64) -> io::Result<()>;
    /// Writes bytes over the same ones, which stand at `offset`, and syncs the file. Where their
    /// sync failed before, a cache shows them and no later sync writes them: this does.
    ///
    /// # Errors
    /// As the file system says; nothing that was durable is less so.
    fn write_over(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes a folder and those above it, and makes their names durable: also the name of the
    /// first one that was there, for whoever made it may have been killed before that.
    ///
    /// # Errors
    /// As the file system says.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;
    /// Bytes that may still be written where `dir` lies; `None` where the disk does not say.
    ///
    /// # Errors
    /// As the file system says.
    fn room(&self, dir: &Path) -> io::Result<Option<u64>> {
        let _ = dir;
        Ok(None)
    }
    /// Lets a moment pass where there was no file descriptor left, before another try: callers give
    /// theirs back meanwhile.
    fn wait_for_descriptors(&self) {
        std::thread::sleep(DESCRIPTOR_WAIT);
    }
}

/// A file open for appending.
pub trait DiskFile: Send {
    /// Writes all of `bytes` at the end. After an error any part may have been written.
    ///
    /// # Errors
    /// As the file system says; `StorageFull` or `QuotaExceeded` where there is no room.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.append_all(&[bytes])
    }
    /// The same for the parts one behind the other.
    ///
    /// # Errors
    /// As for `append`.
    fn append_all(&mut self, parts: &[&[u8]]) -> io::Result<()>;
    /// Makes everything appended survive a power cut (`fdatasync`), on a file system that has not
    /// given up meanwhile.
    ///
    /// # Errors
    /// As the file system says; afterwards nothing is known about what was not synced before.
    fn sync_data(&mut self) -> io::Result<()>;
    /// Bytes in the file.
    ///
    /// # Errors
    /// As the file system says.
    fn len(&self) -> io::Result<u64>;
    /// Whether the file is empty.
    ///
    /// # Errors
    /// As the file system says.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// A file open for reading, also while it grows.
pub trait DiskRead: Send + Sync {
    /// Reads from `offset` into `buffer`; fewer bytes only at the end of the file.
    ///
    /// # Errors
    /// As the file system says.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// Bytes in the file now.
    ///
    /// # Errors
    /// As the file system says.
    fn len(&self) -> io::Result<u64>;
    /// Whether the file is empty now.
    ///
    /// # Errors
    /// As the file system says.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// Puts a small file in the place of whatever has its name, whole or not at all: a loss of power at
/// any moment leaves what was there or what is new. What an earlier stop left is removed.
///
/// # Errors
/// As the file system says; afterwards the file is the old or the new one.
pub fn replace(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    match disk.remove(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = (|| {
        let mut file = disk.create_append(&new)?;
        file.append(bytes)?;
        file.sync_data()?;
        disk.rename(&new, path)?;
        disk.sync_dir(path.parent().unwrap_or(Path::new(".")))
    })();
    if written.is_err() {
        // Half of it is of use to nobody; an error here changes nothing.
        let _ = disk.remove(&new);
    }
    written
}

/// The whole of a small file, or `None` if there is none or it is larger than `bytes_max`.
pub(crate) fn read_small(
    disk: &dyn Disk,
    path: &Path,
    bytes_max: u64,
) -> io::Result<Option<Vec<u8>>> {
    let file = match disk.open_read(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let bytes = file.len()?;
    if bytes > bytes_max {
        return Ok(None);
    }
    let mut content = vec![0; usize::try_from(bytes).unwrap_or(0)];
    let read = file.read_at(0, &mut content)?;
    content.truncate(read);
    Ok(Some(content))
}

#[cfg(test)]
mod tests;
