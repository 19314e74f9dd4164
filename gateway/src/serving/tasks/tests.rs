#![allow(clippy::unwrap_used)]

use super::*;
use crate::telemetry::Concerns;
use std::sync::mpsc;

/// A look into a bank's folder hangs, as on a share whose server is gone: nothing ends its thread,
/// and the stop ends all the same.
#[tokio::test]
async fn a_look_that_hangs_does_not_hold_up_the_stop() {
    let metrics = Arc::new(Metrics::new());
    let (stop, stopped) = watch::channel(false);
    let supervisor = Supervisor {
        clock: Arc::new(crate::clock::SystemClock::new()),
        concerns: Arc::new(Concerns::new(Arc::clone(&metrics))),
        metrics,
        stop: stopped,
    };
    let (release, hanging) = mpsc::channel::<()>();
    let (looks, mut looking) = tokio::sync::mpsc::unbounded_channel();
    let mut hang = Some(move || {
        looks.send(()).unwrap();
        hanging.recv().unwrap_err();
    });
    let begin = move |_| {
        let look = hang.take().unwrap();
        async move { Ok(tokio::task::spawn_blocking(look).await.unwrap()) }
    };
    let collector = tokio::spawn(supervisor.keep("collector:HXB".to_owned(), begin));
    looking.recv().await.unwrap();
    stop.send_replace(true);
    let held_up = [collector.abort_handle()];
    let limit = tokio::time::sleep(Duration::from_millis(20));
    let ended = end(vec![collector], &held_up, limit);
    let ended = tokio::time::timeout(Duration::from_secs(60), ended).await;
    // Before anything may fail: the runtime waits for the thread.
    drop(release);
    ended.unwrap();
}
