//! A defect behind a call: the caller has a number, the log the place, and neither has what was
//! worked on (M9). A disk that fails behind it: nothing is told that only memory knows (M3).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, person, system, wage_file};
use gateway::api::{BankMessages, Receipted};
use gateway::clock::SystemClock;
use gateway::configuration::LogLevel;
use gateway::core::{Core, CoreError};
use gateway::telemetry::{JsonLines, targets};
use schemas::value::BankCode;
use serde_json::json;
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

/// Whoever hears "it is withdrawn" pays by other means; a start would send the batch after all.
#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_no_disk_keeps_refuses_nothing() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let id = receipt["batch_id"].as_str().unwrap();
    let checker = person(own(), "checker");
    let path = format!("/v1/batches/{id}/approve");
    let text = json!({
        "digest": receipt["digest"], "line_count": receipt["line_count"],
        "total_fen": receipt["total_fen"], "acknowledged": [],
    });
    let text = text.to_string();
    kit.post(&checker, &path, text).await.expect(200);
    let withdraw = format!("/v1/batches/{id}/withdraw");
    kit.disk.set_faults(journal::disk::Faults {
        sync: Some(1),
        ..journal::disk::Faults::default()
    });
    kit.post(&checker, &withdraw, "").await.expect(503);
    let again = kit.post(&checker, &withdraw, "").await;
    again.expect(503);
    let cut = journal::disk::PowerCut {
        unsynced: journal::disk::Unsynced::Dropped,
        forgets_names: true,
    };
    let core = api_kit::open_core(&kit.disk.after_power_cut(cut, 1), &kit.clock);
    let batch = schemas::value::BatchId::parse(id).unwrap();
    let state = core.desk().batch(batch).unwrap().state();
    assert_eq!(state, gateway::book::BatchState::Released);
    kit.stop().await;
}
