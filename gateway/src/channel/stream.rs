//! Opening a connection: TCP, then TLS where the endpoint has it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use super::progress::{Progress, Watched};
use super::{SendError, SendErrorKind};

/// A stream either way.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Where an endpoint is and how it proves who it is.
#[derive(Clone)]
pub struct Peer {
    /// Name of the endpoint with its bank, for logs and errors: `ICBC/main`.
    pub endpoint: String,
    /// The address; from the operator, never looked up.
    pub address: SocketAddr,
    /// TLS and the name that the peer's certificate must carry; `None` for a plain connection to
    /// a front-end machine in the same room. Each connection takes what holds when it is opened.
    pub tls: Option<(watch::Receiver<Arc<ClientConfig>>, ServerName<'static>)>,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer")
            .field("endpoint", &self.endpoint)
            .field("address", &self.address)
            .field("tls", &self.tls.as_ref().map(|(_, name)| name))
            .finish()
    }
}

/// What a socket may take in time and memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketLimits {
    /// For connecting and the TLS handshake together.
    pub connect_wait: Duration,
    /// For writing the message and reading the whole reply.
    pub reply_wait: Duration,
    /// Largest reply, in bytes.
    pub reply_bytes_max: usize,
}

/// Connects within the limit. Every failure here is `NotSent`. `speaks` is what the channel can
/// say over the connection, as ALPN names it.
pub(super) async fn open(
    peer: &Peer,
    limits: &SocketLimits,
    progress: &Progress,
    speaks: &[&[u8]],
) -> Result<Box<dyn Stream>, SendError> {
    match tokio::time::timeout(limits.connect_wait, connect(peer, progress, speaks)).await {
        Ok(opened) => opened,
        Err(elapsed) => {
            Err(SendError::not_sent(SendErrorKind::TimeOut, &peer.endpoint).caused_by(elapsed))
        }
    }
}

async fn connect(
    peer: &Peer,
    progress: &Progress,
    speaks: &[&[u8]],
) -> Result<Box<dyn Stream>, SendError> {
    let fail = |kind| SendError::not_sent(kind, &peer.endpoint);
    let tcp = TcpStream::connect(peer.address)
        .await
        .map_err(|error| fail(SendErrorKind::Connect).caused_by(error))?;
    // A message is written at once; waiting for more would only delay it.
    tcp.set_nodelay(true)
        .map_err(|error| fail(SendErrorKind::Connect).caused_by(error))?;
    let Some((config, name)) = &peer.tls else {
        return Ok(Box::new(Watched::new(tcp, progress.clone(), false)));
    };
    let config = Arc::clone(&config.borrow());
    let tls = TlsConnector::from(config)
        .connect(name.clone(), tcp)
        .await
        .map_err(|error| fail(SendErrorKind::Tls).caused_by(error))?;
    // What is written in another protocol than the agreed one may be taken for anything.
    if let Some(agreed) = tls.get_ref().1.alpn_protocol()
        && !speaks.contains(&agreed)
    {
        let agreed = String::from_utf8_lossy(agreed).into_owned();
        return Err(fail(SendErrorKind::Tls).caused_by(OtherProtocol { agreed }));
    }
    Ok(Box::new(Watched::new(tls, progress.clone(), true)))
}

/// The TLS configuration offers what the channel does not speak.
#[derive(Debug, thiserror::Error)]
#[error("the handshake agreed on {agreed:?}, which is not spoken here")]
struct OtherProtocol {
    agreed: String,
}

/// The error of a failure after connecting: certain as far as `progress` is.
pub(super) fn broken(
    kind: SendErrorKind,
    peer: &Peer,
    progress: &Progress,
    out: &adapters::exchange::Outgoing,
) -> SendError {
    if progress.has_left() {
        SendError::after_bytes(kind, &peer.endpoint, out)
    } else {
        SendError::not_sent(kind, &peer.endpoint)
    }
}
