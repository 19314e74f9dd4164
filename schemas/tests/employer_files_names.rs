//! Names that an earlier program spoilt, and names that only look odd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::Lang;

fn with_name(name: &str) -> Kept {
    read_bytes(EXAMPLE.replacen("张样一", name, 1).as_bytes()).1
}

#[test]
fn a_spoilt_name_is_refused_with_the_kind_the_code_and_the_place() {
    for (name, codepoint, place, zh) in [
        ("张?一", "U+003F", "2", "丢失"),
        ("张样？", "U+FF1F", "3", "丢失"),
        ("张\u{FFFD}一", "U+FFFD", "2", "丢失"),
        ("张\u{200B}样一", "U+200B", "2", "看不见"),
        ("\u{200C}张样一", "U+200C", "1", "看不见"),
        ("张样一\u{200D}", "U+200D", "4", "看不见"),
        ("张样\u{FEFF}一", "U+FEFF", "3", "看不见"),
        ("张\u{2060}样一", "U+2060", "2", "看不见"),
        ("张\u{00AD}样一", "U+00AD", "2", "看不见"),
        ("张\u{202E}样一", "U+202E", "2", "看不见"),
        ("张\u{7}样一", "U+0007", "2", "看不见"),
        ("张\u{E000}一", "U+E000", "2", "自造字"),
        ("张\u{F8FF}一", "U+F8FF", "2", "自造字"),
        ("张\u{100000}一", "U+100000", "2", "自造字"),
        ("12 34", "U+0031", "1", "数字"),
        ("-２３", "U+FF12", "2", "数字"),
    ] {
        let kept = with_name(name);
        assert_eq!(
            kept.places(),
            ["name_not_encodable 1 14 name"],
            "{codepoint}"
        );
        assert_eq!(kept.argument("name_not_encodable", "codepoint"), codepoint);
        assert_eq!(kept.argument("name_not_encodable", "column"), place);
        let finding = kept.one("name_not_encodable");
        let message = finding.message(Lang::Zh);
        for word in [codepoint, &format!("第 {place} 个字"), zh] {
            assert!(message.contains(word), "{message}");
        }
        let english = finding.message(Lang::En);
        assert!(english.contains(&format!("character {place}")), "{english}");
        assert!(!message.contains("张样") && !english.contains("张样"));
    }
}

/// GBK bytes of the area that users fill themselves: AAA1 is U+E000.
#[test]
fn a_private_character_of_gbk_is_named() {
    let mut bytes = gb18030(EXAMPLE);
    let name = gb18030("张样一");
    let at = bytes.windows(6).position(|w| w == name).unwrap();
    bytes[at + 2..at + 4].copy_from_slice(&[0xAA, 0xA1]);
    let (_, kept) = read_bytes(&bytes);
    assert_eq!(kept.argument("name_not_encodable", "codepoint"), "U+E000");
}

#[test]
fn odd_names_that_are_names_stay_as_they_are() {
    for name in [
        "阿卜杜拉·买买提",
        "阿卜杜拉•买买提",
        "阿卜杜拉．买买提",
        "阿卜杜拉‧买买提",
        "阿卜杜拉 买买提",
        "JOHN SMITH",
        // The bank compares a name with its own, and says what it does not know.
        "张样2",
        "员工0001号",
        "O'Neill",
        "𠮷样",
        "王㛃",
    ] {
        let kept = with_name(name);
        assert_eq!(kept.places(), [""; 0], "{name}");
        assert_eq!(kept.lines[0].name, name, "nothing is replaced");
    }
}

/// What stands in a number and is no part of it is named: "wrong form, 19 characters" is a riddle.
#[test]
fn a_stray_character_in_a_number_is_named() {
    let (id, account) = ("11010519491231002X", "6222021202000000019");
    for (from, to, code, said) in [
        (id, "'11010519491231002X", "id_number_invalid", "“'”"),
        (id, "=\"11010519491231002X", "id_number_invalid", "“=”"),
        (id, "１１0105１９491231002＊", "id_number_invalid", "“＊”"),
        (id, "110105 19491231 002X", "id_number_invalid", "空格"),
        (account, "'6222021202000000019", "account_invalid", "“'”"),
        (account, "6222021202000000O19", "account_invalid", "“O”"),
        (
            account,
            "6222\u{A0}0212020000000019",
            "account_invalid",
            "空格",
        ),
        (account, "卡6222021202000000019", "account_invalid", "“卡”"),
        // Spaces and hyphens group an account's digits; they are not what is wrong.
        (
            account,
            "6222 0212-0200\u{3000}000O 019",
            "account_invalid",
            "“O”",
        ),
    ] {
        let (_, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        let message = kept.one(code).message(Lang::Zh);
        assert!(
            message.contains(said) && !message.contains("位）"),
            "{message}"
        );
        assert_eq!(message.contains("空格"), said == "空格", "{message}");
    }
}

#[test]
fn a_line_break_in_a_text_is_called_one() {
    let text = EXAMPLE.replacen("2026年11月工资", "\"2026年\n11月工资\"", 1);
    let (_, kept) = read_bytes(text.as_bytes());
    let message = kept.one("text_not_encodable").message(Lang::Zh);
    assert_eq!(message, "“备注”中有换行（U+000A）");
    let text = EXAMPLE.replacen("杭州样例建设有限公司\n", "杭州\u{202E}样例\n", 1);
    let (_, kept) = read_bytes(text.as_bytes());
    let message = kept.one("text_not_encodable").message(Lang::Zh);
    assert_eq!(message, "“单位名称”中有看不见的字符（U+202E）");
}

/// Copied from a web page or another program's window: the number looks right and is not.
#[test]
fn an_invisible_character_in_a_number_is_named() {
    for (from, code) in [
        ("11010519491231002X", "id_number_invalid"),
        ("6222021202000000019", "account_invalid"),
        ("6523.50", "amount_invalid"),
    ] {
        let text = EXAMPLE.replacen(from, &format!("\u{202D}{from}\u{202C}"), 1);
        let (_, kept) = read_bytes(text.as_bytes());
        let message = kept.one(code).message(Lang::Zh);
        assert!(
            message.contains("看不见") && message.contains("U+202D"),
            "{message}"
        );
    }
}
