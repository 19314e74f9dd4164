//! What the trace of a channel shows: sizes and digests, never content.

use std::sync::Arc;

use adapters::exchange::{FrameEnd, Outgoing, Wire};
use gateway::channel::layer::Traced;
use gateway::channel::{Channel, SendError, SendErrorKind};
use gateway::clock::{BoxFuture, ManualClock};
use gateway::configuration::LogLevel;
use schemas::BankCode;
use serde_json::Value;
use time::macros::datetime;

use crate::log::logged;

const PERSONAL: &str = "张样一|6222021202000000019";

struct Fails;

impl Channel for Fails {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
            Err(
                SendError::after_bytes(SendErrorKind::Read, "ICBC/main", out)
                    .caused_by(reset)
                    .with_received(PERSONAL.into()),
            )
        })
    }
}

#[test]
fn m9_a_trace_tells_what_happened_and_nothing_of_whom() {
    let out = Outgoing {
        step: "submit".to_owned(),
        file_name: PERSONAL.to_owned(),
        wire: Wire::Tcp {
            reply: FrameEnd::EndOfStream,
        },
        bytes: PERSONAL.into(),
        instructs: true,
        signature: None,
    };
    let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 10:00 +8)));
    let channel = Traced::new(Fails, BankCode::parse("ICBC").unwrap(), clock);
    let lines = logged(LogLevel::Info, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(channel.send(&out)).unwrap_err();
    });
    assert_eq!(lines.len(), 1);
    let line = lines.first().unwrap();
    assert!(!line.contains("张样") && !line.contains("6222"));
    let read: Value = serde_json::from_str(line).unwrap();
    assert_eq!(read["message"], "not answered");
    assert_eq!(read["bank"], "ICBC");
    assert_eq!(read["certainty"], "maybe_sent");
    assert_eq!(read["kind"], "read");
    assert_eq!(read["cause"], "connection reset");
    assert_eq!(read["out_bytes"], 29);
    // SHA-256 by coreutils.
    assert_eq!(
        read["out_digest"],
        "6dc743f648e7f2d96aab63b1c6ca17c31958f9c8373ea5189d2e697d322a4e1d"
    );
}
