#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;

fn clock() -> ManualClock {
    ManualClock::new(time::macros::datetime!(2026-11-23 10:00 +8))
}

#[tokio::test]
async fn one_party_takes_half_of_the_places_and_a_freed_one_goes_to_who_waits() {
    let (uploads, clock) = (Uploads::new(4), clock());
    let now = Duration::ZERO;
    let first = uploads.take("a", &clock, now).await.unwrap();
    let _second = uploads.take("a", &clock, now).await.unwrap();
    assert!(uploads.take("a", &clock, now).await.is_none());
    let _third = uploads.take("b", &clock, now).await.unwrap();
    let _fourth = uploads.take("c", &clock, now).await.unwrap();
    assert!(uploads.take("d", &clock, now).await.is_none());
    assert_eq!(uploads.count(), 4);
    let waiting = uploads.take("d", &clock, Duration::from_secs(2));
    let freed = async {
        tokio::task::yield_now().await;
        drop(first);
    };
    let (got, ()) = tokio::join!(waiting, freed);
    assert!(got.is_some());
    drop(got);
    assert_eq!(uploads.count(), 3);
}

#[test]
fn memory_is_given_back_and_never_overdrawn() {
    let memory = Memory::new(100);
    let (mut one, mut other) = (Share::default(), Share::default());
    assert!(memory.grow(&mut one, 60));
    assert!(!memory.grow(&mut other, 41));
    assert!(memory.grow(&mut other, 40));
    assert!(!memory.grow(&mut one, 1));
    drop(other);
    assert!(memory.grow(&mut one, 40));
    drop(one);
    assert!(memory.grow(&mut Share::default(), 100));
}
