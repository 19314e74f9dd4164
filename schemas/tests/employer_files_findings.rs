//! Every finding of a field, planted in a csv file, found in one pass with line, row and field.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::Fen;
use schemas::employer_files::{Format, Limits, MemorySpill, ReadOptions, Spill, SpillPlace};

#[test]
fn each_wrong_field_is_found_in_its_place_in_one_pass() {
    let long = "张".repeat(121);
    let planted = [
        (0, "0", "line_no_invalid 1 14 line_no"),
        (1, "", "name_missing 2 15 name"),
        (1, long.as_str(), "name_too_long 3 16 name"),
        (1, "张\u{202E}一", "name_not_encodable 4 17 name"),
        (2, "18", "id_type_invalid 5 18 id_type"),
        (3, "", "id_number_missing 6 19 id_number"),
        (3, "110105194912310021", "id_number_invalid 7 20 id_number"),
        (4, "", "account_missing 8 21 account"),
        (4, "1234567", "account_invalid 9 22 account"),
        (
            4,
            "6222021202000000018",
            "account_check_digit 10 23 account",
        ),
        (4, "3000000000000004", "account_bank_unknown 11 24 account"),
        (
            4,
            "6228480000000000000",
            "account_bank_mismatch 12 25 account",
        ),
        (5, "不存在的银行", "bank_unknown 13 26 bank"),
        (6, "102100099997", "cnaps_code_invalid 14 27 cnaps_code"),
        (7, "", "amount_missing 15 28 amount"),
        (7, "1e3", "amount_invalid 16 29 amount"),
        (7, "-1.00", "amount_invalid 17 30 amount"),
        (7, "1.005", "amount_invalid 18 31 amount"),
        (7, "0.00", "amount_not_positive 19 32 amount"),
        (7, "5000000.01", "amount_over_limit 20 33 amount"),
        (8, "x", "amount_invalid 21 34 gross_amount"),
        (9, "a\u{2028}b", "text_not_encodable 22 35 memo"),
        (10, "B1", "corrects_invalid 23 36 corrects"),
    ];
    let rows: String = planted
        .iter()
        .zip(1..)
        .map(|((column, change, _), number)| row(number, *column, change))
        .collect();
    // 17 lines at 1.00 and the one of 5,000,000.01; the zero counts as read.
    let text = file("23", "5000017.01", &rows);
    let (summary, kept) = read_bytes(text.as_bytes());
    let expected: Vec<_> = planted
        .iter()
        .map(|(_, _, place)| place.to_string())
        .collect();
    assert_eq!(kept.places(), expected);
    assert_eq!((summary.line_count, summary.lines_ok), (23, 3));
    assert_eq!(summary.total, Some(Fen(500_001_701)));
    assert_eq!(kept.refused.len(), 20);
    assert_eq!(kept.argument("account_bank_mismatch", "other_bank"), "ABC");
    assert_eq!(kept.argument("amount_over_limit", "limit"), "5000000.00");
    assert_eq!(kept.argument("name_not_encodable", "codepoint"), "U+202E");
    // No value of a person in clear.
    for finding in &kept.findings {
        let shown = format!("{finding:?} {}", finding.message(schemas::Lang::Zh));
        assert!(!shown.contains("11010519491231002") && !shown.contains("张样一"));
    }
}

#[test]
fn amounts_as_people_write_them() {
    let good = [
        ("6523.5", 652_350),
        ("\"1,234.50\"", 123_450),
        ("１２３．４５", 12_345),
        (" 7 ", 700),
        ("5000000.00", 500_000_000),
    ];
    for (text, fen) in good {
        let (_, kept) = read_bytes(file("1", "0", &row(1, 7, text)).as_bytes());
        assert_eq!(kept.lines[0].fen, fen, "{text}");
    }
    for text in [
        "+1",
        "1.",
        ".5",
        "\"1,23\"",
        "1 000",
        "￥5",
        "-0",
        "1E2",
        "9223372036854775808",
    ] {
        let (_, kept) = read_bytes(file("1", "0", &row(1, 7, text)).as_bytes());
        kept.one("amount_invalid");
    }
}

#[test]
fn findings_of_one_line_stand_in_the_order_of_columns() {
    let text = file("1", "0", "x,,99,,,?,1,,y,,z\n");
    let (_, kept) = read_bytes(text.as_bytes());
    let expected = [
        "line_no_invalid 1 14 line_no",
        "name_missing 1 14 name",
        "id_type_invalid 1 14 id_type",
        "id_number_missing 1 14 id_number",
        "account_missing 1 14 account",
        "bank_unknown 1 14 bank",
        "cnaps_code_invalid 1 14 cnaps_code",
        "amount_missing 1 14 amount",
        "amount_invalid 1 14 gross_amount",
        "corrects_invalid 1 14 corrects",
    ];
    assert_eq!(kept.places(), expected);
}

#[test]
fn each_wrong_value_of_the_head_is_found() {
    let cases = [
        ("GZ-2026-11-001", "GZ 1", "batch_no_invalid - - batch_no"),
        (
            "批次号,GZ-2026-11-001",
            "批次号,",
            "missing_field - - batch_no",
        ),
        (
            "913301006639233248",
            "913301006639233247",
            "uscc_invalid - - employer_uscc",
        ),
        ("2026-11\n", "2026-13\n", "pay_month_invalid - - pay_month"),
        (
            "2026-11\n",
            "2026-12\n",
            "pay_month_in_future - - pay_month",
        ),
        (
            "付款银行,ICBC",
            "付款银行,不存在",
            "paying_bank_unknown - - paying_bank",
        ),
        (
            "1202020009900012345",
            "12-34",
            "payer_account_invalid - - payer_account",
        ),
        (
            "总笔数,2",
            "总笔数,two",
            "control_total_invalid - - line_count",
        ),
        (
            "总金额,13603.50",
            "总金额,1e4",
            "control_total_invalid - - total_amount",
        ),
    ];
    for (from, to, place) in cases {
        let (summary, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        assert_eq!(kept.places(), [place]);
        assert!(summary.head.is_none() && kept.head.is_none());
        // The lines come all the same, for whoever can ask more about them.
        assert_eq!((summary.lines_ok, kept.draft), (2, summary.draft));
        assert_eq!(kept.lines, example_lines(), "{place}");
    }
}

#[test]
fn structure_of_the_file() {
    let cases = [
        (
            "批次号,GZ-2026-11-001",
            "批次号,A\n批次号,B",
            "schema_violation - 3 batch_no",
        ),
        ("总笔数,2", "总笔数,2,3", "schema_violation - 10 line_count"),
        (
            "6600.00,2026年11月工资",
            "6600.00,a,b",
            "schema_violation - 14 -",
        ),
        ("序号,姓名", "姓名,姓名", "schema_violation - 13 name"),
        ("张样一", "\"张样一", "schema_violation - 14 -"),
        ("张样一", "\"张样\"一", "schema_violation - 14 -"),
    ];
    for (from, to, place) in cases {
        let (summary, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        let found = kept.places();
        assert!(found.contains(&place.to_owned()), "{place}: {found:?}");
        assert_eq!(summary.line_count, 2, "{place}");
    }
    let unclosed = EXAMPLE.replacen("张样一", "\"张样一", 1);
    let (_, kept) = read_bytes(unclosed.as_bytes());
    assert_eq!(kept.argument("schema_violation", "line_in_file"), "14");
    assert_eq!(kept.argument("schema_violation", "column"), "3");
    assert_eq!(kept.lines.len(), 1, "the next row is read");
}

#[test]
fn what_the_template_has_not_is_named_once() {
    let text = EXAMPLE
        .replace("批次号", "备用键,x\n批次号")
        .replace("备注\n", "备注,工种\n")
        .replace("工资\n", "工资,木工\n");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(
        kept.places(),
        ["field_ignored - - -", "field_ignored - - -"]
    );
    assert_eq!(kept.findings[0].value.as_deref(), Some("备用键"));
    assert_eq!(kept.findings[1].value.as_deref(), Some("工种"));
    assert_eq!((summary.notes, summary.lines_ok), (2, 2));
}

#[test]
fn whole_files_that_cannot_be_read() {
    let utf16: Vec<u8> = EXAMPLE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut broken = EXAMPLE.as_bytes().to_vec();
    let at = EXAMPLE.find("样一").unwrap();
    broken.remove(at);
    let mut half = gb18030(EXAMPLE);
    let name = gb18030("张样一");
    let at_half = half.windows(6).position(|w| w == name).unwrap() + 5;
    half.remove(at_half);
    // Hanzi first: the zero bytes come with the first comma.
    let (_, kept) = read_bytes(&utf16);
    assert_eq!(kept.argument("encoding_invalid", "encoding"), "UTF-16LE");
    let cases: [(&[u8], &str); 10] = [
        (b"", "unreadable"),
        (b" \r\n", "unreadable"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest",
            "unsupported_format",
        ),
        (b"%PDF-1.7", "unsupported_format"),
        (b"hello\nworld\n", "unsupported_format"),
        ("安薪代发工资表,V2\n".as_bytes(), "unsupported_format"),
        (&utf16, "encoding_invalid"),
        (
            &[b"\xFF\xFE".as_slice(), &utf16].concat(),
            "encoding_invalid",
        ),
        (&broken, "encoding_invalid"),
        (&half, "encoding_invalid"),
    ];
    for (bytes, code) in cases {
        let (summary, kept) = read_bytes(bytes);
        assert_eq!(kept.places().last().unwrap(), &format!("{code} - - -"));
        assert_eq!(summary.errors, 1);
    }
    let (_, kept) = read_bytes(&broken);
    assert_eq!(kept.argument("encoding_invalid", "offset"), at.to_string());
    // The half character and the comma after it are no sequence: the boundary is never lost.
    let (_, kept) = read_bytes(&half);
    assert_eq!(
        kept.argument("encoding_invalid", "offset"),
        (at_half - 1).to_string()
    );
    let forced = ReadOptions {
        format: Some(Format::Csv),
        ..options()
    };
    let (_, kept) = read_with(b"hello\nworld\n", &forced);
    kept.one("unreadable");
}

#[test]
fn limits() {
    let small = |limits| ReadOptions {
        limits,
        ..options()
    };
    let limits = Limits {
        lines_max: 1,
        ..Limits::default()
    };
    let (summary, kept) = read_with(EXAMPLE.as_bytes(), &small(limits));
    assert_eq!(kept.places(), ["too_many_lines - - -"]);
    assert_eq!(summary.line_count, 1);
    let limits = Limits {
        bytes_max: 100,
        ..Limits::default()
    };
    let (_, kept) = read_with(EXAMPLE.as_bytes(), &small(limits));
    assert_eq!(kept.places(), ["too_large - - -"]);
    let (_, kept) = read_bytes(file("0", "0", "").as_bytes());
    assert_eq!(kept.places(), ["empty_batch - - -"]);
    let memo = "x".repeat(5000);
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, 9, &memo)).as_bytes());
    assert_eq!(kept.places(), ["text_too_long 1 14 memo"]);
}

/// Keeps records in memory, but counts that it was asked.
struct Place(std::cell::Cell<u32>);

impl SpillPlace for Place {
    fn open(&self) -> std::io::Result<Box<dyn Spill>> {
        self.0.set(self.0.get() + 1);
        Ok(Box::new(MemorySpill::default()))
    }
}

#[test]
fn many_findings_spill_and_keep_their_order() {
    let rows: String = (1..=25_000).map(|number| row(number, 7, "x")).collect();
    let place = Place(0.into());
    let options = ReadOptions {
        spill: Some(&place),
        ..options()
    };
    let (summary, kept) = read_with(file("25000", "0", &rows).as_bytes(), &options);
    assert_eq!((summary.errors, place.0.get()), (25_000, 1));
    let rows: Vec<_> = kept
        .findings
        .iter()
        .filter_map(|finding| finding.row)
        .collect();
    assert_eq!(rows, (14..25_014).collect::<Vec<_>>());
}

/// A key that stands again is a finding without a row.
#[test]
fn many_findings_of_the_file_spill_and_keep_their_order() {
    let again = |n: u32| match n % 2 {
        0 => r#""batch_no":"x","#,
        _ => r#""pay_month":"x","#,
    };
    let keys: String = (0..25_000).map(again).collect();
    let head = r#""batch_no":"GZ-1","pay_month":"2026-11","#;
    let text = format!(r#"{{{head}{keys}"lines":[{{"line_no":"x"}}]}}"#);
    let place = Place(0.into());
    let options = ReadOptions {
        spill: Some(&place),
        ..options()
    };
    let (_, kept) = read_with(text.as_bytes(), &options);
    // One for those of the file, one for those of the rows after them.
    assert_eq!(place.0.get(), 2);
    let of_rows = kept.findings.iter().position(|f| f.row.is_none()).unwrap();
    assert!(of_rows > 0, "those of rows come first");
    let of_file = &kept.findings[of_rows..];
    assert!(of_file.iter().all(|finding| finding.row.is_none()));
    let again = of_file
        .iter()
        .filter(|finding| finding.code.as_str() == "schema_violation");
    let fields: Vec<_> = again.filter_map(|finding| finding.field).collect();
    assert_eq!(fields, ["batch_no", "pay_month"].repeat(12_500));
}
