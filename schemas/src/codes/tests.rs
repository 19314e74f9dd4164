#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Known answers of the lists, looked up in the published tables by hand.

mod calendar;

use super::*;
use crate::finding::Lang;
use crate::line_state::FailureReason;
use crate::value::{AccountNo, BankCode, CnapsCode, Fen, IdType, RegionCode};
use std::collections::BTreeSet;
use time::macros::date;

fn code(text: &str) -> BankCode {
    BankCode::parse(text).unwrap()
}

fn named(text: &str) -> Option<&'static str> {
    bank_by_text(text).map(|bank| bank.code.as_str())
}

#[test]
fn every_list_parses_and_says_where_it_comes_from() {
    check().unwrap();
    let heads = list_heads().unwrap();
    assert_eq!(heads.len(), 7);
    for head in heads {
        assert!(!head.source.is_empty(), "{}", head.file);
        assert!(head.effective_from <= head.compiled, "{}", head.file);
    }
}

#[test]
fn the_list_has_57_banks() {
    let listed = listed_banks();
    // What folders of banks add stands behind it.
    assert_eq!((listed.len(), listed), (57, &banks()[..57]));
    let codes: BTreeSet<_> = banks().iter().map(|bank| bank.code).collect();
    assert_eq!(codes.len(), banks().len());
    let of_kind = |kind: &str| listed.iter().filter(|bank| bank.kind == kind).count();
    let kinds = [
        "state",
        "joint_stock",
        "city",
        "private",
        "foreign",
        "rural",
    ];
    assert_eq!(kinds.map(of_kind), [6, 12, 17, 2, 1, 19]);
    let in_effect = banks_in_effect(date!(2026 - 11 - 23));
    assert_eq!(in_effect.count(), banks().len());
    assert_eq!(
        bank(code("BORF")).unwrap().name_zh,
        "浙江绍兴瑞丰农村商业银行股份有限公司"
    );
    assert!(bank(code("NOBANK")).is_none());
}

#[test]
fn a_bank_is_in_effect_between_its_days() {
    let mut bank = banks()[0].clone();
    bank.effective_from = Some(date!(2026 - 01 - 01));
    bank.effective_until = Some(date!(2026 - 06 - 30));
    assert!(!bank.in_effect(date!(2025 - 12 - 31)));
    assert!(bank.in_effect(date!(2026 - 01 - 01)));
    assert!(bank.in_effect(date!(2026 - 06 - 30)));
    assert!(!bank.in_effect(date!(2026 - 07 - 01)));
}

#[test]
fn a_bank_is_found_by_what_clerks_write() {
    let cases = [
        ("ICBC", "ICBC"),
        (" icbc ", "ICBC"),
        ("工行", "ICBC"),
        ("工商银行", "ICBC"),
        ("中国工商银行", "ICBC"),
        ("中国工商银行股份有限公司", "ICBC"),
        ("中国 工商银行\u{3000}", "ICBC"),
        ("中国银行", "BOC"),
        ("邮储银行", "PSBC"),
        ("浦发银行", "SPDB"),
        ("东亚银行（中国）有限公司", "HKBEA"),
        ("东亚银行(中国)有限公司", "HKBEA"),
        ("东亚银行（中国）", "HKBEA"),
        ("浙江农商联合银行", "ZJNX"),
        ("瑞丰银行", "BORF"),
        ("萧山农商银行", "XSRCB"),
        ("浙商银行有限责任公司", "CZBANK"),
        ("ＩＣＢＣ", "ICBC"),
        ("china merchants bank co., ltd.", "CMB"),
        ("China Merchants Bank", "CMB"),
        ("Bank of China", "BOC"),
        ("MYbank", "MYBANK"),
    ];
    for (text, expected) in cases {
        assert_eq!(named(text), Some(expected), "{text}");
    }
}

#[test]
fn a_text_that_names_no_bank_or_several_is_not_guessed() {
    let long = "银".repeat(5_000);
    let texts = [
        "",
        " ",
        "农商银行",
        "农村商业银行",
        "股份有限公司",
        "银行",
        "中国工商银行杭州分行",
        "花旗银行",
        "ICB",
        "102",
        &long,
    ];
    for text in texts {
        assert_eq!(named(text), None, "{text}");
    }
}

/// The bank's two words take 6 and 12 bytes of the 256 that are looked at, white space the rest.
#[test]
fn a_name_is_looked_for_in_texts_up_to_256_bytes() {
    let spaced = |spaces: usize| format!("中国{}工商银行", " ".repeat(spaces));
    assert_eq!(named(&spaced(238)), Some("ICBC"));
    assert_eq!(named(&spaced(239)), None);
}

#[test]
fn every_bank_is_found_by_each_of_its_own_names() {
    for bank in banks() {
        let names = [bank.code.as_str(), &bank.name_zh, &bank.name_en];
        for name in names
            .into_iter()
            .chain(bank.short_names.iter().map(String::as_str))
        {
            assert_eq!(named(name), Some(bank.code.as_str()), "{name}");
        }
        if let Some(bic) = &bank.bic {
            assert_eq!(bank_by_bic(bic).unwrap().code, bank.code);
        }
        if let Some(number) = &bank.cnaps_code {
            assert_eq!(bank_by_cnaps(number).unwrap().code, bank.code);
        }
    }
}

#[test]
fn a_bic_may_carry_a_branch() {
    let by = |bic| bank_by_bic(bic).map(|bank| bank.code.as_str());
    assert_eq!(by("ICBKCNBJ"), Some("ICBC"));
    assert_eq!(by("icbkcnbjZJP"), Some("ICBC"));
    assert_eq!(by("HZCBCN2HXXX"), Some("HZCB"));
    for bic in [
        "",
        "ICBKCNB",
        "ICBKCNBJX",
        "ICBKCNBJ行",
        "DEUTDEFF",
        "ICBKCNBJXX行",
    ] {
        assert_eq!(by(bic), None, "{bic}");
    }
}

#[test]
fn a_bank_number_names_a_bank_only_where_its_class_does() {
    let by = |number: &str| {
        bank_by_cnaps(&CnapsCode::parse(number).unwrap()).map(|bank| bank.code.as_str())
    };
    let with_check = |first11: &str| {
        let check = char::from(CnapsCode::check_digit(first11.as_bytes()));
        format!("{first11}{check}")
    };
    assert_eq!(by("102100099996"), Some("ICBC"));
    assert_eq!(by("313331000014"), Some("HZCB"));
    assert_eq!(by("402331000007"), Some("ZJNX"));
    assert_eq!(by("323333000013"), Some("WZMSB"));
    // A branch of a class that one bank has, and branches of classes that many share.
    assert_eq!(by(&with_check("10233100123")), Some("ICBC"));
    assert_eq!(by(&with_check("31333100999")), None);
    assert_eq!(by(&with_check("40233100999")), None);
    assert_eq!(by(&with_check("32333100999")), None);
    assert_eq!(by(&with_check("50129000999")), None);
}

#[test]
fn the_longest_prefix_of_the_right_length_wins() {
    let group = |digits: &str| bin_group(&AccountNo::parse(digits).unwrap());
    let filled = |prefix: &str, digits: usize| format!("{prefix:0<digits$}");
    let cases = [
        ("622202", 19, Some("ICBC")),
        ("622202", 18, None),
        ("9558", 19, Some("ICBC")),
        ("95595", 19, Some("ABC")),
        ("955100", 19, Some("PSBC")),
        ("103", 19, Some("ABC")),
        ("303", 16, Some("CEB")),
        ("303", 19, None),
        ("690755", 15, Some("CMB")),
        ("690755", 18, Some("CMB")),
        ("690755", 16, None),
        ("62326513", 18, Some("HZCB")),
        ("62326527", 19, Some("HZCB")),
        ("62326528", 19, Some("CZBANK")),
        ("62326536", 19, Some("CMB")),
        ("623265", 19, None),
        ("6858001", 19, Some("CGB")),
        ("622858", 19, Some("ZJNX")),
        ("622422", 19, None),
        ("622173", 16, Some("JSBC")),
        ("000000", 19, None),
        ("622202", 8, None),
        ("622202", 32, None),
    ];
    for (prefix, digits, expected) in cases {
        assert_eq!(
            group(&filled(prefix, digits)),
            expected,
            "{prefix} {digits}"
        );
    }
}

/// At the ends of every prefix, what a walk over the whole list says.
#[test]
fn each_end_of_each_prefix_falls_to_the_longest() {
    let slow = |number: &str| {
        let fits = |row: &&CardPrefix| {
            usize::from(row.digits) == number.len() && number.starts_with(&row.prefix)
        };
        let longest = card_prefixes()
            .iter()
            .filter(fits)
            .max_by_key(|row| row.prefix.len());
        longest.map(|row| row.group.as_str())
    };
    let mut remembering = CardGroups::default();
    for row in card_prefixes() {
        let open = 8 - row.prefix.len() as u32;
        let first = row.prefix.parse::<u32>().unwrap() * 10u32.pow(open);
        let end = first + 10u32.pow(open);
        for first8 in [first - 1, first, end - 1, end].map(|number| format!("{number:08}")) {
            for digits in 15..=19 {
                let number = format!("{first8:0<digits$}");
                let account = AccountNo::parse(&number).unwrap();
                assert_eq!(bin_group(&account), slow(&number), "{number}");
                assert_eq!(remembering.of(&account), slow(&number), "{number}");
            }
        }
    }
}

#[test]
fn every_prefix_finds_its_own_group_and_every_group_is_a_banks() {
    assert_eq!(card_prefixes().len(), 707);
    for row in card_prefixes() {
        // Nines after a prefix lead into a longer one nowhere in the list.
        let number = format!("{:9<1$}", row.prefix, usize::from(row.digits));
        let found = bin_group(&AccountNo::parse(&number).unwrap());
        assert_eq!(found, Some(row.group.as_str()), "{row:?}");
        let has_group = |bank: &&Bank| bank.bin_group.as_ref() == Some(&row.group);
        assert!(banks().iter().any(|bank| has_group(&bank)), "{row:?}");
    }
    assert_eq!(bank_by_bin_group("ICBC").unwrap().code, code("ICBC"));
    assert!(
        bank_by_bin_group("ZJNX").is_none(),
        "the rural banks share it"
    );
    assert!(bank_by_bin_group("").is_none());
}

#[test]
fn regions_are_those_of_the_province() {
    let name = |text| region_name(RegionCode::parse(text).unwrap());
    assert_eq!(regions().count(), 102);
    assert_eq!(name("330000"), Some("浙江省"));
    assert_eq!(name("330100"), Some("杭州市"));
    assert_eq!(name("330113"), Some("临平区"));
    assert_eq!(name("330383"), Some("龙港市"));
    assert_eq!(name("331127"), Some("景宁畲族自治县"));
    assert_eq!(name("330103"), None, "下城区 was abolished in 2021");
    let cities = regions().filter(|(code, _)| code.as_str().ends_with("00"));
    assert_eq!(cities.count(), 12);
    let province = RegionCode::parse("330000").unwrap();
    assert!(regions().all(|(code, _)| province.covers(&code)));
}

#[test]
fn words_exist_in_both_languages() {
    for number in 1..=17 {
        let kind = IdType::parse(&number.to_string()).unwrap();
        assert_ne!(id_type_name(kind, Lang::Zh), id_type_name(kind, Lang::En));
    }
    assert_eq!(id_type_name(IdType::RESIDENT, Lang::Zh), "居民身份证");
    for reason in FailureReason::ALL {
        assert_ne!(reason_text(reason, Lang::Zh), reason_text(reason, Lang::En));
        assert_ne!(reason_text(reason, Lang::En), reason.as_str());
    }
    let closed = reason_text(FailureReason::AccountClosed, Lang::Zh);
    assert_eq!(closed, "账户已销户");
}

#[test]
fn minimum_wages_begin_on_their_day() {
    assert!(minimum_wages(date!(2023 - 12 - 31)).is_empty());
    let wages = minimum_wages(date!(2026 - 11 - 23));
    let monthly: Vec<_> = wages.iter().map(|wage| wage.monthly).collect();
    assert_eq!(monthly, [Fen(249_000), Fen(226_000), Fen(201_000)]);
    let hourly: Vec<_> = wages.iter().map(|wage| wage.hourly).collect();
    assert_eq!(hourly, [Fen(2_400), Fen(2_200), Fen(2_000)]);
}

#[test]
fn an_error_tells_file_and_place_and_does_not_repeat_its_source() {
    let damaged = list::ListFile {
        name: "regions.toml",
        text: "source = 1\nregions = [",
    };
    let error = damaged.head().unwrap_err();
    assert_eq!(error.to_string(), "codes/regions.toml can't be read");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("line 2"), "{source}");
}

#[test]
fn a_day_of_a_list_has_no_time() {
    let from = |effective_from: &str| {
        let head =
            format!("source = 'x'\neffective_from = {effective_from}\ncompiled = 2026-11-23");
        let name = "regions.toml";
        list::ListFile {
            name,
            text: head.leak(),
        }
        .head()
    };
    assert_eq!(
        from("2026-01-31").unwrap().effective_from,
        date!(2026 - 01 - 31)
    );
    for written in [
        "2026-01-31T08:00:00",
        "2026-01-31T08:00:00+08:00",
        "08:00:00",
    ] {
        assert!(from(written).is_err(), "{written}");
    }
}

#[test]
fn a_bank_has_the_marks_of_its_kind() {
    let listed = bank(code("ICBC")).unwrap();
    assert_eq!(listed.check(), Ok(()));
    let refused: [fn(&mut Bank); 6] = [
        |bank| bank.cnaps_class = "10".to_owned(),
        |bank| bank.cnaps_class = "1020".to_owned(),
        |bank| bank.cnaps_class = "1O2".to_owned(),
        |bank| bank.kind = "bank".to_owned(),
        |bank| bank.bic = Some("ICBKCNBJXXX".to_owned()),
        |bank| bank.cnaps_code = CnapsCode::parse("103100000026").ok(),
    ];
    for (at, change) in refused.into_iter().enumerate() {
        let mut bank = listed.clone();
        // A head office of its own would be of another class first.
        bank.cnaps_code = None;
        change(&mut bank);
        assert!(bank.check().is_err(), "{at}");
    }
}

#[test]
fn a_prefix_says_whether_its_source_names_a_debit_card() {
    let stated = |prefix: &str, digits| {
        let mut rows = card_prefixes().iter();
        let row = rows.find(|row| (row.prefix.as_str(), row.digits) == (prefix, digits));
        row.unwrap().stated
    };
    assert!(stated("402791", 16));
    assert!(!stated("621104", 18));
}
