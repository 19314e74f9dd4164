//! A message as an HTTP/1.1 request; the reply is the body, with the headers before it that belong
//! to the message.

use adapters::exchange::{Outgoing, Wire};
use adapters::wire::headers::fronted;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{HeaderMap, Request, Response, Uri};
use hyper_util::rt::TokioIo;

use super::progress::Progress;
use super::stream::{broken, open};
use super::{Channel, Peer, SendError, SendErrorKind, SocketLimits};
use crate::clock::BoxFuture;

/// Headers that only this channel may set: who is meant, where the body ends, and the waiting
/// game of `Expect`, which some banks' front ends can't play.
const OURS: [HeaderName; 9] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::CONTENT_TYPE,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::EXPECT,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
];

/// How an HTTP endpoint is spoken to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpSettings {
    /// Value of `Host`; the address where empty.
    pub host: String,
    /// Put before each path; empty or `/so/mething`.
    pub path_prefix: String,
    /// Statuses by which this bank, in writing, refuses without having processed: then nothing
    /// was instructed, although every byte has left (decision 011 says on what that rests). All
    /// others leave it open: a status says what a machine in between thought, money needs more.
    pub refusing_statuses: Vec<u16>,
}

/// One connection per message; no redirect is followed, no body is unpacked.
#[derive(Clone, Debug)]
pub struct HttpChannel {
    peer: Peer,
    limits: SocketLimits,
    settings: HttpSettings,
}

impl HttpChannel {
    /// What it speaks inside TLS, as ALPN names it: all that may be offered to a bank.
    pub const SPEAKS: &'static [&'static [u8]] = &[certs::tls::HTTP_1];

    /// A channel to that peer.
    #[must_use]
    pub fn new(peer: Peer, limits: SocketLimits, settings: HttpSettings) -> Self {
        Self {
            peer,
            limits,
            settings,
        }
    }

    fn request(&self, out: &Outgoing) -> Result<Request<Full<Bytes>>, Cause> {
        let Wire::Http {
            endpoint: _,
            method,
            path,
            content_type,
            headers,
            reply_headers: _,
        } = &out.wire
        else {
            return Err("not an HTTP message".into());
        };
        if !path.starts_with('/') || path.starts_with("//") {
            return Err("the path does not begin with one slash".into());
        }
        let target: Uri = format!("{}{path}", self.settings.path_prefix).parse()?;
        if target.authority().is_some() {
            return Err("the path names a host".into());
        }
        let host = if self.settings.host.is_empty() {
            self.peer.address.to_string()
        } else {
            self.settings.host.clone()
        };
        let mut request = Request::builder()
            .method(method.as_str())
            .uri(target)
            .header(header::HOST, host)
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::CONNECTION, "close")
            .body(Full::new(Bytes::copy_from_slice(&out.bytes)))?;
        if let Some(content_type) = content_type {
            let value: HeaderValue = content_type.parse()?;
            request.headers_mut().insert(header::CONTENT_TYPE, value);
        }
        for (name, value) in headers {
            let name: HeaderName = name.parse()?;
            if OURS.contains(&name) {
                return Err("a header that the channel sets itself".into());
            }
            let value: HeaderValue = value.parse()?;
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }

    async fn exchange(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let request = self.request(out).map_err(|cause| {
            SendError::not_sent(SendErrorKind::Message, &self.peer.endpoint).caused_by(cause)
        })?;
        let progress = Progress::default();
        let stream = open(&self.peer, &self.limits, &progress, Self::SPEAKS).await?;
        let mut received = Received::default();
        let talk = self.talk(TokioIo::new(stream), request, &mut received);
        let (kind, cause) = match tokio::time::timeout(self.limits.reply_wait, talk).await {
            Ok(Ok(())) => return Ok(received.into_message(out)),
            Ok(Err(failure)) => failure,
            Err(elapsed) => (SendErrorKind::TimeOut, elapsed.into()),
        };
        let refused = matches!(kind, SendErrorKind::HttpStatus(status) if self.refuses(status));
        let mut error = if refused {
            SendError::not_sent(kind, &self.peer.endpoint)
        } else {
            broken(kind, &self.peer, &progress, out)
        };
        error.source = Some(cause);
        let received = match received.body.is_empty() {
            true => Vec::new(),
            false => received.into_message(out),
        };
        Err(error.with_received(received))
    }

    fn refuses(&self, status: u16) -> bool {
        self.settings.refusing_statuses.contains(&status)
    }

    async fn talk<S>(
        &self,
        stream: TokioIo<S>,
        request: Request<Full<Bytes>>,
        received: &mut Received,
    ) -> Result<(), (SendErrorKind, Cause)>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin,
    {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .handshake(stream)
            .await
            .map_err(|error| (SendErrorKind::Write, error.into()))?;
        let exchange = async {
            let response = sender.send_request(request).await;
            let response = response.map_err(|error| (SendErrorKind::Read, error.into()))?;
            self.reply(response, received).await
        };
        let mut connection = std::pin::pin!(connection);
        let mut exchange = std::pin::pin!(exchange);
        // The connection runs inside this future: when it is dropped, the socket goes with it.
        tokio::select! {
            done = &mut exchange => return done,
            // Its error, if any, reaches the exchange as well and is told from there.
            _ = &mut connection => {}
        }
        exchange.await
    }

    async fn reply(
        &self,
        response: Response<Incoming>,
        received: &mut Received,
    ) -> Result<(), (SendErrorKind, Cause)> {
        let status = response.status();
        let (head, mut body) = response.into_parts();
        received.headers = head.headers;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| (SendErrorKind::Read, error.into()))?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            let space = self
                .limits
                .reply_bytes_max
                .saturating_sub(received.body.len());
            received
                .body
                .extend_from_slice(data.get(..space.min(data.len())).unwrap_or_default());
            if data.len() > space {
                return Err((SendErrorKind::TooLarge, "the reply is too large".into()));
            }
        }
        if status.is_success() {
            return Ok(());
        }
        let kind = SendErrorKind::HttpStatus(status.as_u16());
        Err((kind, "the peer did not answer with a success".into()))
    }
}

/// What came, as far as it came.
#[derive(Default)]
struct Received {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Received {
    /// The reply with those of its headers before it that belong to the message.
    fn into_message(self, out: &Outgoing) -> Vec<u8> {
        let names: &[String] = match &out.wire {
            Wire::Http { reply_headers, .. } => reply_headers,
            Wire::Tcp { .. } | Wire::Drop { .. } | Wire::Fetch { .. } => &[],
        };
        fronted(names, &named_headers(&self.headers, names), self.body)
    }
}

/// The headers of these names, as they came.
pub(crate) fn named_headers(headers: &HeaderMap, names: &[String]) -> Vec<(String, Vec<u8>)> {
    let own = names.iter().flat_map(|name| {
        let values = headers.get_all(name.as_str()).iter();
        values.map(|value| (name.clone(), value.as_bytes().to_vec()))
    });
    own.collect()
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

impl Channel for HttpChannel {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(self.exchange(out))
    }
}
