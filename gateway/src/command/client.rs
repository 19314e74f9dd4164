//! A client of the gateway's own interface: mutual TLS, HTTP/2 or 1.1, one connection that is
//! opened again when it has ended.

use super::words::{Failure, Words};
use bytes::Bytes;
use certs::tls::{ClientTls, HTTP, Mode, client_config, system_clock};
use futures_util::TryStreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::{http1, http2};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Longest answer that is kept: a batch with a million findings fits.
const ANSWER_BYTES_MAX: usize = 1 << 30;

/// Until the connection stands, with its handshake.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// Until the whole answer is there: a gigabyte over a slow line, and the work on it.
const ANSWER_WAIT: Duration = Duration::from_secs(3600);

/// A body on its way out.
pub type Body = UnsyncBoxBody<Bytes, std::io::Error>;

/// Why a call did not come to an answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not `https://host:port`.
    #[error("{0:?} is not an address of the form https://host:port")]
    Url(String),
    /// The certificates make no TLS configuration.
    #[error("the certificates can't be used")]
    Tls(#[from] certs::tls::TlsError),
    /// No connection, or no handshake.
    #[error("{0} can't be reached")]
    Connect(String, #[source] std::io::Error),
    /// No whole answer within the time.
    #[error("no answer within {} minutes", ANSWER_WAIT.as_secs() / 60)]
    Silent,
    /// The connection broke.
    #[error("the connection broke")]
    Http(#[from] hyper::Error),
    /// The request could not be made.
    #[error("the request can't be made")]
    Request(#[from] hyper::http::Error),
    /// The answer broke off or is longer than a gigabyte.
    #[error("the answer could not be read")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The answer is no JSON.
    #[error("the answer is no JSON document")]
    Json(#[from] serde_json::Error),
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn json(&self) -> Result<Value, ClientError> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

enum Sender {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

/// One caller of one gateway.
pub struct Client {
    tls: TlsConnector,
    name: ServerName<'static>,
    authority: String,
    address: String,
    language: &'static str,
    sender: Option<Sender>,
}

impl Client {
    /// A caller with its certificate (PEM); connects at the first call.
    ///
    /// # Errors
    /// `Url` and `Tls`.
    pub fn new(url: &str, tls: &ClientTls<'_>) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let host = uri.host().ok_or_else(wrong)?;
        if uri.scheme_str() != Some("https") || !matches!(uri.path(), "" | "/") {
            return Err(wrong());
        }
        let port = uri.port_u16().unwrap_or(443);
        let plain = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(plain.to_owned()).map_err(|_| wrong())?;
        Ok(Self {
            tls: TlsConnector::from(client_config(tls)?),
            name,
            authority: format!("{host}:{port}"),
            address: format!("{host}:{port}"),
            language: "zh",
            sender: None,
        })
    }

    /// Asks for texts in English.
    #[must_use]
    pub fn in_english(mut self) -> Self {
        self.language = "en";
        self
    }

    async fn connect(&self, wait: Duration) -> Result<Sender, ClientError> {
        let opening = async {
            let stream = TcpStream::connect(&self.address).await?;
            let _ = stream.set_nodelay(true);
            self.tls.connect(self.name.clone(), stream).await
        };
        let opened = tokio::time::timeout(wait, opening).await;
        let opened = opened.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        let failed = |error| ClientError::Connect(self.address.clone(), error);
        let stream = opened.map_err(failed)?;
        let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let io = TokioIo::new(stream);
        Ok(if second {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
            tokio::spawn(connection);
            Sender::Http2(sender)
        } else {
            let (sender, connection) = http1::handshake(io).await?;
            tokio::spawn(connection);
            Sender::Http1(sender)
        })
    }

    /// One call. The body is sent once: a call that broke is the caller's to repeat.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn call(
        &mut self,
        method: Method,
        path: &str,
        content_type: &str,
        body: Body,
    ) -> Result<Answer, ClientError> {
        self.call_with(method, path, (content_type, &[]), body)
            .await
    }

    /// As [`Client::call`], with further headers.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn call_with(
        &mut self,
        method: Method,
        path: &str,
        (content_type, headers): (&str, &[(String, String)]),
        body: Body,
    ) -> Result<Answer, ClientError> {
        let answer = self.answer(method, path, (content_type, headers), body);
        let answered = tokio::time::timeout(ANSWER_WAIT, answer).await;
        answered.unwrap_or(Err(ClientError::Silent))
    }

    async fn answer(
        &mut self,
        method: Method,
        path: &str,
        (content_type, headers): (&str, &[(String, String)]),
        body: Body,
    ) -> Result<Answer, ClientError> {
        let open = match &self.sender {
            None => false,
            Some(Sender::Http1(sender)) => !sender.is_closed(),
            Some(Sender::Http2(sender)) => !sender.is_closed(),
        };
        let mut sender = match self.sender.take().filter(|_| open) {
            Some(sender) => sender,
            None => self.connect(CONNECT_WAIT).await?,
        };
        let authority = &self.authority;
        let mut request = Request::builder()
            .method(method)
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::CONTENT_TYPE, content_type);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response: Response<Incoming> = match &mut sender {
            Sender::Http1(sender) => {
                request = request.uri(path).header(header::HOST, authority.as_str());
                sender.ready().await?;
                sender.send_request(request.body(body)?).await?
            }
            Sender::Http2(sender) => {
                request = request.uri(format!("https://{authority}{path}"));
                sender.ready().await?;
                sender.send_request(request.body(body)?).await?
            }
        };
        let (head, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(ClientError::Answer)?.to_bytes();
        self.sender = Some(sender);
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }

    /// A GET.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn fetch(&mut self, path: &str) -> Result<Answer, ClientError> {
        self.call(Method::GET, path, "application/json", body_of(Bytes::new()))
            .await
    }

    /// A POST of a JSON document.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn post(&mut self, path: &str, value: &Value) -> Result<Answer, ClientError> {
        let bytes = Bytes::from(serde_json::to_vec(value)?);
        self.call(Method::POST, path, "application/json", body_of(bytes))
            .await
    }
}

/// A body from memory.
#[must_use]
pub fn body_of(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// Parts of this size go out of a file at a time.
const PART_BYTES: usize = 64 * 1024;

/// A body from a file, read as it is sent.
#[must_use]
pub fn body_of_file(file: std::fs::File) -> Body {
    let parts = futures_util::stream::try_unfold(tokio::fs::File::from_std(file), next_part);
    StreamBody::new(parts.map_ok(Frame::data)).boxed_unsync()
}

async fn next_part(mut file: tokio::fs::File) -> std::io::Result<Option<(Bytes, tokio::fs::File)>> {
    use tokio::io::AsyncReadExt as _;
    let mut part = Vec::with_capacity(PART_BYTES);
    let wanted = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
    let count = (&mut file).take(wanted).read_to_end(&mut part).await?;
    Ok((count > 0).then(|| (Bytes::from(part), file)))
}

/// The caller that the command line names.
///
/// # Errors
/// A file that can't be read, certificates that can't be used, an address that is none.
pub fn of_command_line(
    connection: &super::arguments::Connection,
    lang: schemas::Lang,
) -> Result<Client, Failure> {
    let read =
        |path: &Path| std::fs::read(path).map_err(|error| Failure::unreadable_file(path, &error));
    let (chain, ca) = (read(&connection.cert)?, read(&connection.ca)?);
    let key = zeroize::Zeroizing::new(read(&connection.key)?);
    let tls = ClientTls {
        identity: Some((&chain, &key)),
        ca_pem: &ca,
        crls: &[],
        protocols: &HTTP,
        // The caller names the authority: whether it is a development one is its choice.
        mode: Mode::Development,
        allow_tls12: false,
        clock: system_clock(),
    };
    let client = Client::new(&connection.url, &tls).map_err(failure)?;
    Ok(match lang {
        schemas::Lang::Zh => client,
        schemas::Lang::En => client.in_english(),
    })
}

/// A call that came to no answer, as the command's end.
#[must_use]
pub fn failure(error: ClientError) -> Failure {
    let what = match &error {
        ClientError::Connect(address, _) => Words::new(
            format!("无法连接网关 {address}"),
            format!("the gateway {address} can't be reached"),
        ),
        ClientError::Url(url) => Words::new(
            format!("{url} 不是网关的地址"),
            format!("{url} is no address of a gateway"),
        ),
        ClientError::Tls(_) => Words::new("证书无法使用", "the certificates can't be used"),
        ClientError::Http(error) if closed(error) => Words::new(
            "网关关闭了连接,没有答复,可能不接受该证书",
            "the gateway closed the connection without an answer; it may refuse the certificate",
        ),
        ClientError::Http(_) => Words::new("与网关的连接中断", "the connection broke"),
        ClientError::Silent
        | ClientError::Request(_)
        | ClientError::Answer(_)
        | ClientError::Json(_) => Words::new("没有得到网关的答复", "the gateway gave no answer"),
    };
    let hint = match &error {
        ClientError::Url(_) => Words::new(
            "地址写成 https://主机:端口。",
            "Write the address as https://host:port.",
        ),
        ClientError::Tls(_) => Words::new(
            "请核对 --cert、--key 与 --ca 三个文件。",
            "Check the files of --cert, --key and --ca.",
        ),
        ClientError::Connect(..) | ClientError::Http(_) => Words::new(
            "请核对地址、网关是否在运行、证书是否由网关信任的机构签发且未吊销。",
            "Check the address, that the gateway runs, and that it trusts your certificate.",
        ),
        ClientError::Silent
        | ClientError::Request(_)
        | ClientError::Answer(_)
        | ClientError::Json(_) => Words::new(
            "请确认该地址是安薪网关;重新报送同一文件不会重复发放。",
            "Check that this is the gateway; submitting the same file again pays nothing twice.",
        ),
    };
    let failure = Failure::usage(what, hint);
    // What is said already is not said again.
    match &error {
        ClientError::Url(_) => failure,
        ClientError::Http(error) if closed(error) => failure,
        ClientError::Connect(_, source) => failure.caused_by(source),
        ClientError::Tls(_)
        | ClientError::Silent
        | ClientError::Http(_)
        | ClientError::Request(_)
        | ClientError::Answer(_)
        | ClientError::Json(_) => match std::error::Error::source(&error) {
            Some(source) => failure.caused_by(source),
            None => failure.caused_by(&error),
        },
    }
}

/// The other side went away: in TLS 1.3 a certificate is refused after the handshake.
fn closed(error: &hyper::Error) -> bool {
    error.is_canceled() || error.is_closed() || error.is_incomplete_message()
}

/// Shared by callers of many parties: the same settings with another certificate.
#[must_use]
pub fn party_tls<'a>(certificate: &'a [u8], key: &'a [u8], ca_pem: &'a [u8]) -> ClientTls<'a> {
    ClientTls {
        identity: Some((certificate, key)),
        ca_pem,
        crls: &[],
        protocols: &HTTP,
        mode: Mode::Development,
        allow_tls12: false,
        clock: Arc::clone(&system_clock()),
    }
}

#[cfg(test)]
mod tests;
