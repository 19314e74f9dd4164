#![allow(clippy::unwrap_used)]

use super::*;

/// Each word that `dispatch` and `channel` write as a reason, by hand.
#[test]
fn every_reason_has_words_in_both_languages() {
    for word in [
        "no_endpoint",
        "message",
        "connect",
        "tls",
        "host_key",
        "sign_in",
        "write",
        "read",
        "frame",
        "too_large",
        "time_out",
        "http_status",
        "limit",
        "folder",
        "collision",
        "read_back",
        "defect",
        "interrupted",
        "order_does_not_fit",
        "dialect_gone",
        "lines_changed",
        "lines_barred",
        "bank_day_over",
        "no_connection",
    ] {
        let (zh, en) = cause(word).unwrap();
        assert!(
            !zh.contains(word) && !zh.is_ascii() && en.is_ascii(),
            "{word}"
        );
    }
}

#[test]
fn a_refusal_says_what_the_finding_says() {
    let said = refusal_words("control_sum_mismatch", Lang::Zh);
    assert!(
        said.contains("总金额") && said.contains("[control_sum_mismatch]"),
        "{said}"
    );
    assert_eq!(
        refusal_words("of a later version", Lang::En),
        "of a later version"
    );
}
