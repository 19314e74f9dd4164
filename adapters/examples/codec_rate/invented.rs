//! Invented orders of any length, and keys that sign nothing.

use crate::hand::Failure;
use adapters::BankAdapter;
use adapters::exchange::{Crypto, CryptoError, OrderLine, PaymentOrder};
use schemas::{AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, PayMonth, PersonName};
use time::macros::{date, datetime};

const NAMES: [&str; 8] = [
    "张样一",
    "李样二",
    "欧阳样三",
    "阿样·木样",
    "王样五",
    "赵样",
    "司马样七",
    "迪样·买样提",
];

/// Every person, account and amount of it is its own.
pub fn order(bank: &BankAdapter, rows: u32) -> Result<PaymentOrder, Failure> {
    let lines: Result<Vec<OrderLine>, Failure> = (1..=rows).map(|no| line(bank, no)).collect();
    Ok(PaymentOrder {
        file_no: 4_711,
        bank_date: date!(2026 - 11 - 23),
        instructed_at: datetime!(2026-11-23 09:30:00.123 +8),
        payer_account: AccountNo::parse("3300000000000000019")?,
        payer_name: PersonName::parse("浙江样例建设有限公司")?,
        pay_month: PayMonth::parse("2026-11")?,
        connection: bank.example_connection(),
        lines: lines?,
    })
}

fn line(bank: &BankAdapter, row_no: u32) -> Result<OrderLine, Failure> {
    let kind = IdType::parse("02")?;
    let name = NAMES.get(row_no as usize % NAMES.len());
    Ok(OrderLine {
        row_no,
        name: PersonName::parse(name.copied().unwrap_or_default())?,
        id_type: kind,
        id_number: IdNumber::parse(kind, &format!("330000199001{row_no:06}"))?,
        account: AccountNo::parse(&format!("62000000000{row_no:08}"))?,
        payee_bank: Some(match bank.capability().own_bank {
            true => bank.code(),
            false => BankCode::parse("ICBC")?,
        }),
        cnaps_code: CnapsCode::parse("304100040000").ok(),
        amount: Fen(i64::from(row_no) * 7_919 % 900_000 + 100_001),
        memo: Some("11月工资".to_owned()),
    })
}

/// A key for every slot whose signature is always the same.
pub struct OneKey;

impl Crypto for OneKey {
    fn sign(&self, _: &str, _: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(vec![7; 64])
    }

    fn verify(&self, _: &str, _: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Ok(())
    }

    fn encrypt(&self, _: &str, _: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(plain.to_vec())
    }

    fn decrypt(&self, _: &str, _: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Ok(sealed.to_vec())
    }
}
