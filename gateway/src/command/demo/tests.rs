#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::announcement;
use super::stage::first_day;
use schemas::Lang;
use schemas::codes::BankCalendar;
use std::path::Path;
use time::macros::date;

/// By the State Council's notices: 31 December 2025 is a Wednesday and 2026 is known; 30 and 31
/// December 2026 are a Wednesday and a Thursday, and of 2027 nobody knows a list.
#[test]
fn the_clock_begins_on_a_day_that_the_lists_know() {
    let begins = |today| first_day(BankCalendar::built_in(), today).unwrap();
    assert_eq!(begins(date!(2026 - 10 - 01)), date!(2026 - 10 - 08));
    assert_eq!(begins(date!(2025 - 12 - 31)), date!(2025 - 12 - 31));
    assert_eq!(begins(date!(2026 - 12 - 30)), date!(2026 - 12 - 30));
    for late in [
        date!(2026 - 12 - 31),
        date!(2027 - 01 - 05),
        date!(2028 - 02 - 29),
    ] {
        assert_eq!(begins(late), date!(2026 - 12 - 30));
    }
}

#[test]
fn a_clock_that_was_set_back_is_said_in_one_line() {
    let day = Some(date!(2026 - 12 - 30));
    for lang in [Lang::Zh, Lang::En] {
        let text = announcement("https://127.0.0.1:1", None, day, lang);
        assert!(
            text.lines().nth(1).unwrap().contains("2026-12-30"),
            "{text}"
        );
    }
}

#[test]
fn nothing_points_into_a_folder_that_is_removed() {
    let url = "https://127.0.0.1:8443";
    for lang in [Lang::Zh, Lang::En] {
        let gone = announcement(url, None, None, lang);
        assert!(gone.lines().next().unwrap().ends_with(url), "{gone}");
        assert!(
            !gone.contains("curl") && gone.contains("--data DIR"),
            "{gone}"
        );
        let stays = announcement(url, Some(Path::new("/d/pki")), None, lang);
        assert!(stays.contains("curl --cacert /d/pki/ca.pem"), "{stays}");
    }
}

/// Amounts are yuan in what people read.
#[test]
fn a_break_is_told_in_yuan() {
    let found = serde_json::json!({
        "kind": "message_mismatch", "bank": "AJRCB", "amount_fen": 2_661_785,
        "reported_fen": 2_661_786, "why": "amount_fen_not_of_rows",
        "message": "报文写明的总金额与其各行不符",
    });
    let expected = "message_mismatch AJRCB: 26,617.85 / 26,617.86  报文写明的总金额与其各行不符";
    assert_eq!(super::report::difference_line(&found), expected);
    let found = serde_json::json!({"kind": "defect", "bank": null, "amount_fen": null});
    assert_eq!(super::report::difference_line(&found), "defect -: - / -");
}
