//! The template as comma-separated text: what is read, and every defect in its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::employer_files::{Format, ReadOptions};
use schemas::value::PayMonth;

#[test]
fn the_example_of_the_contract_is_read_as_it_stands() {
    let (summary, kept) = read_bytes(EXAMPLE.as_bytes());
    assert_eq!(kept.lines, example_lines());
    assert_eq!(summary.format, Some(Format::Csv));
    assert_eq!(summary.encoding.as_deref(), Some("UTF-8"));
    assert_eq!((summary.line_count, summary.lines_ok), (2, 2));
    assert_eq!(
        (summary.total.unwrap().0, summary.total_ok.unwrap().0),
        (1_360_350, 1_360_350)
    );
    assert_eq!(summary.errors, 0, "{:?}", kept.places());
    let head = kept.head.unwrap();
    assert_eq!(Some(&head), summary.head.as_ref());
    assert_eq!(head.batch_no.as_str(), "GZ-2026-11-001");
    assert_eq!(head.employer_uscc.as_str(), "913301006639233248");
    assert_eq!(head.employer_name.as_deref(), Some("杭州样例建设有限公司"));
    assert_eq!(head.project_code.as_deref(), Some("330110202611000001"));
    assert_eq!(head.pay_month.to_string(), "2026-11");
    assert_eq!(head.paying_bank.as_str(), "ICBC");
    assert_eq!((head.line_count, head.total.0), (2, 1_360_350));
}

/// Same content, other clothes: each must give the very lines of the example.
#[test]
fn encodings_delimiters_line_ends_and_titles_change_nothing() {
    let english = EXAMPLE
        .replace("批次号", "Batch_No")
        .replace("统一社会信用代码", "employer_uscc")
        .replace("工资月份,", "pay month：,")
        .replace("付款银行", "paying_bank")
        .replace("付款账号", "payer_account")
        .replace("总笔数", "line_count")
        .replace("总金额", "TOTAL_AMOUNT")
        .replace(
            "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注",
            "line_no,name,id_type,id_number,account,bank,cnaps_code,amount,gross_amount,memo",
        );
    let wide = EXAMPLE.replace('\n', ",,,,,,,,,,\n").replace("V1,", "V1");
    let quoted = EXAMPLE
        .replace(",张样一,", ",\"张样一\",")
        .replace("6600.00", "\"6,600.00\"");
    let cases: [(&str, Vec<u8>); 10] = [
        ("bom", format!("\u{FEFF}{EXAMPLE}").into_bytes()),
        ("gb18030", gb18030(EXAMPLE)),
        ("crlf", EXAMPLE.replace('\n', "\r\n").into_bytes()),
        ("cr", EXAMPLE.replace('\n', "\r").into_bytes()),
        ("tab", EXAMPLE.replace(',', "\t").into_bytes()),
        ("semicolon", EXAMPLE.replace(',', ";").into_bytes()),
        ("english", english.into_bytes()),
        ("trailing empty columns", wide.into_bytes()),
        ("quotes", quoted.into_bytes()),
        ("no end of line", EXAMPLE.trim_end().as_bytes().to_vec()),
    ];
    for (name, bytes) in cases {
        let (summary, kept) = read_bytes(&bytes);
        assert_eq!(kept.lines, example_lines(), "{name}: {:?}", kept.places());
        assert_eq!(summary.errors, 0, "{name}");
    }
    let (summary, _) = read_bytes(&gb18030(EXAMPLE));
    assert_eq!(summary.encoding.as_deref(), Some("GB18030"));
}

/// As programs write that quote every cell. What stands within the quotes of the first row delimits
/// nothing.
#[test]
fn quotes_do_not_hide_the_delimiter_of_the_first_row() {
    for delimiter in [",", ";", "\t"] {
        let row = |row: &str| match row {
            "" => "\n".to_owned(),
            row => format!("\"{}\"\n", row.replace(',', &format!("\"{delimiter}\""))),
        };
        let quoted: String = EXAMPLE.lines().map(row).collect();
        let (_, kept) = read_bytes(quoted.as_bytes());
        assert_eq!(kept.places(), [""; 0], "{delimiter:?}");
        assert_eq!(kept.lines, example_lines(), "{delimiter:?}");
        let heading = format!("\"工资,11;月\t\"{delimiter}\n{quoted}");
        let (summary, kept) = read_bytes(heading.as_bytes());
        assert_eq!(kept.places(), ["field_ignored - - -"], "{delimiter:?}");
        assert_eq!((summary.errors, summary.lines_ok), (0, 2), "{delimiter:?}");
    }
}

#[test]
fn columns_may_stand_in_any_order_and_the_signature_may_be_absent() {
    let head = EXAMPLE
        .split_once("\n\n")
        .unwrap()
        .0
        .split_once('\n')
        .unwrap()
        .1;
    let text = format!(
        "{head}\n,,,\n实发金额,姓名,银行账号,证件号码,原明细\n\
         6523.50,张样一,6222021202000000019,11010519491231002x,B20261101-7.3\n\
         7080,李样二,6228 4800 0000 0000 000,34052419800101001X,\n"
    );
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(summary.errors, 0, "{:?}", kept.places());
    assert_eq!(kept.lines[0].corrects.as_deref(), Some("B20261101-7.3"));
    assert_eq!(kept.lines[0].id_number, "11010519491231002X");
    assert_eq!(kept.lines[1].account, "6228480000000000000");
    // Without a number the line is called by its place; the bank is known from the card.
    assert_eq!((kept.lines[1].line_no, kept.lines[1].row), (2, 14));
    assert_eq!(kept.lines[0].bank.as_deref(), Some("ICBC"));
}

/// A row number is the clerk's: a quoted line break does not move it, an empty row does.
#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them() {
    let text = EXAMPLE
        .replacen("2026年11月工资", "\"2026年11月\n工资\"", 1)
        .replace("\n2,李样二", "\n\n2,李样二");
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.places()[0], "text_not_encodable 1 14 memo");
    assert_eq!(kept.argument("text_not_encodable", "codepoint"), "U+000A");
    assert_eq!(kept.refused, [(1, 14, Some(1))]);
    assert_eq!(kept.lines[0].row, 16);
}

#[test]
fn control_totals_off_by_one_are_found_with_both_values() {
    let text = EXAMPLE
        .replace("总笔数,2", "总笔数,3")
        .replace("13603.50", "13603.51");
    let (summary, kept) = read_bytes(text.as_bytes());
    let expected = [
        "control_count_mismatch - - line_count",
        "control_sum_mismatch - - total_amount",
    ];
    assert_eq!(errors(&kept), expected);
    assert_eq!(kept.argument("control_count_mismatch", "counted"), "2");
    assert_eq!(kept.argument("control_sum_mismatch", "stated"), "13603.51");
    assert_eq!(kept.argument("control_sum_mismatch", "counted"), "13603.50");
    assert_eq!(summary.lines_ok, 2);
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, 7, "abc")).as_bytes());
    assert_eq!(kept.argument("control_sum_mismatch", "counted"), "0.00");
}

fn errors(kept: &Kept) -> Vec<String> {
    let places = kept.places();
    let pairs = kept.findings.iter().zip(places);
    pairs
        .filter(|(finding, _)| finding.severity == schemas::Severity::Error)
        .map(|(_, place)| place)
        .collect()
}

#[test]
fn a_truncated_and_a_doubled_file_are_found() {
    let cut = &EXAMPLE.as_bytes()[..EXAMPLE.len() - "7080.00,7080.00,2026年11月工资\n".len()];
    let (_, kept) = read_bytes(cut);
    let expected = [
        "amount_missing 2 15 amount",
        "control_sum_mismatch - - total_amount",
    ];
    assert_eq!(errors(&kept), expected);
    let lines = EXAMPLE.split_once("备注\n").unwrap().1;
    let (summary, kept) = read_bytes(format!("{EXAMPLE}{lines}").as_bytes());
    assert_eq!(summary.line_count, 4);
    let places = kept.places();
    let third: Vec<_> = places
        .iter()
        .filter(|place| place.contains(" 16 "))
        .collect();
    assert_eq!(
        third,
        [
            "line_no_duplicate 1 16 line_no",
            "payee_duplicate 1 16 id_number"
        ]
    );
    let first_rows: Vec<_> = kept
        .findings
        .iter()
        .filter_map(|finding| finding.arguments.get("first_row"))
        .collect();
    assert_eq!(first_rows, ["14", "14", "15", "15"]);
    assert_eq!(summary.lines_ok, 2);
}

#[test]
fn a_shared_account_is_a_warning_on_each_later_line() {
    let row = |number, name, id, account| format!("{number},{name},{id},{account},100.00\n");
    let text = format!(
        "{}序号,姓名,证件号码,银行账号,实发金额\n{}{}{}{}",
        head_with("4", "400.00"),
        row(1, "张样一", "11010519491231002X", "6222021202000000019"),
        row(2, "李样二", "34052419800101001X", "6222021202000000019"),
        row(3, "李样二", "34052419800101001X", "12345678"),
        row(4, "张样一", "11010519491231002X", "6222-0212-0200-0000-019"),
    );
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(
        kept.places(),
        [
            "account_shared 2 15 account",
            "payee_duplicate 4 17 id_number",
            "account_shared 4 17 account"
        ]
    );
}

/// Head of the example with other totals, up to and with its empty row.
fn head_with(count: &str, total: &str) -> String {
    let head = EXAMPLE.split_once("\n\n").unwrap().0;
    let head = head.replace("总笔数,2", &format!("总笔数,{count}"));
    format!("{}\n\n", head.replace("13603.50", total))
}

/// More lines with one account than are compared one by one.
#[test]
fn a_large_group_is_compared_as_a_small_one() {
    let row = |number: u32, id: &str, fen: u32| format!("{number},样,{id},12345678,1.{fen:02}\n");
    let (first, other) = ("11010519491231002X", "34052419800101001X");
    let mut rows: String = (1..=40).map(|number| row(number, first, number)).collect();
    rows += &row(41, first, 1);
    rows += &row(42, other, 50);
    rows += &row(43, first, 51);
    let head = head_with("43", "0");
    let text = format!("{head}序号,姓名,证件号码,银行账号,实发金额\n{rows}");
    let (_, kept) = read_bytes(text.as_bytes());
    let warnings: Vec<_> = kept
        .findings
        .iter()
        .filter_map(|finding| {
            let first_row = finding.arguments.get("first_row")?;
            Some(format!("{} {} {first_row}", finding.code, finding.line?))
        })
        .collect();
    // Line 1 stands in row 14, line 42 in row 55.
    let expected = [
        "payee_duplicate 41 14",
        "account_shared 42 14",
        "account_shared 43 55",
    ];
    assert_eq!(warnings, expected);
}

/// Two lines each have one amount, every seventh is another person's: what each is held against is
/// reckoned from all lines before it.
#[test]
fn each_line_of_a_large_group_is_held_against_all_before_it() {
    let id = |number: u32| match number % 7 {
        0 => "34052419800101001X",
        _ => "11010519491231002X",
    };
    let fen = |number: u32| number.div_ceil(2);
    let (mut rows, mut expected) = (String::new(), Vec::new());
    for number in 1..=70u32 {
        let id_number = id(number);
        rows += &format!("{number},样,{id_number},12345678,1.{:02}\n", fen(number));
        let mut before = 1..number;
        let wage = before
            .clone()
            .find(|other| (id(*other), fen(*other)) == (id_number, fen(number)));
        let person = before.find(|other| id(*other) != id_number);
        for (code, first) in [("payee_duplicate", wage), ("account_shared", person)] {
            // Line 1 stands in row 14.
            expected.extend(first.map(|first| format!("{code} {number} {}", first + 13)));
        }
    }
    let head = head_with("70", "0");
    let text = format!("{head}序号,姓名,证件号码,银行账号,实发金额\n{rows}");
    let (_, kept) = read_bytes(text.as_bytes());
    let warnings = kept.findings.iter().filter_map(|finding| {
        let first_row = finding.arguments.get("first_row")?;
        Some(format!("{} {} {first_row}", finding.code, finding.line?))
    });
    assert_eq!(warnings.collect::<Vec<_>>(), expected);
}

/// What only the whole file shows stands among the other findings of its row.
#[test]
fn a_finding_of_the_whole_file_stands_at_its_column() {
    let row =
        |number, name| format!("{number},{name},11010519491231002X,6222021202000000018,100.00\n");
    let text = format!(
        "{}序号,姓名,证件号码,银行账号,实发金额\n{}{}",
        head_with("2", "200.00"),
        row(1, "张样一"),
        row(2, ""),
    );
    let (summary, kept) = read_bytes(text.as_bytes());
    let expected = [
        "account_check_digit 1 14 account",
        "name_missing 2 15 name",
        "payee_duplicate 2 15 id_number",
        "account_check_digit 2 15 account",
    ];
    assert_eq!(kept.places(), expected);
    assert_eq!((summary.errors, summary.warnings, summary.notes), (1, 3, 0));
}

/// A month given with the call that is not the file's: which of the two is meant?
#[test]
fn a_month_given_with_the_call_does_not_overrule_the_file() {
    let given = |month: &str| ReadOptions {
        pay_month: Some(PayMonth::parse(month).unwrap()),
        ..options()
    };
    let (_, kept) = read_with(EXAMPLE.as_bytes(), &given("2026-11"));
    assert!(
        !kept
            .places()
            .contains(&"pay_month_invalid - - pay_month".to_owned())
    );
    let (_, kept) = read_with(EXAMPLE.as_bytes(), &given("2026-10"));
    assert_eq!(kept.argument("pay_month_invalid", "stated"), "2026-11");
    assert_eq!(kept.argument("pay_month_invalid", "expected"), "2026-10");
}
