//! The files of one SFTP session.

use super::super::Teller;
use super::super::desk::Deed;
use crate::channel::safe_name;
use adapters::{Incoming, IncomingWire};
use russh_sftp::protocol::{
    Attrs, Data, File as Entry, FileAttributes, Handle, Name, OpenFlags, Status, StatusCode,
};
use russh_sftp::server::Handler;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is open: a file of the folder, or what the bank gave out.
enum Opened {
    File(File),
    Given(Vec<u8>),
}

/// Files below a bank's folder, and what the bank gives out.
pub(super) struct Files {
    root: PathBuf,
    teller: Arc<Teller>,
    opened: HashMap<String, Opened>,
    handles: u64,
}

impl Files {
    pub(super) fn new(root: &Path, teller: Arc<Teller>) -> Self {
        Self {
            root: root.to_owned(),
            teller,
            opened: HashMap::new(),
            handles: 0,
        }
    }

    /// The path on disk: every part a safe name, or one that is still being written.
    fn path(&self, path: &str) -> Result<PathBuf, StatusCode> {
        let mut here = self.root.clone();
        for part in path
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".")
        {
            let visible = part.strip_prefix('.').unwrap_or(part);
            safe_name(visible).map_err(|_| StatusCode::PermissionDenied)?;
            here.push(part);
        }
        Ok(here)
    }

    fn keep(&mut self, id: u32, opened: Opened) -> Handle {
        self.handles = self.handles.saturating_add(1);
        let handle = self.handles.to_string();
        self.opened.insert(handle.clone(), opened);
        Handle { id, handle }
    }

    fn find(&self, handle: &str) -> Result<&Opened, StatusCode> {
        self.opened.get(handle).ok_or(StatusCode::Failure)
    }

    /// What the bank gives out under this name.
    async fn given(&self, path: &str) -> Result<Vec<u8>, StatusCode> {
        let path = path.trim_start_matches('/');
        let (folder, file_name) = path.rsplit_once('/').unwrap_or(("", path));
        let incoming = Incoming {
            wire: IncomingWire::Fetch {
                folder: folder.to_owned(),
                file_name: file_name.to_owned(),
            },
            bytes: Vec::new(),
        };
        match self.teller.receive(incoming).await {
            Deed::Answer { body, .. } => Ok(body),
            Deed::Nothing | Deed::HangUp | Deed::Hold => Err(StatusCode::NoSuchFile),
        }
    }
}

fn done(id: u32) -> Status {
    Status {
        id,
        status_code: StatusCode::Ok,
        error_message: String::new(),
        language_tag: String::new(),
    }
}

fn code(error: &io::Error) -> StatusCode {
    if error.kind() == io::ErrorKind::NotFound {
        StatusCode::NoSuchFile
    } else {
        StatusCode::Failure
    }
}

fn told<T>(result: io::Result<T>) -> Result<T, StatusCode> {
    result.map_err(|error| code(&error))
}

impl Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> Self::Error {
        StatusCode::OpUnsupported
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        flags: OpenFlags,
        _: FileAttributes,
    ) -> Result<Handle, Self::Error> {
        let path = self.path(&filename)?;
        let mut options = OpenOptions::new();
        options
            .read(flags.contains(OpenFlags::READ))
            .write(flags.contains(OpenFlags::WRITE))
            .truncate(flags.contains(OpenFlags::TRUNCATE));
        if flags.contains(OpenFlags::EXCLUDE) {
            options.create_new(true);
        } else {
            options.create(flags.contains(OpenFlags::CREATE));
        }
        match options.open(path) {
            Ok(file) => Ok(self.keep(id, Opened::File(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let bytes = self.given(&filename).await?;
                Ok(self.keep(id, Opened::Given(bytes)))
            }
            Err(error) => Err(code(&error)),
        }
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, Self::Error> {
        self.opened.remove(&handle).ok_or(StatusCode::Failure)?;
        Ok(done(id))
    }

    async fn read(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        len: u32,
    ) -> Result<Data, Self::Error> {
        const READ_MAX: usize = 64 * 1024;
        let wanted = usize::try_from(len).unwrap_or(READ_MAX).min(READ_MAX);
        let data = match self.find(&handle)? {
            Opened::File(file) => {
                let mut data = vec![0; wanted];
                let read = told(file.read_at(&mut data, offset))?;
                data.truncate(read);
                data
            }
            Opened::Given(bytes) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let rest = bytes.get(from..).unwrap_or_default();
                rest.get(..wanted.min(rest.len()))
                    .unwrap_or_default()
                    .to_vec()
            }
        };
        if data.is_empty() {
            return Err(StatusCode::Eof);
        }
        Ok(Data { id, data })
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, Self::Error> {
        match self.find(&handle)? {
            Opened::File(file) => told(file.write_all_at(&data, offset))?,
            Opened::Given(_) => return Err(StatusCode::PermissionDenied),
        }
        Ok(done(id))
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, Self::Error> {
        let seen = told(std::fs::symlink_metadata(self.path(&path)?))?;
        let attrs = FileAttributes::from(&seen);
        Ok(Attrs { id, attrs })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, Self::Error> {
        self.lstat(id, path).await
    }

    async fn remove(&mut self, id: u32, filename: String) -> Result<Status, Self::Error> {
        told(std::fs::remove_file(self.path(&filename)?))?;
        Ok(done(id))
    }

    async fn mkdir(
        &mut self,
        id: u32,
        path: String,
        _: FileAttributes,
    ) -> Result<Status, Self::Error> {
        told(std::fs::create_dir(self.path(&path)?))?;
        Ok(done(id))
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, Self::Error> {
        let files = vec![Entry::dummy(path)];
        Ok(Name { id, files })
    }

    /// As OpenSSH: never over a file that is there.
    async fn rename(
        &mut self,
        id: u32,
        oldpath: String,
        newpath: String,
    ) -> Result<Status, Self::Error> {
        let (old, new) = (self.path(&oldpath)?, self.path(&newpath)?);
        told(std::fs::hard_link(&old, new))?;
        told(std::fs::remove_file(old))?;
        Ok(done(id))
    }
}
