use std::net::SocketAddr;

use adapters::exchange::{Outgoing, Wire};
use gateway::channel::{
    Certainty, Channel, HttpChannel, HttpSettings, SendError, SendErrorKind, SocketLimits,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::peer::{Then, at, harmless, impatient, nobody, patient, peer, run, tcp_message};

fn message(path: &str, headers: &[(&str, &str)]) -> Outgoing {
    let own = |text: &&str| (*text).to_owned();
    Outgoing {
        wire: Wire::Http {
            endpoint: "main".to_owned(),
            method: adapters::exchange::Method::Post,
            path: path.to_owned(),
            content_type: Some("text/xml; charset=GBK".to_owned()),
            headers: headers.iter().map(|(n, v)| (own(n), own(v))).collect(),
            reply_headers: Vec::new(),
        },
        ..tcp_message(b"<ap/>", adapters::exchange::FrameEnd::EndOfStream)
    }
}

fn settings(refusing: &[u16]) -> HttpSettings {
    HttpSettings {
        host: "bank.example".to_owned(),
        path_prefix: "/front".to_owned(),
        refusing_statuses: refusing.to_vec(),
    }
}

async fn answered(
    reply: &str,
    limits: SocketLimits,
    refusing: &[u16],
) -> Result<Vec<u8>, SendError> {
    // One byte is enough: a peer may answer before it has read everything.
    let address = peer(1, Then::ReplyAndSilence(reply.as_bytes().to_vec())).await;
    let channel = HttpChannel::new(at(address), limits, settings(refusing));
    let out = message("/pay?a=1", &[]);
    if let Err(error) = channel.send(&harmless(&out)).await {
        assert_eq!(error.certainty, Certainty::NotSent);
    }
    channel.send(&out).await
}

/// Takes one request and answers 200 with an empty body; gives the request as it came.
async fn recorder() -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let recorded = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"<ap/>") {
            let mut chunk = [0; 1_024];
            let size = stream.read(&mut chunk).await.unwrap();
            assert_ne!(size, 0);
            request.extend_from_slice(&chunk[..size]);
        }
        let reply = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(reply).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, recorded)
}

#[test]
fn the_request_is_what_the_wire_says_and_expects_nothing() {
    run(async {
        let (address, recorded) = recorder().await;
        let channel = HttpChannel::new(at(address), patient(), settings(&[]));
        let out = message("/pay?userID=7", &[("X-Flag", "a")]);
        assert_eq!(channel.send(&out).await.unwrap(), b"");
        let request = recorded.await.unwrap();
        let mut lines: Vec<&str> = request.split("\r\n").collect();
        assert_eq!(lines.remove(0), "POST /front/pay?userID=7 HTTP/1.1");
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "",
                "<ap/>",
                "accept-encoding: identity",
                "connection: close",
                "content-length: 5",
                "content-type: text/xml; charset=GBK",
                "host: bank.example",
                "x-flag: a",
            ]
        );
    });
}

#[test]
fn what_would_reach_another_host_or_split_the_request_never_leaves() {
    run(async {
        // Nobody listens: a message that got as far as connecting would fail otherwise.
        let address = nobody().await;
        let channel = HttpChannel::new(at(address), patient(), settings(&[]));
        for out in [
            message("http://169.254.169.254/latest", &[]),
            message("//evil.example/x", &[]),
            message("pay", &[]),
            message("/pay x", &[]),
            message("/pay\r\nX: y", &[]),
            message("/", &[("Host", "evil.example")]),
            message("/", &[("Expect", "100-continue")]),
            message("/", &[("transfer-encoding", "chunked")]),
            message("/", &[("Content-Length", "1")]),
            message("/", &[("X", "a\r\nY: b")]),
            message("/", &[("X Y", "a")]),
        ] {
            let error = channel.send(&out).await.unwrap_err();
            assert_eq!(error.kind, SendErrorKind::Message, "{:?}", out.wire);
            assert_eq!(error.certainty, Certainty::NotSent);
        }
        let error = channel.send(&message("/", &[])).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Connect);
        assert_eq!(error.certainty, Certainty::NotSent);
    });
}

#[test]
fn a_body_comes_back_by_length_or_in_chunks() {
    run(async {
        for reply in [
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
        ] {
            assert_eq!(answered(reply, patient(), &[]).await.unwrap(), b"body");
        }
    });
}

#[test]
fn every_status_but_success_leaves_it_open_and_no_redirect_is_followed() {
    run(async {
        for status in [301, 302, 307, 400, 401, 404, 413, 429, 500, 503] {
            let reply =
                format!("HTTP/1.1 {status} X\r\nlocation: /again\r\ncontent-length: 3\r\n\r\nwhy");
            let error = answered(&reply, patient(), &[]).await.unwrap_err();
            assert_eq!(error.kind, SendErrorKind::HttpStatus(status));
            assert_eq!(error.certainty, Certainty::MaybeSent, "{status}");
            assert_eq!(error.received, b"why");
        }
    });
}

#[test]
fn a_status_that_the_bank_declared_as_refusing_is_certain() {
    run(async {
        let reply = "HTTP/1.1 413 X\r\ncontent-length: 0\r\n\r\n";
        let error = answered(reply, patient(), &[413]).await.unwrap_err();
        assert_eq!(error.certainty, Certainty::NotSent);
        let error = answered(reply, patient(), &[401]).await.unwrap_err();
        assert_eq!(error.certainty, Certainty::MaybeSent);
        // A refusal that does not come to its end is none.
        let broken = "HTTP/1.1 413 X\r\ncontent-length: 9\r\n\r\npart";
        let error = answered(broken, impatient(), &[413]).await.unwrap_err();
        assert_eq!(error.certainty, Certainty::MaybeSent);
    });
}

#[test]
fn a_reply_that_breaks_is_perhaps_sent_with_its_evidence() {
    run(async {
        let reset = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart";
        let address = peer(1, Then::HalfClose(reset.as_bytes().to_vec())).await;
        let channel = HttpChannel::new(at(address), patient(), settings(&[]));
        let error = channel.send(&message("/", &[])).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Read);
        assert_eq!(error.certainty, Certainty::MaybeSent);
        assert_eq!(error.received, b"part");

        let error = answered(reset, impatient(), &[]).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::TimeOut);
        assert_eq!(error.certainty, Certainty::MaybeSent);
        assert_eq!(error.received, b"part");

        let error = answered("SSH-2.0\r\n\r\n", patient(), &[]).await;
        assert_eq!(error.unwrap_err().certainty, Certainty::MaybeSent);
    });
}

#[test]
fn threats_24_a_reply_beyond_the_limit_stops_there() {
    run(async {
        let large = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{}",
            "x".repeat(1_001)
        );
        let error = answered(&large, patient(), &[]).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::TooLarge);
        assert_eq!(error.certainty, Certainty::MaybeSent);
        assert_eq!(error.received.len(), 1_000);
    });
}

/// Headers that belong to the reply stand before its body; what is not clear is left out.
#[test]
fn headers_of_the_reply_come_before_its_body() {
    run(async {
        let long = "a".repeat(2_049);
        let told = |status: &str, headers: &str, body: &str| {
            let length = body.len();
            format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}")
        };
        let clear = "X-More: 1\r\nx-sign: abc=\r\nx-time:  17 \r\n";
        let twice = "X-Time: 17\r\nX-Sign: a\r\nX-Sign: b\r\n";
        let unclear = format!("X-Time: {long}\r\nX-Sign: \u{e4}\r\n");
        for (reply, expected) in [
            (
                told("200 OK", clear, "body"),
                Ok("X-Time: 17\nX-Sign: abc=\n\nbody"),
            ),
            (told("200 OK", twice, "body"), Ok("X-Time: 17\n\nbody")),
            (told("200 OK", &unclear, "body"), Ok("\nbody")),
            (
                told("500 X", "X-Time: 17\r\n", "why"),
                Err("X-Time: 17\n\nwhy"),
            ),
        ] {
            let address = peer(1, Then::ReplyAndSilence(reply.into_bytes())).await;
            let channel = HttpChannel::new(at(address), patient(), settings(&[]));
            let mut out = message("/", &[]);
            if let Wire::Http { reply_headers, .. } = &mut out.wire {
                *reply_headers = vec!["X-Time".to_owned(), "X-Sign".to_owned()];
            }
            let said = channel.send(&out).await;
            let said = said.map_err(|error| error.received);
            let bytes = |text: &str| text.as_bytes().to_vec();
            assert_eq!(said, expected.map(bytes).map_err(bytes));
        }
    });
}
