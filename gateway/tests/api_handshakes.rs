//! Connections that never shake hands: they hold up nobody else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, system};
use gateway::api::ApiLimits;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Far beyond every wait of a healthy gateway: only a defect reaches it.
const NEVER: Duration = Duration::from_secs(60);

/// A handshake may take so long that no test sees its end.
fn patient(limits: &mut ApiLimits) {
    limits.handshake = Duration::from_secs(3600);
    limits.head = Duration::from_secs(3600);
}

/// A connection from one address of the loopback network.
async fn from(kit: &Kit, address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("{address}:0").parse().unwrap())
        .unwrap();
    socket.connect(kit.address).await.unwrap()
}

async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut nothing = [0; 1];
    let read = tokio::time::timeout(NEVER, stream.read(&mut nothing)).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

/// Shakes hands from an address and asks.
async fn is_served(kit: &Kit, address: &str) -> bool {
    let party = system(own()).parse().unwrap();
    let identity = kit.pki.issue_client(&party).unwrap();
    let asked = async {
        let stream = from(kit, address).await;
        let mut stream = kit.secure(&identity, b"http/1.1", stream).await?;
        let head = "GET /v1/batches HTTP/1.1\r\nhost: localhost\r\n\r\n";
        stream.write_all(head.as_bytes()).await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        std::io::Result::Ok(&answer == b"HTTP/1.1 200")
    };
    matches!(tokio::time::timeout(NEVER, asked).await, Ok(Ok(true)))
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_of_one_address_shut_out_no_other() {
    let kit = Kit::start_with(|limits| {
        patient(limits);
        limits.handshakes_per_address_max = 2;
    })
    .await;
    let mut silent = vec![from(&kit, "127.0.0.1").await, from(&kit, "127.0.0.1").await];
    for _ in 0..3 {
        let mut more = from(&kit, "127.0.0.1").await;
        assert!(is_closed(&mut more).await, "one too many of the address");
    }
    assert!(is_served(&kit, "127.0.0.2").await);
    let numbers = kit.app.metrics.render().unwrap();
    assert!(
        numbers.contains("anxin_connections_closed_total{why=\"address\"} 3\n"),
        "{numbers}"
    );
    // A place that is given back is the address's again.
    silent.pop();
    let mut tries = 0;
    while !is_served(&kit, "127.0.0.1").await {
        tries += 1;
        assert!(tries < 1_000, "the place did not come back");
        tokio::task::yield_now().await;
    }
    drop(silent);
    kit.stop().await;
}

/// They hold no place of a connection: with one place for a connection, one is served beside them.
#[tokio::test(flavor = "multi_thread")]
async fn handshakes_take_no_place_of_a_connection() {
    let kit = Kit::start_with(|limits| {
        patient(limits);
        limits.connections_max = 1;
    })
    .await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(from(&kit, "127.0.0.1").await);
    }
    assert!(is_served(&kit, "127.0.0.1").await);
    drop(silent);
    kit.stop().await;
}

/// With every place for handshakes held by silence, the next one waits for its end, not longer.
#[tokio::test(flavor = "multi_thread")]
async fn silence_gives_its_place_back() {
    let kit = Kit::start_with(|limits| {
        limits.handshakes_max = 2;
        limits.handshake = Duration::from_millis(100);
    })
    .await;
    let mut silent = vec![from(&kit, "127.0.0.1").await, from(&kit, "127.0.0.3").await];
    let mut served = false;
    for _ in 0..100 {
        // A hundred milliseconds may be too short for a handshake on a busy machine.
        served = served || is_served(&kit, "127.0.0.2").await;
    }
    assert!(served);
    for stream in &mut silent {
        assert!(is_closed(stream).await);
    }
    let numbers = kit.app.metrics.render().unwrap();
    assert!(
        numbers.contains("anxin_connections_closed_total{why=\"silence\"}"),
        "{numbers}"
    );
    kit.stop().await;
}

/// A certificate of the authority that names nobody: it is counted among those that were not let
/// in.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_names_nobody_is_counted() {
    let kit = Kit::start().await;
    let validity = certs::development::Validity::around(api_kit::NOW);
    let identity = kit.pki.issue_client_with_uris(&["urn:other:x"], validity);
    let stream = from(&kit, "127.0.0.1").await;
    let secured = kit.secure(&identity.unwrap(), b"http/1.1", stream).await;
    if let Ok(mut stream) = secured {
        let read = tokio::time::timeout(NEVER, stream.read(&mut [0; 1])).await;
        assert!(matches!(read, Ok(Ok(0) | Err(_))), "{read:?}");
    }
    let numbers = kit.app.metrics.render().unwrap();
    assert!(
        numbers.contains("anxin_connections_closed_total{why=\"identity\"} 1\n"),
        "{numbers}"
    );
    kit.stop().await;
}
