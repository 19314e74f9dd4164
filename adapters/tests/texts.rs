//! What the line rules let through is written and read back unchanged; what they refuse is
//! refused by the encoder as well.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::codes::CodeTable;
use adapters::exchange::{Outcome, PaymentOrder};
use proptest::prelude::*;
use schemas::employer_files::{Asked, LineRules};
use schemas::{FailureReason, LineNo, PersonName, Purpose};
use support::{ToyKeys, accept, bank, converse, order};

fn findings(code: &str, order: &PaymentOrder) -> usize {
    let line = &order.lines[0];
    let mut findings = Vec::new();
    let pay_line = Asked {
        line_no: LineNo(1),
        row: 1,
        name: Some(line.name.reveal(Purpose::Matching)),
        memo: line.memo.as_deref(),
        amount: Some(line.amount),
        account: Some(line.account),
        payee_bank: line.payee_bank,
    };
    bank(code).line_rules().judge(&pay_line, &mut findings);
    findings.len()
}

fn agrees(code: &str, name: &PersonName, memo: &str) -> Result<(), TestCaseError> {
    let adapter = bank(code);
    let mut order = order(code);
    order.lines.truncate(2);
    order.lines[0].name = name.clone();
    order.lines[0].memo = Some(memo.to_owned());
    let encoded = adapter.encode_payment(&order, &ToyKeys);
    let judged = findings(code, &order);
    prop_assert_eq!(
        judged == 0,
        encoded.is_ok(),
        "{}: {} {:?}",
        code,
        judged,
        encoded.is_ok()
    );
    if judged == 0 {
        let mut conversation = adapter.submit(&order);
        let (_, requests, _) = converse(adapter, &mut conversation, accept);
        let read = requests.iter().rfind(|r| !r.lines.is_empty()).unwrap();
        prop_assert_eq!(read.lines.len(), 2);
        prop_assert_eq!(&read.lines[0].name, name);
        prop_assert_eq!(read.lines[0].amount, order.lines[0].amount);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn rules_and_encoder_agree(
        name in "[张李欧阳珅瑋韡東·A-Z a-z|#:<>&\"'\\\\^~@𠮷㐂]{1,12}",
        memo in "[工资年月0-9|#:<>&\"'=+%-]{0,12}",
    ) {
        if let Ok(name) = PersonName::parse(&name) {
            for code in ["HXB", "ICBC", "PAB", "WZCB", "ZJNX", "HZCB", "CZBANK", "PSBC"] {
                agrees(code, &name, &memo)?;
            }
        }
    }

    #[test]
    fn any_name_at_all(name: String) {
        if let Ok(name) = PersonName::parse(&name) {
            for code in ["HXB", "ICBC", "PAB", "WZCB", "ZJNX", "HZCB", "CZBANK", "PSBC"] {
                agrees(code, &name, "工资")?;
            }
        }
    }
}

#[derive(serde::Deserialize)]
struct Table {
    codes: Vec<adapters::codes::Code>,
}

fn table() -> CodeTable {
    let text = r#"
        [[codes]]
        exact = ["0000"]
        outcome = "paid"
        [[codes]]
        prefix = ["ET", "ETX9"]
        outcome = "unknown"
        [[codes]]
        prefix = ["ETX"]
        outcome = "failed"
        reason = "duplicate"
        [[codes]]
        suffix = ["0000"]
        outcome = "accepted"
        detail = "scheduled"
    "#;
    CodeTable(toml::from_str::<Table>(text).unwrap().codes)
}

#[test]
fn exact_codes_win_over_the_longest_prefix_over_a_suffix() {
    let table = table();
    let duplicate = Outcome::Failed(FailureReason::Duplicate);
    assert_eq!(table.outcome("0000"), Outcome::Paid);
    assert_eq!(table.outcome("ET1"), Outcome::Unknown);
    assert_eq!(table.outcome("ETX1"), duplicate);
    assert_eq!(table.outcome("ETX91"), Outcome::Unknown);
    assert_eq!(table.outcome("ETX0000"), duplicate);
    assert_eq!(table.outcome("AB0000"), Outcome::Accepted);
    for unlisted in ["", "000", "00000 ", "０000", "paid"] {
        assert_eq!(table.outcome(unlisted), Outcome::Unknown, "{unlisted:?}");
    }
    assert_eq!(table.code_of(Outcome::Paid, None).as_deref(), Some("0000"));
    assert_eq!(table.code_of(duplicate, None).as_deref(), Some("ETX0001"));
    assert_eq!(table.code_of(Outcome::Returned, None), None);
}

#[test]
fn a_short_refusal_of_a_query_is_read() {
    let adapter = bank("HXB");
    let code_alone = |code: &str| {
        let text = format!("{code}#@@@@\r\n");
        adapter.decode_result(text.as_bytes(), &ToyKeys).unwrap()
    };
    let result = code_alone("EL4418");
    assert_eq!(result.outcome, Outcome::NotFound);
    assert_eq!(result.bank_code.as_deref(), Some("EL4418"));
    assert_eq!(code_alone("BAG338").outcome, Outcome::Unknown);
    for wrong in ["EL4418#no such batch", "EL4418#no#such#batch", "EL441"] {
        let text = format!("{wrong}#@@@@\r\n");
        assert!(adapter.decode_result(text.as_bytes(), &ToyKeys).is_err());
    }
}

#[test]
fn xml_bombs_are_refused() {
    let adapter = bank("HZCB");
    let deep = "<a>".repeat(40) + &"</a>".repeat(40);
    let wide: String = (0..70).map(|n| format!(" a{n}=\"1\"")).collect();
    let bombs = [
        deep,
        format!("<ap{wide}></ap>"),
        "<!DOCTYPE ap [<!ENTITY a \"b\">]><ap>&a;</ap>".to_owned(),
        "<ap>&unknown;</ap>".to_owned(),
        "<ap></ap><ap></ap>".to_owned(),
        "<ap></ap>text".to_owned(),
        "<ap><head></ap></head>".to_owned(),
    ];
    for bomb in bombs {
        assert!(
            adapter.decode_result(bomb.as_bytes(), &ToyKeys).is_err(),
            "{bomb}"
        );
    }
}

/// GBK has `#`: it is the file's separator, and the finding says so and not another thing.
#[test]
fn a_separator_is_not_called_a_character_that_the_bank_lacks() {
    use schemas::{FindingCode, Lang};
    let judged = |memo: &str| {
        let asked = Asked {
            line_no: LineNo(1),
            row: 1,
            name: Some("张样一"),
            memo: Some(memo),
            amount: None,
            account: None,
            payee_bank: None,
        };
        let mut findings = Vec::new();
        bank("HXB").line_rules().judge(&asked, &mut findings);
        let finding = findings.pop().unwrap();
        assert_eq!(finding.code, FindingCode::TextNotEncodable, "{memo}");
        [finding.message(Lang::Zh), finding.message(Lang::En)]
    };
    let [zh, en] = judged("3#楼");
    assert_eq!(zh, "“备注”中有付款银行文件用作分隔符的字符“#”（U+0023）");
    let expected = "The memo has a character that separates values in the paying bank's file: \
                    \"#\" (U+0023)";
    assert_eq!(en, expected);
    let [zh, _] = judged("😀");
    assert!(
        zh.contains("付款银行不支持的字符") && zh.contains("GBK"),
        "{zh}"
    );
}
