//! A digest is that of the whole story, however long, and of the journal.

use super::*;
use time::macros::datetime;

fn digest(first: &str, journal: &[u8]) -> String {
    let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 10:00 +8)));
    let stage = Stage::new(1, Dice::new(1), clock, BTreeSet::new());
    stage.tell(first.to_owned());
    for number in 0..2 * STORY_MAX {
        stage.tell(format!("line {number}"));
    }
    assert!(stage.outside().story.len() <= STORY_MAX, "not all is kept");
    stage.digest(journal)
}

#[test]
fn what_is_not_kept_any_more_is_in_the_digest() {
    assert_eq!(digest("one", b"head"), digest("one", b"head"));
    assert_ne!(digest("one", b"head"), digest("other", b"head"));
    assert_ne!(digest("one", b"head"), digest("one", b"other"));
}
