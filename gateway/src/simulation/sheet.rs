//! Employers' files of a world: the template and the JSON object of the interface.

use super::dice::Dice;
use super::outside::{Payee, Sheet, Wage};
use schemas::people::person;
use schemas::text::Charset;
use schemas::value::{BankCode, Fen, Purpose};
use std::fmt::Write as _;

/// The employers' account at every bank.
pub(super) const ACCOUNT: &str = "1202020009900012345";

/// A person of a world, in clear.
pub(super) fn payee(seed: u64, index: u32, bank: BankCode) -> Payee {
    let person = person(seed, index, Some(bank));
    let open = Purpose::Instruction;
    Payee {
        name: person.name.reveal(open).to_owned(),
        id_number: person.id_number.reveal(open).to_owned(),
        account: person.account.reveal(open).to_owned(),
        bank,
    }
}

/// The bytes of a file. The same sheet and form give the same bytes.
pub(super) fn bytes(sheet: &Sheet, form: Form) -> Vec<u8> {
    match form {
        Form::Csv => csv(sheet).into_bytes(),
        Form::Gb18030 => {
            let text = csv(sheet);
            let bytes = Charset::Gb18030.encode(&text);
            bytes.map_or_else(|_| text.clone().into_bytes(), |bytes| bytes.into_owned())
        }
        Form::Json => json(sheet),
    }
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The template.
    Csv,
    /// The template in the character set of old programs.
    Gb18030,
    /// The object of the interface.
    Json,
}

impl Form {
    pub fn draw(dice: &Dice) -> Self {
        match dice.below(6) {
            0 | 1 => Self::Json,
            2 => Self::Gb18030,
            _ => Self::Csv,
        }
    }
}

/// A document number as a file writes it.
fn id_number(sheet: &Sheet, number: &str) -> String {
    if !sheet.is_old_spelling {
        return number.to_owned();
    }
    short(number).unwrap_or_else(|| number.to_lowercase())
}

/// The 15 digits of somebody who was born before the year 2000.
pub(super) fn short(number: &str) -> Option<String> {
    let (region, rest) = (number.get(..6)?, number.get(8..17)?);
    (number.get(6..8)? == "19").then(|| format!("{region}{rest}"))
}

/// An account as a file writes it.
fn account(sheet: &Sheet, number: &str) -> String {
    if !sheet.is_old_spelling {
        return number.to_owned();
    }
    let digits: Vec<char> = number.chars().collect();
    let groups = digits.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

fn total_fen(sheet: &Sheet) -> i64 {
    sheet.wages.iter().map(|wage| wage.amount_fen).sum()
}

fn csv(sheet: &Sheet) -> String {
    let project = sheet.project.as_deref().unwrap_or_default();
    let mut text = format!(
        "安薪代发工资表,V1\n批次号,{}\n统一社会信用代码,{}\n项目编码,{project}\n工资月份,{}\n\
         付款银行,{}\n付款账号,{ACCOUNT}\n总笔数,{}\n总金额,{}\n\n\
         序号,姓名,证件号码,银行账号,开户银行,实发金额,备注,原明细\n",
        sheet.batch_no,
        sheet.employer,
        sheet.pay_month,
        sheet.bank,
        sheet.wages.len(),
        Fen(total_fen(sheet)).yuan()
    );
    for (number, wage) in (1..).zip(&sheet.wages) {
        let payee = &wage.payee;
        let corrects = wage.corrects.as_deref().unwrap_or_default();
        // Writing into a text does not fail.
        let _ = writeln!(
            text,
            "{number},{},{},{},{},{},工资,{corrects}",
            payee.name,
            id_number(sheet, &payee.id_number),
            account(sheet, &payee.account),
            payee.bank,
            Fen(wage.amount_fen).yuan()
        );
    }
    text
}

fn json(sheet: &Sheet) -> Vec<u8> {
    let line = |(number, wage): (usize, &Wage)| {
        let payee = &wage.payee;
        serde_json::json!({
            "line_no": number,
            "name": payee.name,
            "id_number": id_number(sheet, &payee.id_number),
            "account": account(sheet, &payee.account),
            "bank": payee.bank.to_string(),
            "amount_fen": wage.amount_fen,
            "memo": "工资",
            "corrects": wage.corrects,
        })
    };
    let lines: Vec<_> = (1..).zip(&sheet.wages).map(line).collect();
    let file = serde_json::json!({
        "batch_no": sheet.batch_no,
        "employer_uscc": sheet.employer,
        "project_code": sheet.project,
        "pay_month": sheet.pay_month,
        "paying_bank": sheet.bank.to_string(),
        "payer_account": ACCOUNT,
        "line_count": sheet.wages.len(),
        "total_amount": Fen(total_fen(sheet)).yuan(),
        "lines": lines,
    });
    file.to_string().into_bytes()
}

/// The number with another last digit: the check digit is wrong then (GB 11643).
pub(super) fn wrong_check(id_number: &str) -> String {
    let (head, last) = id_number.split_at(id_number.len().saturating_sub(1));
    let other = if last == "7" { "3" } else { "7" };
    format!("{head}{other}")
}
