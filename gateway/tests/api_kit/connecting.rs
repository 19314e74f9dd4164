//! Clients that speak real mutual TLS.

use super::{Kit, NOW};
use certs::development::IdentityPem;
use certs::tls::{ClientTls, Mode, client_config, fixed_clock};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

impl Kit {
    pub async fn connect(&self, party: &str) -> std::io::Result<TlsStream<TcpStream>> {
        self.connect_with(party, b"http/1.1").await
    }

    pub async fn connect_with(
        &self,
        party: &str,
        protocol: &[u8],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let identity = self.pki.issue_client(&party.parse().unwrap()).unwrap();
        self.connect_as(&identity, protocol).await
    }

    /// Speaks HTTP/2, and has one byte of an answer sent before it is taken. The connection is
    /// closed when the sender and all answers are dropped.
    pub async fn second(&self, party: &str) -> http2::SendRequest<Full<Bytes>> {
        self.second_with(party, 1).await
    }

    /// The same with so many bytes of an answer.
    pub async fn second_with(&self, party: &str, window: u32) -> http2::SendRequest<Full<Bytes>> {
        let stream = self.connect_with(party, b"h2").await.unwrap();
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.initial_stream_window_size(window);
        let shaken = builder.handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.unwrap();
        drop(tokio::spawn(connection));
        sender
    }

    pub async fn connect_as(
        &self,
        identity: &IdentityPem,
        protocol: &[u8],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(self.address).await?;
        self.secure(identity, protocol, stream).await
    }

    /// Shakes hands on a connection that is there.
    pub async fn secure(
        &self,
        identity: &IdentityPem,
        protocol: &[u8],
        stream: TcpStream,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let protocols = match protocol {
            b"" => &[][..],
            _ => &[protocol],
        };
        let config = client_config(&ClientTls {
            identity: Some((
                identity.certificate_pem.as_bytes(),
                identity.key_pem.as_bytes(),
            )),
            ca_pem: self.pki.ca_pem().as_bytes(),
            crls: &[],
            protocols,
            mode: Mode::Development,
            allow_tls12: false,
            clock: fixed_clock(NOW),
        });
        let name = "localhost".try_into().unwrap();
        tokio_rustls::TlsConnector::from(config.unwrap())
            .connect(name, stream)
            .await
    }
}
