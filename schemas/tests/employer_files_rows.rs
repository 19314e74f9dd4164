//! Rows among the lines that are none, and lines whose cells are not where the titles say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::book;
use employer_files_support::*;
use schemas::{Lang, Severity};

fn errors(kept: &Kept) -> Vec<String> {
    let severities = kept.findings.iter().map(|finding| finding.severity);
    let all = kept.places().into_iter().zip(severities);
    all.filter(|(_, severity)| *severity == Severity::Error)
        .map(|(place, _)| place)
        .collect()
}

/// The example with a row after its lines; in a workbook as well.
fn with_row(row: &str) -> [Vec<u8>; 2] {
    let text = format!("{EXAMPLE}{row}\n");
    [book(&[("工资", &text)]), text.into_bytes()]
}

#[test]
fn a_totals_row_is_no_payment_and_its_sum_is_compared() {
    for row in [
        "合计,,,,,,,13603.50,,",
        ",合 计,,,,,,13603.50,13680.00,",
        "总计：,,,,,,,13603.5,,",
        ",,,,,小计,,13603.50,,",
        "合计（元）,,,,,,,13603.50,,",
        "合计2人,,,,,,,13603.50,,",
        ",木工班小计,,,,,,13603.50,,",
        ",Total,,,,,,13603.50,,",
        "SUM,,,,,,,13603.50,,",
        "合计,,,,,,,,,",
    ] {
        for bytes in with_row(row) {
            let (summary, kept) = read_bytes(&bytes);
            assert_eq!(kept.lines, example_lines(), "{row}: {:?}", kept.places());
            assert_eq!((summary.errors, summary.line_count), (0, 2), "{row}");
            assert_eq!(kept.places(), ["field_ignored - - -"]);
            let note = kept.one("field_ignored").message(Lang::Zh);
            assert!(
                note.contains("第 16 行") && note.contains("合计行"),
                "{note}"
            );
        }
    }
    for bytes in with_row("合计,,,,,,,13603.51元,,") {
        let (summary, kept) = read_bytes(&bytes);
        assert_eq!(errors(&kept), ["control_sum_mismatch - 16 amount"]);
        assert_eq!(kept.argument("control_sum_mismatch", "stated"), "13603.51");
        assert_eq!(kept.argument("control_sum_mismatch", "counted"), "13603.50");
        assert_eq!(summary.line_count, 2);
    }
}

#[test]
fn subtotals_in_the_middle_are_of_their_part_or_of_all_so_far() {
    let (first, second) = EXAMPLE.split_once("2,李样二").unwrap();
    let with = |one: &str, two: &str, three: &str| {
        let text = format!(
            "{first}小计,,,,,,,{one},,\n2,李样二{second}小计,,,,,,,{two},,\n总计,,,,,,,{three},,\n"
        );
        read_bytes(text.as_bytes()).1
    };
    for (one, two) in [
        ("6523.50", "7080.00"),
        ("6523.50", "13603.50"),
        ("", "13,603.50"),
    ] {
        let kept = with(one, &format!("\"{two}\""), "13603.50");
        assert_eq!(errors(&kept), [""; 0], "{one} {two}");
        assert_eq!(kept.lines.len(), 2);
    }
    let kept = with("6523.50", "6523.50", "13603.50");
    assert_eq!(errors(&kept), ["control_sum_mismatch - 17 amount"]);
    // The part's own sum is what a clerk looks for.
    assert_eq!(kept.argument("control_sum_mismatch", "counted"), "7080.00");
}

/// Whoever has an account or a document is a person, whatever the name.
#[test]
fn a_row_with_an_account_or_a_document_is_a_line() {
    for row in [
        "3,合计,01,11010519491231002X,6222021202000000019,ICBC,,1.00,,",
        "合计,,,,6222021202000000019,,,13603.50,,",
        "3,总计,,11010519491231002X,,,,13603.50,,",
        "3,王样,,,,,,1.00,,合计",
        // A colon that slipped in makes no remark of numbers, nor do two titles of a person.
        "合计,,,11010519491231002X：,6222021202000000019：,,,13603.50,,",
        "3,王样,01,,6222021202000000019,开户行,,1.00,,备注",
    ] {
        let (summary, kept) = read_bytes(format!("{EXAMPLE}{row}\n").as_bytes());
        assert_eq!(summary.line_count, 3, "{row}");
        assert!(
            !kept
                .places()
                .iter()
                .any(|place| place.starts_with("field_ignored"))
        );
    }
}

/// Amounts that could not be read are missing in the sum: their own findings say why.
#[test]
fn a_totals_row_is_not_compared_with_half_a_sum() {
    let text = EXAMPLE.replace("6523.50", "6523.50元") + "合计,,,,,,,13603.50,,\n";
    let (_, kept) = read_bytes(text.as_bytes());
    let expected = [
        "amount_invalid 1 14 amount",
        "control_sum_mismatch - - total_amount",
    ];
    assert_eq!(errors(&kept), expected);
    // The total of the head is compared with what could be read, and says so.
    let message = kept.one("control_sum_mismatch").message(Lang::Zh);
    assert!(message.contains("另有 1 行"), "{message}");
}

#[test]
fn numbered_rows_and_signatures_below_the_lines_are_noted() {
    for row in [
        "3,,,,,,,,,",
        "制表：王样,,,,,审核：李样,,,,",
        ",制表人：王样,,,,,,,,",
        "注：以上为实发,,,,",
    ] {
        for bytes in with_row(row) {
            let (summary, kept) = read_bytes(&bytes);
            assert_eq!(kept.places(), ["field_ignored - - -"], "{row}");
            assert_eq!((summary.errors, summary.lines_ok), (0, 2));
            assert_eq!(kept.argument("field_ignored", "first_row"), "16");
            let message = kept.one("field_ignored").message(Lang::Zh);
            assert!(!message.contains("王样"), "{message}");
        }
    }
    // Below the titles, and with a text or a date where a number would stand.
    let units = EXAMPLE.replace("备注\n", "备注\n,,,,,,,元,元,\n");
    let (summary, kept) = read_bytes(units.as_bytes());
    assert_eq!(
        (summary.errors, summary.lines_ok),
        (0, 2),
        "{:?}",
        kept.places()
    );
    for row in [
        "制表：王样,,,审核：李样,,,,,,",
        "注,,,,日期：2026-11-30,,,,,",
        "a,,,,2026年11月30日,,,,,",
    ] {
        let (summary, kept) = read_bytes(format!("{EXAMPLE}{row}\n").as_bytes());
        assert_eq!(
            (summary.errors, summary.notes),
            (0, 1),
            "{:?}",
            kept.places()
        );
    }
    let (_, kept) = read_bytes(format!("{EXAMPLE}3,王样,,待补,待补,,,1.00,,\n").as_bytes());
    assert!(errors(&kept).contains(&"account_invalid 3 16 account".to_owned()));
    let rows: String = (3..300)
        .map(|number| format!("{number},,,,,,,,,\n"))
        .collect();
    let (_, kept) = read_bytes(format!("{EXAMPLE}{rows}").as_bytes());
    assert_eq!(kept.places(), ["field_ignored - - -"], "said once");
    // A name alone is a person whose data are missing.
    let (summary, kept) = read_bytes(format!("{EXAMPLE}3,王样,,,,,,,,\n").as_bytes());
    assert_eq!(summary.line_count, 3);
    assert!(errors(&kept).contains(&"account_missing 3 16 account".to_owned()));
}

#[test]
fn a_thousands_comma_without_quotes_is_named_as_that() {
    // With the memo, without it, and as a file that pads its rows: each has one cell too many.
    let padded = |text: &str| {
        text.replace("备注\n", "备注,\n")
            .replace("工资\n", "工资,\n")
    };
    let short = EXAMPLE.replace("2026年11月工资", "");
    for (text, cells) in [
        (EXAMPLE.to_owned(), "11"),
        (short, "11"),
        (padded(EXAMPLE), "12"),
    ] {
        let text = text.replacen(",6523.50,", ",6,523.50,", 1);
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["schema_violation - 14 -"], "{text}");
        assert_eq!(kept.argument("schema_violation", "counted"), cells);
        let finding = kept.one("schema_violation");
        assert!(finding.message(Lang::Zh).contains(cells), "{finding:?}");
        assert!(finding.hint(Lang::Zh).contains("千分位逗号"), "{finding:?}");
        assert!(finding.hint(Lang::En).contains("comma"), "{finding:?}");
        assert_eq!((summary.line_count, summary.lines_ok), (2, 1));
        assert_eq!(kept.refused, [(1, 14, Some(1))]);
    }
    // A row that leaves out its last cell: 6.00 would be paid, if the total agreed.
    for (titles, rest) in [("", ",6,523.50"), (",应发金额", ",6,523.50,6600.00")] {
        let (head, _) = EXAMPLE.split_once("\n\n").unwrap();
        let text = format!(
            "{head}\n\n序号,姓名,证件号码,银行账号,实发金额{titles},备注\n\
             1,张样一,11010519491231002X,6222021202000000019{rest}\n\
             2,李样二,34052419800101001X,6228480000000000000,7080.00\n"
        );
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["schema_violation - 14 -"], "{titles}");
        assert_eq!(kept.argument("schema_violation", "reason"), "comma_split");
        assert_eq!((summary.line_count, summary.lines_ok), (2, 1));
    }
    // Six yuan are an amount.
    let text = EXAMPLE.replace(",6523.50,6600.00,2026年11月工资", ",6,523.50,6600");
    let (summary, kept) = read_bytes(text.replace("13603.50", "7086.00").as_bytes());
    assert_eq!(
        (summary.lines_ok, summary.errors),
        (2, 0),
        "{:?}",
        kept.places()
    );
    // What is simply one cell too many is that, also where a unit of three bytes makes it.
    for (from, to) in [
        ("6600.00,2026年", "6600.00,2026,年"),
        ("6523.50,6600.00", "650,元,6600.00"),
    ] {
        let (_, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        assert_eq!(kept.places()[0], "schema_violation - 14 -");
        let hint = kept.one("schema_violation").hint(Lang::Zh);
        assert!(!hint.contains("千分位"), "{to}: {hint}");
    }
}

/// The readable lines alone come to more than the stated total: that is no consequence.
#[test]
fn a_total_that_is_too_small_is_said_beside_a_shifted_row() {
    let text = EXAMPLE.replacen(",6523.50,", ",6,523.50,", 1);
    let text = text.replace("13603.50", "7079.00");
    let (_, kept) = read_bytes(text.as_bytes());
    let expected = [
        "schema_violation - 14 -",
        "control_sum_mismatch - - total_amount",
    ];
    assert_eq!(kept.places(), expected);
}

#[test]
fn an_open_quote_is_one_finding() {
    for broken in ["\"张样一", "\"张样\"一"] {
        let (summary, kept) = read_bytes(EXAMPLE.replacen("张样一", broken, 1).as_bytes());
        assert_eq!(kept.places(), ["schema_violation - 14 -"], "{broken}");
        assert_eq!((summary.line_count, summary.lines_ok), (2, 1));
    }
}

#[test]
fn a_second_table_ends_the_reading_and_the_same_titles_again_do_not() {
    let titles = EXAMPLE.lines().nth(12).unwrap();
    let (first, second) = EXAMPLE.split_once("2,李样二").unwrap();
    // Printed at the top of each page.
    let text = format!("{first}{titles}\n2,李样二{second}");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.places(), ["field_ignored - - -"]);
    assert_eq!((summary.lines_ok, summary.errors), (2, 0));
    for other in [
        "姓名,身份证号,卡号,实发\n".to_owned(),
        // Another column in the place of one, and one whose title has digits.
        titles.replace("实发金额", "税后") + "\n",
        titles.replace("银行账号", "卡号19位") + "\n",
        "安薪代发工资表,V1\n".to_owned(),
        "批次号,GZ-2026-11-002\n".to_owned(),
    ] {
        let text = format!("{EXAMPLE}\n{other}王样,11010519491231002X,12345678,1.00\n");
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(errors(&kept), ["schema_violation - 17 -"], "{other}");
        assert!(
            kept.one("schema_violation")
                .message(Lang::Zh)
                .contains("第二张表")
        );
    }
}

#[test]
fn a_place_that_a_written_number_takes_is_a_duplicate() {
    let rows = row(2, 0, "2") + &row(2, 0, "") + &row(3, 0, "") + &row(4, 0, "1");
    let (_, kept) = read_bytes(file("4", "4.00", &rows).as_bytes());
    let duplicates = kept.places();
    let duplicates = duplicates.iter().filter(|p| p.starts_with("line_no"));
    assert_eq!(
        duplicates.collect::<Vec<_>>(),
        ["line_no_duplicate 2 15 line_no"]
    );
    // A refused number takes none.
    let rows = row(1, 0, "1") + &row(2, 0, "x") + &row(3, 0, "2");
    let (_, kept) = read_bytes(file("3", "3.00", &rows).as_bytes());
    kept.one("line_no_invalid");
    assert!(
        !kept
            .places()
            .iter()
            .any(|p| p.starts_with("line_no_duplicate"))
    );
}

/// Numbers whose lower 16 bits are the same are different numbers.
#[test]
fn numbers_far_apart_are_no_duplicates() {
    let rows = [1, 65_537, 131_073]
        .map(|number| row(number, 9, "x"))
        .concat();
    let (summary, kept) = read_bytes(file("3", "3.00", &rows).as_bytes());
    assert_eq!((summary.lines_ok, kept.places()), (3, vec![]));
}

/// More numbers than are kept as a list: each that comes again is refused, and no other.
#[test]
fn a_number_that_comes_again_is_found_among_thousands() {
    let again = [1, 63, 64, 65, 4096, 4097, 4999, 5000];
    let numbers = (1..=5000).chain(again);
    let rows = (1..).zip(numbers).map(|(at, n)| row(at, 0, &n.to_string()));
    let rows: String = rows.collect();
    let (summary, kept) = read_bytes(file("5008", "5008.00", &rows).as_bytes());
    let found = kept
        .findings
        .iter()
        .filter(|f| f.code.as_str() == "line_no_duplicate");
    let found: Vec<_> = found.map(|f| (f.line, f.row)).collect();
    // Line 1 stands in row 14, so the first of those that come again in row 5014.
    let expected = again
        .iter()
        .zip(5014..)
        .map(|(n, row)| (Some(*n), Some(row)));
    assert_eq!(found, expected.collect::<Vec<_>>());
    assert_eq!((summary.line_count, summary.lines_ok), (5008, 5000));
}

#[test]
fn a_structure_finding_of_a_row_names_its_column() {
    let good = row(1, 0, "1");
    let long = good.trim_end().to_owned() + ",x\n";
    let twice = file("1", "1.00", &good).replacen("备注", "姓名", 1);
    let cases = [(file("1", "1.00", &long), "12"), (twice, "10")];
    for (text, column) in cases {
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.argument("schema_violation", "column"), column);
        let message = kept.one("schema_violation").message(Lang::Zh);
        assert!(message.contains(&format!("第 {column} 列")), "{message}");
    }
}
