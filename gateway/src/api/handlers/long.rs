//! Long answers, written while they are sent: memory does not grow with the batch.

use crate::api::app::App;
use crate::api::call::{Answer, Call, bytes};
use crate::query::QueryError;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::mpsc;

const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks that wait for a slow caller.
const CHUNKS_WAITING: usize = 4;

struct Chunked {
    pending: Vec<u8>,
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Chunked {
    fn send(&mut self) -> io::Result<()> {
        let chunk = Bytes::from(std::mem::take(&mut self.pending));
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.sender.blocking_send(Ok(chunk)).map_err(gone)
    }
}

impl Write for Chunked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK_BYTES {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            Ok(())
        } else {
            self.send()
        }
    }
}

/// Answers with what `write` writes. An error breaks the answer off, so that nobody takes half
/// of it for the whole.
pub fn written(
    call: &Call,
    content_type: &str,
    write: impl FnOnce(&App, &mut dyn Write) -> Result<(), QueryError> + Send + 'static,
) -> Answer {
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
    let app = Arc::clone(&call.app);
    tokio::task::spawn_blocking(move || {
        let mut out = Chunked {
            pending: Vec::with_capacity(CHUNK_BYTES),
            sender,
        };
        let written = write(&app, &mut out).and_then(|()| Ok(out.flush()?));
        if let Err(error) = written {
            tracing::warn!(%error, "a long answer was broken off");
            let broken = io::Error::from(io::ErrorKind::Interrupted);
            // The caller may be gone; then nobody needs to know.
            let _ = out.sender.blocking_send(Err(broken));
        }
    });
    let chunks = stream::unfold(receiver, |mut receiver| async {
        let chunk = receiver.recv().await?;
        Some((chunk, receiver))
    });
    bytes(content_type, Body::from_stream(chunks))
}
