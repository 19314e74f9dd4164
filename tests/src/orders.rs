//! Orders and queries of invented people, without a gateway.

use crate::desk::{ACCOUNT, PAYER};
use adapters::BankAdapter;
use adapters::exchange::{OrderLine, PaymentOrder, StatusQuery};
use schemas::people::person;
use schemas::value::{AccountNo, Fen, IdType, PayMonth, PersonName};
use std::collections::BTreeMap;
use time::macros::{date, datetime};

/// An order of `count` lines to payees at the paying bank; at another one where the adapter's
/// files pay others only.
#[must_use]
pub fn order(adapter: &BankAdapter, count: u32) -> PaymentOrder {
    let own = adapter.code();
    let elsewhere = if own.as_str() == "CCB" { "ABC" } else { "CCB" };
    let elsewhere = schemas::value::BankCode::parse(elsewhere).unwrap();
    let bank = if adapter.capability().own_bank {
        own
    } else {
        elsewhere
    };
    let line = |row_no| {
        let person = person(3, row_no, Some(bank));
        OrderLine {
            row_no,
            name: person.name,
            id_type: IdType::RESIDENT,
            id_number: person.id_number,
            account: person.account,
            payee_bank: Some(bank),
            cnaps_code: None,
            amount: Fen(500_001 + i64::from(row_no) * 1_009),
            memo: Some("11月工资".to_owned()),
        }
    };
    PaymentOrder {
        file_no: 4_711,
        bank_date: date!(2026 - 11 - 23),
        instructed_at: datetime!(2026-11-23 09:30:00.123 +8),
        payer_account: AccountNo::parse(ACCOUNT).unwrap(),
        payer_name: PersonName::parse(PAYER).unwrap(),
        pay_month: PayMonth::parse("2026-11").unwrap(),
        connection: adapter.example_connection(),
        lines: (1..=count).map(line).collect(),
    }
}

/// The question about an order.
#[must_use]
pub fn query(order: &PaymentOrder, references: BTreeMap<String, String>) -> StatusQuery {
    StatusQuery {
        file_no: order.file_no,
        query_no: 1,
        bank_date: order.bank_date,
        instructed_at: order.instructed_at,
        asked_at: datetime!(2026-11-23 09:35:01.500 +8),
        payer_account: order.payer_account,
        payer_name: order.payer_name.clone(),
        pay_month: order.pay_month,
        count: u32::try_from(order.lines.len()).unwrap(),
        total: order.total().unwrap(),
        connection: order.connection.clone(),
        references,
    }
}

/// An order and the question about it, as if the bank had given its references.
#[must_use]
pub fn order_and_query(adapter: &BankAdapter, count: u32) -> (PaymentOrder, StatusQuery) {
    let order = order(adapter, count);
    let query = query(&order, adapter.bank_side().references(order.file_no));
    (order, query)
}
