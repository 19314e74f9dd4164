#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! The texts as people see them: one case per code, full and bare, in a golden file.

use super::table::{load_for_test, own_text};
use super::*;
use FindingCode as C;
use std::fmt::Write;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/codes/findings.golden");

/// Findings as readers of files and banks' adapters make them, one per code.
fn cases() -> BTreeMap<FindingCode, Finding> {
    let all = [cases_of_files(), cases_of_lines(), cases_of_banks()].concat();
    all.into_iter()
        .map(|finding| (finding.code, finding))
        .collect()
}

fn file(code: FindingCode) -> Finding {
    Finding::of_file(code)
}

fn line(code: FindingCode) -> Finding {
    Finding::of_line(code, 3, 14)
}

fn cases_of_files() -> Vec<Finding> {
    vec![
        file(C::Unreadable).with("detail", "zip"),
        file(C::UnsupportedFormat).with("detail", "PDF"),
        file(C::EncodingInvalid)
            .with("charset", "GB18030")
            .with("offset", 511)
            .with("line_in_file", 14),
        file(C::SchemaViolation)
            .with("format", "pain.001")
            .with("line_in_file", 7)
            .with("column", 21)
            .with("element", "CdtTrfTxInf")
            .with("expected", "Amt")
            .with("found", "Amount"),
        file(C::MissingField).field("batch_no"),
        file(C::TooLarge)
            .field("memo")
            .with("counted", 5000)
            .with("limit", 4096),
        file(C::TooManyLines)
            .with("counted", 2_000_001)
            .with("limit", 2_000_000),
        file(C::EmptyBatch),
        file(C::ControlCountMismatch)
            .field("line_count")
            .with("stated", 2)
            .with("counted", 3),
        file(C::ControlSumMismatch)
            .field("total_amount")
            .with("stated", "13603.50")
            .with("counted", "13603.05"),
        file(C::CurrencyNotSupported).field("currency").value("USD"),
        file(C::PayMonthInvalid).field("pay_month").value("十一月"),
        file(C::PayMonthInFuture)
            .field("pay_month")
            .with("month", "2026-12")
            .with("current", "2026-11"),
        file(C::UsccInvalid)
            .field("employer_uscc")
            .value("913301006639233241")
            .with("reason", crate::ValueError::Check),
        file(C::PayingBankUnknown)
            .field("paying_bank")
            .value("花旗银行"),
        file(C::UsccNotYours)
            .field("employer_uscc")
            .value("913301006639233248"),
        file(C::PayerAccountNotMandated)
            .field("payer_account")
            .value("120202*********2345"),
    ]
}

fn cases_of_lines() -> Vec<Finding> {
    vec![
        line(C::NameMissing).field("name"),
        line(C::NameTooLong)
            .field("name")
            .value("样***")
            .with("counted", 122)
            .with("limit", 60),
        line(C::NameNotEncodable)
            .field("name")
            .value("样**")
            .with("character", '𠮷')
            .with("codepoint", "U+20BB7")
            .with("charset", "GBK"),
        line(C::IdNumberMissing).field("id_number"),
        line(C::IdNumberInvalid)
            .field("id_number")
            .value("110105********0021")
            .with("reason", crate::ValueError::Check),
        line(C::AccountMissing).field("account"),
        line(C::AccountInvalid)
            .field("account")
            .value("6.****+18")
            .with("reason", crate::ValueError::Form),
        line(C::CnapsCodeInvalid)
            .field("cnaps_code")
            .value("310290000011")
            .with("reason", crate::ValueError::Check),
        line(C::BankUnknown).field("bank").value("农商银行"),
        line(C::AmountMissing).field("amount"),
        line(C::AmountInvalid)
            .field("amount")
            .value("12,34")
            .with("reason", crate::ValueError::Form),
        line(C::AmountNotPositive).field("amount").value("0.00"),
        line(C::AmountOverLimit)
            .field("amount")
            .value("9000000.00")
            .with("limit", "5000000.00"),
        line(C::LineNoDuplicate)
            .field("line_no")
            .value("3")
            .with("first_row", 13),
        line(C::PayeeInFlight)
            .with("detail", "B20261123-4711.3")
            .with("current", crate::LineState::Accepted),
        line(C::CorrectionConflict)
            .field("corrects")
            .value("B20261123-4711.3")
            .with("current", crate::LineState::Paid),
        line(C::AccountCheckDigit)
            .field("account")
            .value("622202*********0018"),
    ]
}

fn cases_of_banks() -> Vec<Finding> {
    vec![
        line(C::AccountBankUnknown)
            .field("account")
            .value("629999*********0018"),
        line(C::AccountBankMismatch)
            .field("account")
            .value("622848*********0018")
            .with("stated", "ICBC")
            .with("other_bank", "ABC"),
        line(C::PayeeDuplicate).with("first_row", 13),
        line(C::AccountShared)
            .field("account")
            .value("622202*********0019")
            .with("first_row", 13),
        file(C::FieldIgnored).with("element", "班组"),
        file(C::PayMonthAssumed)
            .field("pay_month")
            .with("month", "2026-11"),
        line(C::ResultContradiction)
            .with("current", crate::LineState::Paid)
            .with("found", crate::LineState::Failed)
            .with("reason", crate::FailureReason::AccountClosed),
        line(C::ResultMismatch)
            .field("amount")
            .with("expected", "7080.00")
            .with("found", "708.00"),
        file(C::UnmatchedRecord)
            .with("detail", "20261123000042")
            .value("7080.00"),
        file(C::MessageUnreadable)
            .with("format", "fixed_width")
            .with("offset", 120),
        line(C::TextNotEncodable)
            .field("memo")
            .with("character", '€')
            .with("codepoint", "U+20AC")
            .with("charset", "GBK"),
        line(C::TextTooLong)
            .field("memo")
            .with("counted", 80)
            .with("limit", 60),
        line(C::LineNoInvalid).field("line_no").value("一"),
        file(C::BatchNoInvalid)
            .field("batch_no")
            .value("GZ 2026")
            .with("reason", crate::ValueError::Form),
        line(C::IdTypeInvalid).field("id_type").value("18"),
        file(C::PayerAccountInvalid)
            .field("payer_account")
            .value("1202")
            .with("reason", crate::ValueError::Form),
        file(C::ControlTotalInvalid)
            .field("total_amount")
            .value("一万"),
        line(C::CorrectsInvalid).field("corrects").value("第三行"),
    ]
}

fn golden() -> String {
    let mut text =
        String::from("# code: the finding as its maker fills it, then with nothing filled\n");
    for (code, case) in cases() {
        writeln!(text, "\n## {code}").unwrap();
        for finding in [case, Finding::of_file(code)] {
            for lang in [Lang::Zh, Lang::En] {
                writeln!(
                    text,
                    "{}\n  > {}",
                    finding.message(lang),
                    finding.hint(lang)
                )
                .unwrap();
            }
        }
    }
    text
}

#[test]
fn texts_are_those_of_the_golden_file() {
    let now = golden();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(GOLDEN, &now).unwrap();
    }
    let blessed = std::fs::read_to_string(GOLDEN).unwrap();
    for (now, blessed) in now.lines().zip(blessed.lines()) {
        assert_eq!(
            now, blessed,
            "bless on purpose: ANXIN_BLESS=1 cargo test -p schemas golden"
        );
    }
    assert_eq!(now.lines().count(), blessed.lines().count());
}

#[test]
fn every_code_has_a_text_and_no_text_is_without_a_code() {
    check_table().unwrap();
    assert!(
        cases().into_keys().eq(FindingCode::ALL),
        "a case for each code"
    );
    for code in FindingCode::ALL {
        assert_eq!(FindingCode::parse(code.as_str()), Some(code));
        for lang in [Lang::Zh, Lang::En] {
            let bare = Finding::of_file(code);
            assert_ne!(bare.message(lang), code.as_str());
            assert_ne!(bare.hint(lang), bare.message(lang));
        }
    }
    let more = format!(
        "{}\n[finding.no_such]\nzh.message='a'\nzh.hint='b'\nen.message='c'\nen.hint='d'",
        own_text()
    );
    assert!(
        matches!(load_for_test(&more), Err(TableError::CodeUnknown(word)) if word == "no_such")
    );
    let fewer = own_text().replace("[finding.empty_batch]", "[finding.name_missing.more]");
    assert!(load_for_test(&fewer).is_err());
}

#[test]
fn no_brace_or_bracket_reaches_a_reader_filled_or_not() {
    for (code, case) in cases() {
        for finding in [case, Finding::of_file(code), Finding::of_line(code, 1, 2)] {
            for lang in [Lang::Zh, Lang::En] {
                for text in [finding.message(lang), finding.hint(lang)] {
                    assert!(!text.contains(['{', '}', '[', ']', '|']), "{code}: {text}");
                    assert!(!text.contains("  "), "{code}: {text}");
                    assert_eq!(text.trim(), text, "{code}");
                }
            }
        }
    }
}

#[test]
fn chinese_texts_are_chinese_and_english_ones_english() {
    let hanzi = |text: &str| text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    for code in FindingCode::ALL {
        let bare = Finding::of_file(code);
        for text in [bare.message(Lang::Zh), bare.hint(Lang::Zh)] {
            assert!(hanzi(&text), "{code}: {text}");
        }
        for text in [bare.message(Lang::En), bare.hint(Lang::En)] {
            assert!(!hanzi(&text), "{code}: {text}");
        }
    }
}

#[test]
fn both_totals_stand_in_a_mismatch() {
    for code in [
        FindingCode::ControlCountMismatch,
        FindingCode::ControlSumMismatch,
    ] {
        let finding = Finding::of_file(code)
            .with("stated", 41)
            .with("counted", 43);
        for lang in [Lang::Zh, Lang::En] {
            let text = finding.message(lang);
            assert!(text.contains("41") && text.contains("43"), "{text}");
        }
    }
}

#[test]
fn a_value_is_shown_as_it_is_and_never_read_as_a_text() {
    let finding = |value: &str| {
        let finding = Finding::of_line(FindingCode::AmountInvalid, 1, 2).value(value);
        finding
            .field("amount")
            .with("reason", "{value}")
            .message(Lang::En)
    };
    assert_eq!(
        finding("{field}[x]"),
        r#"The amount "{field}[x]" can't be read: {value}"#
    );
    assert_eq!(
        finding("a\u{1b}[2J\nb"),
        "The amount \"a [2J b\" can't be read: {value}"
    );
    assert_eq!(
        finding("\u{202E}1"),
        "The amount \" 1\" can't be read: {value}"
    );
    let long = finding(&"9".repeat(5_000));
    assert!(long.chars().count() < 200 && long.contains('…'));
}

#[test]
fn a_damaged_text_is_refused_with_its_code() {
    let with = |text: &str| {
        let own = own_text();
        let own = own.replacen("没有任何工资明细", text, 1);
        load_for_test(&own)
    };
    assert!(with("好").is_ok());
    for text in [
        "{value}",
        "[{value}",
        "[{nosuch}]",
        "[{value]",
        "a]",
        "}",
        "[a}]",
        "[[a]]",
    ] {
        let Err(TableError::Text { word, .. }) = with(text) else {
            panic!("{text} was taken");
        };
        assert_eq!(word, "empty_batch");
    }
}

#[test]
fn json_is_that_of_the_contract() {
    let finding = cases()[&FindingCode::AmountInvalid].clone();
    let json = finding.to_json(Lang::Zh);
    let keys: Vec<_> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "code", "severity", "line", "row", "field", "value", "message", "hint",
    ];
    assert_eq!(keys, expected);
    assert_eq!(json["severity"], "error");
    assert_eq!((&json["line"], &json["row"]), (&3.into(), &14.into()));
    let file = Finding::of_file(FindingCode::EmptyBatch).to_json(Lang::En);
    assert!(file["line"].is_null() && file["row"].is_null() && file["field"].is_null());
}

#[test]
fn fields_have_their_titles() {
    assert_eq!(field_name("amount", Lang::Zh), "实发金额");
    assert_eq!(field_name("amount", Lang::En), "amount");
    assert_eq!(field_name("no_such", Lang::Zh), "no_such");
}

#[test]
fn severities_are_those_of_the_contract() {
    let of = |severity| {
        FindingCode::ALL
            .into_iter()
            .filter(move |code| code.severity() == severity)
    };
    let notes: Vec<_> = of(Severity::Note).collect();
    assert_eq!(
        notes,
        [FindingCode::FieldIgnored, FindingCode::PayMonthAssumed]
    );
    assert_eq!(of(Severity::Warning).count(), 8);
}
