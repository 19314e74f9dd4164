#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::push_record;

/// THREATS row 29.
#[test]
fn no_field_becomes_a_formula() {
    for lead in ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"] {
        let field = format!("{lead}HYPERLINK(1)");
        let mut csv = String::new();
        push_record(&mut csv, &["1", &field, &field]);
        let fields: Vec<&str> = csv.trim_end_matches("\r\n").splitn(3, ',').collect();
        for field in &fields[1..] {
            assert!(field.trim_start_matches('"').starts_with('\''), "{csv:?}");
        }
    }
}

#[test]
fn fields_are_quoted_as_rfc_4180_says() {
    let mut csv = String::new();
    push_record(&mut csv, &["a", "b,c", "d\"e", "f\ng", ""]);
    assert_eq!(csv, "a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n");
}
