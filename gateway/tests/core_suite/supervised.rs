//! A dispatcher that ends by a defect in the middle of an instruction: readiness says so, and the
//! one that takes over asks and never sends.

use super::bank::{Act, Played};
use super::desk::{Desk, ZHANG, file};
use adapters::exchange::Outcome;
use gateway::dispatch::Pace;
use gateway::installation::Banks;
use gateway::serving::{Engine, Setup};
use gateway::telemetry::{Concerns, Metrics};
use schemas::LineState;
use schemas::value::BankCode;
use std::sync::Arc;
use std::time::Duration;

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..4_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} never happens");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_after_a_defect_asks_and_never_sends() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let receipt = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Defect, Act::Tell(vec![Outcome::Paid])]);
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let code = BankCode::parse("HXB").unwrap();
    let setup = Setup {
        data: folder.path().to_owned(),
        banks: Banks(Arc::new(
            [(code, Arc::clone(&played.dispatcher.bank))].into(),
        )),
        collectors: [].into(),
        mandates: Arc::clone(&desk.mandates),
        calendar: Arc::clone(&desk.calendar),
        pace: Pace::REAL,
        collect_wait_ms: 10_000,
        metrics: Arc::clone(&metrics),
        concerns: Arc::clone(&concerns),
    };
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    let seen = || {
        let seen = played.script.seen.lock().unwrap();
        (seen.submissions.len(), seen.queries)
    };
    until("the concern", || !concerns.list().is_empty()).await;
    assert_eq!(concerns.list(), [("dispatcher:HXB".to_owned(), "defect")]);
    assert_eq!(
        desk.states(&receipt),
        [LineState::Intended],
        "as it was left"
    );
    desk.clock.advance(Duration::from_secs(1));
    until("the recovery", || {
        desk.states(&receipt) == [LineState::Unknown]
    })
    .await;
    assert_eq!(seen(), (1, 0));
    // A minute later the bank is asked.
    for _ in 0..100 {
        if desk.states(&receipt) == [LineState::Paid] {
            break;
        }
        desk.clock.advance(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(desk.states(&receipt), [LineState::Paid]);
    assert_eq!(seen(), (1, 1), "instructed once, asked once");
    desk.clock.advance(Duration::from_secs(60));
    until("the all-clear", || concerns.list().is_empty()).await;
    let text = metrics.render().unwrap();
    let restarts = "anxin_task_restarts_total{concern=\"dispatcher:HXB\"} 1";
    assert!(text.contains(restarts), "{text}");
    assert!(
        !text.contains("anxin_fsync_group_records_count 0\n"),
        "{text}"
    );
    engine.stop(Duration::from_secs(10)).await.unwrap();
}
