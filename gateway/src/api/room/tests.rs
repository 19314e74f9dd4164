#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;

fn clock() -> ManualClock {
    ManualClock::new(time::macros::datetime!(2026-11-23 10:00 +8))
}

#[tokio::test]
async fn one_party_takes_its_part_of_the_places_and_a_freed_one_goes_to_who_waits() {
    let (places, clock) = (Places::new(4, 2), clock());
    let now = Duration::ZERO;
    let first = places.take("a", &clock, now).await.unwrap();
    let _second = places.take("a", &clock, now).await.unwrap();
    assert!(places.take("a", &clock, now).await.is_none());
    let _third = places.take("b", &clock, now).await.unwrap();
    let _fourth = places.take("c", &clock, now).await.unwrap();
    assert!(places.take("d", &clock, now).await.is_none());
    assert_eq!(places.count(), 4);
    let waiting = places.take("d", &clock, Duration::from_secs(2));
    let freed = async {
        tokio::task::yield_now().await;
        drop(first);
    };
    let (got, ()) = tokio::join!(waiting, freed);
    assert!(got.is_some());
    drop(got);
    assert_eq!(places.count(), 3);
}

#[test]
fn bytes_are_counted_by_party_and_given_back() {
    let bytes = Places::new(u64::MAX, 100);
    let (mut one, mut two) = (bytes.none("a"), bytes.none("a"));
    assert!(one.grow(60));
    assert!(!two.grow(41));
    assert!(two.grow(40));
    assert!(bytes.none("b").grow(100));
    assert!(!one.grow(1));
    drop(two);
    assert!(one.grow(40));
    assert!(!one.grow(u64::MAX));
    drop(one);
    assert_eq!(bytes.count(), 0);
}
