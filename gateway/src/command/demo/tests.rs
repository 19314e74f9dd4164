#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::announcement;
use schemas::Lang;
use std::path::Path;

#[test]
fn nothing_points_into_a_folder_that_is_removed() {
    let url = "https://127.0.0.1:8443";
    for lang in [Lang::Zh, Lang::En] {
        let gone = announcement(url, None, lang);
        assert!(gone.lines().next().unwrap().ends_with(url), "{gone}");
        assert!(
            !gone.contains("curl") && gone.contains("--data DIR"),
            "{gone}"
        );
        let stays = announcement(url, Some(Path::new("/d/pki")), lang);
        assert!(stays.contains("curl --cacert /d/pki/ca.pem"), "{stays}");
    }
}

/// Amounts are yuan in what people read.
#[test]
fn a_break_is_told_in_yuan() {
    let found = serde_json::json!({
        "kind": "message_mismatch", "bank": "AJRCB", "amount_fen": 2_661_785,
        "reported_fen": 2_661_786, "why": "amount_fen_not_of_rows",
    });
    let expected = "message_mismatch AJRCB: 26,617.85 / 26,617.86  amount_fen_not_of_rows";
    assert_eq!(super::report::difference_line(&found), expected);
    let found = serde_json::json!({"kind": "defect", "bank": null, "amount_fen": null});
    assert_eq!(super::report::difference_line(&found), "defect -: - / -");
}
