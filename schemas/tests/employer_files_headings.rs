//! What stands around the template in a clerk's file: instruction sheets, headings above it,
//! decorated titles, titles that are missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::book;
use employer_files_support::*;
use schemas::Lang;

const TITLES: &str = "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注";
const HEADING: &str = "杭州样例建设有限公司2026年11月工资表";
const INSTRUCTIONS: &str =
    "填写说明\n1.请勿改动标题\n批次号,必填：1 至 35 位\n工资月份,必填\n姓名,必填\n";

/// The rows moved by so many.
fn moved(by: u32) -> Vec<Line> {
    let lines = example_lines().into_iter();
    lines
        .map(|line| Line {
            row: line.row + by,
            ..line
        })
        .collect()
}

fn ignored(kept: &Kept) -> Vec<&str> {
    let notes = kept.findings.iter();
    let notes = notes.filter(|finding| finding.code.as_str() == "field_ignored");
    notes.filter_map(|note| note.value.as_deref()).collect()
}

#[test]
fn the_sheet_with_the_template_is_found_wherever_it_stands() {
    for sheets in [
        [("填写说明", INSTRUCTIONS), ("工资", EXAMPLE)],
        [("工资", EXAMPLE), ("填写说明", INSTRUCTIONS)],
    ] {
        let (summary, kept) = read_bytes(&book(&sheets));
        assert_eq!(kept.lines, example_lines(), "{:?}", kept.places());
        assert_eq!((summary.errors, ignored(&kept)), (0, vec!["填写说明"]));
    }
    // Working days have names too.
    let days = "姓名,身份证号,出勤天数,备注\n张样一,11010519491231002X,22,\n";
    let (summary, kept) = read_bytes(&book(&[("考勤", days), ("工资", EXAMPLE)]));
    assert_eq!(kept.lines, example_lines(), "{:?}", kept.places());
    assert_eq!((summary.errors, ignored(&kept)), (0, vec!["考勤"]));
    // An empty sheet before it is nothing to speak of.
    let (_, kept) = read_bytes(&book(&[("Sheet1", ""), ("工资", EXAMPLE)]));
    assert_eq!(kept.lines, example_lines());
    assert_eq!(kept.places(), [""; 0]);
}

/// Which of two sheets is meant only their order says; the other one is named.
#[test]
fn of_two_sheets_with_wages_the_first_is_read_even_where_the_second_is_better() {
    let october = EXAMPLE.replace("2026-11", "2026-10");
    let october = october.replace("张样一", "王样三");
    for first in [
        EXAMPLE.to_owned(),
        EXAMPLE.replace("批次号,GZ-2026-11-001\n", ""),
        EXAMPLE.replace(TITLES, ""),
        EXAMPLE.split_once("\n\n").unwrap().1.to_owned(),
        EXAMPLE
            .replace("安薪代发工资表,V1\n", "")
            .replace(TITLES, ""),
    ] {
        let (_, kept) = read_bytes(&book(&[("十一月", &first), ("十月", &october)]));
        assert_eq!(ignored(&kept), ["十月"], "{:?}", kept.places());
        assert!(kept.lines.iter().all(|line| line.name != "王样三"));
    }
}

#[test]
fn headings_above_the_template_are_named_and_ignored() {
    let above = format!("{HEADING}\n制表：财务部,,,,单位：元\n\n");
    let (summary, kept) = read_bytes(format!("{above}{EXAMPLE}").as_bytes());
    assert_eq!(kept.lines, moved(3), "{:?}", kept.places());
    assert_eq!(ignored(&kept), [HEADING, "制表"]);
    assert_eq!(summary.errors, 0);
    let message = kept.findings[0].message(Lang::Zh);
    assert!(message.contains("第 1 行"), "{message}");
    let aside = EXAMPLE
        .lines()
        .map(|row| format!(",{row}\n").replace(",\n", "\n"));
    let (_, kept) = read_bytes(&book(&[("工资", &aside.collect::<String>())]));
    assert_eq!(kept.lines, example_lines(), "a column further right");
    let (_, kept) = read_bytes(&book(&[("工资", &format!("{HEADING}\n{EXAMPLE}"))]));
    assert_eq!(kept.lines, moved(1), "{:?}", kept.places());
    assert_eq!(ignored(&kept), [HEADING]);
    // Between the head and the titles, where it once ate the title row.
    for between in [format!("{HEADING}\n"), format!("{HEADING}\n\n")] {
        let text = EXAMPLE.replace(TITLES, &format!("{between}{TITLES}"));
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!(
            (summary.errors, summary.lines_ok),
            (0, 2),
            "{:?}",
            kept.places()
        );
        assert_eq!(ignored(&kept), [HEADING]);
    }
}

#[test]
fn a_file_that_is_something_else_is_still_told() {
    let many = "一,二,三\n".repeat(100_000);
    let longer = format!("{}{EXAMPLE}", "一,二\n".repeat(100));
    for text in ["hello\nworld\n", HEADING, "a,b\n1,2\n", &many, &longer] {
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["unsupported_format - - -"]);
        let (_, kept) = read_bytes(&book(&[("Sheet1", text.get(..60).unwrap_or(text))]));
        assert_eq!(kept.places(), ["unsupported_format - - -"]);
    }
}

#[test]
fn titles_as_clerks_decorate_them_are_read() {
    for (from, to) in [
        ("实发金额", "实发金额(元)"),
        ("实发金额", "实发金额（元）"),
        ("实发金额", "实发金额（单位：元）"),
        ("实发金额", "【必填】实发金额/元"),
        ("实发金额", "实发工资"),
        ("实发金额", "实发"),
        ("应发金额", "应发工资(人民币元)"),
        ("姓名", "*姓名"),
        ("姓名", "姓　名"),
        ("姓名", "姓名（必填）"),
        ("姓名", "\u{FEFF}姓\u{200B}名"),
        ("姓名", "员工姓名"),
        ("证件号码", "身份证号"),
        ("证件号码", "身份证号码"),
        ("证件号码", "居民身份证号码"),
        ("银行账号", "卡号"),
        ("银行账号", "银行卡号（必填）"),
        ("开户银行", "开户行"),
        ("实发金额", "Net Pay (CNY)"),
        ("银行账号", "Card No."),
        ("总金额", "总金额（元）"),
        ("总笔数", "总笔数(必填)："),
        ("工资月份", "发薪月份"),
        ("统一社会信用代码", "*社会信用代码"),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.lines, example_lines(), "{to}: {:?}", kept.places());
        assert_eq!(kept.places(), [""; 0], "{to}");
    }
}

/// Another unit, another kind of amount, another person: never guessed. The one finding names the
/// titles that stand there, and no total is compared that nobody could count.
#[test]
fn a_doubtful_title_is_a_missing_one_and_nothing_follows_from_it() {
    for (from, to, place) in [
        ("实发金额", "实发金额(万元)", "missing_field - 13 amount"),
        ("实发金额", "实发金额（分）", "missing_field - 13 amount"),
        ("实发金额", "金额(USD)", "missing_field - 13 amount"),
        ("实发金额", "税后", "missing_field - 13 amount"),
        ("姓名", "班组长姓名", "missing_field - 13 name"),
        ("银行账号", "手机号", "missing_field - 13 account"),
    ] {
        let (_, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        assert_eq!(kept.places(), [place, "field_ignored - - -"], "{to}");
        let message = kept.one("missing_field").message(Lang::Zh);
        assert!(
            message.contains(to) && message.contains("备注"),
            "{message}"
        );
    }
    // Two titles of one column: which is meant is the clerk's to say.
    let (_, kept) = read_bytes(EXAMPLE.replacen("应发金额", "实发工资", 1).as_bytes());
    assert!(
        kept.places()
            .contains(&"schema_violation - 13 amount".to_owned())
    );
    assert_eq!(kept.argument("schema_violation", "found"), "实发工资");
}

/// One title beside texts that are no numbers is a title row, of which the rest lacks. A column
/// that is called as a key of the head does not make a head of a title row.
#[test]
fn a_title_row_is_known_by_one_title_and_in_spite_of_a_key() {
    let (head, _) = EXAMPLE.split_once("\n\n").unwrap();
    let text = format!("{head}\n\n工号,姓名,班组\nA-1,张样一,木工\nA-2,李样二,木工\n");
    let (_, kept) = read_bytes(text.as_bytes());
    let missing: Vec<_> = kept.places();
    let missing = missing.iter().filter(|place| place.starts_with("missing"));
    let expected = ["id_number", "account", "amount"];
    let expected = expected.map(|field| format!("missing_field - 13 {field}"));
    assert_eq!(missing.collect::<Vec<_>>(), expected.each_ref());
    let text = format!(
        "{head}\n\n项目编码,序号,姓名,证件类型,证件号码,银行账号,开户银行,实发金额,应发金额,备注\n\
         P1,1,张样一,01,11010519491231002X,6222021202000000019,ICBC,6523.50,6600,2026年11月工资\n\
         P1,2,李样二,01,34052419800101001X,6228480000000000000,ABC,7080,7080,2026年11月工资\n"
    );
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.places(), ["field_ignored - - -"]);
    assert_eq!(ignored(&kept), ["项目编码"]);
    assert_eq!(kept.lines, example_lines());
}

/// Beside the head a text with a value is a key that we don't have; below its empty row it is a
/// heading of the table, as every other text there. A signature's name is never shown.
#[test]
fn a_text_with_a_value_is_a_key_beside_the_head_and_a_heading_below_it() {
    for (before, reason) in [("总笔数", None), (TITLES, Some("heading"))] {
        for row in ["制表人,王样", "制表人：王样,2026-11-23"] {
            let text = EXAMPLE.replace(before, &format!("{row}\n{before}"));
            for bytes in [book(&[("工资", &text)]), text.into_bytes()] {
                let (summary, kept) = read_bytes(&bytes);
                assert_eq!((summary.errors, summary.lines_ok), (0, 2), "{row}");
                let note = kept.one("field_ignored");
                assert_eq!(note.value.as_deref(), Some("制表人"), "{row}");
                let said = note.arguments.get("reason").map(String::as_str);
                assert_eq!(said, reason, "{row}");
            }
        }
    }
}

#[test]
fn a_missing_title_row_is_one_finding() {
    for text in [
        EXAMPLE.replace(&format!("{TITLES}\n"), ""),
        EXAMPLE.replace(&format!("\n{TITLES}\n"), ""),
        EXAMPLE.replace(TITLES, HEADING).replace(HEADING, "a,b,c"),
    ] {
        let (summary, kept) = read_bytes(text.as_bytes());
        let errors: Vec<_> = kept
            .places()
            .into_iter()
            .filter(|place| !place.starts_with("field_ignored"))
            .collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with("schema_violation - 1"), "{errors:?}");
        assert_eq!((summary.line_count, summary.lines_ok), (2, 0));
        assert!(kept.one("schema_violation").hint(Lang::Zh).contains("序号"));
        let shown = format!("{:?}", kept.findings);
        assert!(!shown.contains("张样一"), "{shown}");
    }
    // Where the lines begin with the name, as where they begin with a number.
    let lines = EXAMPLE.replace(&format!("{TITLES}\n"), "");
    let lines = lines.replace("\n1,张样一", "\n张样一");
    let (_, kept) = read_bytes(lines.replace("\n2,李样二", "\n李样二").as_bytes());
    assert_eq!(kept.places(), ["schema_violation - 13 -"]);
    assert_eq!(kept.argument("schema_violation", "found"), "张**");
    // And above the template, where they are taken for headings.
    let line = "张样一,11010519491231002X,6222021202000000019,6523.50";
    let (_, kept) = read_bytes(format!("{line}\n{EXAMPLE}").as_bytes());
    assert_eq!(ignored(&kept), ["张**"]);
    // A million lines without titles and without an empty row are no million notes.
    let head = EXAMPLE.split_once("\n\n").unwrap().0;
    let row = "1,张样一,01,11010519491231002X,6222021202000000019,ICBC,,6523.50\n";
    let (_, kept) = read_bytes(format!("{head}\n{}", row.repeat(1000)).as_bytes());
    assert_eq!(kept.places(), ["schema_violation - 12 -"]);
    let said = kept.one("schema_violation").message(Lang::En);
    assert!(said.contains("no title row at row 12, column 1"), "{said}");
    // A head and nothing else: the place is its end. Below it the first row should be titles.
    let (_, kept) = read_bytes(head.as_bytes());
    assert_eq!(kept.places(), ["schema_violation - 11 -"]);
    let below = format!("{head}\n\n经办人：某人\n\n日期：2026-11-23\n");
    let (_, kept) = read_bytes(below.as_bytes());
    let place = kept
        .places()
        .into_iter()
        .find(|of| of.starts_with("schema"));
    assert_eq!(place.as_deref(), Some("schema_violation - 13 -"));
}

#[test]
fn a_value_beside_a_merged_cell_is_the_value_and_two_values_are_none() {
    let text = EXAMPLE.replace("批次号,GZ", "批次号,,GZ");
    let (_, kept) = read_bytes(text.as_bytes());
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(kept.lines, example_lines());
    // As forms are laid out: key and value in one cell, or several pairs in a row.
    for (from, to) in [
        ("批次号,GZ", "批次号：GZ"),
        ("批次号,GZ", "批次号: GZ"),
        (
            "工资月份,2026-11\n付款银行,ICBC\n",
            "工资月份,2026-11,,付款银行,ICBC\n",
        ),
        (
            "工资月份,2026-11\n付款银行,ICBC\n",
            "工资月份：2026-11,,付款银行：ICBC\n",
        ),
    ] {
        let (_, kept) = read_bytes(EXAMPLE.replace(from, to).as_bytes());
        assert_eq!(kept.places(), [""; 0], "{to}");
        assert_eq!(kept.lines.len(), 2);
    }
    // A key that we don't have, with a long number, is no line.
    let text = EXAMPLE.replace("总笔数", "联系人,王样,13800138000\n总笔数");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!((summary.errors, ignored(&kept)), (0, vec!["联系人"]));
    // A unit, and what stands apart from the template.
    let text = EXAMPLE.replace("总金额,13603.50", "总金额,13603.50,元");
    let text = text.replace("总笔数,2", "总笔数,2,,,,已审批");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!((summary.errors, ignored(&kept)), (0, vec!["已审批", "元"]));
    // The first of several values is named, and each key that comes again; all of it is said once.
    for (from, to, place, column) in [
        ("13603.50", "13,603.50", "11 total_amount", "3"),
        ("13603.50", "13,603,50", "11 total_amount", "3"),
        (
            "13603.50\n",
            "13603.50\n,总金额,1.00\n",
            "12 total_amount",
            "3",
        ),
        (
            "13603.50\n",
            "13603.50\n,总金额：1.00\n",
            "12 total_amount",
            "2",
        ),
    ] {
        let (_, kept) = read_bytes(EXAMPLE.replace(from, to).as_bytes());
        assert_eq!(kept.places(), [format!("schema_violation - {place}")]);
        assert_eq!(kept.argument("schema_violation", "column"), column, "{to}");
    }
}

/// As many as the readme of schemas says; above the template and between its parts together.
#[test]
fn thirty_two_rows_may_stand_around_the_parts_of_the_template() {
    let rows = |count: u32| (1..=count).map(|n| format!("说明第{n}条\n"));
    let rows = |count| rows(count).collect::<String>();
    let read = |above: u32, between: u32| {
        let between = format!("{}{TITLES}", rows(between));
        let text = rows(above) + &EXAMPLE.replace(TITLES, &between);
        let (summary, kept) = read_bytes(text.as_bytes());
        let errors = kept.places();
        let errors = errors.iter().filter(|p| !p.starts_with("field_ignored"));
        (summary.lines_ok, errors.cloned().collect::<Vec<_>>())
    };
    for (above, between) in [(32, 0), (0, 32), (20, 12)] {
        assert_eq!(read(above, between), (2, vec![]), "{above} {between}");
    }
    let (ok, errors) = read(33, 0);
    assert_eq!((ok, errors), (0, vec!["unsupported_format - - -".into()]));
    // The titles stood in row 13, and in that of the 33rd text instead of them no title stands.
    for (above, between, row) in [(0, 33, 45), (20, 13, 45)] {
        let (ok, errors) = read(above, between);
        assert_eq!(
            (ok, errors),
            (0, vec![format!("schema_violation - {row} -")])
        );
    }
}

/// `备注` alone, or beside a number, stands in many headings; so does a title beside a key.
#[test]
fn one_title_makes_a_title_row_only_beside_texts() {
    for (from, to, noted) in [
        (TITLES.to_owned(), format!("备注\n{TITLES}"), "备注"),
        (TITLES.to_owned(), format!("附言,12\n{TITLES}"), "附言"),
        ("\n总笔数".to_owned(), ",,备注\n总笔数".to_owned(), "备注"),
    ] {
        let (summary, kept) = read_bytes(EXAMPLE.replace(&from, &to).as_bytes());
        assert_eq!(ignored(&kept), [noted], "{to}");
        assert_eq!((summary.errors, summary.lines_ok), (0, 2), "{to}");
    }
}

/// The template's name, as its English words and its Chinese ones.
#[test]
fn a_template_may_be_named_in_english() {
    for name in ["安薪 代发工资表", "Anxin payroll", "ANXIN WAGE FILE"] {
        let text = EXAMPLE.replacen("安薪代发工资表", name, 1);
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), [""; 0], "{name}");
        assert_eq!(kept.lines, example_lines(), "{name}");
    }
}
