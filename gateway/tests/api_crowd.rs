//! Hundreds of connections on which nothing is asked: the limits hold, and the others get through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, employer, other, own, person, system, wage_file};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

const EACH: usize = 40;
const PARTIES: u32 = 10;

/// Asks on a connection; false where it is closed.
async fn is_served(stream: &mut TlsStream<TcpStream>) -> bool {
    let head = "GET /v1/batches HTTP/1.1\r\nhost: localhost\r\n\r\n";
    if stream.write_all(head.as_bytes()).await.is_err() {
        return false;
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.is_ok() && &answer == b"HTTP/1.1 200"
}

#[tokio::test(flavor = "multi_thread")]
async fn idle_connections_shut_out_nobody_else() {
    let most = EACH * PARTIES as usize + 2;
    let kit = Kit::start_with(|limits| {
        limits.connections_per_party_max = EACH;
        limits.connections_max = most;
        limits.handshakes_per_address_max = most;
        limits.head = Duration::from_secs(600);
        limits.handshake = Duration::from_secs(600);
    })
    .await;
    let mut crowd = Vec::new();
    for index in 0..PARTIES {
        let party = system(employer(100 + index, "330110"));
        let identity = kit.pki.issue_client(&party.parse().unwrap()).unwrap();
        for _ in 0..EACH {
            let stream = kit.connect_as(&identity, b"http/1.1").await.unwrap();
            crowd.push(stream);
        }
        // One more of the same party is closed; the party's own others are not. It may overtake
        // one whose handshake the server has not ended: that one is closed in its place.
        let mut closed = false;
        for _ in 0..EACH {
            let mut more = kit.connect_as(&identity, b"http/1.1").await.unwrap();
            closed = !is_served(&mut more).await;
            if closed {
                break;
            }
            crowd.push(more);
        }
        assert!(closed, "{party} has too many");
    }
    let mut last = crowd.pop().unwrap();
    assert!(is_served(&mut last).await, "an idle one is still good");
    crowd.push(last);
    // A working party gets through beside the idle ones.
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(own()), &csv).await.expect(202);
    // With every place taken the next one waits, and comes in when one goes.
    let identity = kit
        .pki
        .issue_client(&system(own()).parse().unwrap())
        .unwrap();
    let mut inside = Vec::new();
    for _ in 0..2 {
        let mut stream = kit.connect_as(&identity, b"http/1.1").await.unwrap();
        assert!(is_served(&mut stream).await);
        inside.push(stream);
    }
    let mut stream = kit.connect_as(&identity, b"http/1.1").await.unwrap();
    let mut waiting = Box::pin(is_served(&mut stream));
    let early = tokio::time::timeout(Duration::from_millis(200), waiting.as_mut()).await;
    assert!(early.is_err(), "over connections_max");
    drop(crowd.pop());
    assert!(waiting.as_mut().await);
    drop(waiting);
    drop((crowd, inside, stream));
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_employers_people_share_its_connections() {
    let kit = Kit::start_with(|limits| limits.connections_per_party_max = 3).await;
    let mut inside = Vec::new();
    for party in [
        system(own()),
        person(own(), "maker"),
        person(own(), "checker"),
    ] {
        let mut stream = kit.connect(&party).await.unwrap();
        assert!(is_served(&mut stream).await, "{party}");
        inside.push(stream);
    }
    for party in [system(own()), person(own(), "third")] {
        let mut more = kit.connect(&party).await.unwrap();
        assert!(!is_served(&mut more).await, "{party} is one too many");
    }
    let mut others = kit.connect(&person(other(), "maker")).await.unwrap();
    assert!(is_served(&mut others).await);
    drop(inside);
    kit.stop().await;
}
