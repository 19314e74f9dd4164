//! Values that are well-formed and can't be right, or can be read in two ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::Lang;

fn places(text: &str) -> Vec<String> {
    read_bytes(text.as_bytes()).1.places()
}

/// Check characters by hand after GB 11643-1999; today is 23 November 2026.
#[test]
fn nobody_is_born_tomorrow_or_before_1900() {
    let born = |number: &str| places(&EXAMPLE.replace("11010519491231002X", number));
    for number in ["110105202611230023", "110105190001010028"] {
        assert_eq!(born(number), [""; 0], "{number}");
    }
    for number in [
        "110105202611240029",
        "110105209912310029",
        "110105189912310023",
    ] {
        assert_eq!(
            born(number),
            ["id_number_invalid 1 14 id_number"],
            "{number}"
        );
    }
    let (_, kept) = read_bytes(
        EXAMPLE
            .replace("11010519491231002X", "110105202611240029")
            .as_bytes(),
    );
    let said = kept.one("id_number_invalid").message(Lang::Zh);
    assert!(said.contains("出生日期晚于今天"), "{said}");
    // Digits of another document are no date.
    let passport = EXAMPLE.replace("01,11010519491231002X", "08,110105209912310029");
    assert_eq!(places(&passport), [""; 0]);
}

/// A title that repeats is said to repeat, and is no unknown column besides.
#[test]
fn a_title_that_repeats_is_said_once() {
    let twice = EXAMPLE.replace("应发金额,备注", "姓名,备注");
    assert_eq!(places(&twice), ["schema_violation - 13 name"]);
}

/// Totals below the lines are no second table: they are noted, and what the head lacks is said.
#[test]
fn totals_at_the_foot_are_noted() {
    let totals = "总笔数,2\n总金额,13603.50\n";
    let noted = |text: &str| {
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!((summary.line_count, summary.lines_ok), (2, 2));
        let told = kept.findings.iter().map(|finding| {
            let what = finding.field.or(finding.value.as_deref());
            format!("{} {}", finding.code, what.unwrap_or("-"))
        });
        told.collect::<Vec<_>>()
    };
    let notes = ["field_ignored 总笔数", "field_ignored 总金额"];
    assert_eq!(noted(&(EXAMPLE.to_owned() + totals)), notes);
    let foot = EXAMPLE.replace(totals, "") + totals;
    let missing = ["missing_field line_count", "missing_field total_amount"];
    assert_eq!(noted(&foot), [missing, notes].concat());
    // Whatever column they stand in: a number of lines is no sum.
    let aside = EXAMPLE.to_owned() + ",,,,,,总笔数,2,,\n,,,,,,总金额,13603.50,,\n";
    assert_eq!(noted(&aside), notes);
    let colon = EXAMPLE.to_owned() + "总笔数：2\n";
    assert_eq!(noted(&colon), ["field_ignored 总笔数"]);
    // A whole second head is one all the same.
    let second = EXAMPLE.to_owned() + "批次号,GZ-2\n" + totals;
    assert_eq!(places(&second), ["schema_violation - 16 -"]);
}

/// The rest of an amount that was split at its comma stands under other titles. Six yuan are an
/// amount all the same, where what follows them is no rest.
#[test]
fn six_yuan_are_an_amount_unless_the_rest_of_one_follows() {
    // Without a gross amount the memo has moved beyond the titles.
    let split = EXAMPLE.replace(",6523.50,6600.00,", ",6,523.50,,");
    let (_, kept) = read_bytes(split.as_bytes());
    assert_eq!(kept.places(), ["schema_violation - 14 -"]);
    let remedy = kept.argument("schema_violation", "remedy");
    assert_eq!(remedy, "comma_in_amount");
    // The gross amount of thousands has more than three characters: this is a memo.
    let memo = EXAMPLE.replace(",6523.50,6600.00,2026年11月工资", ",6,523.50,8.5");
    let (_, kept) = read_bytes(memo.replace("13603.50", "7086.00").as_bytes());
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(kept.lines[0].fen, 600);
    assert_eq!(kept.lines[0].memo.as_deref(), Some("8.5"));
    // A wrong bank is one: had the amount moved what follows it, the bank would be the memo.
    let (head, _) = EXAMPLE.split_once("\n\n").unwrap();
    let bank = format!(
        "{head}\n\n序号,姓名,证件号码,银行账号,实发金额,开户银行,备注\n\
         1,张样一,11010519491231002X,6222021202000000019,6,523.50,6600.00\n\
         2,李样二,34052419800101001X,6228480000000000000,7080.00,ABC,\n"
    );
    assert_eq!(
        places(&bank.replace("13603.50", "7086.00")),
        ["bank_unknown 1 14 bank"]
    );
}
