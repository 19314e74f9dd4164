//! A defect behind a call: the caller has a number, the log the place, and neither has what was
//! worked on (M9).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::Kit;
use gateway::api::{BankMessages, Receipted};
use gateway::clock::SystemClock;
use gateway::configuration::LogLevel;
use gateway::core::{Core, CoreError};
use gateway::telemetry::{JsonLines, targets};
use schemas::value::BankCode;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tracing_subscriber::layer::SubscriberExt as _;

const ACCOUNT: &str = "6222021202000000019";

/// Stumbles over an account.
struct Stumbles;

impl BankMessages for Stumbles {
    fn receive(
        &self,
        _: &Core,
        _: BankCode,
        _: &str,
        _: &[u8],
    ) -> Result<Option<Receipted>, CoreError> {
        panic!("account {ACCOUNT}")
    }
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One thread, so that the test's own log hears the server's tasks.
#[tokio::test(flavor = "current_thread")]
async fn what_a_defect_stumbled_over_is_told_to_nobody() {
    let kept = Kept::default();
    let lines = JsonLines::new(Arc::new(SystemClock::new()), Box::new(kept.clone()));
    let subscriber = tracing_subscriber::registry()
        .with(lines)
        .with(targets(LogLevel::Debug));
    let _logged = tracing::subscriber::set_default(subscriber);
    let kit = Kit::start_parts(|parts| parts.bank_messages = Arc::new(Stumbles)).await;
    let path = "/v1/banks/ICBC/messages";
    let answer = kit.post("urn:anxin:bank:ICBC", path, "x").await.expect(500);
    assert!(!answer.text().contains(ACCOUNT), "{}", answer.text());
    let reference = answer.json()["reference"].as_str().unwrap().to_owned();
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(&reference), "{log}");
    assert!(!log.contains(ACCOUNT), "{log}");
    kit.stop().await;
}
