//! Files of invented wages, by number.

use super::{ACCOUNT, USCC};
use std::fmt::Write as _;

/// A file in the template; every person, account and amount of it is its own.
pub fn file(number: u64, lines: u64, project: u64) -> String {
    let fen = |index: u64| (number * 1_000_003 + index) * 7_919 % 900_000 + 100_000;
    let total: u64 = (1..=lines).map(fen).sum();
    let mut text = format!(
        "安薪代发工资表,V1\n批次号,GZ-{number}\n统一社会信用代码,{USCC}\n\
         项目编码,33011020261{project:07}\n工资月份,2026-11\n\
         付款银行,HXB\n付款账号,{ACCOUNT}\n总笔数,{lines}\n总金额,{}.{:02}\n\n\
         序号,姓名,证件类型,证件号码,银行账号,开户银行,实发金额,应发金额,备注\n",
        total / 100,
        total % 100
    );
    for index in 1..=lines {
        let key = number * lines + index;
        let (yuan, cents) = (fen(index) / 100, fen(index) % 100);
        // Writing into a text can't fail.
        let _ = writeln!(
            text,
            "{index},张样一,01,{},{},ICBC,{yuan}.{cents:02},{yuan}.{cents:02},2026年11月工资",
            id_number(key),
            account(key)
        );
    }
    text
}

fn account(key: u64) -> String {
    let body = format!("622202{key:012}");
    let digits = body.bytes().rev().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 if digit > 4 => digit * 2 - 9,
            0 => digit * 2,
            _ => digit,
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// An invented number with its check character (GB 11643, ISO 7064 MOD 11-2).
fn id_number(key: u64) -> String {
    let (day, place) = (key / 900, key % 900 + 1);
    let (year, month) = (1950 + day / 336 % 50, day / 28 % 12 + 1);
    let body = format!("110105{year}{month:02}{:02}{place:03}", day % 28 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = body.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.zip(weights).map(|(digit, by)| digit * by).sum();
    let checks = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"];
    let check = checks.get(sum as usize % 11).copied().unwrap_or_default();
    format!("{body}{check}")
}
