use adapters::exchange::FrameEnd;
use gateway::channel::{Certainty, Channel, SendError, SendErrorKind, SocketLimits, TcpChannel};

use crate::peer::{Then, at, harmless, impatient, nobody, patient, peer, run, tcp_message};

fn length4() -> FrameEnd {
    FrameEnd::Length {
        offset: 0,
        digits: 4,
        uncounted: 4,
    }
}

async fn send(
    address: std::net::SocketAddr,
    limits: SocketLimits,
    bytes: &[u8],
    reply: FrameEnd,
) -> Result<Vec<u8>, SendError> {
    let channel = TcpChannel::new(at(address), limits);
    let out = tcp_message(bytes, reply);
    let done = channel.send(&out).await;
    // Whatever happens to a message that instructs, the same without instruction is not sent.
    if let Err(error) = channel.send(&harmless(&out)).await {
        assert_eq!(error.certainty, Certainty::NotSent);
    }
    done
}

fn fate(done: Result<Vec<u8>, SendError>) -> (SendErrorKind, Certainty, Vec<u8>) {
    let error = done.unwrap_err();
    (error.kind, error.certainty, error.received)
}

#[test]
fn nobody_there_is_certainly_not_sent() {
    run(async {
        let done = send(nobody().await, patient(), b"12345", length4()).await;
        assert_eq!(
            fate(done),
            (SendErrorKind::Connect, Certainty::NotSent, vec![])
        );
    });
}

#[test]
fn a_reset_after_one_byte_is_perhaps_sent() {
    run(async {
        let address = peer(1, Then::ReplyAndReset(vec![])).await;
        // More than any socket buffer, so that writing can't end before the reset.
        let long = vec![b'x'; 64 * 1024 * 1024];
        let error = send(address, patient(), &long, length4()).await;
        let (kind, certainty, _) = fate(error);
        assert!(matches!(kind, SendErrorKind::Write | SendErrorKind::Read));
        assert_eq!(certainty, Certainty::MaybeSent);
    });
}

#[test]
fn a_peer_that_reads_nothing_more_lets_writing_time_out_as_perhaps_sent() {
    run(async {
        let address = peer(1, Then::ReplyAndSilence(vec![])).await;
        let long = vec![b'x'; 64 * 1024 * 1024];
        let done = send(address, impatient(), &long, length4()).await;
        assert_eq!(
            fate(done),
            (SendErrorKind::TimeOut, Certainty::MaybeSent, vec![])
        );
    });
}

#[test]
fn all_bytes_and_no_reply_is_perhaps_sent() {
    run(async {
        for end in [length4(), FrameEnd::EndOfStream] {
            let address = peer(5, Then::Reply(vec![])).await;
            let done = send(address, patient(), b"12345", end.clone()).await;
            assert_eq!(
                fate(done),
                (SendErrorKind::Read, Certainty::MaybeSent, vec![])
            );
            let address = peer(5, Then::ReplyAndSilence(vec![])).await;
            let done = send(address, impatient(), b"12345", end).await;
            assert_eq!(
                fate(done),
                (SendErrorKind::TimeOut, Certainty::MaybeSent, vec![])
            );
        }
    });
}

#[test]
fn m8_part_of_a_reply_is_perhaps_sent_and_kept_as_evidence() {
    run(async {
        let part = b"0010abc".to_vec();
        for (then, kind) in [
            (Then::Reply(part.clone()), SendErrorKind::Read),
            (Then::HalfClose(part.clone()), SendErrorKind::Read),
            (Then::ReplyAndSilence(part.clone()), SendErrorKind::TimeOut),
        ] {
            let address = peer(5, then).await;
            let done = send(address, impatient(), b"12345", length4()).await;
            assert_eq!(fate(done), (kind, Certainty::MaybeSent, part.clone()));
        }
        let address = peer(5, Then::ReplyAndReset(part)).await;
        let (kind, certainty, _) = fate(send(address, patient(), b"12345", length4()).await);
        assert_eq!(
            (kind, certainty),
            (SendErrorKind::Read, Certainty::MaybeSent)
        );
    });
}

#[test]
fn a_whole_reply_ends_by_its_frame_and_not_by_closing() {
    run(async {
        let reply = b"0003abc".to_vec();
        let address = peer(5, Then::ReplyAndSilence(reply.clone())).await;
        let done = send(address, patient(), b"12345", length4()).await;
        assert_eq!(done.unwrap(), reply);
        let address = peer(5, Then::ReplyAndSilence(b"0003abcX".to_vec())).await;
        let done = send(address, patient(), b"12345", length4()).await;
        assert_eq!(done.unwrap(), reply);
        let line = FrameEnd::Line {
            terminator: b"@@@@".to_vec(),
        };
        let address = peer(5, Then::ReplyAndSilence(b"000000#@@@@".to_vec())).await;
        let done = send(address, patient(), b"12345", line).await;
        assert_eq!(done.unwrap(), b"000000#@@@@");
        for then in [
            Then::Reply(b"all".to_vec()),
            Then::HalfClose(b"all".to_vec()),
        ] {
            let address = peer(5, then).await;
            let done = send(address, patient(), b"12345", FrameEnd::EndOfStream).await;
            assert_eq!(done.unwrap(), b"all");
        }
    });
}

#[test]
fn a_reply_that_is_too_large_or_no_frame_is_perhaps_sent() {
    run(async {
        for (reply, end) in [
            (b"9999".to_vec(), length4()),
            (vec![b'x'; 1_001], FrameEnd::EndOfStream),
        ] {
            let address = peer(5, Then::ReplyAndSilence(reply)).await;
            let limits = SocketLimits {
                reply_bytes_max: 1_000,
                ..impatient()
            };
            let (kind, certainty, _) = fate(send(address, limits, b"12345", end).await);
            assert!(matches!(
                kind,
                SendErrorKind::TooLarge | SendErrorKind::TimeOut
            ));
            assert_eq!(certainty, Certainty::MaybeSent);
        }
        let address = peer(5, Then::ReplyAndSilence(b"oops".to_vec())).await;
        let done = send(address, patient(), b"12345", length4()).await;
        assert_eq!(
            fate(done),
            (SendErrorKind::Frame, Certainty::MaybeSent, b"oops".to_vec())
        );
    });
}

#[test]
fn an_error_prints_no_content_and_not_its_source() {
    run(async {
        let address = peer(5, Then::Reply(b"0010abc".to_vec())).await;
        let error = send(address, patient(), b"12345", length4())
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "read at ICBC/main: maybe_sent");
        assert!(!format!("{error:?}").contains("abc"));
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(!error.to_string().contains(&source));
    });
}
