//! One defect in a good batch, in every format that can have it: exactly its finding, at its line,
//! row and field, and nothing else. What is expected stands in the tables, derived by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::planted::{Batch, LINES};
use employer_files_support::*;
use schemas::employer_files::{Format, ReadOptions};
use schemas::people::SplitMix64;
use schemas::{Finding, Lang, PayMonth, Severity};

/// A value of a field of one line, and the finding that it is.
const VALUES: [(&str, &str, &str); 47] = [
    ("line_no", "x", "line_no_invalid"),
    ("line_no", "1.5", "line_no_invalid"),
    ("name", "", "name_missing"),
    ("name", "  ", "name_missing"),
    ("name", "张?明", "name_not_encodable"),
    ("name", "6222021", "name_not_encodable"),
    ("name", "张\u{200B}明", "name_not_encodable"),
    ("id_type", "99", "id_type_invalid"),
    ("id_number", "", "id_number_missing"),
    ("id_number", "33010619900101001", "id_number_invalid"),
    ("id_number", "ABCDEFGHIJKLMNOPQR", "id_number_invalid"),
    // Right check characters; 30 February, month 13, born after today.
    ("id_number", "330106199002300017", "id_number_invalid"),
    ("id_number", "330106199013010015", "id_number_invalid"),
    ("id_number", "330106202611240018", "id_number_invalid"),
    // The example of the standard with another check character.
    ("id_number", "110105194912310021", "id_number_invalid"),
    ("account", "", "account_missing"),
    ("account", "6222021", "account_invalid"),
    (
        "account",
        "111111111111111111111111111111111",
        "account_invalid",
    ),
    ("account", "62220212020000ABC", "account_invalid"),
    ("account", "6222021202000000.019", "account_invalid"),
    ("account", "+6222021202000000019", "account_invalid"),
    ("account", "6.222021202E+18", "account_invalid"),
    // A right check digit under a prefix that no bank has.
    ("account", "6999990000000001007", "account_bank_unknown"),
    ("bank", "火星银行", "bank_unknown"),
    ("cnaps_code", "102100099995", "cnaps_code_invalid"),
    ("cnaps_code", "10210009999", "cnaps_code_invalid"),
    ("amount", "", "amount_missing"),
    ("amount", "1e3", "amount_invalid"),
    ("amount", "+5.00", "amount_invalid"),
    ("amount", "-5.00", "amount_invalid"),
    ("amount", "－5.00", "amount_invalid"),
    ("amount", "1.234", "amount_invalid"),
    ("amount", "伍佰", "amount_invalid"),
    ("amount", "￥500.00", "amount_invalid"),
    ("amount", "500.", "amount_invalid"),
    ("amount", ".50", "amount_invalid"),
    ("amount", "5.0.0", "amount_invalid"),
    ("amount", "5 00.00", "amount_invalid"),
    ("amount", "0x1F4", "amount_invalid"),
    ("amount", "1,23.00", "amount_invalid"),
    ("amount", "12,34,567.00", "amount_invalid"),
    ("amount", "0", "amount_not_positive"),
    ("amount", "0.00", "amount_not_positive"),
    ("gross_amount", "abc", "amount_invalid"),
    ("memo", "工资\u{202E}表", "text_not_encodable"),
    ("corrects", "第三行", "corrects_invalid"),
    ("corrects", "B20261123-4711", "corrects_invalid"),
];

/// Values that people write and that are right.
const GOOD_VALUES: [(&str, &str); 7] = [
    ("name", "张1明"),
    ("name", "买买提·艾力"),
    ("name", "张𠮷明"),
    ("id_number", "11010519491231002x"),
    ("id_number", "１１０１０５１９４９１２３１００２Ｘ"),
    // A bankbook has no check digit that anybody knows.
    ("account", "22025000-1234"),
    ("bank", "中国工商银行股份有限公司"),
];

/// A value of a key of the head, and the finding that it is.
const HEAD_VALUES: [(&str, &str, &str); 17] = [
    ("batch_no", "", "missing_field"),
    ("batch_no", "GZ 1", "batch_no_invalid"),
    ("employer_uscc", "", "missing_field"),
    ("employer_uscc", "913301006639233240", "uscc_invalid"),
    ("employer_uscc", "91330100I639233248", "uscc_invalid"),
    ("employer_uscc", "91330100663923324", "uscc_invalid"),
    ("pay_month", "", "missing_field"),
    ("pay_month", "2026-13", "pay_month_invalid"),
    ("pay_month", "2026/10月", "pay_month_invalid"),
    ("pay_month", "2026-12", "pay_month_in_future"),
    ("paying_bank", "", "missing_field"),
    ("paying_bank", "火星银行", "paying_bank_unknown"),
    ("payer_account", "", "missing_field"),
    ("payer_account", "1202", "payer_account_invalid"),
    ("line_count", "", "missing_field"),
    ("line_count", "两", "control_total_invalid"),
    ("total_amount", "", "missing_field"),
];

/// What a format has no place for, or takes for something else.
fn can_have(format: Format, key: &str, value: &str) -> bool {
    match (format, key) {
        // An EndToEndId that is no number is a reference; a kind of document is written otherwise;
        // there is no gross amount; an InstrId that is no payment of ours is the sender's own.
        (Format::Pain001, "line_no" | "id_type" | "gross_amount" | "corrects") => false,
        // The month is given with the call.
        (Format::Pain001, "pay_month") => false,
        // The test's own workbook is made of csv without quotes.
        (Format::Xlsx, _) => !value.contains(','),
        (Format::Csv | Format::Json | Format::Pain001, _) => true,
    }
}

/// A format, the batch of a seed and a line of it, for the defect with this number.
fn cases(number: u64) -> impl Iterator<Item = (Format, Batch, usize)> {
    Format::ALL
        .into_iter()
        .zip(0u64..)
        .map(move |(format, at)| {
            let seed = number * 10 + at;
            let place = SplitMix64::new(seed).below(LINES as u64 - 1) + 1;
            (format, Batch::good(seed), place as usize)
        })
}

/// What is found, and how many lines are good. Nobody's number or name stands in it.
fn found(batch: &Batch, format: Format) -> (Vec<String>, u32) {
    let options = ReadOptions {
        pay_month: (format == Format::Pain001).then(|| PayMonth::new(2026, 10).unwrap()),
        ..options()
    };
    let (summary, kept) = read_with(&batch.write(format), &options);
    assert_eq!(summary.line_count as usize, LINES);
    for at in 0..LINES {
        for key in ["name", "id_number", "account"] {
            let clear = batch.field(at, key);
            let told = |finding: &Finding| finding.to_json(Lang::Zh).to_string().contains(clear);
            let secret = clear.chars().count() > 1 && clear != "  ";
            assert!(!secret || !kept.findings.iter().any(told), "{clear}");
        }
    }
    (kept.places(), summary.lines_ok)
}

#[test]
fn a_good_batch_has_no_finding() {
    for number in 0..20 {
        for (format, batch, _) in cases(number) {
            assert_eq!(
                found(&batch, format),
                (vec![], LINES as u32),
                "{format} {number}"
            );
        }
    }
}

#[test]
fn one_wrong_value_of_a_line_is_one_finding() {
    for ((key, value, code), number) in VALUES.into_iter().zip(100..) {
        for (format, mut batch, at) in cases(number) {
            if !can_have(format, key, value) {
                continue;
            }
            batch.set_field(at, key, value);
            batch.state_totals();
            let row = batch.row(at, format);
            let expected = format!("{code} {} {row} {key}", at + 1);
            let warns = code == "account_bank_unknown";
            let good = LINES - usize::from(!warns);
            let context = format!("{key} {value:?} in {format} ({number})");
            assert_eq!(
                found(&batch, format),
                (vec![expected], good as u32),
                "{context}"
            );
        }
    }
}

#[test]
fn a_right_value_is_no_finding() {
    for ((key, value), number) in GOOD_VALUES.into_iter().zip(200..) {
        for (format, mut batch, at) in cases(number) {
            batch.set_field(at, key, value);
            if key == "bank" {
                batch.set_field(at, "account", "22025000-1234");
            }
            assert_eq!(
                found(&batch, format),
                (vec![], LINES as u32),
                "{value} in {format}"
            );
        }
    }
    for ((value, fen), number) in [
        ("1234", 123_400),
        ("1,234.5", 123_450),
        ("１２３４．５０", 123_450),
        ("5000000.00", 500_000_000),
    ]
    .into_iter()
    .zip(250..)
    {
        for (format, mut batch, at) in cases(number) {
            if can_have(format, "amount", value) {
                batch.set_amount(at, value, fen);
                batch.state_totals();
                assert_eq!(
                    found(&batch, format),
                    (vec![], LINES as u32),
                    "{value} in {format}"
                );
            }
        }
    }
}

#[test]
fn one_wrong_value_of_the_head_is_one_finding() {
    for ((key, value, code), number) in HEAD_VALUES.into_iter().zip(300..) {
        for (format, mut batch, _) in cases(number) {
            if can_have(format, key, value) {
                batch.set_head(key, value);
                let expected = vec![format!("{code} - - {key}")];
                let context = format!("{key} {value:?} in {format}");
                assert_eq!(found(&batch, format), (expected, LINES as u32), "{context}");
            }
        }
    }
}

/// Totals are held against the lines to the fen, in both directions.
#[test]
fn totals_that_differ_are_found() {
    for (format, batch, at) in cases(400) {
        for amount in ["1000.00", "1000.02"] {
            let mut other = batch.clone();
            other.set_amount(at, "1000.01", 100_001);
            other.state_totals();
            other.set_amount(at, amount, 0);
            let expected = vec!["control_sum_mismatch - - total_amount".to_owned()];
            assert_eq!(found(&other, format), (expected, LINES as u32));
        }
        for count in ["6", "8"] {
            let mut other = batch.clone();
            other.set_head("line_count", count);
            let expected = vec!["control_count_mismatch - - line_count".to_owned()];
            assert_eq!(found(&other, format), (expected, LINES as u32));
        }
    }
}

/// What needs two lines, two fields or a column of its own.
#[test]
fn one_defect_of_more_than_a_value_is_one_finding() {
    type Spoil = fn(&mut Batch, usize);
    let cases_by_hand: [(Spoil, &str, &str, Severity); 6] = [
        (
            |batch, at| batch.set_amount(at, "5000000.01", 500_000_001),
            "amount_over_limit",
            "amount",
            Severity::Error,
        ),
        (
            |batch, at| batch.set_field(at, "line_no", "1"),
            "line_no_duplicate",
            "line_no",
            Severity::Error,
        ),
        (
            |batch, at| batch.copy_first(at, &["name", "id_number", "account", "bank", "amount"]),
            "payee_duplicate",
            "id_number",
            Severity::Warning,
        ),
        (
            |batch, at| batch.copy_first(at, &["account", "bank"]),
            "account_shared",
            "account",
            Severity::Warning,
        ),
        (
            |batch, at| {
                batch.set_field(at, "account", "6222021202000000019");
                batch.set_field(at, "bank", "ABC");
            },
            "account_bank_mismatch",
            "account",
            Severity::Warning,
        ),
        (
            |batch, at| {
                // The same with another last digit.
                batch.set_field(at, "account", "6222021202000000018");
                batch.set_field(at, "bank", "ICBC");
            },
            "account_check_digit",
            "account",
            Severity::Warning,
        ),
    ];
    for ((spoil, code, key, severity), number) in cases_by_hand.into_iter().zip(500..) {
        for (format, mut batch, at) in cases(number) {
            spoil(&mut batch, at);
            batch.state_totals();
            let line = if key == "line_no" { 1 } else { at + 1 };
            let expected = vec![format!("{code} {line} {} {key}", batch.row(at, format))];
            let bad = usize::from(severity == Severity::Error);
            let good = (LINES - bad) as u32;
            assert_eq!(
                found(&batch, format),
                (expected, good),
                "{code} in {format}"
            );
        }
    }
}

#[test]
fn an_unknown_column_and_another_currency_are_said_once() {
    for (format, mut batch, at) in cases(600) {
        batch.columns.push("currency");
        for line in [at, (at + 1) % LINES] {
            batch.set_field(line, "currency", "USD");
        }
        let expected = vec!["currency_not_supported - - currency".to_owned()];
        assert_eq!(
            found(&batch, format),
            (expected, LINES as u32 - 2),
            "{format}"
        );
    }
    for (format, mut batch, at) in cases(601).filter(|(format, _, _)| *format != Format::Pain001) {
        batch.columns.push("班组");
        assert_eq!(
            found(&batch, format),
            (vec![], LINES as u32),
            "no data in it"
        );
        for line in [at, (at + 1) % LINES] {
            batch.set_field(line, "班组", "一组");
        }
        let expected = vec!["field_ignored - - -".to_owned()];
        assert_eq!(found(&batch, format), (expected, LINES as u32), "{format}");
    }
}
