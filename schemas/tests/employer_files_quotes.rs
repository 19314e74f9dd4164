//! Quotes of a csv file that hide what they should not, or are never closed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;

/// 4000 lines, all good but maybe the first: more bytes than any row may have.
fn long_file(first: &str) -> String {
    let rows: String = (2..=4000).map(|number| row(number, 9, "工资")).collect();
    let text = file("4000", "4000.00", &(first.to_owned() + &rows));
    assert!(rows.len() > 256 << 10);
    text
}

/// The end of a cell is looked for within the limit of a field only.
#[test]
fn a_quote_that_is_never_closed_loses_its_own_row_however_long_the_file_is() {
    let (summary, kept) = read_bytes(long_file(&row(1, 1, "\"张样一")).as_bytes());
    assert_eq!(kept.places(), ["schema_violation - 14 -"]);
    assert_eq!(kept.argument("schema_violation", "reason"), "open_quote");
    assert_eq!((summary.line_count, summary.lines_ok), (4000, 3999));
    // In the very first row, where the delimiter is still to be found.
    let good = row(1, 9, "工资");
    let (summary, kept) = read_bytes(format!("\"工资表\n{}", long_file(&good)).as_bytes());
    let expected = ["schema_violation - 1 -", "field_ignored - - -"];
    assert_eq!(kept.places(), expected);
    assert_eq!((summary.line_count, summary.lines_ok), (4000, 4000));
}

/// The last row begins with a quote, and the file ends in it.
#[test]
fn a_quote_that_is_never_closed_loses_the_last_row_only() {
    let text = EXAMPLE.replace("2,李样二", "\"2,李样二");
    for text in [text.as_str(), text.trim_end()] {
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["schema_violation - 15 -"]);
        assert_eq!((summary.line_count, summary.lines_ok), (2, 1));
    }
}

#[test]
fn a_cell_in_quotes_may_be_as_long_as_a_field() {
    let memo = |bytes: usize| format!("\"{}\"", "x".repeat(bytes));
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, 9, &memo(4096))).as_bytes());
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(
        kept.lines[0].memo.as_deref(),
        Some("x".repeat(4096).as_str())
    );
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, 9, &memo(4097))).as_bytes());
    assert_eq!(kept.places(), ["schema_violation - 14 -"]);
}

/// A text editor counts lines, also those within quotes; an unclosed quote takes none.
#[test]
fn a_quote_out_of_place_is_in_a_line_as_an_editor_counts_it() {
    let lines = |text: &str| -> Vec<String> {
        let (_, kept) = read_bytes(text.as_bytes());
        let line = |f: &schemas::Finding| f.arguments.get("line_in_file").cloned();
        kept.findings.iter().filter_map(line).collect()
    };
    // The memo of row 14 ends in line 16.
    let rows = row(1, 9, "\"2026年\n11月\n工资\"") + &row(2, 1, "\"张样\"一");
    assert_eq!(lines(&file("2", "2.00", &rows)), ["17"]);
    // Rows 14 and 114, which are lines 14 and 114: further apart than a field reaches.
    let between: String = (2..=100).map(|number| row(number, 9, "工资")).collect();
    let rows = row(1, 1, "\"张样一") + &between + &row(101, 1, "\"张样\"一");
    assert_eq!(lines(&file("101", "101.00", &rows)), ["14", "114"]);
}

/// A comma in a heading of several lines is no delimiter where one stands behind it.
#[test]
fn a_line_break_within_quotes_does_not_end_the_first_row() {
    let text = format!("\"工资\n11,12月\";\n{}", EXAMPLE.replace(',', ";"));
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.places(), ["field_ignored - - -"]);
    assert_eq!((summary.errors, summary.lines_ok), (0, 2));
}

/// A program quotes a cell for the delimiter that stands in it, whatever the next row holds.
#[test]
fn a_comma_within_the_only_quotes_of_the_first_row_is_the_delimiter() {
    let text = format!("\"工资,11月\"\n编制;财务部\n{EXAMPLE}");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(
        kept.places(),
        ["field_ignored - - -", "field_ignored - - -"]
    );
    assert_eq!((summary.errors, summary.lines_ok), (0, 2));
}

/// A first cell that a program padded; where quotes follow, as far as a field may reach.
#[test]
fn a_long_first_cell_does_not_hide_the_delimiter() {
    let name = "安薪代发工资表";
    for (bytes, version) in [(4097, "\"V1\""), (5000, "V1")] {
        let padding = " ".repeat(bytes - name.len());
        let first = format!("{name}{padding},{version}");
        let text = EXAMPLE.replacen("安薪代发工资表,V1", &first, 1);
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), [""; 0], "{bytes}");
        assert_eq!(kept.lines, example_lines());
    }
}
