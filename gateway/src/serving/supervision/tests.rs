#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;
use std::sync::atomic::{AtomicU64, Ordering};

struct Kept {
    clock: Arc<ManualClock>,
    concerns: Arc<Concerns>,
    metrics: Arc<Metrics>,
    supervisor: Supervisor,
    stop: watch::Sender<bool>,
}

fn kept() -> Kept {
    let clock = Arc::new(ManualClock::new(
        time::macros::datetime!(2026-11-23 10:00 +8),
    ));
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let (stop, stopped) = watch::channel(false);
    let supervisor = Supervisor {
        clock: clock.clone(),
        concerns: Arc::clone(&concerns),
        metrics: Arc::clone(&metrics),
        stop: stopped,
    };
    Kept {
        clock,
        concerns,
        metrics,
        supervisor,
        stop,
    }
}

/// Lets the others work until what is waited for holds.
async fn until(holds: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if holds() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never holds");
}

#[tokio::test]
async fn a_task_that_panics_is_a_concern_and_is_begun_again() {
    let Kept {
        clock,
        concerns,
        metrics,
        supervisor,
        stop,
    } = kept();
    let begun = Arc::new(AtomicU64::new(0));
    let (counted, stopped) = (Arc::clone(&begun), stop.subscribe());
    let task = tokio::spawn(supervisor.keep("follower".to_owned(), move |before| {
        counted.store(before + 1, Ordering::SeqCst);
        let mut stopped = stopped.clone();
        async move {
            assert!(before >= 2, "the first two end by a defect");
            let _ = stopped.wait_for(|stop| *stop).await;
            Ok(())
        }
    }));
    until(|| clock.sleeping() == 1).await;
    assert_eq!(
        concerns.list(),
        [("follower".to_owned(), "defect")],
        "readiness says so while it waits"
    );
    let text = metrics.render().unwrap();
    assert!(
        text.contains("anxin_concern{concern=\"follower\"} 1"),
        "{text}"
    );
    clock.advance(AGAIN_FIRST);
    until(|| begun.load(Ordering::SeqCst) == 2 && clock.sleeping() == 1).await;
    // The second wait is twice as long.
    clock.advance(AGAIN_FIRST);
    tokio::task::yield_now().await;
    assert_eq!(begun.load(Ordering::SeqCst), 2);
    clock.advance(AGAIN_FIRST);
    until(|| begun.load(Ordering::SeqCst) == 3 && clock.sleeping() == 1).await;
    assert_eq!(concerns.list().len(), 1, "not yet known to be well");
    clock.advance(STEADY);
    until(|| concerns.list().is_empty()).await;
    let text = metrics.render().unwrap();
    assert!(
        text.contains("anxin_concern{concern=\"follower\"} 0"),
        "{text}"
    );
    assert!(
        text.contains("anxin_task_restarts_total{concern=\"follower\"} 2"),
        "{text}"
    );
    stop.send_replace(true);
    task.await.unwrap();
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_new_beginning() {
    let Kept {
        clock,
        concerns,
        supervisor,
        stop,
        ..
    } = kept();
    let name = "collector:ICBC".to_owned();
    let task = tokio::spawn(supervisor.keep(name, |_| async { Err("the folder is gone".into()) }));
    until(|| clock.sleeping() == 1).await;
    assert_eq!(concerns.list(), [("collector:ICBC".to_owned(), "failed")]);
    stop.send_replace(true);
    task.await.unwrap();
}
