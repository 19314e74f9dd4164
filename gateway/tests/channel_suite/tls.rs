//! TLS towards a bank: no byte of the message before the bank has proved who it is.

use std::net::SocketAddr;
use std::sync::Arc;

use adapters::exchange::{FrameEnd, Method, Outgoing, Wire};
use certs::tls::{ClientTls, HTTP, Mode, client_config, system_clock};
use gateway::channel::{
    Certainty, Channel, HttpChannel, HttpSettings, Peer, SendErrorKind, TcpChannel,
};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::peer::{Then, at, impatient, patient, peer, run, tcp_message};

struct Pki {
    certificate_pem: String,
    server: Arc<rustls::ServerConfig>,
    client: Arc<rustls::ClientConfig>,
}

/// A self-signed server for `bank.example` and a client that trusts it.
fn pki() -> Pki {
    let made = rcgen::generate_simple_self_signed(vec!["bank.example".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = made.signing_key.serialize_der();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.try_into().unwrap())
        .unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Pki {
        certificate_pem: made.cert.pem(),
        server: Arc::new(server),
        client: Arc::new(client),
    }
}

/// On each connection: reads five bytes, says `reply`, and closes, with or without a TLS farewell.
async fn server(config: Arc<rustls::ServerConfig>, reply: &[u8], farewell: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let reply = reply.to_vec();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let acceptor = TlsAcceptor::from(Arc::clone(&config));
            let Ok(mut tls) = acceptor.accept(tcp).await else {
                continue;
            };
            tls.read_exact(&mut [0; 5]).await.unwrap();
            tls.write_all(&reply).await.unwrap();
            tls.flush().await.unwrap();
            if farewell {
                tls.shutdown().await.unwrap();
            }
        }
    });
    address
}

fn held(client: &Arc<rustls::ClientConfig>) -> watch::Receiver<Arc<rustls::ClientConfig>> {
    watch::Sender::new(Arc::clone(client)).subscribe()
}

fn channel(address: SocketAddr, client: &Arc<rustls::ClientConfig>, name: &str) -> TcpChannel {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let peer = Peer {
        tls: Some((held(client), name)),
        ..at(address)
    };
    TcpChannel::new(peer, patient())
}

#[test]
fn a_message_and_its_reply_travel_over_tls() {
    run(async {
        let pki = pki();
        let address = server(pki.server, b"reply", true).await;
        let channel = channel(address, &pki.client, "bank.example");
        let out = tcp_message(b"12345", FrameEnd::EndOfStream);
        assert_eq!(channel.send(&out).await.unwrap(), b"reply");
    });
}

#[test]
fn a_reply_cut_off_without_farewell_is_no_reply() {
    run(async {
        let pki = pki();
        let address = server(pki.server, b"reply", false).await;
        let channel = channel(address, &pki.client, "bank.example");
        let out = tcp_message(b"12345", FrameEnd::EndOfStream);
        let error = channel.send(&out).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Read);
        assert_eq!(error.certainty, Certainty::MaybeSent);
        assert_eq!(error.received, b"reply");
    });
}

#[test]
fn a_peer_that_can_not_prove_its_name_gets_nothing() {
    run(async {
        let (bank, stranger) = (pki(), pki());
        let out = tcp_message(b"12345", FrameEnd::EndOfStream);
        for (server_config, name) in [
            (bank.server, "other.example"),
            (stranger.server, "bank.example"),
        ] {
            let address = server(server_config, b"reply", true).await;
            let channel = channel(address, &bank.client, name);
            let error = channel.send(&out).await.unwrap_err();
            assert_eq!(error.kind, SendErrorKind::Tls);
            assert_eq!(error.certainty, Certainty::NotSent);
        }
    });
}

#[test]
fn threats_23_a_handshake_that_never_ends_or_breaks_is_certainly_not_sent() {
    run(async {
        let pki = pki();
        let out = tcp_message(b"12345", FrameEnd::EndOfStream);
        let silent = peer(1, Then::ReplyAndSilence(vec![])).await;
        let name = ServerName::try_from("bank.example").unwrap();
        let peer_of = |address| Peer {
            tls: Some((held(&pki.client), name.clone())),
            ..at(address)
        };
        let channel = TcpChannel::new(peer_of(silent), impatient());
        let error = channel.send(&out).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::TimeOut);
        assert_eq!(error.certainty, Certainty::NotSent);
        let closes = peer(1, Then::Reply(vec![])).await;
        let channel = TcpChannel::new(peer_of(closes), patient());
        let error = channel.send(&out).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Tls);
        assert_eq!(error.certainty, Certainty::NotSent);
    });
}

/// Each message has a connection of its own: what was exchanged meanwhile holds for it.
#[test]
fn the_next_connection_takes_the_configuration_that_holds_then() {
    run(async {
        let (bank, stranger) = (pki(), pki());
        let out = tcp_message(b"12345", FrameEnd::EndOfStream);
        let door = watch::Sender::new(Arc::clone(&stranger.client));
        let peer = Peer {
            tls: Some((
                door.subscribe(),
                ServerName::try_from("bank.example").unwrap(),
            )),
            ..at(server(bank.server, b"reply", true).await)
        };
        let channel = TcpChannel::new(peer, patient());
        let error = channel.send(&out).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Tls);
        door.send_replace(bank.client);
        assert_eq!(channel.send(&out).await.unwrap(), b"reply");
    });
}

/// A front end as many are: it prefers HTTP/2, and speaks HTTP/1.1 with who asks for that. To
/// anything else it says what an HTTP/2 server says to a line of text: nothing, and farewell.
async fn front_end(pki: &Pki) -> SocketAddr {
    let mut config = (*pki.server).clone();
    config.alpn_protocols = HTTP.map(<[u8]>::to_vec).to_vec();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            let mut tls = acceptor.accept(tcp).await.unwrap();
            let is_first = tls.get_ref().1.alpn_protocol() == Some(b"http/1.1");
            let mut request = Vec::new();
            while !request.ends_with(b"<ap/>") && tls.read_buf(&mut request).await.unwrap() > 0 {}
            if is_first && !request.is_empty() {
                let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nreply";
                tls.write_all(reply).await.unwrap();
            }
            let _ = tls.shutdown().await;
        }
    });
    address
}

/// What [`front_end`] says to an instruction over a connection that offers these protocols.
async fn told_to(protocols: &[&[u8]]) -> Result<Vec<u8>, gateway::channel::SendError> {
    let pki = pki();
    let client = client_config(&ClientTls {
        identity: None,
        ca_pem: pki.certificate_pem.as_bytes(),
        crls: &[],
        protocols,
        mode: Mode::Production,
        allow_tls12: false,
        clock: system_clock(),
    });
    let peer = Peer {
        tls: Some((
            held(&client.unwrap()),
            ServerName::try_from("bank.example").unwrap(),
        )),
        ..at(front_end(&pki).await)
    };
    let out = Outgoing {
        wire: Wire::Http {
            endpoint: "main".to_owned(),
            method: Method::Post,
            path: "/pay".to_owned(),
            content_type: None,
            headers: Vec::new(),
            reply_headers: Vec::new(),
        },
        ..tcp_message(b"<ap/>", FrameEnd::EndOfStream)
    };
    let channel = HttpChannel::new(peer, patient(), HttpSettings::default());
    channel.send(&out).await
}

/// A bank's server takes HTTP/2 wherever it is offered, and an instruction in the other protocol
/// would be neither refused nor answered: its lines would be unknown.
#[test]
fn a_front_end_that_prefers_another_protocol_is_spoken_to_in_ours() {
    run(async {
        assert_eq!(told_to(HttpChannel::SPEAKS).await.unwrap(), b"reply");
    });
}

#[test]
fn over_a_protocol_that_is_not_ours_nothing_is_sent() {
    run(async {
        let error = told_to(&HTTP).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Tls);
        assert_eq!(error.certainty, Certainty::NotSent);
    });
}
