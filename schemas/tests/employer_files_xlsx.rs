//! The template as a workbook: cells of every kind, and hostile containers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::container;
use employer_files_support::*;
use schemas::Lang;
use schemas::employer_files::Format;

const WORKBOOK: &str = r#"<workbook xmlns="u" xmlns:r="r"><sheets>
<sheet name="h" state="hidden" r:id="rId9"/><sheet name="a" sheetId="1" r:id="rId1"/></sheets>
</workbook>"#;
const RELATIONS: &str = r#"<Relationships>
<Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="t/sharedStrings" Target="/xl/sharedStrings.xml"/>
<Relationship Id="rId3" Type="t/styles" Target="styles.xml"/></Relationships>"#;
/// Style 1 is date 14, style 2 an own format of year and month.
const STYLES: &str = r#"<styleSheet><numFmts>
<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m"/></numFmts><cellStyleXfs>
<xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>
<xf numFmtId="164"/></cellXfs></styleSheet>"#;
const STRINGS: &str = r#"<sst><si><t>批次号</t></si><si><r><t>GZ-2026</t></r><r>
<t xml:space="preserve">-11-001</t></r><rPh><t>x</t></rPh></si><si><t>张样一</t></si></sst>"#;

fn workbook(sheet: &str) -> Vec<u8> {
    container(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        ("xl/sharedStrings.xml", STRINGS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn text(reference: &str, text: &str) -> String {
    format!("<c r=\"{reference}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn number(reference: &str, value: &str) -> String {
    format!("<c r=\"{reference}\"><v>{value}</v></c>")
}

/// The example with its rows in their places; the empty row is a gap. Amounts, numbers of lines
/// and short numbers are typed as numbers, the month as a date.
fn example_sheet() -> String {
    let mut sheet = String::from("<worksheet><sheetData>");
    for (row, line) in (1..).zip(EXAMPLE.lines()) {
        if line.is_empty() {
            continue;
        }
        sheet += &format!("<row r=\"{row}\">");
        for (column, cell) in ('A'..).zip(line.split(',')) {
            let reference = format!("{column}{row}");
            sheet += &match cell {
                "批次号" => format!("<c r=\"{reference}\" t=\"s\"><v>0</v></c>"),
                "GZ-2026-11-001" => format!("<c r=\"{reference}\" t=\"s\"><v>1</v></c>"),
                "张样一" => format!("<c r=\"{reference}\" t=\"s\"><v>2</v></c>"),
                // 1 November 2026 is day 46327 since 30 December 1899.
                "2026-11" => format!("<c r=\"{reference}\" s=\"2\"><v>46327</v></c>"),
                "13603.50" => number(&reference, "1.36035E4"),
                "6523.50" => number(&reference, "6523.4999999999991"),
                "7080.00" => format!("<c r=\"{reference}\"><f>SUM(1)</f><v>7080</v></c>"),
                "2" | "1" | "01" => number(&reference, cell),
                "" => String::new(),
                _ => text(&reference, cell),
            };
        }
        sheet += "</row>";
    }
    sheet + "</sheetData></worksheet>"
}

#[test]
fn the_workbook_gives_the_lines_of_the_example() {
    let (summary, kept) = read_bytes(&workbook(&example_sheet()));
    assert_eq!(kept.places(), [""; 0], "{:?}", kept.findings);
    assert_eq!(kept.lines, example_lines());
    assert_eq!(summary.format, Some(Format::Xlsx));
    let head = summary.head.unwrap();
    assert_eq!((head.line_count, head.total.0), (2, 1_360_350));
    assert_eq!(head.pay_month.to_string(), "2026-11");
    assert_eq!(head.batch_no.as_str(), "GZ-2026-11-001");
}

#[test]
fn cells_that_their_program_destroyed_are_found() {
    let cases = [
        (
            text("E14", "6222021202000000019"),
            number("E14", "6.2220212020000001E+18"),
            "account_invalid 1 14 account",
        ),
        (
            text("E14", "6222021202000000019"),
            number("E14", "6222021202000000000"),
            "account_invalid 1 14 account",
        ),
        (
            text("D14", "11010519491231002X"),
            number("D14", "110105194912310021"),
            "id_number_invalid 1 14 id_number",
        ),
        (
            text("B15", "李样二"),
            "<c r=\"B15\" t=\"e\"><v>#REF!</v></c>".into(),
            "name_missing 2 15 name",
        ),
        (
            number("H14", "6523.4999999999991"),
            "<c r=\"H14\" t=\"b\"><v>1</v></c>".into(),
            "amount_invalid 1 14 amount",
        ),
        (
            number("H14", "6523.4999999999991"),
            number("H14", "6523.505"),
            "amount_invalid 1 14 amount",
        ),
        (
            number("H14", "6523.4999999999991"),
            number("H14", "-6523.5"),
            "amount_invalid 1 14 amount",
        ),
    ];
    for (from, to, place) in cases {
        let sheet = example_sheet().replace(&from, &to);
        assert_ne!(sheet, example_sheet(), "{from}");
        let (_, kept) = read_bytes(&workbook(&sheet));
        assert_eq!(kept.places()[0], place, "{to}");
    }
    let reason = |from: &str, to: &str, code: &str| {
        let (_, kept) = read_bytes(&workbook(&example_sheet().replace(from, to)));
        let remedy = kept.one(code).arguments.get("remedy").map(String::as_str) == Some("as_text");
        (kept.argument(code, "reason").to_owned(), remedy)
    };
    let typed = number("D14", "110105194912310021");
    let typed = reason(
        &text("D14", "11010519491231002X"),
        &typed,
        "id_number_invalid",
    );
    assert_eq!(typed, ("typed_as_number".to_owned(), true));
    let formula = "<c r=\"B15\" t=\"e\"><v>#REF!</v></c>";
    let formula = reason(&text("B15", "李样二"), formula, "name_missing");
    assert_eq!(formula, ("formula".to_owned(), false));
    let head = example_sheet().replace(&text("B8", "1202020009900012345"), &number("B8", "1.2E18"));
    let (_, kept) = read_bytes(&workbook(&head));
    assert_eq!(kept.places(), ["payer_account_invalid - - payer_account"]);
    assert_eq!(
        kept.argument("payer_account_invalid", "reason"),
        "typed_as_number"
    );
}

/// Found by fuzzing: the row before, which is in order, was named.
#[test]
fn a_row_with_a_wrong_number_is_placed_after_the_last_good_one() {
    for wrong in ["14", "07", "x"] {
        let sheet = example_sheet().replace("<row r=\"15\">", &format!("<row r=\"{wrong}\">"));
        let (_, kept) = read_bytes(&workbook(&sheet));
        assert_eq!(kept.places(), ["schema_violation - 15 -"], "{wrong}");
    }
}

/// Found by fuzzing: a cell between rows was placed in, or added to, the row before; a row within
/// a row emptied the outer one in silence.
#[test]
fn a_cell_between_rows_and_a_row_within_a_row_are_refused() {
    let cell = "<c r=\"K14\" t=\"str\"><v>9</v></c>";
    let sheet = example_sheet();
    let between = sheet.replace("<row r=\"15\">", &format!("{cell}<row r=\"15\">"));
    let (_, kept) = read_bytes(&workbook(&between));
    assert_eq!(kept.places(), ["schema_violation - 15 -"]);
    let within = sheet.replace("<row r=\"15\">", "<row r=\"15\"><row r=\"16\"></row>");
    let (_, kept) = read_bytes(&workbook(&within));
    assert_eq!(kept.places(), ["schema_violation - 15 -"]);
    let nested = sheet.replace(
        "<c r=\"B15\"",
        &format!("<c r=\"B15\">{cell}</c><c r=\"B15\""),
    );
    let (_, kept) = read_bytes(&workbook(&nested));
    assert_eq!(kept.places(), ["schema_violation - 15 -"]);
}

#[test]
fn rows_and_cells_out_of_order_are_refused() {
    let sheet = example_sheet();
    for changed in [
        sheet.replace("<row r=\"15\">", "<row r=\"14\">"),
        sheet.replace("<row r=\"15\">", "<row r=\"x\">"),
        sheet.replace("r=\"B15\"", "r=\"A15\""),
        sheet.replace("r=\"B15\"", "r=\"B14\""),
        sheet.replace("<v>2</v></c><c r=\"C14\"", "<v>9</v></c><c r=\"C14\""),
        sheet.replace("</row></sheetData>", ""),
        sheet.replace("<worksheet>", "<!DOCTYPE x><worksheet>"),
    ] {
        assert_ne!(changed, sheet);
        let (_, kept) = read_bytes(&workbook(&changed));
        let found = kept
            .findings
            .iter()
            .any(|f| f.code.as_str() == "schema_violation");
        assert!(found, "{:?}", kept.places());
    }
    let wide = sheet
        .replace("<row r=\"15\">", &format!("<row r=\"15\">{}", ""))
        .replace(
            "</row></sheetData>",
            &format!("{}</row></sheetData>", text("ZZ15", "x")),
        );
    let (_, kept) = read_bytes(&workbook(&wide));
    assert_eq!(kept.places(), ["schema_violation - 15 -"]);
}

/// Wages on a second sheet are not read; that is said, by the sheet's name. An empty sheet, as
/// office programs add it, is nothing to speak of.
#[test]
fn a_further_sheet_with_data_is_named() {
    let filled = format!(
        "<worksheet><sheetData><row r=\"1\">{}</row></sheetData></worksheet>",
        text("A1", "工资")
    );
    for (content, found) in [
        (filled.as_str(), 1),
        ("<worksheet><sheetData/></worksheet>", 0),
    ] {
        let sheets = WORKBOOK.replace(
            "</sheets>",
            "<sheet name=\"十月\" sheetId=\"9\" r:id=\"rId99\"/></sheets>",
        );
        let relation = "<Relationship Id=\"rId99\" Type=\"t/worksheet\" \
                        Target=\"worksheets/sheet9.xml\"/></Relationships>";
        let relations = RELATIONS.replace("</Relationships>", relation);
        assert!(sheets != WORKBOOK && relations != RELATIONS);
        let bytes = container(&[
            ("xl/workbook.xml", sheets.as_bytes()),
            ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
            ("xl/styles.xml", STYLES.as_bytes()),
            ("xl/sharedStrings.xml", STRINGS.as_bytes()),
            ("xl/worksheets/sheet1.xml", example_sheet().as_bytes()),
            ("xl/worksheets/sheet9.xml", content.as_bytes()),
        ]);
        let (_, kept) = read_bytes(&bytes);
        assert_eq!(kept.places().len(), found, "{:?}", kept.places());
        if found == 1 {
            assert_eq!(kept.one("field_ignored").value.as_deref(), Some("十月"));
        }
    }
}

/// A program that writes formulas and no results: the amount is not missing, and nobody should be
/// told to delete the line.
#[test]
fn a_formula_without_a_result_is_no_missing_amount() {
    let sheet = example_sheet();
    let reckoned = "<c r=\"H15\"><f>SUM(1)</f><v>7080</v></c>";
    assert!(sheet.contains(reckoned));
    let never = sheet.replace(reckoned, "<c r=\"H15\"><f>SUM(1)</f></c>");
    let (_, kept) = read_bytes(&workbook(&never));
    assert_eq!(kept.argument("amount_invalid", "reason"), "formula");
    let all = kept.places();
    assert!(
        !all.iter().any(|found| found.starts_with("amount_missing")),
        "{all:?}"
    );
}

/// In the head as well: neither `#REF!` nor nothing is a wrong account that somebody typed.
#[test]
fn a_formula_of_the_head_without_a_result_is_named_as_that() {
    let sheet = example_sheet();
    for never in ["t=\"e\"><f>A1</f><v>#REF!</v>", "><f>A1</f>"] {
        let cell = format!("<c r=\"B8\" {never}</c>");
        let spoilt = sheet.replace(&text("B8", "1202020009900012345"), &cell);
        assert_ne!(spoilt, sheet);
        let (_, kept) = read_bytes(&workbook(&spoilt));
        assert_eq!(kept.places(), ["payer_account_invalid - - payer_account"]);
        let said = |name| kept.argument("payer_account_invalid", name);
        assert_eq!(
            (said("reason"), said("remedy")),
            ("formula", "formula_result")
        );
        assert_eq!(kept.findings[0].value, None, "{never}");
    }
}

/// A cell that shows 6523.50% holds 65.235, one that shows 50% holds 0.5: neither is an amount.
#[test]
fn a_percent_is_no_amount() {
    let sheet = example_sheet();
    let styles = STYLES.replace("</cellXfs>", "<xf numFmtId=\"10\"/></cellXfs>");
    let reckoned = "<c r=\"H15\"><f>SUM(1)</f><v>7080</v></c>";
    let percent = sheet.replace(reckoned, "<c r=\"H15\" s=\"3\"><v>0.5</v></c>");
    assert!(styles != STYLES && percent != sheet);
    let bytes = container(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/styles.xml", styles.as_bytes()),
        ("xl/sharedStrings.xml", STRINGS.as_bytes()),
        ("xl/worksheets/sheet1.xml", percent.as_bytes()),
    ]);
    let (summary, kept) = read_bytes(&bytes);
    assert_eq!(kept.places()[0], "amount_invalid 2 15 amount");
    assert_eq!(summary.lines_ok, 1);
}

/// A filtered row is read like the others; who counts what the screen shows is told.
#[test]
fn a_hidden_row_is_counted_and_named_where_the_number_differs() {
    let sheet = example_sheet().replace("<row r=\"15\">", "<row r=\"15\" hidden=\"1\">");
    let (summary, kept) = read_bytes(&workbook(&sheet));
    assert_eq!(
        (summary.errors, summary.lines_ok),
        (0, 2),
        "{:?}",
        kept.places()
    );
    let sheet = sheet.replace(&number("B10", "2"), &number("B10", "1"));
    let (_, kept) = read_bytes(&workbook(&sheet));
    let message = kept.one("control_count_mismatch").message(Lang::Zh);
    assert!(message.contains("其中 1 笔在隐藏的行"), "{message}");
}
