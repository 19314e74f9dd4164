//! What a payroll clerk met: currencies, regions, lost columns, digits that a spreadsheet ate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::{Lang, Severity};

fn places(text: &str) -> Vec<String> {
    read_bytes(text.as_bytes()).1.places()
}

/// The example with a column 币种 that says the same at both lines.
fn with_currency(title: &str, text: &str) -> String {
    EXAMPLE
        .replace("备注\n", &format!("备注,{title}\n"))
        .replace("工资\n", &format!("工资,{text}\n"))
}

#[test]
fn a_currency_column_is_cny_or_refuses_the_file() {
    for title in ["币种", "currency", "Ccy", "CURRENCY *"] {
        for text in ["CNY", "rmb", "人民币", " 156 ", ""] {
            let (summary, kept) = read_bytes(with_currency(title, text).as_bytes());
            assert_eq!(kept.places(), [""; 0], "{title} {text}");
            assert_eq!(summary.lines_ok, 2);
        }
        let (summary, kept) = read_bytes(with_currency(title, "USD").as_bytes());
        assert_eq!(kept.places(), ["currency_not_supported - - currency"]);
        let finding = kept.one("currency_not_supported");
        assert_eq!(finding.severity, Severity::Error);
        assert_eq!(finding.value.as_deref(), Some("USD"));
        assert_eq!(
            kept.argument("currency_not_supported", "first_row"),
            "14",
            "said once, with the first row"
        );
        assert_eq!(summary.lines_ok, 0);
    }
    // A whole currency of the file stands in the head.
    let head = |text: &str| EXAMPLE.replace("总笔数", &format!("币种,{text}\n总笔数"));
    assert_eq!(places(&head("人民币")), [""; 0]);
    let found = places(&head("港币"));
    assert_eq!(found, ["currency_not_supported - - currency"]);
}

#[test]
fn a_currency_key_of_json_is_cny_or_refuses_the_file() {
    let json = |head: &str, line: &str| {
        format!(
            r#"{{"batch_no":"GZ-1","employer_uscc":"913301006639233248","pay_month":"2026-11",
            "paying_bank":"ICBC","payer_account":"1202020009900012345",{head}
            "line_count":1,"total_amount":"1.00","lines":[{{{line}"name":"张样一",
            "id_number":"11010519491231002X","account":"12345678","amount":"1.00"}}]}}"#
        )
    };
    for (head, line) in [
        ("", ""),
        (r#""currency":"CNY","#, r#""币种":"人民币","#),
        (r#""Ccy":156,"#, r#""currency":null,"#),
    ] {
        assert_eq!(places(&json(head, line)), [""; 0], "{head} {line}");
    }
    for (head, line) in [
        (r#""currency":"USD","#, ""),
        ("", r#""Ccy":"HKD","#),
        ("", r#""币种":840,"#),
    ] {
        let (_, kept) = read_bytes(json(head, line).as_bytes());
        assert_eq!(kept.places(), ["currency_not_supported - - currency"]);
        let first_row = kept
            .one("currency_not_supported")
            .arguments
            .get("first_row");
        assert_eq!(first_row.is_some(), head.is_empty());
    }
}

#[test]
fn a_project_code_that_names_no_region_is_said_and_does_not_hide_the_batch() {
    let with = |code: &str| EXAMPLE.replace("330110202611000001", code);
    // 余杭; Jiangsu's counties are not in our list; six digits alone are enough.
    for code in ["330110202611000001", "320102A-7", "330110", ""] {
        let (summary, kept) = read_bytes(with(code).as_bytes());
        assert_eq!(kept.places(), [""; 0], "{code}");
        let region = summary.head.unwrap().region().unwrap();
        // The example's employer is of 330100.
        let expected = if code.is_empty() {
            "330100"
        } else {
            &code[..6]
        };
        assert_eq!(region.as_str(), expected);
    }
    let cases = [
        // No province has 99; the employer's region sees it.
        ("990110202611000001", "330100"),
        // 江干 was abolished in 2021: the province and Hangzhou still see it.
        ("330104202611000001", "330104"),
    ];
    for (code, region) in cases {
        let (summary, kept) = read_bytes(with(code).as_bytes());
        assert_eq!(kept.places(), ["project_region_unknown - - project_code"]);
        let finding = kept.one("project_region_unknown");
        assert_eq!(finding.severity, Severity::Note, "it refuses nothing");
        let head = summary.head.unwrap();
        assert_eq!(head.project_code.as_deref(), Some(code));
        assert_eq!(head.region().unwrap().as_str(), region, "{code}");
    }
    // A code that does not begin with digits of a region says nothing of one.
    for code in ["P-001", "33011", "XM2026"] {
        let (summary, kept) = read_bytes(with(code).as_bytes());
        assert_eq!(kept.places(), [""; 0], "{code}");
        let head = summary.head.unwrap();
        assert_eq!(head.region().unwrap().as_str(), "330100", "{code}");
    }
    for (code, reason) in [
        ("330110 1", "form"),
        ("330110202611000001330110202611000", "form"),
    ] {
        let (summary, kept) = read_bytes(with(code).as_bytes());
        assert_eq!(kept.places(), ["project_code_invalid - - project_code"]);
        assert_eq!(kept.argument("project_code_invalid", "reason"), reason);
        assert!(summary.head.is_none(), "{code}");
    }
}

#[test]
fn one_bad_value_of_the_head_hides_no_other() {
    let text = EXAMPLE.replace("总笔数,2", "总笔数,two");
    let (summary, _) = read_bytes(text.as_bytes());
    assert!(summary.head.is_none());
    let draft = summary.draft.unwrap();
    assert_eq!(draft.line_count, None);
    assert_eq!(draft.batch_no.unwrap().as_str(), "GZ-2026-11-001");
    assert_eq!(draft.employer_uscc.unwrap().as_str(), "913301006639233248");
    assert_eq!(draft.employer_name.unwrap(), "杭州样例建设有限公司");
    assert_eq!(draft.project_code.unwrap(), "330110202611000001");
    assert_eq!(draft.pay_month.unwrap().to_string(), "2026-11");
    assert_eq!(draft.paying_bank.unwrap().as_str(), "ICBC");
    assert_eq!(draft.payer_account.unwrap().digits(), 19);
    assert!(draft.payer_name.is_some());
    assert_eq!(draft.total.unwrap().0, 1_360_350);
    let (summary, _) = read_bytes(EXAMPLE.as_bytes());
    assert_eq!(summary.draft.unwrap().whole(), summary.head);
}

#[test]
fn an_organisations_code_is_shown_and_a_persons_number_in_its_place_is_not() {
    let shown = |code: &str| {
        let text = EXAMPLE.replace("913301006639233248", code);
        let (_, kept) = read_bytes(text.as_bytes());
        kept.one("uscc_invalid").value.clone().unwrap()
    };
    assert_eq!(shown("913301006639233247"), "913301006639233247");
    assert_eq!(shown("91330100663923324"), "91330100663923324");
    assert_eq!(shown("9133\u{7}0100\u{202E}66"), "9133·0100·66");
    // A resident's number, right or with a wrong last character.
    assert_eq!(shown("11010519491231002X"), "110105********002X");
    assert_eq!(shown("110105194912310021"), "110105********0021");
    // Longer than a code: perhaps an account.
    assert_eq!(shown("6222021202000000019"), "62220212***********");
}

#[test]
fn a_wrong_form_says_how_long_the_number_is() {
    let cases = [
        (
            "11010519491231002X",
            "1101051949123100",
            "id_number_invalid",
            "16",
        ),
        // A letter is of a document's number, wherever it stands.
        (
            "11010519491231002X",
            "1101051949123100X2",
            "id_number_invalid",
            "18",
        ),
        ("6222021202000000019", "6222021", "account_invalid", "7"),
        // What groups the digits of an account is none of them.
        ("6222021202000000019", "622 2021", "account_invalid", "7"),
        (
            "6222021202000000019",
            "6-22 2\u{3000}021",
            "account_invalid",
            "7",
        ),
        ("913301006639233248", "91330100663923", "uscc_invalid", "14"),
    ];
    for (from, to, code, counted) in cases {
        let (_, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        assert_eq!(kept.argument(code, "counted"), counted);
        let message = kept.one(code).message(Lang::Zh);
        assert!(
            message.ends_with(&format!("格式不对（共 {counted} 位）")),
            "{message}"
        );
    }
    // What is of the right length says nothing of it.
    let text = EXAMPLE.replacen("11010519491231002X", "110105194912310021", 1);
    let (_, kept) = read_bytes(text.as_bytes());
    let message = kept.one("id_number_invalid").message(Lang::Zh);
    assert!(!message.contains("位）"), "{message}");
    let long = "杭".repeat(121);
    let text = EXAMPLE.replacen("杭州样例建设有限公司", &long, 1);
    assert_eq!(places(&text), ["text_too_long - - employer_name"]);
}

#[test]
fn a_missing_title_is_one_finding() {
    let rows: String = (1..=1000).map(|n| format!("{n},1.00,x,y\n")).collect();
    let head = EXAMPLE.split_once("\n\n").unwrap().0;
    let head = head.replace("总笔数,2", "总笔数,1000");
    let head = head.replace("13603.50", "1000.00");
    let text = format!("{head}\n\n序号,实发金额,备注,工种\n{rows}");
    let (summary, kept) = read_bytes(text.as_bytes());
    assert_eq!(
        kept.places(),
        [
            "missing_field - 13 name",
            "missing_field - 13 id_number",
            "missing_field - 13 account",
            "field_ignored - - -"
        ]
    );
    assert_eq!(
        kept.findings[0].message(Lang::Zh),
        "缺少必填项“姓名”（第 13 行的标题：序号, 实发金额, 备注, 工种）"
    );
    assert_eq!((summary.line_count, summary.lines_ok), (1000, 0));
    assert_eq!((kept.refused.len(), kept.lines.len()), (1000, 0));
    // A field that is empty under its title is that line's, as ever.
    let text = EXAMPLE.replace("张样一", "");
    assert_eq!(places(&text), ["name_missing 1 14 name"]);
    let untitled = EXAMPLE.replace(
        "序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注\n",
        "",
    );
    let found = places(&untitled);
    assert_eq!(found[0], "schema_violation - 13 -");
    assert!(
        found.iter().all(|place| !place.contains(" 14 ")),
        "{found:?}"
    );
}

#[test]
fn digits_that_a_spreadsheet_ate_are_named_with_the_remedy() {
    let remedy = "表格软件只保留 15 位数字，丢失的无法恢复：请先把该列（单元格）设为文本格式，\
                  再对照证件或银行卡重新填写完整号码";
    let id = "11010519491231002X";
    let account = "6222021202000000019";
    let cases = [
        (id, "1.10105E+17", "id_number_invalid"),
        (id, "1.10105194912310e+17", "id_number_invalid"),
        (id, "110105194912310000", "id_number_invalid"),
        (account, "6.22202E+18", "account_invalid"),
        // Luhn: 31 with the four zeros, not a multiple of ten.
        (account, "6222021202000020000", "account_check_digit"),
        (
            "1202020009900012345",
            "1.20202E+18",
            "payer_account_invalid",
        ),
    ];
    for (from, to, code) in cases {
        let (_, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        assert_eq!(kept.argument(code, "reason"), "typed_as_number", "{to}");
        let finding = kept.one(code);
        assert_eq!(finding.hint(Lang::Zh), remedy);
        let message = finding.message(Lang::Zh);
        assert!(message.contains("表格软件把它当成了数字"), "{message}");
    }
    // A mistyped number is only that.
    for (from, to, code) in [
        (id, "110105194912310021", "id_number_invalid"),
        (account, "622202120200000001X", "account_invalid"),
        (account, "6222021202000000018", "account_check_digit"),
    ] {
        let (_, kept) = read_bytes(EXAMPLE.replacen(from, to, 1).as_bytes());
        assert!(!kept.one(code).hint(Lang::Zh).contains("丢失"), "{to}");
    }
}

/// The reader of zh texts finds no word of English but names that stand on the screen too.
#[test]
fn a_bank_is_named_by_its_name() {
    let text = EXAMPLE.replacen("6222021202000000019", "6228480000000000000", 1);
    let (_, kept) = read_bytes(text.as_bytes());
    let mismatch = kept.one("account_bank_mismatch");
    let message = mismatch.message(Lang::Zh);
    assert!(
        message.contains("中国农业银行") && message.contains("中国工商银行"),
        "{message}"
    );
}
