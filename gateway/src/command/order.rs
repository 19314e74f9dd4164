//! The order that a batch head makes at a bank, for the commands that talk to nobody.

use super::adapter::PlaceholderKeys;
use super::words::Failure;
use crate::clock::{CHINA, Clock, SystemClock};
use adapters::BankAdapter;
use adapters::exchange::{OrderLine, PaymentOrder};
use schemas::people::person;
use schemas::value::{Fen, IdType, PersonName};
use schemas::{BatchHead, Finding, codes};
use time::Date;

/// Everything of an order but its number and its lines.
///
/// # Errors
/// A name that is none: ours, it was read before.
pub fn order(
    adapter: &BankAdapter,
    head: &BatchHead,
    bank_date: Date,
) -> Result<PaymentOrder, Failure> {
    // The hour at which banks are open on any bank day: the same file gives the same bytes.
    let instructed_at = bank_date
        .with_time(time::macros::time!(10:00))
        .assume_offset(CHINA);
    let named = head.payer_name.clone();
    Ok(PaymentOrder {
        file_no: 0,
        bank_date,
        instructed_at,
        payer_account: head.payer_account,
        payer_name: named.map_or_else(|| payer_name(head), Ok)?,
        pay_month: head.pay_month,
        connection: adapter.example_connection(),
        lines: Vec::new(),
    })
}

/// The payer's name where the file has none: the employer's. The gateway takes the mandate's.
fn payer_name(head: &BatchHead) -> Result<PersonName, Failure> {
    let text = head.employer_name.as_deref();
    let text = text.unwrap_or(head.employer_uscc.as_str());
    PersonName::parse(text).map_err(|error| Failure::defect(&error))
}

/// What the bank's layout refuses of the head: `convert` would say the same, because both write
/// the message. It is written with one invented line that every bank takes.
///
/// # Errors
/// As [`order`].
pub fn head_findings(adapter: &BankAdapter, head: &BatchHead) -> Result<Vec<Finding>, Failure> {
    let bank = adapter.code();
    // Any day will do: its digits are of one length.
    let today = SystemClock::new().now().date();
    let mut order = order(adapter, head, today)?;
    let payee = person(1, 1, Some(bank));
    order.file_no = 1;
    order.lines.push(OrderLine {
        row_no: 1,
        name: payee.name,
        id_type: IdType::RESIDENT,
        id_number: payee.id_number,
        account: payee.account,
        payee_bank: Some(bank),
        cnaps_code: None,
        amount: Fen(100),
        memo: None,
    });
    let elsewhere = codes::banks().iter().map(|other| other.code);
    let elsewhere = elsewhere.filter(|other| *other != bank).take(1);
    let mut findings: Vec<Finding> = Vec::new();
    // Of two dialects, each with a line that it takes.
    let payees = std::iter::once(bank).chain(elsewhere);
    for (own, payee_bank) in adapter.by_dialect().zip(payees) {
        for line in &mut order.lines {
            line.payee_bank = Some(payee_bank);
        }
        let written = own.encode_payment(&order, &PlaceholderKeys);
        let of_head = written.err().unwrap_or_default().into_iter();
        let of_head = of_head.filter(|finding| finding.line.is_none());
        for finding in of_head {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}
