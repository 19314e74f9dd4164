//! Bodies: counted, paced, never unpacked (THREATS rows 23 and 24).

mod members;

pub(super) use members::shown;

use crate::api::app::{ApiLimits, App};
use crate::api::call::Call;
use crate::api::problem::{Kind, Problem};
use crate::api::room::{Place, Places};
use crate::api::spool::{SealedSpool, SpoolWriter};
use crate::telemetry::Queue;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::time::Duration;
use zeroize::Zeroizing;

/// Bytes gathered before they go into the sealed file.
const SPOOL_STEP_BYTES: usize = 1 << 20;

/// An upload, complete.
pub enum Upload {
    /// In memory, with its part of the room for bodies.
    Memory(
        Cursor<Zeroizing<Vec<u8>>>,
        #[expect(dead_code, reason = "gives its bytes back when it is dropped")] Place,
    ),
    /// In a sealed file.
    Spool(Box<SealedSpool>),
}

impl Read for Upload {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Memory(bytes, _) => {
                let at = bytes.position();
                let all = bytes.get_ref();
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(all.len());
                let mut rest = all.get(from..).unwrap_or_default();
                let count = rest.read(buffer)?;
                bytes.set_position(at + count as u64);
                Ok(count)
            }
            Self::Spool(spool) => spool.read(buffer),
        }
    }
}

impl Seek for Upload {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        match self {
            Self::Memory(bytes, _) => {
                let length = bytes.get_ref().len() as u64;
                let place = match to {
                    SeekFrom::Start(at) => Some(at),
                    SeekFrom::End(by) => length.checked_add_signed(by),
                    SeekFrom::Current(by) => bytes.position().checked_add_signed(by),
                };
                let place = place.ok_or(std::io::ErrorKind::InvalidInput)?;
                bytes.set_position(place);
                Ok(place)
            }
            Self::Spool(spool) => spool.seek(to),
        }
    }
}

/// Reads a body chunk by chunk under the limits of size and pace.
struct Chunks<'a> {
    app: &'a App,
    body: Body,
    bytes_max: u64,
    bytes: u64,
    began: Duration,
}

impl<'a> Chunks<'a> {
    fn new(app: &'a App, headers: &HeaderMap, body: Body, bytes_max: u64) -> Result<Self, Problem> {
        let packed = headers
            .get(header::CONTENT_ENCODING)
            .is_some_and(|coding| coding != "identity");
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let kind = text(header::CONTENT_TYPE)
            .unwrap_or_default()
            .to_ascii_lowercase();
        if packed || kind.starts_with("multipart/") {
            return Err(Problem::new(Kind::UnsupportedMediaType));
        }
        let stated: Option<u64> = text(header::CONTENT_LENGTH).and_then(|text| text.parse().ok());
        if stated.is_some_and(|stated| stated > bytes_max) {
            return Err(too_large(bytes_max));
        }
        Ok(Self {
            app,
            body,
            bytes_max,
            bytes: 0,
            began: app.pace.elapsed(),
        })
    }

    async fn next(&mut self) -> Result<Option<bytes::Bytes>, Problem> {
        let limits = self.app.limits();
        loop {
            let silence = self.app.pace.sleep(limits.body_idle);
            let frame = tokio::select! {
                // What has come counts, whatever the time. No chance in it: the simulation.
                biased;
                frame = self.body.frame() => frame,
                () = silence => return Err(Problem::new(Kind::TooSlow)),
            };
            let frame = match frame {
                None => return Ok(None),
                Some(Ok(frame)) => frame,
                // The caller went away or broke the framing: nobody reads the answer.
                Some(Err(_)) => return Err(Problem::new(Kind::BadRequest)),
            };
            // Trailers are of no use here.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            self.bytes += data.len() as u64;
            if self.bytes > self.bytes_max {
                return Err(too_large(self.bytes_max));
            }
            let took = self.app.pace.elapsed().saturating_sub(self.began);
            if is_too_slow(limits, took, self.bytes) {
                return Err(Problem::new(Kind::TooSlow));
            }
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
    }
}

/// Whether a body that brought `bytes` in the time `took` is slower than it may be.
fn is_too_slow(limits: &ApiLimits, took: Duration, bytes: u64) -> bool {
    let needed = took
        .as_secs()
        .saturating_mul(limits.body_bytes_per_second_min);
    took > limits.body_grace && bytes < needed
}

fn too_large(bytes_max: u64) -> Problem {
    // What is still coming would have to be read to keep the connection.
    Problem::new(Kind::TooLarge)
        .with("bytes_max", bytes_max)
        .header(header::CONNECTION, "close")
}

/// An upload's part of what its party may have on the way; given back when dropped.
pub struct Reception {
    bytes: Place,
    place: Place,
}

impl Reception {
    /// The file is worked off: its bytes are given back. Its place goes on to the answer, which
    /// may be many times as large as the file.
    pub fn worked_off(self) -> Place {
        self.place
    }
}

/// Receives an employer's file.
///
/// # Errors
/// Too large, too slow, packed; unavailable where the party has too many bytes on the way;
/// internal where the sealed file fails.
pub async fn upload(
    call: &mut Call,
    bytes_max: u64,
    reception: &mut Reception,
) -> Result<Upload, Problem> {
    let body = call.take_body();
    let app = std::sync::Arc::clone(&call.app);
    let mut chunks = Chunks::new(&app, &call.headers, body, bytes_max)?;
    let memory_max = app.limits().memory_bytes_max;
    let mut pending = Zeroizing::new(Vec::new());
    let party = call.caller()?.organisation.clone();
    let mut held = app.memory.none(&party);
    let mut writer: Option<SpoolWriter> = None;
    while let Some(chunk) = chunks.next().await? {
        if !reception.bytes.grow(chunk.len() as u64) {
            return Err(busy(
                "本单位正在报送的文件合计过大",
                "too much of this party's files is on the way",
            ));
        }
        // Where other bodies fill the memory, this one goes into its file at once.
        let fits = held.grow(chunk.len() as u64);
        pending.extend_from_slice(&chunk);
        let full = if writer.is_some() {
            SPOOL_STEP_BYTES
        } else {
            memory_max
        };
        if !fits || pending.len() > full {
            let begun = match writer.take() {
                Some(writer) => writer,
                None => app
                    .spool
                    .begin()
                    .map_err(|error| Problem::internal(&error))?,
            };
            writer = Some(append(call, begun, std::mem::take(&mut pending)).await?);
            held = app.memory.none(&party);
        }
    }
    let Some(writer) = writer else {
        return Ok(Upload::Memory(Cursor::new(pending), held));
    };
    let writer = append(call, writer, pending).await?;
    let spool = call
        .blocking(move |_| writer.finish().map_err(|error| Problem::internal(&error)))
        .await?;
    Ok(Upload::Spool(Box::new(spool)))
}

/// A place to receive an upload of the caller, held until its file is worked off and the answer is
/// taken. A party's people share its places: slow ones of one party hold up nobody else.
///
/// # Errors
/// Unavailable, with the time after which to come again.
pub async fn reception(call: &Call) -> Result<Reception, Problem> {
    let caller = call.caller()?;
    let (app, wait) = (&call.app, call.app.limits().reception_wait);
    let (party, pace) = (&caller.organisation, app.pace.as_ref());
    let place = app.receptions.take(party, pace, wait).await;
    tell_queues(app);
    let Some(place) = place else {
        tracing::warn!(caller = %caller.uri, "no place to receive an upload");
        return Err(busy(
            "正在接收的报送文件过多",
            "as many uploads as may be are being received",
        ));
    };
    Ok(Reception {
        bytes: app.received.none(party),
        place,
    })
}

/// A place for the work on an upload that has come whole: the network holds none of these.
///
/// # Errors
/// Unavailable, with the time after which to come again.
pub async fn upload_place(call: &Call) -> Result<Place, Problem> {
    let caller = call.caller()?;
    let (app, wait) = (&call.app, call.app.limits().upload_wait);
    let party = &caller.organisation;
    let place = app.uploads.take(party, app.pace.as_ref(), wait).await;
    tell_queues(app);
    place.ok_or_else(|| {
        tracing::warn!(caller = %caller.uri, "no place for an upload");
        busy(
            "正在处理的报送文件过多",
            "as many uploads as may be are being read",
        )
    })
}

/// Shows how many uploads are received or wait, and how many are worked on.
pub fn tell_queues(app: &App) {
    let length = |queue, places: &Places| app.metrics.queue_length(queue, places.count());
    length(Queue::Reception, &app.receptions);
    length(Queue::Intake, &app.uploads);
}

/// No room for this body now. The connection goes with it: what is still coming would have to
/// be read to keep it.
fn busy(zh: &str, en: &str) -> Problem {
    crowded(zh, en).header(header::CONNECTION, "close")
}

/// No place now: come again.
pub(super) fn crowded(zh: &str, en: &str) -> Problem {
    Problem::new(Kind::Unavailable)
        .detail(zh, en)
        .with("why", "busy")
        .header(header::RETRY_AFTER, "5")
}

async fn append(
    call: &Call,
    mut writer: SpoolWriter,
    bytes: Zeroizing<Vec<u8>>,
) -> Result<SpoolWriter, Problem> {
    call.blocking(move |_| match writer.write(&bytes) {
        Ok(()) => Ok(writer),
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            tracing::error!("no room for an upload");
            Err(Problem::new(Kind::Unavailable).header(header::RETRY_AFTER, "60"))
        }
        Err(error) => Err(Problem::internal(&error)),
    })
    .await
}

/// Receives a body that is kept in memory, with its part of the room for bodies.
///
/// # Errors
/// Too large, too slow, packed; unavailable where other bodies fill the memory, or the party's own
/// its half of it.
pub async fn whole(call: &mut Call, bytes_max: usize) -> Result<(Vec<u8>, Place), Problem> {
    let body = call.take_body();
    let mut chunks = Chunks::new(&call.app, &call.headers, body, bytes_max as u64)?;
    let mut held = call.app.memory.none(&call.caller()?.organisation);
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await? {
        if !held.grow(chunk.len() as u64) {
            return Err(busy(
                "正在接收的报文过多",
                "too much is being received at this moment",
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, held))
}

/// Receives a command as JSON; unknown members are refused by its type.
///
/// # Errors
/// As [`whole`]; unsupported media type for another content type; bad request where the text is
/// not the command.
pub async fn command<T: DeserializeOwned + JsonSchema>(call: &mut Call) -> Result<T, Problem> {
    let kind = call
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if essence.is_some_and(|kind| !kind.eq_ignore_ascii_case("application/json")) {
        return Err(Problem::new(Kind::UnsupportedMediaType).detail(
            "Content-Type 应为 application/json",
            "The Content-Type must be application/json",
        ));
    }
    let bytes_max = call.app.limits().command_bytes_max;
    let (bytes, _held) = whole(call, bytes_max).await?;
    members::read(&bytes)
}

/// Receives the body of a call that takes none: nothing, or an object without members.
///
/// # Errors
/// As [`whole`]; bad request for anything else: it asks for what would not be done.
pub async fn nothing(call: &mut Call) -> Result<(), Problem> {
    let bytes_max = call.app.limits().command_bytes_max;
    let (bytes, _held) = whole(call, bytes_max).await?;
    let blank = bytes.iter().all(u8::is_ascii_whitespace);
    let object = serde_json::from_slice::<serde_json::Map<_, serde_json::Value>>(&bytes);
    if blank || object.is_ok_and(|object| object.is_empty()) {
        return Ok(());
    }
    Err(Problem::bad(
        "body",
        "本接口不接受请求体内容，请求未执行",
        "this call takes no body; nothing was done",
    ))
}

#[cfg(test)]
mod tests;
