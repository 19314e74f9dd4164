//! An amount that was split at its thousands comma, in a row that has no cell too many: what can
//! be known of it, and small amounts that only look like one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::book;
use employer_files_support::*;

/// The first line ends in these cells, under these titles after the account; in a workbook too.
fn read(titles: &str, cells: &str) -> [Kept; 2] {
    let (head, _) = EXAMPLE.split_once("\n\n").unwrap();
    let (count, total) = ("总笔数,2", "总金额,13603.50");
    let head = head.replace(count, "总笔数,1").replace(total, "总金额,1");
    let text = format!(
        "{head}\n\n序号,姓名,证件号码,银行账号,{titles}\n\
         1,张样一,11010519491231002X,6222021202000000019,{cells}\n"
    );
    [text.as_bytes(), &book(&[("工资", &text)])].map(|bytes| read_bytes(bytes).1)
}

const GROSS_FIRST: &str = "应发金额,实发金额,备注";
const NET_FIRST: &str = "实发金额,应发金额,备注";

#[test]
fn a_split_amount_is_told_where_the_memo_is_left_out() {
    for (titles, cells) in [
        // 6600.00 and 6523.50: 600.00 would be paid, with the memo 6523.50.
        (GROSS_FIRST, "6,600.00,6523.50"),
        (GROSS_FIRST, " 6 , 600.00 ,6523.50"),
        (GROSS_FIRST, "6,600,6523.50"),
        (GROSS_FIRST, "6,600,6523"),
        (GROSS_FIRST, "6,600.00,6523"),
        (GROSS_FIRST, "999,999.99,999999.99"),
        // Nobody writes a group that begins with zeros.
        (GROSS_FIRST, "12,000.00,11000.00"),
        (GROSS_FIRST, "6,006,5000"),
        // Most of it was paid in advance.
        (GROSS_FIRST, "6,600.00,50.00"),
        (GROSS_FIRST, "12,500.00,500.00"),
        (NET_FIRST, "6523.50,6,600.00"),
        (NET_FIRST, "6523.50,12,000.00"),
        (NET_FIRST, "6523,6,600"),
        (NET_FIRST, "900.00,1,200.00"),
        (NET_FIRST, "20.00,1,500.00"),
        (NET_FIRST, "6,523.50,6600.00"),
        (NET_FIRST, "6,523,6600"),
        (NET_FIRST, "6,006,6600"),
        // The net amount behind a whole gross amount.
        (GROSS_FIRST, "6600.00,6,523.50"),
        (GROSS_FIRST, "6600,6,523"),
        // Other columns between or behind them, whose last is left out.
        ("应发金额,扣款,实发金额,备注", "6,600.00,76.50,6523.50"),
        ("应发金额,扣款,实发金额,备注", "6,600,76,6524"),
        ("应发金额,扣款,实发金额,签名", "6,600.00,5.00,6595.00"),
        ("实发金额,扣款,应发金额,备注", "6,523,77,6600"),
        ("应发金额,实发金额,签名", "6,600.00,6523.50"),
        ("实发金额,应发金额,签名", "6523.50,6,600.00"),
        ("实发金额,应发金额,开户银行,备注", "6523.50,6,600.00,ICBC"),
        // Both of them: what follows has moved by two.
        ("应发金额,实发金额,备注,签名", "6,600.00,6,523.50"),
        ("实发金额,应发金额,备注,签名", "6,523.50,6,600.00"),
        ("实发金额,应发金额,备注,原明细", "6,523.50,6,600.00"),
    ] {
        for kept in read(titles, cells) {
            let told = kept.places();
            assert_eq!(told[0], "schema_violation - 14 -", "{titles}: {cells}");
            assert_eq!(kept.argument("schema_violation", "reason"), "comma_split");
            let remedy = kept.argument("schema_violation", "remedy");
            assert_eq!(remedy, "comma_in_amount");
            let refused = (kept.lines.len(), kept.refused.len());
            assert_eq!(refused, (0, 1), "{titles}: {cells}");
        }
    }
}

/// Amounts of less than a thousand, as workbooks write them: with as many decimals as each needs.
#[test]
fn small_amounts_are_amounts() {
    for (titles, cells, fen, memo) in [
        (GROSS_FIRST, "600,500,11", 50_000, Some("11")),
        (GROSS_FIRST, "600,500,2026", 50_000, Some("2026")),
        (GROSS_FIRST, "600,500.5,工资", 50_050, Some("工资")),
        (GROSS_FIRST, "600,600.5", 60_050, None),
        (GROSS_FIRST, "600.00,500.00,", 50_000, None),
        // More than was earned this month: something was added to it.
        (GROSS_FIRST, "600,650,", 65_000, None),
        (GROSS_FIRST, "600,650,101", 65_000, Some("101")),
        // The number of a worker.
        (GROSS_FIRST, "600,500,600123", 50_000, Some("600123")),
        (GROSS_FIRST, "80,100,80123", 10_000, Some("80123")),
        // Six thousand less an advance; the team's number.
        (GROSS_FIRST, "6600,60,101", 6_000, Some("101")),
        (GROSS_FIRST, "6000,600,001", 60_000, Some("001")),
        (NET_FIRST, "600,700,11", 60_000, Some("11")),
        (NET_FIRST, "700,600,101", 70_000, Some("101")),
        (NET_FIRST, "500,600,001", 50_000, Some("001")),
        (NET_FIRST, "6,523.50,8.5", 600, Some("8.5")),
        (NET_FIRST, "600,,11", 60_000, Some("11")),
        (NET_FIRST, "500,523,2026", 50_000, Some("2026")),
        // Deductions, additions and sums of the year in columns that are not read.
        ("应发金额,扣款,实发金额", "600,100.5,499.5", 49_950, None),
        (
            "应发金额,扣款,实发金额,备注",
            "600,100.5,499.5,",
            49_950,
            None,
        ),
        ("应发金额,实发金额,补贴", "600,650.5,50.5", 65_050, None),
        ("应发金额,实发金额,扣款", "600,500.5,99.5", 50_050, None),
        ("应发金额,实发金额,累计", "600,500.5,1500.5", 50_050, None),
        ("实发金额,应发金额,扣款", "499.5,600,100.5", 49_950, None),
        ("应发金额,备注", "600,101", 0, None),
        ("实发金额,备注", "600,101", 60_000, Some("101")),
    ] {
        for kept in read(titles, cells) {
            let told = kept.places();
            let split = told.iter().any(|told| told.starts_with("schema_violation"));
            assert!(!split, "{titles}: {cells}");
            let line = kept.lines.first().map(|l| (l.fen, l.memo.as_deref()));
            let expected = titles.contains("实发").then_some((fen, memo));
            assert_eq!(line, expected, "{titles}: {cells}");
        }
    }
}
