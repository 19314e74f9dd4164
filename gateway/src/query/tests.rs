#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

#[test]
fn moments_are_written_in_the_time_of_china() {
    assert_eq!(moment(0), "1970-01-01T08:00:00+08:00");
    assert_eq!(moment(1_795_341_600_123), "2026-11-22T18:00:00.123+08:00");
    assert_eq!(day(-1).unwrap().to_string(), "1970-01-01");
}

#[test]
fn a_cursor_has_one_spelling() {
    let cursor = Cursor {
        accepted_at: 17,
        index: 3,
    };
    assert_eq!(Cursor::parse("17.3"), Some(cursor));
    for wrong in ["17", "017.3", "17.+3", "17.3.1", "", "a.b", "-1.2"] {
        assert_eq!(Cursor::parse(wrong), None, "{wrong}");
    }
}
