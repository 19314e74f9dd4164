//! A person's name or number that stands in the wrong column is never shown in full.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::finding::Lang;

/// All that a finding of a file whose only line has this value in this column says.
fn said(column: usize, value: &str) -> String {
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, column, value)).as_bytes());
    let text = |f: &schemas::Finding| {
        let shown = f.value.clone().unwrap_or_default();
        shown + "\n" + &f.message(Lang::Zh) + "\n" + &f.message(Lang::En) + "\n"
    };
    kept.findings.iter().map(text).collect()
}

#[test]
fn a_name_or_number_in_any_column_is_masked() {
    let names = [
        "买买提·艾力",
        "Zhang San",
        "王五",
        "欧阳娜娜",
        "阿卜杜热合曼·吐尔孙",
        "JEAN O'NEIL",
    ];
    let numbers = [
        "6222021202000000019",
        "6222 0212 0200 0000 019",
        "6222-0212-0200-0000-019",
        "６２２２０２１２０２００００００００１９",
        "11010519491231002X",
    ];
    // 序号, 证件类型, 开户银行, 联行号, 实发金额, 应发金额, 备注.
    for column in [0, 2, 5, 6, 7, 8] {
        for secret in names.iter().chain(&numbers) {
            let said = said(column, secret);
            assert!(
                !said.is_empty() && !said.contains(secret),
                "{column}: {said}"
            );
        }
    }
    for column in [0, 2, 3, 4, 5, 6, 7, 8] {
        let said = said(column, "欧阳娜娜6222021202000000019");
        assert!(
            !said.contains("欧阳") && !said.contains("62220212"),
            "{said}"
        );
    }
}

#[test]
fn a_memo_shows_only_the_character_that_is_wrong() {
    let said = said(9, "张样一补发\u{202E}六月");
    assert!(
        said.contains("U+202E") && !said.contains("补发") && !said.contains('张'),
        "{said}"
    );
}

#[test]
fn what_is_of_the_columns_own_kind_is_shown() {
    for (column, value) in [
        (0, "0"),
        (2, "18"),
        (5, "某某村镇银行"),
        (7, "1.234.5"),
        (7, "-5.00"),
        (8, "１２.３４５"),
    ] {
        let said = said(column, value);
        assert!(said.contains(value), "{column} {value}: {said}");
    }
}

/// What the finding of a wrong value shows of it.
fn shown(column: usize, value: &str, code: &str) -> String {
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, column, value)).as_bytes());
    kept.one(code).value.clone().unwrap()
}

/// Of a number a quarter at each end, of a long one the first six and the last four; however
/// people group it, it is one number.
#[test]
fn a_number_keeps_its_ends_and_a_text_its_first_character() {
    let very_long = "123456".to_owned() + &"0".repeat(40) + "7890";
    let cut = "123456".to_owned() + &"*".repeat(34) + "7890";
    for (value, masked) in [
        ("12345678", "12****78"),
        ("123456789012", "123******012"),
        ("1234567890123", "123456***0123"),
        ("6222021202000000019", "622202*********0019"),
        ("6222 0212 0200 0000 019", "622202*********0019"),
        ("6222-0212－0200–0000—0·19", "622202*********0019"),
        (very_long.as_str(), cut.as_str()),
        // A permit has up to three letters; what has more of them than digits is a text.
        ("ABC1234", "A*****4"),
        ("ABCD12345", "A***"),
        ("AB12", "A***"),
        ("ABC12", "A***"),
        ("张12345", "张***"),
    ] {
        assert_eq!(shown(5, value, "bank_unknown"), masked, "{value}");
    }
}

#[test]
fn a_kind_of_document_is_shown_unless_a_number_stands_beside_it() {
    let shown = |value| shown(2, value, "id_type_invalid");
    assert_eq!(shown("驾驶证"), "驾驶证");
    assert_eq!(shown("证11010519491231002X"), "证***");
}

/// A finding is one line on a screen and in a log.
#[test]
fn a_character_that_turns_or_breaks_a_line_is_shown_as_a_dot() {
    for broken in ["GZ\u{7}1", "GZ\u{202E}1", "GZ\u{2028}1"] {
        let text = EXAMPLE.replace("GZ-2026-11-001", broken);
        let (_, kept) = read_bytes(text.as_bytes());
        let value = kept.one("batch_no_invalid").value.as_deref();
        assert_eq!(value, Some("GZ·1"), "{broken:?}");
    }
}

/// A remark below the lines is named, unless a person's name may stand there: two to four hanzi
/// that are of no bank, month or sum.
#[test]
fn a_remark_of_the_length_of_a_name_is_masked() {
    for (remark, shown) in [
        ("张样一", "张**"),
        ("欧阳样一", "欧***"),
        ("张", "张"),
        ("OK", "OK"),
        ("三月", "三月"),
        ("人事部制表", "人事部制表"),
    ] {
        let (_, kept) = read_bytes(format!("{EXAMPLE}{remark},,,,,,,,,\n").as_bytes());
        assert_eq!(kept.places(), ["field_ignored - - -"], "{remark}");
        assert_eq!(kept.argument("field_ignored", "element"), shown);
    }
}

/// Before a colon stands what follows it, or whose words follow it: only what is known to be no
/// person is shown. Above the template, between its parts, below the lines; in any cell.
#[test]
fn what_stands_before_a_colon_is_shown_only_if_it_is_a_known_label() {
    for (text, shown) in [
        ("王样三：已审核", "王**"),
        ("王样三: 同意", "王**"),
        ("班组长王样三：已审核", "班***"),
        ("买买提·艾力（组长）：已审核", "买***"),
        ("Wang Yangsan: checked", "W***"),
        ("审核：王样三", "审核"),
        ("审 核 人：王样三", "审 核 人"),
        ("审核人（签字）：王样三", "审核人（签字）"),
        ("制表人签名：", "制表人签名"),
        ("注1：以上为实发", "注1"),
        ("2、说明：以上为实发", "2、说明"),
        ("Prepared by: Wang", "Prepared by"),
        ("（单位：元）", "（单位"),
        // A title with a unit; a name with something.
        ("十一月工资表（单位：元）", "十一月工资表"),
        ("王样三（电话：1）", "王**"),
        ("王样三已审核（王样四：1）", "王***"),
        // A title of the template is a label, a sum is one.
        ("开户银行：见附件", "开户银行"),
        ("合计大写：壹万", "合计大写"),
        // Nothing before it.
        ("：王样三", ""),
    ] {
        let note = |text: &str| {
            let (_, kept) = read_bytes(text.as_bytes());
            let note = kept.one("field_ignored").clone();
            assert!(!note.message(Lang::Zh).contains("王样三"), "{text}");
            note.value.unwrap_or_default()
        };
        let row = format!("{text},,,,,,,,,\n");
        assert_eq!(note(&format!("{row}{EXAMPLE}")), shown, "{text}");
        assert_eq!(note(&format!("{EXAMPLE}{row}")), shown, "{text}");
        let (head, lines) = EXAMPLE.split_once("\n\n").unwrap();
        assert_eq!(note(&format!("{head}\n\n{row}{lines}")), shown, "{text}");
        // Beside a key's value, and as a key with a value of its own.
        let beside = EXAMPLE.replace("2026-11\n", &format!("2026-11,,{text}\n"));
        assert_eq!(note(&beside), shown, "{text}");
        let key = EXAMPLE.replace("总笔数", &format!("{text},x\n总笔数"));
        assert_eq!(note(&key), shown, "{text}");
    }
}

/// A name alone is masked above the lines as it is below them.
#[test]
fn a_name_above_the_lines_is_masked() {
    for text in [
        format!("王样三\n{EXAMPLE}"),
        EXAMPLE.replace("\n\n", "\n\n王样三\n"),
        EXAMPLE.replace("2026-11\n", "2026-11,,王样三\n"),
    ] {
        let (_, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.argument("field_ignored", "element"), "王**");
    }
}
