//! What a note says of a row that pays nobody, and of a column that nobody reads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::employer_files::Summary;

/// The example with rows after its lines.
fn below(rows: &str) -> (Summary, Kept) {
    read_bytes(format!("{EXAMPLE}{rows}").as_bytes())
}

/// Value and reason of each note.
fn notes(kept: &Kept) -> Vec<(&str, &str)> {
    let notes = kept.findings.iter();
    let notes = notes.filter(|finding| finding.code.as_str() == "field_ignored");
    let told = notes.map(|note| {
        let reason = note.arguments.get("reason");
        let value = note.value.as_deref();
        (value.unwrap_or("-"), reason.map_or("-", String::as_str))
    });
    told.collect()
}

/// Whoever signs without a word before the name is masked as anywhere else. What stands before a
/// colon says what the row is; what follows it may be a name.
#[test]
fn a_name_below_the_lines_is_not_shown() {
    for (row, shown) in [
        ("王样三,,,,,,,,,\n", "王**"),
        ("审核：王样三,,,,,,,,,\n", "审核"),
        ("以上金额均已核对无误,,,,,,,,,\n", "以上金额均已核对无误"),
    ] {
        let (summary, kept) = below(row);
        assert_eq!(notes(&kept), [(shown, "text_row")], "{row}");
        assert_eq!((summary.errors, summary.line_count), (0, 2), "{row}");
    }
}

/// Units and a lone word of the titles among them; each such row is noted, because the next one
/// says something else.
#[test]
fn remarks_are_noted_one_by_one() {
    let units = ",,,,,,,元,元,\n";
    let (summary, kept) = below(&format!("{units}{units}Remark,,本月无加班,,,,,,,\n"));
    let expected = [
        ("元", "text_row"),
        ("元", "text_row"),
        ("Remark", "text_row"),
    ];
    assert_eq!(notes(&kept), expected);
    assert_eq!((summary.errors, summary.line_count), (0, 2));
}

/// From a day to another, where a document and an account would stand: both begin with digits.
/// Whoever has only one of the two has it damaged, and is a person.
#[test]
fn two_dates_below_the_lines_are_no_person() {
    let (summary, kept) = below("工资期间,,,2026年11月1日,2026年11月30日,,,,,\n");
    assert_eq!(notes(&kept), [("工资期间", "text_row")]);
    assert_eq!((summary.errors, summary.line_count), (0, 2));
    for row in [
        ",,,11010519491231002X,2026年11月30日,,,,,\n",
        ",,,2026年11月1日,6222021202000000019,,,,,\n",
        ",,,11010519491231002X证,6222021202000000019卡,,,,,\n",
        "工资期间,,,2026年11月1日,2026年11月30日,,,1.00,,\n",
    ] {
        assert_eq!(below(row).0.line_count, 3, "{row}");
    }
}

/// Below many remarks the rows are no wages that were typed into the wrong columns: they are
/// lines of which everything is missing.
#[test]
fn sixteen_remarks_are_noted_and_a_further_one_is_a_line() {
    let remarks = |count: u32| (1..=count).map(|n| format!("注{n},,,,,,,,,\n"));
    let (summary, kept) = below(&remarks(16).collect::<String>());
    assert_eq!((summary.errors, summary.line_count), (0, 2));
    assert_eq!(notes(&kept).len(), 16);
    let (summary, kept) = below(&remarks(17).collect::<String>());
    assert_eq!((notes(&kept).len(), summary.line_count), (16, 3));
    // The 17th row after the two lines of the example, the last of which stands in row 15.
    assert_eq!(kept.refused, [(3, 32, None)]);
}

/// The word is shown, whatever stands before it; and a word is one in a cell of 60 bytes at most,
/// which are 20 hanzi.
#[test]
fn a_totals_row_is_called_by_its_word() {
    for row in ["3,,,,,合计,,13603.50,,\n", "班组一,,,,,合计,,13603.50,,\n"] {
        let (summary, kept) = below(row);
        assert_eq!(notes(&kept), [("合计", "totals_row")], "{row}");
        assert_eq!((summary.errors, summary.line_count), (0, 2), "{row}");
    }
    for (before, lines) in [(18, 2), (19, 3)] {
        let cell = "木".repeat(before) + "合计";
        let (summary, _) = below(&format!("{cell},,,,,,,13603.50,,\n"));
        assert_eq!(summary.line_count, lines, "{before}");
    }
}

/// By its title, or by its number where it has none.
#[test]
fn a_column_that_nobody_reads_is_named() {
    let text = EXAMPLE.replace("备注\n", "备注,,工号\n");
    let text = text.replace("月工资\n", "月工资,甲,乙\n");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(notes(&kept), [("11", "-"), ("工号", "-")]);
    assert_eq!((summary.errors, kept.lines), (0, example_lines()));
}

/// A row may be padded as far as it likes; a value out there is not dropped in silence.
#[test]
fn cells_beyond_those_that_are_looked_at_may_be_empty_only() {
    // The rows of the example have ten cells, so the 65th follows 55 commas.
    let with =
        |last: &str| EXAMPLE.replace("月工资\n", &format!("月工资{}{last}\n", ",".repeat(55)));
    for blank in ["", " ", ",", " , "] {
        let (_, kept) = read_bytes(with(blank).as_bytes());
        assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    }
    for filled in ["x", "x,", ",x"] {
        let (summary, kept) = read_bytes(with(filled).as_bytes());
        let expected = ["schema_violation - 14 -", "schema_violation - 15 -"];
        assert_eq!(kept.places(), expected, "{filled}");
        assert_eq!((summary.line_count, summary.lines_ok), (2, 0));
    }
}
