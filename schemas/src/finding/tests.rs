#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! The texts as people see them: one case per code, full and bare, in a golden file.

mod cases;

use super::table::{load_for_test, own_text};
use super::*;
use FindingCode as C;
use cases::{cases, line};
use std::fmt::Write;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/codes/findings.golden");

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

/// Names of formats, character sets and codes stand on a clerk's screen too; other words do not.
#[test]
fn no_english_word_stands_in_a_chinese_text() {
    const NAMES: [&str; 18] = [
        "xlsx",
        "xlsb",
        "xls",
        "ODF",
        "ods",
        "odt",
        "docx",
        "doc",
        "zip",
        "HTML",
        "csv",
        "json",
        "pain",
        "EndToEndId",
        "UTF",
        "GB",
        "CNY",
        "ICBC",
    ];
    for line in own_text().lines() {
        let of_word = line.split_once("{ zh = ").map(|(_, after)| after);
        let Some(zh) = of_word.or_else(|| line.strip_prefix("zh.")) else {
            continue;
        };
        let (_, text) = zh.split_once('"').unwrap();
        let text = text.split_once('"').unwrap().0;
        // Without its places, whose names are English.
        let plain: String = text
            .split('{')
            .map(|part| part.split_once('}').map_or(part, |(_, after)| after))
            .collect();
        let words = plain.split(|c: char| !c.is_ascii_alphabetic());
        for word in words.filter(|word| word.len() > 1) {
            assert!(NAMES.contains(&word), "{word} in {line}");
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
fn the_field_of_an_unknown_column_is_its_title() {
    let json = Finding::of_file(FindingCode::FieldIgnored)
        .value("奖金")
        .to_json(Lang::Zh);
    assert_eq!(json["field"], "奖金");
}

#[test]
fn names_that_banks_adapters_give_fill_the_same_places() {
    let long = line(C::TextTooLong)
        .with("field", "memo")
        .with("bytes", 80)
        .with("bytes_max", 60);
    assert_eq!(
        long.message(Lang::Zh),
        "“备注”过长：80 字节，付款银行上限 60 字节"
    );
    let earlier = line(C::PayeeInFlight)
        .with("earlier", "B20261120-9.1")
        .with("state", "paid");
    let text = earlier.message(Lang::Zh);
    assert!(
        text.ends_with("已在其他批次（B20261120-9.1）中，现为“已支付”"),
        "{text}"
    );
    let named = earlier.with("other_batch", "GZ-1").with("other_line", 7);
    let text = named.message(Lang::Zh);
    assert!(
        text.contains("已在批次 GZ-1 的序号 7（B20261120-9.1）中"),
        "{text}"
    );
    let month = named.clone().with("month", "2026-10");
    let text = month.message(Lang::En);
    assert!(text.starts_with("A wage of this person and amount for 2026-10 "));
    assert!(month.hint(Lang::En).contains("not the wage of 2026-10"));
    assert!(month.message(Lang::Zh).contains("月份记为 2026-10 的工资"));
    let beside = line(C::PayeeInFlight)
        .with("other_line", 7)
        .with("first_row", 17);
    assert!(
        beside
            .message(Lang::Zh)
            .ends_with("已在本文件序号 7（第 17 行）中")
    );
    assert!(beside.hint(Lang::En).starts_with("One of rows 17 and 14"));
    let other = line(C::CorrectionDiffers).with("earlier", "B20261120-9.1");
    assert_eq!(
        other.message(Lang::Zh),
        "补发的收款人与原明细（B20261120-9.1）不是同一人"
    );
    let month = line(C::PayMonthInvalid)
        .with("stated", "2026-09")
        .with("expected", "2026-10");
    assert_eq!(
        month.message(Lang::Zh),
        "文件写的工资月份是 2026-09，而报送时指定的是 2026-10，两者不一致"
    );
    assert!(month.hint(Lang::En).contains("give 2026-09 with the call"));
    let lost = line(C::NameNotEncodable)
        .with("character", '𠮷')
        .with("code_point", "U+20BB7");
    let text = lost.message(Lang::En);
    assert!(text.ends_with("lacks: \"𠮷\" (U+20BB7)"), "{text}");
}

#[test]
fn fields_have_their_titles() {
    assert_eq!(field_name("amount", Lang::Zh), "实发金额");
    assert_eq!(field_name("amount", Lang::En), "amount");
    assert_eq!(field_name("no_such", Lang::Zh), "no_such");
    assert_eq!(field_title("memo", Lang::Zh), Some("备注"));
    assert_eq!(field_title("no_such", Lang::Zh), None);
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
        [
            FindingCode::FieldIgnored,
            FindingCode::PayMonthAssumed,
            FindingCode::ProjectRegionUnknown,
        ]
    );
    assert_eq!(of(Severity::Warning).count(), 13);
}
