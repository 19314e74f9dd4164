//! A message as a file in the bank's folder: whole or not there, durable, read back.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use adapters::exchange::{Outgoing, Wire};

use super::turn::{NoTurn, Turn};
use super::{Channel, SendError, SendErrorKind, safe_folder, safe_name};
use crate::clock::BoxFuture;

/// Puts files into folders below one root (mode 0700, files 0600).
///
/// A file appears under its name only when it is complete, durable and read back. A file that is
/// there already with the same content is done, and so is one that is gone again when it is looked
/// for: the bank has taken it. A file with other content is left alone and the send fails as
/// perhaps sent, because something of that name may be under way.
#[derive(Clone, Debug)]
pub struct DropChannel {
    endpoint: String,
    root: PathBuf,
    /// One at a time: looking and putting must not be divided, and a share that hangs takes no
    /// second thread.
    turn: Turn,
    turn_wait: Duration,
}

impl DropChannel {
    /// A channel into folders below `root`; `endpoint` names it in logs and errors. A message waits
    /// for an earlier one for `turn_wait` of the machine's time at most, then it is not sent.
    #[must_use]
    pub fn new(endpoint: &str, root: &Path, turn_wait: Duration) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            root: root.to_owned(),
            turn: Turn::default(),
            turn_wait,
        }
    }

    /// Blocking, with the turn; see [`Channel::send`].
    fn put(&self, out: &Outgoing) -> Result<(), SendError> {
        let not_sent =
            |kind| move |error: Cause| SendError::not_sent(kind, &self.endpoint).caused_by(error);
        let (folders, name) = places(out).map_err(not_sent(SendErrorKind::Message))?;
        let folder = self
            .folder(&folders)
            .map_err(|error| not_sent(SendErrorKind::Folder)(error.into()))?;
        let target = folder.join(name);
        let after = |kind| SendError::after_bytes(kind, &self.endpoint, out);
        match holds(&target, &out.bytes) {
            Ok(Existing::Nothing) => {}
            // It was put there before, perhaps by a process that died before it could say so.
            // Its folder entry is made durable now, for the same reason.
            Ok(Existing::Same) => {
                return sync_folder(&folder)
                    .map_err(|error| after(SendErrorKind::Folder).caused_by(error));
            }
            Ok(Existing::Other) => return Err(after(SendErrorKind::Collision)),
            Err(error) => return Err(after(SendErrorKind::Folder).caused_by(error)),
        }
        let hidden = folder.join(format!(".{name}.part"));
        write_durably(&hidden, &out.bytes)
            .map_err(|error| not_sent(SendErrorKind::Write)(error.into()))?;
        // The whole content is compared before the bank can see it …
        match holds(&hidden, &out.bytes) {
            Ok(Existing::Same) => {}
            Ok(Existing::Nothing | Existing::Other) => {
                return Err(not_sent(SendErrorKind::ReadBack)(DIFFERS.into()));
            }
            Err(error) => return Err(not_sent(SendErrorKind::ReadBack)(error.into())),
        }
        // … and from here on it may.
        fs::rename(&hidden, &target)
            .and_then(|()| sync_folder(&folder))
            .map_err(|error| after(SendErrorKind::Write).caused_by(error))?;
        match holds(&target, &out.bytes) {
            // It was renamed: what is gone, the bank has taken.
            Ok(Existing::Same | Existing::Nothing) => Ok(()),
            Ok(Existing::Other) => Err(after(SendErrorKind::ReadBack).caused_by(DIFFERS)),
            Err(error) => Err(after(SendErrorKind::ReadBack).caused_by(error)),
        }
    }

    /// A file of the bank's; blocking. Nothing is instructed by reading.
    fn fetch(&self, folder: &str, name: &str) -> Result<Vec<u8>, SendError> {
        let not_sent =
            |kind, cause: Cause| SendError::not_sent(kind, &self.endpoint).caused_by(cause);
        let place = || -> Result<PathBuf, Cause> {
            let mut path = self.root.clone();
            path.extend(safe_folder(folder)?);
            path.push(safe_name(name)?);
            Ok(path)
        };
        let path = place().map_err(|cause| not_sent(SendErrorKind::Message, cause))?;
        let in_folder = |error: io::Error| not_sent(SendErrorKind::Folder, error.into());
        let opened = open_plain(&path).map_err(in_folder)?;
        let (file, size) = opened.ok_or_else(|| in_folder(io::ErrorKind::NotFound.into()))?;
        if size > FETCHED_BYTES_MAX {
            return Err(not_sent(
                SendErrorKind::TooLarge,
                "the file is too large".into(),
            ));
        }
        let mut bytes = Vec::new();
        let read = file.take(FETCHED_BYTES_MAX).read_to_end(&mut bytes);
        read.map_err(in_folder)?;
        Ok(bytes)
    }

    fn folder(&self, parts: &[&str]) -> io::Result<PathBuf> {
        let mut folder = self.root.clone();
        make_folder(&folder)?;
        for part in parts {
            folder.push(part);
            make_folder(&folder)?;
        }
        Ok(folder)
    }
}

/// As large as any message that is read.
pub(super) const FETCHED_BYTES_MAX: u64 = adapters::wire::BYTES_MAX as u64;

const DIFFERS: &str = "what is there differs";

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Channel for DropChannel {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let (this, copy) = (self.clone(), out.clone());
            let work = move || match &copy.wire {
                Wire::Fetch { folder } => this.fetch(folder, &copy.file_name),
                Wire::Drop { .. } | Wire::Tcp { .. } | Wire::Http { .. } => {
                    this.put(&copy).map(|()| Vec::new())
                }
            };
            let failed = match self.turn.run(self.turn_wait, work).await {
                Ok(done) => return done,
                Err(failed) => failed,
            };
            let error = match failed {
                NoTurn::Taken => SendError::not_sent(SendErrorKind::Limit, &self.endpoint),
                NoTurn::Defect(_) => {
                    SendError::after_bytes(SendErrorKind::Defect, &self.endpoint, out)
                }
            };
            Err(error.caused_by(failed))
        })
    }
}

fn places(out: &Outgoing) -> Result<(Vec<&str>, &str), Cause> {
    let Wire::Drop { folder } = &out.wire else {
        return Err("not a file drop".into());
    };
    Ok((safe_folder(folder)?, safe_name(&out.file_name)?))
}

/// Makes a folder of mode 0700 where none is; refuses a link in its place.
fn make_folder(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => folder.parent().map_or(Ok(()), sync_folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(folder)?.is_dir() {
                Ok(())
            } else {
                Err(io::Error::other("a link or file is in the folder's place"))
            }
        }
        Err(error) => Err(error),
    }
}

pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // What a process left that died while writing; it was never visible to the bank.
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // `create_new` follows no link.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

enum Existing {
    Nothing,
    Same,
    Other,
}

/// What is under that name, compared by size and digest.
fn holds(path: &Path, bytes: &[u8]) -> io::Result<Existing> {
    let Some((mut file, size)) = open_plain(path)? else {
        return Ok(Existing::Nothing);
    };
    if u64::try_from(bytes.len()).ok() != Some(size) {
        return Ok(Existing::Other);
    }
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut chunk)?;
        match chunk.get(..read) {
            None | Some([]) => break,
            Some(part) => context.update(part),
        }
    }
    let wanted = ring::digest::digest(&ring::digest::SHA256, bytes);
    if context.finish().as_ref() == wanted.as_ref() {
        Ok(Existing::Same)
    } else {
        Ok(Existing::Other)
    }
}

/// Opens a plain file with its size; `None` where there is none. A link is refused, also one
/// that takes the file's place between the look and the opening.
pub(super) fn open_plain(path: &Path) -> io::Result<Option<(File, u64)>> {
    use std::os::unix::fs::MetadataExt;
    let seen = match fs::symlink_metadata(path) {
        Ok(seen) => seen,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !seen.is_file() {
        return Err(not_a_file());
    }
    let file = match File::open(path) {
        Ok(file) => file,
        // Taken away between the look and the opening.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let opened = file.metadata()?;
    if (opened.dev(), opened.ino()) != (seen.dev(), seen.ino()) {
        return Err(io::Error::other(
            "the file was exchanged while it was opened",
        ));
    }
    Ok(Some((file, opened.len())))
}

pub(super) fn not_a_file() -> io::Error {
    io::Error::other("a link or folder is in the file's place")
}
