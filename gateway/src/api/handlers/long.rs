//! Long answers, written while they are sent: memory does not grow with the batch. Each holds a
//! thread until its caller has taken all but the last chunks, and its place until these are gone
//! too, so that a party has so many of them, and one of which nothing is taken is broken off.

use crate::api::app::App;
use crate::api::body::crowded;
use crate::api::call::{Answer, Call, bytes};
use crate::api::problem::Problem;
use crate::api::room::Place;
use crate::clock::Clock;
use crate::query::QueryError;
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::task::JoinHandle;

const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks that wait for a slow caller.
const CHUNKS_WAITING: usize = 4;

struct Chunked {
    pending: Vec<u8>,
    sender: mpsc::Sender<Bytes>,
    runtime: Handle,
    pace: Arc<dyn Clock>,
    /// Longest wait for the caller to take something.
    idle: Duration,
}

impl Chunked {
    fn send(&mut self) -> io::Result<()> {
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        let chunk = match self
            .sender
            .try_send(Bytes::from(std::mem::take(&mut self.pending)))
        {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(gone()),
            Err(TrySendError::Full(chunk)) => chunk,
        };
        self.runtime.block_on(async {
            tokio::select! {
                sent = self.sender.send(chunk) => sent.map_err(|_| gone()),
                () = self.pace.sleep(self.idle) => Err(io::ErrorKind::TimedOut.into()),
            }
        })
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

/// A place for a long answer of the caller's party, held until it is gone.
///
/// # Errors
/// Unavailable, with the time after which to come again.
pub async fn place(call: &Call) -> Result<Place, Problem> {
    let caller = call.caller()?;
    let (app, wait) = (&call.app, call.app.limits().reception_wait);
    let places = &app.long_answers;
    let place = places
        .take(&caller.organisation, app.pace.as_ref(), wait)
        .await;
    place.ok_or_else(|| {
        tracing::warn!(caller = %caller.uri, "no place for a long answer");
        crowded(
            "正在下载的报告、问题清单或补发文件过多",
            "as many reports, lists of findings or correction files as may be are being taken",
        )
    })
}

/// Answers with what `write` writes. An error breaks the answer off, so that nobody takes half
/// of it for the whole; so does a caller that takes nothing for `body_idle`.
///
/// # Errors
/// Unavailable where the party has as many long answers as it may.
pub async fn written(
    call: &Call,
    content_type: &str,
    write: impl FnOnce(&App, &mut dyn Write) -> Result<(), QueryError> + Send + 'static,
) -> Answer {
    written_in(place(call).await?, call, content_type, write)
}

/// The same with a place that is taken already.
///
/// # Errors
/// Internal, when the content type is no header value.
pub fn written_in(
    place: Place,
    call: &Call,
    content_type: &str,
    write: impl FnOnce(&App, &mut dyn Write) -> Result<(), QueryError> + Send + 'static,
) -> Answer {
    bytes(content_type, streamed(place, call, write))
}

/// The body of such an answer; its place is held until all is written and the body is gone.
pub fn streamed(
    place: Place,
    call: &Call,
    write: impl FnOnce(&App, &mut dyn Write) -> Result<(), QueryError> + Send + 'static,
) -> Body {
    let app = Arc::clone(&call.app);
    let (pace, idle) = (Arc::clone(&app.pace), app.limits().body_idle);
    let place = Arc::new(place);
    let writing = Arc::clone(&place);
    let body = body(pace, idle, move |out| {
        let done = write(&app, out);
        drop(writing);
        done
    });
    held(body, place)
}

/// A body with a place that is held until it is gone: its last chunks may wait for a slow caller
/// when all is written.
pub fn held(body: Body, place: Arc<Place>) -> Body {
    Body::new(Held {
        body,
        _place: place,
    })
}

struct Held {
    body: Body,
    _place: Arc<Place>,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What an answer comes to, found out by writing it for nobody.
pub enum Measured {
    /// All of it, not more than a chunk.
    Short(Vec<u8>),
    /// Its length in bytes.
    Long(u64),
}

/// Writes an answer once before it begins, so that its head can state its length, and an error
/// that can be foreseen has a status of its own. Not more than a chunk of it is kept.
///
/// # Errors
/// What `write` says.
pub fn measured(
    write: impl FnOnce(&mut dyn Write) -> Result<(), QueryError>,
) -> Result<Measured, QueryError> {
    let mut measure = Measure::default();
    write(&mut measure)?;
    Ok(match measure.is_short() {
        true => Measured::Short(measure.bytes),
        false => Measured::Long(measure.length),
    })
}

#[derive(Default)]
struct Measure {
    bytes: Vec<u8>,
    length: u64,
}

impl Measure {
    fn is_short(&self) -> bool {
        self.length <= CHUNK_BYTES as u64
    }
}

impl Write for Measure {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len() as u64;
        if self.is_short() {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.bytes = Vec::new();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn body(
    pace: Arc<dyn Clock>,
    idle: Duration,
    write: impl FnOnce(&mut dyn Write) -> Result<(), QueryError> + Send + 'static,
) -> Body {
    let Ok(runtime) = Handle::try_current() else {
        // No runtime, no thread (the simulation): written where it stands.
        return whole(write);
    };
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
    let writing = tokio::task::spawn_blocking(move || {
        let mut out = Chunked {
            pending: Vec::with_capacity(CHUNK_BYTES),
            sender,
            runtime,
            pace,
            idle,
        };
        let written = write(&mut out).and_then(|()| Ok(out.flush()?));
        if let Err(error) = &written {
            tracing::warn!(%error, "a long answer was broken off");
        }
        written.is_ok()
    });
    let going = Going {
        receiver,
        writing: Some(writing),
    };
    let chunks = stream::unfold(going, |mut going| async {
        let chunk = going.next().await?;
        Some((chunk, going))
    });
    Body::from_stream(chunks)
}

/// All of it, or an answer that breaks off.
fn whole(write: impl FnOnce(&mut dyn Write) -> Result<(), QueryError>) -> Body {
    let mut bytes = Vec::new();
    let written = write(&mut bytes);
    if let Err(error) = &written {
        tracing::warn!(%error, "a long answer was broken off");
    }
    let chunk = written.map(|()| Bytes::from(bytes));
    let chunk = chunk.map_err(|_| io::Error::from(io::ErrorKind::Interrupted));
    Body::from_stream(stream::once(std::future::ready(chunk)))
}

/// The chunks on their way.
struct Going {
    receiver: mpsc::Receiver<Bytes>,
    /// Whether all was written.
    writing: Option<JoinHandle<bool>>,
}

impl Going {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if let Some(chunk) = self.receiver.recv().await {
            return Some(Ok(chunk));
        }
        // A defect in the writing ends it as an error does.
        match self.writing.take()?.await {
            Ok(true) => None,
            Ok(false) | Err(_) => Some(Err(io::ErrorKind::Interrupted.into())),
        }
    }
}

#[cfg(test)]
mod tests;
