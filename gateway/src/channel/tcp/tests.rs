//! Certainty at each point of writing, with a stream that fails exactly there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::super::progress::Watched;
use super::*;
use crate::channel::Certainty;

/// Takes so many bytes in pieces of one, then fails; never answers.
struct Failing {
    takes: usize,
}

impl AsyncWrite for Failing {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.takes == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        self.takes -= 1;
        Poll::Ready(Ok(bytes.len().min(1)))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Failing {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        _: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }
}

fn fate(takes: usize, instructs: bool, holds_bytes: bool) -> (SendErrorKind, Certainty) {
    let limits = SocketLimits {
        connect_wait: Duration::from_secs(30),
        reply_wait: Duration::from_secs(30),
        reply_bytes_max: 100,
    };
    let peer = Peer {
        endpoint: "ICBC/main".to_owned(),
        address: "127.0.0.1:1".parse().unwrap(),
        tls: None,
    };
    let reply = FrameEnd::EndOfStream;
    let out = Outgoing {
        step: "submit".to_owned(),
        file_name: "1.txt".to_owned(),
        wire: Wire::Tcp {
            reply: reply.clone(),
        },
        bytes: b"12345".to_vec(),
        instructs,
        signature: None,
    };
    let progress = Progress::default();
    let stream = Box::new(Watched::new(
        Failing { takes },
        progress.clone(),
        holds_bytes,
    ));
    let channel = TcpChannel::new(peer, limits);
    let error = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(channel.converse(stream, &progress, &reply, &out))
        .unwrap_err();
    (error.kind, error.certainty)
}

#[test]
fn m2_a_message_is_certainly_not_sent_until_its_first_byte_is_taken() {
    assert_eq!(
        fate(0, true, false),
        (SendErrorKind::Write, Certainty::NotSent)
    );
    for takes in 1..5 {
        assert_eq!(
            fate(takes, true, false),
            (SendErrorKind::Write, Certainty::MaybeSent)
        );
    }
    assert_eq!(
        fate(5, true, false),
        (SendErrorKind::Read, Certainty::MaybeSent)
    );
}

#[test]
fn a_stream_with_a_buffer_of_its_own_leaves_it_open_from_the_first_offer() {
    assert_eq!(
        fate(0, true, true),
        (SendErrorKind::Write, Certainty::MaybeSent)
    );
}

#[test]
fn a_message_that_instructs_nothing_is_never_perhaps_sent() {
    for takes in 0..=5 {
        assert_eq!(fate(takes, false, false).1, Certainty::NotSent);
    }
}
