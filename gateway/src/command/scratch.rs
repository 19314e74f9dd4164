//! Where a command that reads one file keeps findings that are too many for memory: a folder of
//! its own below the system's temporary one, sealed, gone at the end.

use crate::api::spool::{SealedSpool, SpoolFolder};
use certs::random::{Random, SystemRandom};
use journal::disk::OsDisk;
use schemas::employer_files::{Spill, SpillPlace};
use std::cell::OnceCell;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the folders of all runs begin; the process number follows.
const PREFIX: &str = "anxin-check-";

/// A folder that is made when it is first needed and removed when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    parent: PathBuf,
    made: OnceCell<(PathBuf, SpoolFolder)>,
}

impl Scratch {
    /// Below the system's temporary folder.
    #[must_use]
    pub fn new() -> Self {
        Self::below(std::env::temp_dir())
    }

    /// Below `parent`.
    #[must_use]
    pub fn below(parent: PathBuf) -> Self {
        Self {
            parent,
            made: OnceCell::new(),
        }
    }

    /// The folder, made if need be.
    ///
    /// # Errors
    /// The disk's.
    pub fn place(&self) -> io::Result<&Path> {
        self.folder()?;
        let made = self.made.get();
        Ok(made.map_or(self.parent.as_path(), |(path, _)| path.as_path()))
    }

    /// Reads a stream to its end into a sealed file that can be sought.
    ///
    /// # Errors
    /// The stream's, or the disk's.
    pub fn keep(&self, stream: &mut dyn io::Read) -> io::Result<SealedSpool> {
        let mut writer = self.folder()?.begin()?;
        let mut buffer = zeroize::Zeroizing::new(vec![0; 64 * 1024]);
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return writer.finish(),
                Ok(count) => writer.write(buffer.get(..count).unwrap_or_default())?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn folder(&self) -> io::Result<&SpoolFolder> {
        if let Some((_, folder)) = self.made.get() {
            return Ok(folder);
        }
        remove_left(&self.parent);
        let random = SystemRandom::new();
        let mut name = [0; 8];
        random.fill(&mut name);
        let name = format!("{PREFIX}{}-{}", std::process::id(), crate::hex(&name));
        let path = self.parent.join(name);
        let folder = SpoolFolder::open(Arc::new(OsDisk), &path, Arc::new(random))?;
        Ok(&self.made.get_or_init(|| (path, folder)).1)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl SpillPlace for Scratch {
    fn open(&self) -> io::Result<Box<dyn Spill>> {
        self.folder()?.open()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some((path, _)) = self.made.get() {
            // Without its key nobody reads what is left; the next run removes it.
            drop(std::fs::remove_dir_all(path));
        }
    }
}

/// Removes the folders of runs that were killed: their process is gone. Where the system does not
/// tell which processes live, they are left to it.
fn remove_left(parent: &Path) {
    let processes = Path::new("/proc");
    let (true, Ok(content)) = (processes.join("self").exists(), parent.read_dir()) else {
        return;
    };
    for entry in content.flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        let process = rest.and_then(|rest| rest.split_once('-')).map(|(id, _)| id);
        let gone =
            process.is_some_and(|id| id.parse::<u32>().is_ok() && !processes.join(id).exists());
        if gone {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}
