//! The counters at which a sandbox bank can be reached: TCP, HTTP, and folders.

use super::Teller;
use super::desk::Deed;
use crate::channel::frame::FrameScan;
use adapters::exchange::{FrameEnd, Method};
use adapters::{Incoming, IncomingWire};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming as HttpBody;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request may not be longer.
const REQUEST_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Serves one bank's TCP counter until the task is ended.
pub async fn serve_tcp(listener: TcpListener, teller: Arc<Teller>) {
    let mut open = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        if teller.desk.drops_connection() {
            continue;
        }
        let teller = Arc::clone(&teller);
        open.spawn(async move {
            // A caller that breaks off is its own affair.
            let _ = talk(stream, &teller).await;
        });
        while open.try_join_next().is_some() {}
    }
}

async fn talk(mut stream: TcpStream, teller: &Arc<Teller>) -> std::io::Result<()> {
    let end = teller.desk.adapter().request_frame();
    let Some(bytes) = read_request(&mut stream, &end).await? else {
        return Ok(());
    };
    let incoming = Incoming {
        wire: IncomingWire::Tcp,
        bytes,
    };
    match teller.receive(incoming).await {
        Deed::Answer { body, .. } => {
            stream.write_all(&body).await?;
            stream.shutdown().await
        }
        Deed::Nothing | Deed::HangUp => Ok(()),
        Deed::Hold => held(&mut stream).await,
    }
}

/// Reads on without a word until the caller gives up.
async fn held(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut rest = [0; 1024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

async fn read_request(stream: &mut TcpStream, end: &FrameEnd) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut scan = FrameScan::new(end);
    loop {
        match scan.advance(&bytes) {
            Ok(Some(size)) => {
                bytes.truncate(size);
                return Ok(Some(bytes));
            }
            Ok(None) if bytes.len() < REQUEST_BYTES_MAX => {}
            Ok(None) | Err(_) => return Ok(None),
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            let whole = *end == FrameEnd::EndOfStream && !bytes.is_empty();
            return Ok(whole.then_some(bytes));
        }
    }
}

/// Serves one bank's HTTP counter until the task is ended.
pub async fn serve_http(listener: TcpListener, teller: Arc<Teller>) {
    let mut open = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        if teller.desk.drops_connection() {
            continue;
        }
        let teller = Arc::clone(&teller);
        open.spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&teller)));
            let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A connection that ends early, ours included, is part of the play.
            let _ = served.await;
        });
        while open.try_join_next().is_some() {}
    }
}

/// The service fails: hyper closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the bank hangs up")]
struct HangUp;

async fn answer(
    request: Request<HttpBody>,
    teller: Arc<Teller>,
) -> Result<Response<Full<Bytes>>, HangUp> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, REQUEST_BYTES_MAX).collect().await;
    let bytes = body.map_err(|_| HangUp)?.to_bytes().to_vec();
    let headers = head.headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    let method = match head.method {
        hyper::Method::GET => Method::Get,
        _ => Method::Post,
    };
    let path = head.uri.path_and_query();
    let incoming = Incoming {
        wire: IncomingWire::Http {
            method,
            path: path.map_or_else(|| "/".to_owned(), ToString::to_string),
            headers: headers.collect(),
        },
        bytes,
    };
    match teller.receive(incoming).await {
        Deed::Answer { headers, body } => {
            let headers = headers.into_iter();
            let answer = headers.fold(Response::builder(), |answer, (name, value)| {
                answer.header(name, value)
            });
            answer
                .body(Full::new(Bytes::from(body)))
                .map_err(|_| HangUp)
        }
        Deed::Nothing => Ok(Response::new(Full::new(Bytes::new()))),
        Deed::HangUp => Err(HangUp),
        Deed::Hold => {
            // hyper drops this future when the caller leaves.
            std::future::pending::<()>().await;
            Err(HangUp)
        }
    }
}

/// The folders into which the gateway drops files for one bank. Files are left in their place:
/// the gateway reads back what it wrote.
#[derive(Debug)]
pub struct Folders {
    root: PathBuf,
    seen: Mutex<BTreeSet<PathBuf>>,
}

impl Folders {
    /// Folders below `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            seen: Mutex::default(),
        }
    }

    /// Files that were not there at the last look, by name. Blocking.
    #[must_use]
    pub fn new_files(&self) -> Vec<Incoming> {
        let mut found = Vec::new();
        walk(&self.root, &mut found);
        found.sort();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        found.retain(|path| !seen.contains(path));
        let mut files = Vec::new();
        for path in found {
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            let below = path.strip_prefix(&self.root).unwrap_or(&path);
            let folder = below.parent().unwrap_or(Path::new(""));
            let name = path.file_name().unwrap_or_default();
            files.push(Incoming {
                wire: IncomingWire::Drop {
                    folder: folder.to_string_lossy().into_owned(),
                    file_name: name.to_string_lossy().into_owned(),
                },
                bytes,
            });
            seen.insert(path);
        }
        files
    }
}

/// Files below a folder; what begins with a dot is still being written.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, found),
            Ok(kind) if kind.is_file() && !hidden => found.push(path),
            Ok(_) | Err(_) => {}
        }
    }
}
