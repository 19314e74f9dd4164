#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::rate::{Buckets, Rate};
use super::*;
use crate::clock::ManualClock;
use schemas::value::RegionCode;
use std::sync::Arc;
use std::time::Duration;

fn caller(uri: &str) -> Caller {
    Caller::new(uri.parse().unwrap())
}

#[test]
fn a_code_that_we_do_not_know_sees_nothing() {
    assert_eq!(caller("urn:anxin:regulator:999999").sight, Sight::Nothing);
    assert_eq!(caller("urn:anxin:regulator:331599").sight, Sight::Nothing);
    assert_eq!(caller("urn:anxin:bank:NOBANK").sight, Sight::Nothing);
    // The right form with a wrong check character.
    assert_eq!(
        caller("urn:anxin:employer:913301006639233249").sight,
        Sight::Nothing
    );
    assert_eq!(caller("urn:anxin:regulator:330000").sight, Sight::Province);
}

#[test]
fn a_region_sees_itself_and_what_lies_in_it() {
    let city = caller("urn:anxin:regulator:330100").sight;
    let sees = |code: &str| city.sees_region(Some(&RegionCode::parse(code).unwrap()));
    assert!(sees("330100") && sees("330110"));
    assert!(!sees("330000") && !sees("330200") && !sees("110100"));
    assert!(!city.sees_region(None));
    assert!(Sight::Province.sees_region(None));
    assert!(!Sight::Operator.sees_region(None) && !Sight::Nothing.sees_region(None));
}

#[test]
fn only_persons_have_a_persons_uri() {
    let uscc = "urn:anxin:employer:913301006639233248";
    assert_eq!(caller(uscc).person_uri(), None);
    let person = format!("{uscc}:person:zhang");
    assert_eq!(caller(&person).person_uri(), Some(person.as_str()));
}

#[test]
fn the_persons_of_a_party_share_one_key() {
    let key = |uri: &str| caller(uri).organisation;
    let uscc = "urn:anxin:employer:913301006639233248";
    assert_eq!(key(uscc), uscc);
    assert_eq!(key(&format!("{uscc}:person:zhang")), uscc);
    let region = "urn:anxin:regulator:330100";
    assert_eq!(key(&format!("{region}:person:li")), region);
    assert_eq!(key("urn:anxin:bank:ICBC"), "urn:anxin:bank:ICBC");
    assert_eq!(key("urn:anxin:operator:wang"), "urn:anxin:operator");
    assert_eq!(
        key("urn:anxin:operator:anxin:person:wang"),
        "urn:anxin:operator"
    );
}

#[test]
fn a_bucket_gives_its_burst_and_then_one_at_a_time() {
    let clock = Arc::new(ManualClock::new(
        time::macros::datetime!(2026-11-23 10:00 +8),
    ));
    let rate = Rate {
        burst: 3,
        refill: Duration::from_secs(10),
    };
    let buckets = Buckets::new(rate, Arc::clone(&clock) as Arc<dyn crate::clock::Clock>);
    for _ in 0..3 {
        buckets.take("a").unwrap();
    }
    assert_eq!(buckets.take("a"), Err(Duration::from_secs(10)));
    buckets.take("b").unwrap();
    clock.advance(Duration::from_secs(10));
    buckets.take("a").unwrap();
    assert_eq!(buckets.take("a"), Err(Duration::from_secs(10)));
    clock.advance(Duration::from_secs(3600));
    for _ in 0..3 {
        buckets.take("a").unwrap();
    }
    assert!(buckets.take("a").is_err());
}
