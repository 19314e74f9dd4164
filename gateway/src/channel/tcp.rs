//! A message over TCP, plain or TLS; the reply ends as its frame says.

use adapters::exchange::{FrameEnd, Outgoing, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::frame::FrameScan;
use super::progress::Progress;
use super::stream::{Stream, broken, open};
use super::{Channel, Peer, SendError, SendErrorKind, SocketLimits};
use crate::clock::BoxFuture;

/// One connection per message.
#[derive(Clone, Debug)]
pub struct TcpChannel {
    peer: Peer,
    limits: SocketLimits,
}

impl TcpChannel {
    /// What it speaks inside TLS: the bank's own, for which ALPN has no name.
    pub const SPEAKS: &'static [&'static [u8]] = &[];

    /// A channel to that peer.
    #[must_use]
    pub fn new(peer: Peer, limits: SocketLimits) -> Self {
        Self { peer, limits }
    }

    async fn exchange(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let Wire::Tcp { reply } = &out.wire else {
            return Err(SendError::not_sent(
                SendErrorKind::Message,
                &self.peer.endpoint,
            ));
        };
        let progress = Progress::default();
        let stream = open(&self.peer, &self.limits, &progress, Self::SPEAKS).await?;
        self.converse(stream, &progress, reply, out).await
    }

    async fn converse(
        &self,
        mut stream: Box<dyn Stream>,
        progress: &Progress,
        reply: &FrameEnd,
        out: &Outgoing,
    ) -> Result<Vec<u8>, SendError> {
        // Outside the timed future, so that a time-out does not lose what had come.
        let mut received = Vec::new();
        let talk = self.talk(stream.as_mut(), reply, out, &mut received);
        let done = tokio::time::timeout(self.limits.reply_wait, talk).await;
        let failure: (SendErrorKind, Cause) = match done {
            Ok(Ok(size)) => {
                if size < received.len() {
                    let surplus_bytes = received.len() - size;
                    tracing::warn!(endpoint = %self.peer.endpoint, surplus_bytes,
                        "bytes after the end of the reply");
                }
                received.truncate(size);
                return Ok(received);
            }
            Ok(Err(failure)) => failure,
            Err(elapsed) => (SendErrorKind::TimeOut, elapsed.into()),
        };
        Err(broken(failure.0, &self.peer, progress, out)
            .caused_by(failure.1)
            .with_received(received))
    }

    /// Writes the message and reads until the frame ends; the size of the reply.
    async fn talk(
        &self,
        stream: &mut dyn Stream,
        reply: &FrameEnd,
        out: &Outgoing,
        received: &mut Vec<u8>,
    ) -> Result<usize, (SendErrorKind, Cause)> {
        let write = |error: std::io::Error| (SendErrorKind::Write, error.into());
        stream.write_all(&out.bytes).await.map_err(write)?;
        stream.flush().await.map_err(write)?;
        let mut scan = FrameScan::new(reply);
        let mut chunk = vec![0; 16 * 1024];
        loop {
            let read = stream.read(&mut chunk).await;
            let size = read.map_err(|error| (SendErrorKind::Read, error.into()))?;
            if size == 0 {
                return ended(reply, received);
            }
            received.extend_from_slice(chunk.get(..size).unwrap_or_default());
            let end = scan.advance(received);
            let end = end.map_err(|error| (SendErrorKind::Frame, error.into()))?;
            if end.unwrap_or(received.len()) > self.limits.reply_bytes_max {
                received.truncate(self.limits.reply_bytes_max);
                return Err((SendErrorKind::TooLarge, "the reply is too large".into()));
            }
            if let Some(end) = end {
                return Ok(end);
            }
        }
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The peer closed: the end of the reply only where the frame says so and something came.
fn ended(reply: &FrameEnd, received: &[u8]) -> Result<usize, (SendErrorKind, Cause)> {
    match reply {
        FrameEnd::EndOfStream if !received.is_empty() => Ok(received.len()),
        FrameEnd::EndOfStream | FrameEnd::Line { .. } | FrameEnd::Length { .. } => {
            let early = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
            Err((SendErrorKind::Read, early.into()))
        }
    }
}

impl Channel for TcpChannel {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(self.exchange(out))
    }
}

#[cfg(test)]
mod tests;
