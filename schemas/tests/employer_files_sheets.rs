//! Which sheets of a workbook are looked at, which one is read, and which are named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::{RELATIONS, WORKBOOK, book, container, sheet};
use employer_files_support::*;
use schemas::Lang;

/// Wages of another month.
fn october() -> String {
    let month = EXAMPLE.replace("2026-11", "2026-10");
    month.replace("张样一", "王样三")
}

/// A workbook whose sheets stand with these attributes in its list; a part that is `None` is
/// missing in the container.
fn listed(sheets: &[(&str, Option<&str>)]) -> Vec<u8> {
    let (mut list, mut relations) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (number, (attributes, xml)) in (1..).zip(sheets) {
        list += &format!("<sheet {attributes} r:id=\"r{number}\"/>");
        relations += &format!("<Relationship Id=\"r{number}\" Target=\"s{number}.xml\"/>");
        parts.extend(xml.map(|xml| (format!("xl/s{number}.xml"), xml.to_owned())));
    }
    let list = format!("<workbook xmlns:r=\"r\"><sheets>{list}</sheets></workbook>");
    let relations = format!("<Relationships>{relations}</Relationships>");
    parts.push(("xl/workbook.xml".to_owned(), list));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), relations));
    let parts = parts.iter();
    let parts = parts.map(|(name, xml)| (name.as_str(), xml.as_bytes()));
    container(&parts.collect::<Vec<_>>())
}

fn named(kept: &Kept) -> Vec<&str> {
    let notes = kept.findings.iter();
    let notes = notes.filter(|finding| finding.code.as_str() == "field_ignored");
    notes.filter_map(|note| note.value.as_deref()).collect()
}

/// Last month's wages are often kept in the same workbook, out of sight.
#[test]
fn a_hidden_sheet_is_not_looked_at() {
    let (past, present) = (sheet(&october()), sheet(EXAMPLE));
    let (_, kept) = read_bytes(&listed(&[
        ("name=\"十月\" state=\"hidden\"", Some(&past)),
        ("name=\"九月\" state=\"veryHidden\"", Some(&past)),
        ("name=\"十一月\" state=\"visible\"", Some(&present)),
    ]));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}

/// What is read instead of a first sheet that is not there would be another month.
#[test]
fn a_sheet_that_is_not_there_is_missed_only_where_it_is_the_first() {
    let (past, present) = (sheet(&october()), sheet(EXAMPLE));
    let first = [("name=\"十一月\"", None), ("name=\"十月\"", Some(&*past))];
    let (_, kept) = read_bytes(&listed(&first));
    assert_eq!(kept.places(), ["unreadable - - -"]);
    assert_eq!(kept.lines, []);
    let second = [
        ("name=\"十一月\"", Some(&*present)),
        ("name=\"十月\"", None),
    ];
    let (_, kept) = read_bytes(&listed(&second));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}

#[test]
fn sixty_four_visible_sheets_are_looked_at() {
    let with_wages_at = |place: usize| {
        let titles: Vec<_> = (1..=place).map(|n| format!("表{n}")).collect();
        let mut sheets: Vec<_> = titles.iter().map(|t| (t.as_str(), "填写说明")).collect();
        sheets[place - 1].1 = EXAMPLE;
        read_bytes(&book(&sheets)).1
    };
    let kept = with_wages_at(64);
    assert_eq!((kept.lines.len(), named(&kept).len()), (2, 63));
    let kept = with_wages_at(65);
    kept.one("unsupported_format");
    assert_eq!(kept.lines, []);
}

/// What is beyond them may be wages all the same: that they were not looked at is said once.
#[test]
fn sheets_beyond_the_first_sixty_four_are_noted() {
    let titles: Vec<_> = (1..=67).map(|n| format!("表{n}")).collect();
    let with = |count: usize, wages: &[usize]| {
        let of = |n: usize| if wages.contains(&n) { EXAMPLE } else { "" };
        let sheets = titles.iter().zip(1..=count);
        let sheets: Vec<_> = sheets.map(|(t, n)| (t.as_str(), of(n))).collect();
        read_bytes(&book(&sheets)).1
    };
    assert_eq!(with(64, &[1]).places(), [""; 0]);
    let kept = with(65, &[1, 65]);
    assert_eq!(kept.places(), ["field_ignored - - -"]);
    assert_eq!((named(&kept), kept.lines.len()), (vec!["表65"], 2));
    let note = kept.one("field_ignored");
    let zh = "第 64 张以后的工作表没有查看，其内容不会被读取：从“表65”起，共 1 张";
    assert_eq!(note.message(Lang::Zh), zh);
    let en = "Sheets after the first 64 were not looked at and are not read: 1, \
              from \"表65\" on";
    assert_eq!(note.message(Lang::En), en);
    assert!(note.hint(Lang::Zh).contains("移到另外的文件"));
    // None of them is called empty or full: nobody has looked.
    let kept = with(67, &[64]);
    assert_eq!((named(&kept), kept.lines.len()), (vec!["表65"], 2));
    assert_eq!(kept.argument("field_ignored", "unread"), "3");
    // Nor is one read where the first of them hold nothing: the note says why.
    let kept = with(67, &[66]);
    assert_eq!((named(&kept), kept.lines.len()), (vec!["表65"], 0));
    kept.one("unsupported_format");
}

/// One that nobody sees takes no place among them.
#[test]
fn hidden_sheets_are_not_counted() {
    let wages = sheet(EXAMPLE);
    let mut sheets = vec![("name=\"十月\" state=\"hidden\"", Some("<worksheet/>")); 64];
    sheets.push(("name=\"十一月\"", Some(&wages)));
    let (_, kept) = read_bytes(&listed(&sheets));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    let mut sheets = vec![("name=\"十一月\"", Some(&*wages))];
    sheets.extend([("name=\"说明\"", Some("<worksheet/>")); 63]);
    sheets.push(("name=\"十月\" state=\"hidden\"", Some(&wages)));
    let (_, kept) = read_bytes(&listed(&sheets));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}

/// 32 rows that may stand above the template, and twice the ten of its head. Rows between them
/// that are empty count as one each.
#[test]
fn a_sheet_is_known_by_its_first_52_rows() {
    let further_down = |row: usize| {
        let above: String = (1..row)
            .map(|n| match n % 2 {
                1 => format!("说明第{n}条\n"),
                _ => "\n".to_owned(),
            })
            .collect();
        let first = above + EXAMPLE;
        let (_, kept) = read_bytes(&book(&[("十一月", &first), ("十月", &october())]));
        let months = kept.head.map(|head| head.pay_month.to_string());
        (months, kept.lines.first().map(|line| line.name.clone()))
    };
    let read = |month: &str, name: &str| (Some(month.to_owned()), Some(name.to_owned()));
    assert_eq!(further_down(52), read("2026-11", "张样一"));
    assert_eq!(further_down(53), read("2026-10", "王样三"));
}

/// Texts of a cell are data, in several pieces too; those of a page's header and footer are not.
#[test]
fn a_further_sheet_is_named_where_a_cell_holds_something() {
    let rich = "<c r=\"A1\" t=\"inlineStr\"><is><r><rPr><b/></rPr><t>工资</t></r></is></c>";
    let footer = "<headerFooter><oddFooter>第 &amp;P 页</oddFooter></headerFooter>";
    let of = |cells: &str| {
        let row = format!("<sheetData><row r=\"1\">{cells}</row></sheetData>");
        format!("<worksheet>{row}{footer}</worksheet>")
    };
    for (cells, is_named) in [
        ("", false),
        ("<c r=\"A1\"/>", false),
        ("<c r=\"A1\" t=\"str\"><v> </v></c>", false),
        (rich, true),
        ("<c r=\"A1\"/><c r=\"B1\"><v>1</v></c>", true),
    ] {
        let (present, further) = (sheet(EXAMPLE), of(cells));
        let (_, kept) = read_bytes(&listed(&[
            ("name=\"十一月\"", Some(&present)),
            ("name=\"Sheet2\"", Some(&further)),
        ]));
        let expected = if is_named { vec!["Sheet2"] } else { vec![] };
        assert_eq!(named(&kept), expected, "{cells}");
        assert_eq!(kept.lines, example_lines());
    }
}

/// A fault in what is not read refuses nothing: a further sheet is looked at up to its first data.
#[test]
fn a_further_sheet_is_not_read_beyond_its_first_data() {
    let present = sheet(EXAMPLE);
    let cut = |xml: &str| xml[..xml.find("</sheetData>").unwrap()].to_owned();
    let further = cut(&sheet("说明\n说明"));
    let (_, kept) = read_bytes(&listed(&[
        ("name=\"十一月\"", Some(&present)),
        ("name=\"Sheet2\"", Some(&further)),
    ]));
    assert_eq!(named(&kept), ["Sheet2"]);
    assert_eq!((kept.places().len(), kept.lines), (1, example_lines()));
}

/// The sheet is chosen by its beginning, so its good lines are read whatever stands at its end.
#[test]
fn a_fault_at_the_end_of_one_of_several_sheets_has_its_place() {
    let broken = sheet(EXAMPLE).replace("<row r=\"15\">", "<row r=\"14\">");
    let (summary, kept) = read_bytes(&listed(&[
        ("name=\"十一月\"", Some(&broken)),
        ("name=\"Sheet2\"", Some("<worksheet/>")),
    ]));
    assert_eq!(kept.places(), ["schema_violation - 15 -"]);
    assert_eq!(kept.argument("schema_violation", "sheet"), "十一月");
    assert_eq!((summary.line_count, kept.lines.len()), (1, 1));
}

/// A target outside is no part of the container, though it may be of the same kind.
#[test]
fn what_stands_outside_of_the_container_is_not_followed() {
    let good = sheet(EXAMPLE);
    let shared = good.replace("t=\"str\"><v>张样一</v>", "t=\"s\"><v>0</v>");
    assert_ne!(shared, good);
    let outside = "<Relationships><Relationship Id=\"r9\" Type=\"t/sharedStrings\" \
                   Target=\"other.xml\" TargetMode=\"External\"/>";
    let relations = RELATIONS.replace("<Relationships>", outside);
    let (_, kept) = read_bytes(&container(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/other.xml", b"<sst><si><t>x</t></si></sst>"),
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>张样一</t></si></sst>".as_bytes(),
        ),
        ("xl/sheet1.xml", shared.as_bytes()),
    ]));
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}
