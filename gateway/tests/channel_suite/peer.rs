//! A peer that does exactly one thing to each connection, and messages to send to it.

use std::net::SocketAddr;
use std::time::Duration;

use adapters::exchange::{FrameEnd, Outgoing, Wire};
use gateway::channel::{Peer, SocketLimits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the peer does after it has read so many bytes.
#[derive(Clone, Debug)]
pub enum Then {
    /// Says this and closes in order.
    Reply(Vec<u8>),
    /// Says this and resets the connection.
    ReplyAndReset(Vec<u8>),
    /// Says this and stays silent, the connection open.
    ReplyAndSilence(Vec<u8>),
    /// Closes its sending half only, after this.
    HalfClose(Vec<u8>),
}

/// Serves every connection on a port of its own: reads `reads` bytes, then does `then`.
pub async fn peer(reads: usize, then: Then) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, reads, then.clone()));
        }
    });
    address
}

async fn serve(mut stream: TcpStream, reads: usize, then: Then) {
    let mut read = vec![0; reads];
    stream.read_exact(&mut read).await.unwrap();
    match then {
        Then::Reply(bytes) => {
            let _ = stream.write_all(&bytes).await;
        }
        Then::ReplyAndReset(bytes) => {
            let _ = stream.write_all(&bytes).await;
            stream.set_zero_linger().unwrap();
        }
        Then::ReplyAndSilence(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Then::HalfClose(bytes) => {
            let _ = stream.write_all(&bytes).await;
            stream.shutdown().await.unwrap();
            std::future::pending::<()>().await;
        }
    }
}

/// An address where nobody listens.
pub async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// A plain endpoint.
pub fn at(address: SocketAddr) -> Peer {
    Peer {
        endpoint: "ICBC/main".to_owned(),
        address,
        tls: None,
    }
}

/// Limits under which nothing times out in a test.
pub fn patient() -> SocketLimits {
    SocketLimits {
        connect_wait: Duration::from_secs(60),
        reply_wait: Duration::from_secs(60),
        reply_bytes_max: 1_000,
    }
}

/// Limits for a peer that never answers.
pub fn impatient() -> SocketLimits {
    SocketLimits {
        connect_wait: Duration::from_millis(200),
        reply_wait: Duration::from_millis(200),
        ..patient()
    }
}

/// An instructing message over TCP.
pub fn tcp_message(bytes: &[u8], reply: FrameEnd) -> Outgoing {
    Outgoing {
        step: "submit".to_owned(),
        file_name: "1.txt".to_owned(),
        wire: Wire::Tcp { reply },
        bytes: bytes.to_vec(),
        instructs: true,
        signature: None,
    }
}

/// The same message as one that instructs nothing.
pub fn harmless(out: &Outgoing) -> Outgoing {
    Outgoing {
        instructs: false,
        ..out.clone()
    }
}

/// Runs a test's future.
pub fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}
