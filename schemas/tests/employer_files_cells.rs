//! What a cell of a workbook says: its number, its format, its text, its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::{RELATIONS, WORKBOOK, container, sheet, workbook};
use employer_files_support::*;

/// The example as a sheet of which one cell is written so.
fn with_cell(reference: &str, cell: &str) -> String {
    replaced(&sheet(EXAMPLE), reference, cell)
}

fn replaced(sheet: &str, reference: &str, cell: &str) -> String {
    let begins = sheet.find(&format!("<c r=\"{reference}\"")).unwrap();
    let ends = begins + sheet[begins..].find("</c>").unwrap() + "</c>".len();
    format!("{}{cell}{}", &sheet[..begins], &sheet[ends..])
}

fn read_sheet(sheet: &str) -> Kept {
    read_bytes(&workbook(sheet, "<sst/>")).1
}

/// The sheet with these formats of numbers, and a list of sheets that begins so.
fn styled(sheet: &str, styles: &str, begins: &str) -> Kept {
    let style = "<Relationship Id=\"r3\" Type=\"t/styles\" Target=\"styles.xml\"/>";
    let relations = RELATIONS.replace("</Relationships>", &format!("{style}</Relationships>"));
    let list = WORKBOOK.replace("<sheets>", &format!("{begins}<sheets>"));
    let bytes = container(&[
        ("xl/workbook.xml", list.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sheet1.xml", sheet.as_bytes()),
    ]);
    read_bytes(&bytes).1
}

/// What the finding of the first line's amount shows.
fn shown_amount(value: &str) -> String {
    let kept = read_sheet(&with_cell(
        "H14",
        &format!("<c r=\"H14\"><v>{value}</v></c>"),
    ));
    assert_eq!(kept.places()[0], "amount_invalid 1 14 amount", "{value}");
    kept.findings[0].value.clone().unwrap()
}

/// A number has digits, perhaps on one side of the point only, and 60 of them at most. Of
/// anything else nothing is left out or reckoned.
#[test]
fn what_is_no_number_is_kept_as_it_stands() {
    for value in ["￥6523.50", "6523.50元", "-", "."] {
        assert_eq!(shown_amount(value), value);
    }
    let of_digits = |count: usize| format!("6523.5{}", "0".repeat(count - 5));
    let longest = format!("<c r=\"H14\"><v>{}</v></c>", of_digits(60));
    let kept = read_sheet(&with_cell("H14", &longest));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    shown_amount(&of_digits(61));
}

/// A spreadsheet keeps 15 digits of a number; the 16th is invented. A percent is no amount, and
/// nobody should be told to type it as a text.
#[test]
fn a_number_of_more_digits_than_are_kept_was_typed_as_one() {
    let account = |digits: &str| {
        let cell = format!("<c r=\"E14\"><v>{digits}</v></c>");
        read_sheet(&with_cell("E14", &cell))
    };
    let kept = account("100000000000001");
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(kept.lines[0].account, "100000000000001");
    let kept = account("1000000000000010");
    assert_eq!(kept.places(), ["account_invalid 1 14 account"]);
    assert_eq!(
        kept.argument("account_invalid", "reason"),
        "typed_as_number"
    );
    let styles = "<s><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"9\"/></cellXfs></s>";
    for (style, value, reason) in [
        (1, "0.5", "form"),
        (1, "50", "form"),
        (1, "100000000000001", "form"),
        (0, "1000000000000010", "typed_as_number"),
    ] {
        let cell = format!("<c r=\"H14\" s=\"{style}\"><v>{value}</v></c>");
        let kept = styled(&with_cell("H14", &cell), styles, "");
        assert_eq!(kept.places()[0], "amount_invalid 1 14 amount", "{value}");
        assert_eq!(kept.argument("amount_invalid", "reason"), reason, "{value}");
    }
}

#[derive(Debug, PartialEq)]
enum Shows {
    Number,
    Date,
    Percent,
}

/// Signs in quotes are text, and what stands in brackets is a colour, a place or a condition.
/// Day 46327 is 1 November 2026, and as a number no month.
#[test]
fn a_format_shows_a_date_or_a_percent_by_its_own_signs() {
    for (code, shows) in [
        ("#,##0.00", Shows::Number),
        ("0.00&quot;yuan&quot;", Shows::Number),
        ("0.00&quot;%&quot;", Shows::Number),
        ("[Red]0.00", Shows::Number),
        ("&quot;[&quot;0.00", Shows::Number),
        ("yyyy-mm", Shows::Date),
        ("[$-804]yyyy-mm", Shows::Date),
        ("&quot;in &quot;yyyy", Shows::Date),
        ("0.00%", Shows::Percent),
        ("[Red]0%", Shows::Percent),
    ] {
        let styles = format!(
            "<s><numFmt numFmtId=\"164\" formatCode=\"{code}\"/>\
             <cellXfs><xf/><xf numFmtId=\"164\"/></cellXfs></s>"
        );
        let month = with_cell("B6", "<c r=\"B6\" s=\"1\"><v>46327</v></c>");
        let amount = with_cell("H15", "<c r=\"H15\" s=\"1\"><v>7080</v></c>");
        let good = |sheet: &str| styled(sheet, &styles, "").places().is_empty();
        let found = match (good(&month), good(&amount)) {
            (true, false) => Shows::Date,
            (false, true) => Shows::Number,
            (false, false) => Shows::Percent,
            (true, true) => panic!("{code}: a date and an amount"),
        };
        assert_eq!(found, shows, "{code}");
    }
}

/// Formats of named styles are none of a cell, wherever they stand.
#[test]
fn a_format_that_is_not_listed_for_cells_shows_the_number() {
    let styles = "<s><cellXfs><xf numFmtId=\"0\"/></cellXfs>\
                  <cellStyleXfs><xf numFmtId=\"9\"/></cellStyleXfs></s>";
    let sheet = with_cell("H15", "<c r=\"H15\" s=\"1\"><v>7080</v></c>");
    let kept = styled(&sheet, styles, "");
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}

/// 1 November 2026 is day 46327 since 30 December 1899 and day 44865 since 1 January 1904.
#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let styles = "<s><cellXfs><xf numFmtId=\"14\"/></cellXfs></s>";
    for (serial, begins) in [
        ("46327", ""),
        ("46327", "<workbookPr date1904=\"0\"/>"),
        ("44865", "<workbookPr date1904=\"1\"/>"),
        ("44865", "<workbookPr date1904=\"true\"/>"),
    ] {
        let month = with_cell("B6", &format!("<c r=\"B6\"><v>{serial}</v></c>"));
        let kept = styled(&month, styles, begins);
        assert_eq!(kept.places(), [""; 0], "{begins}");
        let month = kept.head.unwrap().pay_month.to_string();
        assert_eq!(month, "2026-11", "{begins}");
    }
}

/// As programs write names that are spoken in some other way than they are written.
#[test]
fn how_a_text_is_spoken_is_no_part_of_it() {
    let spoken = "<is><t>张样一</t><rPh><t>zhang</t></rPh></is>";
    let cell = format!("<c r=\"B14\" t=\"inlineStr\">{spoken}</c>");
    let kept = read_sheet(&with_cell("B14", &cell));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}

/// Letters of the column, one to three, and digits of the row; nothing else is guessed at.
#[test]
fn a_cell_has_a_place_that_a_spreadsheet_can_have() {
    for reference in ["B+15", "AAAA15", "15", "B", "b15"] {
        let cell = format!("<c r=\"{reference}\" t=\"str\"><v>李样二</v></c>");
        let (summary, kept) = read_bytes(&workbook(&with_cell("B15", &cell), "<sst/>"));
        assert_eq!(kept.places(), ["schema_violation - 15 -"], "{reference}");
        assert_eq!(kept.argument("schema_violation", "found"), reference);
        assert_eq!(summary.lines_ok, 1);
    }
}

/// Empty rows before everything else are a gap in the numbers.
#[test]
fn a_sheet_may_begin_below_its_first_row() {
    let kept = read_sheet(&sheet(&format!("\n\n{EXAMPLE}")));
    let rows: Vec<_> = kept.lines.iter().map(|line| line.row).collect();
    assert_eq!((kept.places(), rows), (vec![], vec![16, 17]));
}

/// A row whose cells are not under their titles is counted as one that the screen does not show.
#[test]
fn a_hidden_row_that_is_not_read_is_counted_as_hidden() {
    let hidden = sheet(EXAMPLE).replace("<row r=\"15\">", "<row r=\"15\" hidden=\"1\">");
    let beyond = "<c r=\"K15\" t=\"str\"><v>x</v></c></row></sheetData>";
    let shifted = hidden.replace("</row></sheetData>", beyond);
    let one = replaced(&shifted, "B10", "<c r=\"B10\"><v>1</v></c>");
    let kept = read_sheet(&one);
    let expected = [
        "schema_violation - 15 -",
        "control_count_mismatch - - line_count",
    ];
    assert_eq!(kept.places(), expected);
    assert_eq!(kept.argument("control_count_mismatch", "hidden"), "1");
}

/// A part that ends before its elements do is not taken for a whole one.
#[test]
fn a_part_that_is_cut_off_is_damaged() {
    let whole = sheet(EXAMPLE);
    let kept = read_sheet(&whole[..whole.find("</sheetData>").unwrap()]);
    assert_eq!(kept.places(), ["schema_violation - - -"]);
    assert_eq!(kept.argument("schema_violation", "reason"), "damaged");
    assert_eq!(kept.lines, example_lines());
}
