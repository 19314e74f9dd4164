#![allow(clippy::unwrap_used)]

use super::*;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

const SOON: Duration = Duration::from_millis(10);

/// A share hangs while a hundred messages are tried: they hold one thread, not a hundred.
#[tokio::test]
async fn work_that_hangs_holds_one_thread() {
    let turn = Turn::default();
    let (begun, (release, hanging)) = (Arc::new(AtomicU32::new(0)), mpsc::channel::<()>());
    let count = Arc::clone(&begun);
    let hangs = turn.run(SOON, move || {
        count.fetch_add(1, Ordering::SeqCst);
        hanging.recv().unwrap_err();
    });
    // Whoever waits for it gives up; the thread stays.
    assert!(tokio::time::timeout(SOON, hangs).await.is_err());
    let tries = (0..100).map(|_| {
        let (turn, count) = (turn.clone(), Arc::clone(&begun));
        tokio::spawn(async move {
            let work = move || count.fetch_add(1, Ordering::SeqCst);
            tokio::time::timeout(Duration::from_secs(10), turn.run(SOON, work)).await
        })
    });
    for tried in tries.collect::<Vec<_>>() {
        assert!(matches!(tried.await.unwrap(), Ok(Err(NoTurn::Taken))));
    }
    // Whoever gives up while he waits has begun nothing either.
    let count = Arc::clone(&begun);
    let waits = turn.run(Duration::from_secs(60), move || {
        count.fetch_add(1, Ordering::SeqCst)
    });
    assert!(tokio::time::timeout(SOON, waits).await.is_err());
    assert!(begun.load(Ordering::SeqCst) <= 1, "the first one alone");
    // The server is back: the next one has the turn.
    drop(release);
    let minute = Duration::from_secs(60);
    assert_eq!(turn.run(minute, || 7).await.unwrap(), 7);
}

#[tokio::test]
async fn a_defect_gives_the_turn_back() {
    let turn = Turn::default();
    let ended = turn.run(SOON, || assert_eq!(1, 2, "a defect")).await;
    assert!(matches!(ended, Err(NoTurn::Defect(_))));
    let minute = Duration::from_secs(60);
    assert_eq!(turn.run(minute, || 7).await.unwrap(), 7);
}
