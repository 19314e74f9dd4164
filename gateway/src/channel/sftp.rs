//! A message as a file in the bank's folder over SFTP: whole or not there, read back; and the
//! bank's own files.
//!
//! The file is written under a hidden name, compared with what was to be written, and renamed:
//! only the rename makes it the bank's. Up to there nothing was sent; from there on it may be.

mod session;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adapters::exchange::{Outgoing, Wire};
use russh::keys::PrivateKey;
use russh_sftp::client::SftpSession;
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Mutex;

use super::progress::Progress;
use super::{Channel, SendError, SendErrorKind, SocketLimits, safe_folder, safe_name};
use crate::clock::BoxFuture;

/// Where a bank's SFTP server is, who we are there, and by which keys we know it.
#[derive(Clone)]
pub struct SftpPeer {
    /// Name of the endpoint with its bank, for logs and errors: `ICBC/drop`.
    pub endpoint: String,
    /// The address; from the operator, never looked up.
    pub address: SocketAddr,
    /// Our name at the server.
    pub user: String,
    /// Our key.
    pub key: Arc<PrivateKey>,
    /// Fingerprints (`SHA256:…`) of the host keys that the bank gave us in writing.
    pub host_keys: Vec<String>,
    /// The folder below which everything stands: empty for the one where the server puts us, or
    /// `/so/mething`. It must be there; folders below it are made.
    pub root: String,
}

impl std::fmt::Debug for SftpPeer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SftpPeer")
            .field("endpoint", &self.endpoint)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Our private key in OpenSSH's or PKCS#8's form, without a passphrase: Ed25519 or ECDSA.
///
/// # Errors
/// `InvalidData` for another form, else what the system says of the file.
pub fn private_key(path: &Path) -> std::io::Result<PrivateKey> {
    use std::io::{Error, ErrorKind};
    let text = zeroize::Zeroizing::new(std::fs::read_to_string(path)?);
    // The cause may repeat parts of the file: it is dropped.
    russh::keys::decode_secret_key(&text, None).map_err(|_| Error::from(ErrorKind::InvalidData))
}

/// Puts files into folders of one SFTP server; one connection per message.
///
/// As with [`super::DropChannel`], a file that is there already with the same content is done;
/// with other content it is left alone and the send fails as perhaps sent.
#[derive(Clone, Debug)]
pub struct SftpChannel {
    peer: SftpPeer,
    limits: SocketLimits,
    /// One writer at a time: looking and putting must not be divided.
    writing: Arc<Mutex<()>>,
}

type Cause = Box<dyn std::error::Error + Send + Sync>;
type Failure = (SendErrorKind, Cause);

impl SftpChannel {
    /// A channel to that server. `connect_wait` is for the connection, the host key and signing
    /// in; `reply_wait` for the file.
    #[must_use]
    pub fn new(peer: SftpPeer, limits: SocketLimits) -> Self {
        Self {
            peer,
            limits,
            writing: Arc::default(),
        }
    }

    async fn exchange(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let endpoint = self.peer.endpoint.as_str();
        let not_sent =
            |(kind, cause): Failure| SendError::not_sent(kind, endpoint).caused_by(cause);
        let place = Place::of(&self.peer.root, out)
            .map_err(|cause| not_sent((SendErrorKind::Message, cause)))?;
        let _alone = self.writing.lock().await;
        let opening = session::open(&self.peer, self.limits.reply_wait);
        let opened = timed(self.limits.connect_wait, opening).await;
        let session = opened.map_err(not_sent)?;
        let progress = Progress::default();
        let files = &session.files;
        let work = async {
            match out.wire {
                Wire::Fetch { .. } => fetch(files, &place, self.limits.reply_bytes_max).await,
                Wire::Drop { .. } | Wire::Tcp { .. } | Wire::Http { .. } => {
                    let putting = put(files, &place, &out.bytes, &progress);
                    putting.await.map(|()| Vec::new())
                }
            }
        };
        let done = timed(self.limits.reply_wait, work).await;
        session.close().await;
        done.map_err(|(kind, cause)| {
            let error = if progress.has_left() {
                SendError::after_bytes(kind, endpoint, out)
            } else {
                SendError::not_sent(kind, endpoint)
            };
            error.caused_by(cause)
        })
    }
}

impl Channel for SftpChannel {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(self.exchange(out))
    }
}

async fn timed<T>(
    wait: Duration,
    what: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match tokio::time::timeout(wait, what).await {
        Ok(done) => done,
        Err(elapsed) => Err((SendErrorKind::TimeOut, elapsed.into())),
    }
}

/// Where a file goes: paths at the server.
struct Place {
    /// The folders below the root that must be there, outermost first.
    folders: Vec<String>,
    hidden: String,
    target: String,
}

impl Place {
    fn of(root: &str, out: &Outgoing) -> Result<Self, Cause> {
        let (Wire::Drop { folder } | Wire::Fetch { folder }) = &out.wire else {
            return Err("no file".into());
        };
        let below = |parent: &str, name: &str| match parent {
            "" => name.to_owned(),
            parent => format!("{parent}/{name}"),
        };
        let name = safe_name(&out.file_name)?;
        let (mut folders, mut parent) = (Vec::new(), root.to_owned());
        for part in safe_folder(folder)? {
            parent = below(&parent, part);
            folders.push(parent.clone());
        }
        Ok(Self {
            folders,
            hidden: below(&parent, &format!(".{name}.part")),
            target: below(&parent, name),
        })
    }
}

async fn put(
    files: &SftpSession,
    place: &Place,
    bytes: &[u8],
    progress: &Progress,
) -> Result<(), Failure> {
    let failed = |kind| move |error: SftpError| -> Failure { (kind, error.into()) };
    for folder in &place.folders {
        make_folder(files, folder)
            .await
            .map_err(failed(SendErrorKind::Folder))?;
    }
    let found = holds(files, &place.target, bytes).await;
    match found.map_err(failed(SendErrorKind::Folder))? {
        Existing::Nothing => {}
        // It was put there before, perhaps by a process that died before it could say so.
        Existing::Same => return Ok(()),
        Existing::Other => {
            // Something of that name may be under way.
            progress.left();
            return Err((SendErrorKind::Collision, "other content is there".into()));
        }
    }
    write(files, &place.hidden, bytes)
        .await
        .map_err(failed(SendErrorKind::Write))?;
    let differs = || (SendErrorKind::ReadBack, "what is there differs".into());
    // The whole content is compared before the bank can see it …
    let written = holds(files, &place.hidden, bytes).await;
    match written.map_err(failed(SendErrorKind::ReadBack))? {
        Existing::Same => {}
        Existing::Nothing | Existing::Other => return Err(differs()),
    }
    // … and from here on it may. A server that says no may have renamed all the same.
    progress.left();
    let renamed = files.rename(place.hidden.as_str(), place.target.as_str());
    renamed.await.map_err(failed(SendErrorKind::Write))?;
    let there = holds(files, &place.target, bytes).await;
    match there.map_err(failed(SendErrorKind::ReadBack))? {
        // The rename was confirmed: what is gone, the bank has taken.
        Existing::Same | Existing::Nothing => Ok(()),
        Existing::Other => Err(differs()),
    }
}

/// A file of the bank's. Nothing is instructed by reading.
async fn fetch(files: &SftpSession, place: &Place, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error: SftpError| -> Failure { (SendErrorKind::Read, error.into()) };
    let file = files.open(place.target.as_str()).await.map_err(failed)?;
    let mut bytes = Vec::new();
    // One more than allowed, to notice that there is more.
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut file = file.take(most.saturating_add(1));
    let read = file.read_to_end(&mut bytes).await;
    read.map_err(|error| failed(error.into()))?;
    if bytes.len() > bytes_max {
        return Err((SendErrorKind::TooLarge, "the file is too large".into()));
    }
    Ok(bytes)
}

/// Makes a folder where none is. A link to a folder is the bank's own affair.
async fn make_folder(files: &SftpSession, folder: &str) -> Result<(), SftpError> {
    match files.metadata(folder).await {
        Ok(_) => Ok(()),
        Err(error) if is_absent(&error) => files.create_dir(folder).await,
        Err(error) => Err(error),
    }
}

async fn write(files: &SftpSession, path: &str, bytes: &[u8]) -> Result<(), SftpError> {
    // What a process left that died while writing; it was never the bank's.
    match files.remove_file(path).await {
        Ok(()) => {}
        Err(error) if is_absent(&error) => {}
        Err(error) => return Err(error),
    }
    let flags = OpenFlags::CREATE | OpenFlags::EXCLUDE | OpenFlags::WRITE;
    // Who may read it at the bank is the server's to say.
    let mode = FileAttributes::empty();
    let mut file = files
        .open_with_flags_and_attributes(path, flags, mode)
        .await?;
    file.write_all(bytes).await?;
    file.flush().await?;
    // Durable where the server knows how (fsync@openssh.com).
    file.sync_all().await?;
    file.close().await?;
    Ok(())
}

enum Existing {
    Nothing,
    Same,
    Other,
}

/// What is under that name, compared by size and digest.
async fn holds(files: &SftpSession, path: &str, bytes: &[u8]) -> Result<Existing, SftpError> {
    let seen = match files.symlink_metadata(path).await {
        Ok(seen) => seen,
        Err(error) if is_absent(&error) => return Ok(Existing::Nothing),
        Err(error) => return Err(error),
    };
    let stated = seen.size.and_then(|size| usize::try_from(size).ok());
    if seen.is_dir() || seen.is_symlink() || stated.is_some_and(|size| size != bytes.len()) {
        return Ok(Existing::Other);
    }
    let mut file = match files.open(path).await {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(Existing::Nothing),
        Err(error) => return Err(error),
    };
    let (mut context, mut size) = (ring::digest::Context::new(&ring::digest::SHA256), 0);
    let mut chunk = vec![0; 64 * 1024];
    // A file that grows while it is read is another one.
    while size <= bytes.len() {
        let read = file.read(&mut chunk).await?;
        match chunk.get(..read) {
            None | Some([]) => break,
            Some(part) => context.update(part),
        }
        size += read;
    }
    let _ = file.close().await;
    let wanted = ring::digest::digest(&ring::digest::SHA256, bytes);
    let same = size == bytes.len() && context.finish().as_ref() == wanted.as_ref();
    Ok(if same {
        Existing::Same
    } else {
        Existing::Other
    })
}

fn is_absent(error: &SftpError) -> bool {
    matches!(error, SftpError::Status(status) if status.status_code == StatusCode::NoSuchFile)
}
