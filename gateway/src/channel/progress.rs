//! Whether a byte of the message can have left, watched below everything that writes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Set once a byte may have left; stays readable when the writing future was dropped.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicBool>);

impl Progress {
    pub(super) fn has_left(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    pub(super) fn left(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A stream that notes in a [`Progress`] when the message begins to leave.
pub(super) struct Watched<S> {
    stream: S,
    progress: Progress,
    /// TLS keeps bytes of its own: once it was offered any, they may be on their way.
    holds_bytes: bool,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, progress: Progress, holds_bytes: bool) -> Self {
        Self {
            stream,
            progress,
            holds_bytes,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.holds_bytes && !bytes.is_empty() {
            this.progress.left();
        }
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        if matches!(written, Poll::Ready(Ok(1..))) {
            this.progress.left();
        }
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}
