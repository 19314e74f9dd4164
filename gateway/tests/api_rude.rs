//! Clients that hold on, crowd in, or say too much: each is told or cut off, and the others get
//! through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, person, system, wage_file};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

const SHORT: Duration = Duration::from_millis(100);

/// Sends the head of an upload and the first half of its body.
async fn half_an_upload(kit: &Kit, party: &str, csv: &str) -> TlsStream<TcpStream> {
    let mut stream = kit.connect(party).await.unwrap();
    let head = format!(
        "POST /v1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        csv.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let half = &csv.as_bytes()[..csv.len() / 2];
    stream.write_all(half).await.unwrap();
    stream.flush().await.unwrap();
    stream
}

/// Sends the other half and gives the status line.
async fn the_other_half(mut stream: TlsStream<TcpStream>, csv: &str) -> String {
    let half = &csv.as_bytes()[csv.len() / 2..];
    stream.write_all(half).await.unwrap();
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

/// Reads until the server closes; an abrupt end counts as well.
async fn is_closed(mut stream: TlsStream<TcpStream>) -> bool {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest));
    read.await.is_ok()
}

async fn received(kit: &Kit, count: usize) {
    let wanted = format!("queue=\"reception\"}} {count}");
    for _ in 0..2_000 {
        if kit.app.metrics.render().unwrap().contains(&wanted) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("the upload takes no place");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_a_place_is_told_when_to_come_again() {
    let kit = Kit::start_with(|limits| {
        limits.receptions_per_party_max = 1;
        limits.reception_wait = SHORT;
    })
    .await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let slow = half_an_upload(&kit, &system(own()), &csv).await;
    received(&kit, 1).await;
    // One employer has so many places, whoever of its people asks.
    let second = wage_file(own(), "GZ-2", "ICBC", 1, 50);
    let told = kit
        .submit(&person(own(), "maker"), &second)
        .await
        .expect(503);
    assert_eq!(told.header("content-type"), "application/problem+json");
    assert_eq!(told.header("retry-after"), "5");
    assert_eq!(told.json()["why"], "busy");
    // Another one's place is not touched.
    let others = wage_file(other(), "GZ-1", "ICBC", 1, 0);
    kit.submit(&system(other()), &others).await.expect(202);
    assert_eq!(the_other_half(slow, &csv).await, "HTTP/1.1 202");
    kit.submit(&system(own()), &second).await.expect(202);
    kit.stop().await;
}

/// More stalled senders than places to work: they hold none of these.
#[tokio::test(flavor = "multi_thread")]
async fn stalled_senders_hold_up_nobody_else() {
    let kit = Kit::start_with(|limits| {
        limits.uploads_max = 1;
        limits.upload_wait = SHORT;
    })
    .await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let others = wage_file(other(), "GZ-1", "ICBC", 2, 0);
    let first = half_an_upload(&kit, &system(own()), &csv).await;
    let stalled = half_an_upload(&kit, &system(other()), &others).await;
    received(&kit, 2).await;
    let good = wage_file(own(), "GZ-2", "ICBC", 1, 50);
    kit.submit(&system(own()), &good).await.expect(202);
    // A slow one that goes on gets through as well, and one that is cut off gives its place back.
    assert_eq!(the_other_half(first, &csv).await, "HTTP/1.1 202");
    drop(stalled);
    for _ in 0..2_000 {
        let seen = kit.get("urn:anxin:operator:wang", "/metrics").await;
        if seen.text().contains("queue=\"reception\"} 0") {
            kit.stop().await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("a sender that went away holds its place");
}

/// The number to watch says how many uploads are worked on; here one waits for the book.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_worked_on_is_counted() {
    let kit = std::sync::Arc::new(Kit::start().await);
    let of = |count: u32| format!("queue=\"intake\"}} {count}\n");
    let desk = kit.core.desk();
    let sending = tokio::spawn({
        let kit = std::sync::Arc::clone(&kit);
        let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
        async move { kit.submit(&system(own()), &csv).await.status }
    });
    let mut looks = 0;
    while !kit.app.metrics.render().unwrap().contains(&of(1)) {
        looks += 1;
        assert!(looks < 10_000, "it is not counted");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(desk);
    assert_eq!(sending.await.unwrap(), 202);
    let seen = kit.get("urn:anxin:operator:wang", "/metrics").await;
    assert!(seen.text().contains(&of(0)), "{}", seen.text());
    std::sync::Arc::into_inner(kit).unwrap().stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_partys_bytes_on_the_way_are_bounded() {
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let most = csv.len() as u64 + 10;
    let kit = Kit::start_with(|limits| limits.received_bytes_per_party_max = most).await;
    let larger = wage_file(own(), "GZ-2", "ICBC", 4, 50);
    let told = kit.submit(&system(own()), &larger).await.expect(503);
    assert_eq!(told.header("retry-after"), "5");
    assert_eq!(told.json()["why"], "busy");
    // What was held is given back each time.
    for (batch_no, first) in [("GZ-1", 10), ("GZ-3", 20)] {
        let csv = wage_file(own(), batch_no, "ICBC", 2, first);
        kit.submit(&system(own()), &csv).await.expect(202);
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_share_one_measure_of_memory() {
    let kit = Kit::start_with(|limits| limits.buffered_bytes_max = 1_000).await;
    let path = "/v1/banks/ICBC/messages?message=push";
    let told = kit
        .post("urn:anxin:bank:ICBC", path, vec![b'x'; 1_001])
        .await
        .expect(503);
    assert_eq!(told.header("retry-after"), "5");
    kit.post("urn:anxin:bank:ICBC", path, vec![b'x'; 900])
        .await
        .expect(200);
    // An upload goes on in a sealed file, long before its own limit of a MiB.
    let csv = wage_file(own(), "GZ-1", "ICBC", 100, 0);
    assert!(csv.len() > 4_000 && csv.len() < 1 << 20);
    let slow = half_an_upload(&kit, &system(own()), &csv).await;
    let disk: &dyn journal::disk::Disk = &kit.disk;
    let spooled = || disk.list(Path::new("/data/spool")).unwrap().len();
    for _ in 0..2_000 {
        if spooled() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(spooled(), 1);
    assert_eq!(the_other_half(slow, &csv).await, "HTTP/1.1 202");
    // What was held is given back.
    kit.post("urn:anxin:bank:ICBC", path, vec![b'y'; 900])
        .await
        .expect(200);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_over_the_limit_is_refused() {
    for (head_bytes_max, status) in [(8 << 10, 431), (64 << 10, 200)] {
        let kit = Kit::start_with(|limits| limits.head_bytes_max = head_bytes_max).await;
        let long = "x".repeat(20_000);
        let headers = [("x-note", long.as_str())];
        kit.call(&system(own()), "GET", "/v1/batches", &headers, "")
            .await
            .expect(status);
        kit.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_after_the_handshake_is_cut_off() {
    // Long enough for every other limit to be told from it.
    let kit = Kit::start_with(|limits| limits.head = SHORT).await;
    for protocol in [&b"http/1.1"[..], b"h2", b""] {
        let silent = kit.connect_with(&system(own()), protocol).await.unwrap();
        assert!(is_closed(silent).await, "{protocol:?}");
    }
    // The beginning of a preface or of a head is no request either.
    for (protocol, said) in [(&b"h2"[..], "PRI * HTTP"), (b"http/1.1", "GET /v1")] {
        let mut stuck = kit.connect_with(&system(own()), protocol).await.unwrap();
        stuck.write_all(said.as_bytes()).await.unwrap();
        assert!(is_closed(stuck).await, "{said}");
    }
    kit.stop().await;
}

/// A client that answers every ping and asks nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_only_looks_alive_is_ended() {
    use http_body_util::Empty;
    let kit = Kit::start_with(|limits| {
        limits.head = SHORT;
        limits.body_idle = SHORT;
    })
    .await;
    for asks in [false, true] {
        let stream = kit.connect_with(&system(own()), b"h2").await.unwrap();
        let io = TokioIo::new(stream);
        let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await;
        let (mut sender, connection) = shaken.unwrap();
        let driver = tokio::spawn(connection);
        if asks {
            let request = hyper::Request::get("https://localhost/v1/batches")
                .body(Empty::<Bytes>::new())
                .unwrap();
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), 200);
        }
        let ended = tokio::time::timeout(Duration::from_secs(20), driver).await;
        assert!(ended.is_ok(), "it is held for ever; asked: {asks}");
        drop(sender);
    }
    kit.stop().await;
}

/// Transfer-Encoding wins over Content-Length (RFC 9112 section 6.3): what follows the chunks is
/// never a part of the body, and what the length promised is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn two_lengths_are_read_by_the_chunks_alone() {
    let kit = Kit::start().await;
    for lengths in [
        "content-length: 3\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 3",
    ] {
        let mut stream = kit.connect("urn:anxin:bank:ICBC").await.unwrap();
        let text = format!(
            "POST /v1/banks/ICBC/messages HTTP/1.1\r\nhost: localhost\r\n{lengths}\r\n\
             connection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let received = kit.core.journal().scan(0).filter_map(Result::ok);
    let lengths: Vec<usize> = received
        .map(|(_, record)| record)
        .filter_map(|record| kit.core.personal(&record).ok())
        .map(|bytes| bytes.len())
        .collect();
    assert!(lengths.iter().all(|length| *length != 3), "{lengths:?}");
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_revocation_list_holds_at_once_and_ends_what_is_open() {
    let mut kit = Kit::start_with(|limits| limits.drain = SHORT).await;
    let party = system(own()).parse().unwrap();
    let identity = kit.pki.issue_client(&party).unwrap();
    let open = kit.connect_as(&identity, b"http/1.1").await.unwrap();
    let der = CertificateDer::from_pem_slice(identity.certificate_pem.as_bytes()).unwrap();
    let (_, facts) = certs::identity::party_of_certificate(&der).unwrap();
    kit.pki.revoke(&facts.serial_hex).unwrap();
    kit.reload();
    assert!(is_closed(open).await, "what was open is ended");
    // TLS 1.3: the client hears of it with its first read.
    if let Ok(mut refused) = kit.connect_as(&identity, b"http/1.1").await {
        let _ = refused
            .write_all(b"GET /v1/batches HTTP/1.1\r\nhost: x\r\n\r\n")
            .await;
        assert!(refused.read(&mut [0; 1]).await.is_err(), "it is let in");
    }
    kit.get(&system(own()), "/v1/batches").await.expect(200);
    kit.stop().await;
}

/// What a browser sends on behalf of another site, in the protocol that browsers speak.
#[tokio::test(flavor = "multi_thread")]
async fn another_sites_request_is_refused_in_http_2_as_well() {
    let kit = Kit::start().await;
    let mut sender = kit.second(&system(own())).await;
    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        ("https://localhost", 202),
    ] {
        let request = hyper::Request::post("https://localhost/v1/batches")
            .header("origin", origin)
            .body(Full::new(Bytes::from(wage_file(
                own(),
                "GZ-1",
                "ICBC",
                1,
                0,
            ))))
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{origin}");
    }
    drop(sender);
    kit.stop().await;
}
