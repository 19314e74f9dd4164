//! Limits of JSON: what is just within them is read, and what a text holds counts for none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;

/// An object of so many lines of one yuan each; `first` stands before the lines, `memo` in the
/// first of them as JSON writes it.
fn object(count: u32, first: &str, memo: &str) -> String {
    let line = |number: u32| {
        let memo = if number == 1 { memo } else { "工资" };
        format!(
            "{{\"line_no\":{number},\"name\":\"张样一\",\"id_number\":\"11010519491231002X\",\
             \"account\":\"10000000{number:04}\",\"amount\":\"1.00\",\"memo\":\"{memo}\"}}"
        )
    };
    let lines: Vec<_> = (1..=count).map(line).collect();
    format!(
        "{{{first}\"batch_no\":\"GZ-1\",\"employer_uscc\":\"913301006639233248\",\
         \"pay_month\":\"2026-11\",\"paying_bank\":\"ICBC\",\
         \"payer_account\":\"1202020009900012345\",\"line_count\":{count},\
         \"total_amount\":\"{count}.00\",\"lines\":[{}]}}",
        lines.join(",\n")
    )
}

fn memo_of(memo: &str) -> String {
    let (_, kept) = read_bytes(object(1, "", memo).as_bytes());
    assert_eq!(kept.places(), [""; 0], "{memo}");
    kept.lines[0].memo.clone().unwrap()
}

/// The places of what is found where `value` is that of a key that nobody reads.
fn with_unknown(value: &str) -> Vec<String> {
    let (_, kept) = read_bytes(object(1, &format!("\"x\":{value},"), "工资").as_bytes());
    kept.places()
}

/// The limit of 256 KiB is that of one line: 3000 lines are more, and each of them is an object.
#[test]
fn many_lines_are_within_the_limits_of_one() {
    let text = object(3000, "", "工资");
    assert!(text.len() > 256 << 10);
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!((summary.line_count, summary.lines_ok), (3000, 3000));
}

/// 40 brackets would be deeper than 32; a quote or a backslash that is escaped ends no text.
#[test]
fn what_stands_in_a_text_is_no_structure() {
    let brackets = "[{".repeat(20);
    for (written, means) in [
        (brackets.clone(), brackets.clone()),
        (format!("\\\"{brackets}"), format!("\"{brackets}")),
        (format!("\\\\\\\"{brackets}"), format!("\\\"{brackets}")),
        (format!("{brackets}\\\\"), format!("{brackets}\\")),
    ] {
        assert_eq!(memo_of(&written), means);
    }
}

/// The object is the first level.
#[test]
fn arrays_may_stand_in_one_another_to_the_limit() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert_eq!(with_unknown(&nested(31)), ["field_ignored - - -"]);
    let text = object(1, &format!("\"x\":{},", nested(32)), "工资");
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.argument("schema_violation", "reason"), "too_deep");
    assert_eq!(kept.argument("schema_violation", "limit"), "32");
    // `{"x":` are five bytes, then come 31 brackets that may stand.
    assert_eq!(kept.argument("schema_violation", "offset"), "36");
}

/// From its first brace to the bracket behind the last line.
#[test]
fn a_line_may_have_256_kib() {
    let text = object(1, "", "工资");
    let begin = text.find("\"lines\":[").unwrap() + "\"lines\":[".len();
    let padded = |bytes: usize| {
        let line = text.len() - "]}".len() - begin;
        let white = " ".repeat(bytes - line);
        text.replace("\"line_no\"", &format!("{white}\"line_no\""))
    };
    let (summary, kept) = read_bytes(padded((256 << 10) - 1).as_bytes());
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(summary.lines_ok, 1);
    let (_, kept) = read_bytes(padded((256 << 10) + 1).as_bytes());
    assert_eq!(kept.places(), ["too_large - - -"]);
    assert_eq!(kept.argument("too_large", "reason"), "row");
    assert_eq!(kept.argument("too_large", "limit"), "256 KiB");
}

#[test]
fn a_number_may_have_as_many_digits_as_a_field_has_bytes() {
    assert_eq!(with_unknown(&"1".repeat(4096)), ["field_ignored - - -"]);
    assert_eq!(with_unknown(&"1".repeat(4097)), ["too_large - - -"]);
}

/// A text is as long as what it says: six bytes of an escape may be one of a field.
#[test]
fn a_text_written_in_escapes_is_no_longer_than_it_says() {
    let escaped = "\\u0061".repeat(4095);
    assert_eq!(memo_of(&format!("{escaped}b")), "a".repeat(4095) + "b");
    // All 4096 in escapes: the quote behind them is no part of the text.
    assert_eq!(memo_of(&"\\u0061".repeat(4096)), "a".repeat(4096));
    let more = "\\u0061".repeat(4096) + "b";
    let (_, kept) = read_bytes(object(1, "", &more).as_bytes());
    assert_eq!(kept.places(), ["too_large - - -"]);
    // 4100 bytes in 6 × 4095 + 5: too long for its field, which is no reason to read nothing else.
    let (_, kept) = read_bytes(object(2, "", &format!("{escaped}bbbbb")).as_bytes());
    assert_eq!(kept.places(), ["text_too_long 1 1 memo"]);
    assert_eq!(kept.argument("text_too_long", "counted"), "4100");
    assert_eq!(kept.lines.len(), 1);
}
