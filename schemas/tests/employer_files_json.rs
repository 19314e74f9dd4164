//! The JSON object of the public contract.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::Fen;
use schemas::employer_files::{Format, ReadOptions};

const HEAD: &str = r#""batch_no":"GZ-2026-11-001","employer_uscc":"913301006639233248",
"pay_month":202611,"paying_bank":"ICBC","payer_account":1202020009900012345,
"line_count":2,"total_amount":"13603.50""#;

const LINES: &str = r#""lines":[
{"line_no":1,"name":"张样一","id_number":"11010519491231002X","account":6222021202000000019,
 "bank":"ICBC","amount":"6523.50","gross_amount":"6600.00","memo":"2026年11月工资"},
{"line_no":"2","name":"\u674e样二","id_type":"01","id_number":"34052419800101001X",
 "account":"6228480000000000000","bank":"ABC","amount_fen":708000,"gross_amount":7080,
 "memo":"2026年11月工资","cnaps_code":null}]"#;

fn places(text: &str) -> Vec<String> {
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(summary.format, Some(Format::Json));
    kept.places()
}

#[test]
fn the_object_gives_the_lines_of_the_example() {
    let mut expected = example_lines();
    (expected[0].row, expected[1].row) = (1, 2);
    for text in [
        format!("{{{HEAD},{LINES}}}"),
        format!("{{{LINES},{HEAD}}}"),
        format!(
            "\u{FEFF} {{{},{LINES}}}",
            HEAD.replace("\"13603.50\"", "13603.5")
        ),
        format!(
            "{{{},{LINES}}}",
            HEAD.replace("\"total_amount\":\"13603.50\"", "\"total_fen\":1360350")
        ),
        format!(
            "{{{HEAD},{}}}",
            LINES.replace("\"gross_amount\":7080", "\"gross_amount_fen\":708000")
        ),
    ] {
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.lines, expected, "{:?}", kept.places());
        assert_eq!((summary.errors, summary.total), (0, Some(Fen(1_360_350))));
        assert_eq!(kept.head.unwrap().payer_account.digits(), 19);
    }
    let (summary, kept) = read_bytes(&gb18030(&format!("{{{HEAD},{LINES}}}")));
    assert_eq!((kept.lines, summary.errors), (expected, 0));
}

#[test]
fn numbers_are_read_by_their_digits() {
    let line = |from: &str, to: &str| format!("{{{HEAD},{}}}", LINES.replacen(from, to, 1));
    let exact = line("\"6523.50\"", "6523.50");
    assert_eq!(places(&exact), [""; 0]);
    let cases = [
        ("\"6523.50\"", "6.5235e3", "amount_invalid 1 1 amount"),
        (
            "\"6523.50\"",
            "6523.5000000000001",
            "amount_invalid 1 1 amount",
        ),
        ("\"6523.50\"", "-6523.50", "amount_invalid 1 1 amount"),
        ("708000", "7080.5", "amount_invalid 2 2 amount"),
        (
            "6222021202000000019",
            "6.2e18",
            "account_invalid 1 1 account",
        ),
        (
            "\"amount_fen\":708000",
            "\"amount\":null",
            "amount_missing 2 2 amount",
        ),
        (
            "\"line_no\":1",
            "\"line_no\":1,\"name\":\"x\"",
            "schema_violation - 1 name",
        ),
        (
            "\"amount_fen\":708000",
            "\"amount_fen\":1,\"amount\":1",
            "schema_violation - 2 amount",
        ),
        ("\"lines\":[", "\"lines\":[7,", "schema_violation - 1 lines"),
    ];
    for (from, to, place) in cases {
        let found = places(&line(from, to));
        assert!(found.contains(&place.to_owned()), "{place}: {found:?}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_one_finding_of_its_field() {
    let cases = [
        ("\"6523.50\"", "true", "amount_invalid 1 1 amount"),
        ("\"6523.50\"", "{\"a\":[1]}", "amount_invalid 1 1 amount"),
        ("\"6600.00\"", "[]", "amount_invalid 1 1 gross_amount"),
        ("6222021202000000019", "[1]", "account_invalid 1 1 account"),
        (
            "\"line_no\":1",
            "\"line_no\":[1]",
            "line_no_invalid 1 1 line_no",
        ),
        ("\"张样一\"", "[\"张样一\"]", "schema_violation - 1 name"),
        ("\"张样一\"", "\"张\\ud840\"", "name_not_encodable 1 1 name"),
        ("\"2026年11月工资\"", "true", "schema_violation - 1 memo"),
    ];
    for (from, to, place) in cases {
        let text = format!("{{{HEAD},{}}}", LINES.replacen(from, to, 1));
        let mut found = places(&text);
        found.retain(|found| !found.starts_with("control_"));
        assert_eq!(found, [place], "{from} {to}");
    }
    let text = format!(
        "{{{HEAD},{}}}",
        LINES.replacen("\"lines\":[", "\"lines\":[7,", 1)
    );
    let mut found = places(&text);
    found.retain(|found| found.contains(" 1 "));
    assert_eq!(found, ["schema_violation - 1 lines"]);
    let text = format!("{{{},{LINES}}}", HEAD.replace("\"13603.50\"", "[]"));
    assert_eq!(places(&text), ["schema_violation - - total_amount"]);
    // A boolean is called one and hides nothing.
    let text = format!("{{{HEAD},{}}}", LINES.replace("\"6523.50\"", "true"));
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.argument("amount_invalid", "reason"), "boolean");
    assert_eq!(kept.one("amount_invalid").value.as_deref(), Some("true"));
}

/// In line 4 of the text, where `  "batch_no":"B"` ends: 2 + 10 + 1 + 3 characters.
#[test]
fn a_key_stated_twice_has_a_place() {
    let text = format!("{{{HEAD},\n  \"batch_no\":\"B\",\n{LINES}}}");
    let (_, kept) = read_bytes(text.as_bytes());
    let place = |name| kept.findings[0].arguments.get(name).map(String::as_str);
    assert_eq!(
        (place("line_in_file"), place("column")),
        (Some("4"), Some("16"))
    );
    // `  "employer_name":"样例",` before it: 2 + 15 + 1 + 4 + 1 characters, then 10 + 1 + 3.
    let text = format!("{{{HEAD},\n  \"employer_name\":\"样例\",\"batch_no\":\"B\",\n{LINES}}}");
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.argument("schema_violation", "column"), "37");
}

#[test]
fn keys_twice_missing_and_unknown() {
    let twice = format!("{{{HEAD},\"batch_no\":\"B\",{LINES}}}");
    assert_eq!(places(&twice), ["schema_violation - - batch_no"]);
    let twice = format!("{{{HEAD},{LINES},{LINES}}}");
    assert_eq!(places(&twice), ["schema_violation - - lines"]);
    let missing = format!(
        "{{{},{LINES}}}",
        HEAD.replace("paying_bank", "bank_of_payer")
    );
    assert_eq!(
        places(&missing),
        ["field_ignored - - -", "missing_field - - paying_bank"]
    );
    let unknown = format!(
        "{{{HEAD},{}}}",
        LINES.replace("\"line_no\"", "\"trade\":\"木工\",\"line_no\"")
    );
    assert_eq!(places(&unknown), ["field_ignored - - -"]);
    let found = places(&format!("{{{HEAD}}}"));
    assert!(
        found.contains(&"missing_field - - lines".to_owned()),
        "{found:?}"
    );
}

/// What carries nothing is no data that would be lost; of very many keys the first are named.
#[test]
fn a_key_that_nobody_reads_is_named_once_if_it_has_a_value() {
    let notes = |keys: &str| {
        let (summary, _) = read_bytes(format!("{{{HEAD},{keys},{LINES}}}").as_bytes());
        assert_eq!((summary.errors, summary.lines_ok), (0, 2), "{keys}");
        summary.notes
    };
    for (value, noted) in [
        ("null", 0),
        ("\"\"", 0),
        ("\" \"", 0),
        ("\"木工\"", 1),
        ("0", 1),
        ("false", 1),
        ("[]", 1),
    ] {
        assert_eq!(notes(&format!("\"trade\":{value}")), noted, "{value}");
    }
    let many: Vec<_> = (0..300).map(|number| format!("\"k{number}\":1")).collect();
    assert_eq!(notes(&many.join(",")), 256);
}

/// An element that is no object is a line of which nothing can be read, and one finding.
#[test]
fn a_line_that_is_no_object_is_one_finding() {
    for element in ["true", "-1", "7", "1.5", "\"x\"", "null", "[]", "[1,[2]]"] {
        let lines = LINES.replacen("\"lines\":[", &format!("\"lines\":[{element},"), 1);
        let (summary, kept) = read_bytes(format!("{{{HEAD},{lines}}}").as_bytes());
        let mut found = kept.places();
        found.retain(|found| !found.starts_with("control_"));
        assert_eq!(found, ["schema_violation - 1 lines"], "{element}");
        assert_eq!((summary.line_count, summary.lines_ok), (3, 2), "{element}");
    }
}

/// Where the text ends too early, lines above the head are read if all that a head needs has come.
#[test]
fn lines_above_a_head_that_is_cut_are_read_only_below_a_whole_one() {
    for (head, read) in [("\"batch_no\":\"GZ-2026-11-001\"", 0), (HEAD, 2)] {
        let (summary, kept) = read_bytes(format!("{{{LINES},{head}").as_bytes());
        assert_eq!(kept.places(), ["schema_violation - - -"], "{head}");
        assert_eq!(kept.argument("schema_violation", "reason"), "truncated");
        assert_eq!(
            (summary.line_count, kept.lines.len()),
            (read, read as usize)
        );
        assert_eq!(
            (kept.head.is_some(), kept.draft.is_some()),
            (read > 0, false)
        );
        assert_eq!(
            summary.encoding.as_deref(),
            Some("UTF-8"),
            "it was JSON so far"
        );
    }
}

#[test]
fn broken_syntax_is_placed() {
    let cut = format!("{{{HEAD},{LINES}");
    let (_, kept) = read_bytes(cut.as_bytes());
    assert_eq!(kept.argument("schema_violation", "reason"), "truncated");
    let bad = format!("{{{HEAD},\n!}}");
    let (_, kept) = read_bytes(bad.as_bytes());
    assert_eq!(kept.argument("schema_violation", "line_in_file"), "4");
    assert_eq!(kept.argument("schema_violation", "column"), "1");
    let after = format!("{{{HEAD},{LINES}}} x");
    assert_eq!(places(&after), ["schema_violation - - -"]);
    // What begins as JSON does is JSON, broken or not; the place is that of the first wrong byte.
    for (text, column) in [
        ("{bad", "2"),
        ("{]", "2"),
        ("{", "1"),
        ("\u{FEFF} {bad", "3"),
    ] {
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["schema_violation - - -"], "{text}");
        assert_eq!(kept.argument("schema_violation", "line_in_file"), "1");
        assert_eq!(kept.argument("schema_violation", "column"), column);
    }
    let (_, kept) = read_bytes(b"[1]");
    let hint = kept.one("schema_violation").hint(schemas::Lang::Zh);
    assert!(hint.contains("重新导出"), "{hint}");
    let forced = ReadOptions {
        format: Some(Format::Json),
        ..options()
    };
    let (_, kept) = read_with(EXAMPLE.as_bytes(), &forced);
    assert_eq!(kept.places(), ["unreadable - - -"]);
}

#[test]
fn depth_and_sizes_are_bounded() {
    let deep = format!("{{\"x\":{}", "[".repeat(1_000_000));
    assert_eq!(places(&deep), ["schema_violation - - -"]);
    let long = format!("{{\"x\":\"{}\"}}", "a".repeat(1 << 20));
    assert_eq!(places(&long), ["too_large - - -"]);
    let number = format!("{{\"x\":{}}}", "1".repeat(1 << 20));
    assert_eq!(places(&number), ["too_large - - -"]);
    let wide = format!("{{\"batch_no\":[{}1]}}", "1,".repeat(1 << 20));
    assert_eq!(places(&wide), ["too_large - - -"]);
    let line = format!(
        "{{{HEAD},\"lines\":[{{\"name\":[{}1]}}]}}",
        "1,".repeat(1 << 20)
    );
    assert_eq!(places(&line).last().unwrap(), "too_large - - -");
}
