#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::masked;
use crate::intake::lines::KeptLine;
use schemas::value::{AccountNo, Fen, IdNumber, IdType, LineNo, PersonName};

/// 张伟强, whose account has eight digits: too few to be hidden as a number alone.
fn kept(name: &str, account: &str) -> KeptLine {
    KeptLine {
        index: 1,
        row: 12,
        line_no: LineNo(1),
        reference: None,
        name: PersonName::parse(name).unwrap(),
        id_type: IdType::RESIDENT,
        id_number: IdNumber::parse(IdType::RESIDENT, "11010519491231002X").unwrap(),
        account: AccountNo::parse(account).unwrap(),
        payee_bank: None,
        cnaps_code: None,
        amount: Fen(652_350),
        gross_amount: None,
        memo: None,
        corrects: None,
    }
}

#[test]
fn a_bank_s_words_show_no_long_number() {
    assert_eq!(
        masked("卡号6222021202000000019不存在", None),
        "卡号*******************不存在"
    );
    assert_eq!(masked("错误码 20261123", None), "错误码 20261123");
    assert_eq!(masked("110105194912310021", None), "*".repeat(18));
}

#[test]
fn a_number_in_groups_or_wide_digits_is_as_long() {
    for (said, shown) in [
        (
            "卡 6222 0212 3456 7890 123 不存在",
            "卡 **** **** **** **** *** 不存在",
        ),
        ("6222-0212-3456-7890-123", "****-****-****-****-***"),
        ("330102-19900101-123x", "******-********-****"),
        (
            "330102 1990\u{3000}01 01 １２３Ｘ",
            "****** ****\u{3000}** ** ****",
        ),
        ("６２２２０２１２３４５６", "************"),
        // A sign that shows nothing is between them.
        ("62220\u{200B}2123", "*****\u{200B}****"),
        // Not one number: words between, or eight digits at most.
        ("代码 4001 共 20261123 笔", "代码 4001 共 20261123 笔"),
        ("应付 6,523.50", "应付 6,523.50"),
    ] {
        assert_eq!(masked(said, None), shown, "{said}");
    }
}

#[test]
fn the_person_of_the_line_is_hidden_however_it_is_written() {
    let line = kept("张伟强", "62220212");
    // First character and stars; six and four of the document; a quarter at each end of the
    // account.
    for (said, shown) in [
        ("户名张伟强不符", "户名张**不符"),
        ("户名 张 伟 强 不符", "户名 张** 不符"),
        ("张\u{3000}伟强", "张**"),
        ("账号 6222-0212 已销户", "账号 62****12 已销户"),
        ("账号６２２２０２１２", "账号62****12"),
        (
            "证件 110105 1949-1231 002x 有误",
            "证件 110105********002X 有误",
        ),
        (
            "证件１１０１０５１９４９１２３１００２Ｘ",
            "证件110105********002X",
        ),
    ] {
        assert_eq!(masked(said, Some(&line)), shown, "{said}");
    }
    let line = kept("Li Wei", "62220212");
    assert_eq!(
        masked("payee LI-WEI unknown", Some(&line)),
        "payee L*** unknown"
    );
    let line = kept("阿依古丽·买买提", "62220212");
    assert_eq!(masked("阿依古丽买买提", Some(&line)), "阿***");
}
