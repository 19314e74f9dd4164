//! `synthetic_json` by hand: types that serde derives, UTF-8.

use crate::hand::{Answer, Failure, REFUSED, Row, answer as said, check, failed, total};
use adapters::exchange::{Outcome, PaymentOrder};
use adapters::order::{date_text, moment_text};
use schemas::text::Charset::Utf8;
use schemas::{Fen, Purpose};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

const OPEN: Purpose = Purpose::Instruction;

#[derive(Serialize)]
struct Request<'o> {
    data: Data<'o>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'o> {
    batch_no: String,
    payer_account: &'o str,
    payer_name: &'o str,
    pay_month: String,
    request_time: String,
    total_count: String,
    total_amount: String,
    items: Vec<Item<'o>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'o> {
    seq_no: String,
    payee_account: &'o str,
    payee_name: &'o str,
    id_type: String,
    id_no: &'o str,
    bank_flag: &'static str,
    bank_no: &'o str,
    amount: String,
    memo: &'o str,
}

pub fn encode(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut items = Vec::with_capacity(order.lines.len());
    for line in &order.lines {
        let name = line.name.reveal(OPEN);
        let memo = line.memo.as_deref().unwrap_or_default();
        check(name, Utf8, 150, &[])?;
        check(memo, Utf8, 150, &[])?;
        let own = line.payee_bank.is_none_or(|bank| bank.as_str() == "CZBANK");
        items.push(Item {
            seq_no: line.row_no.to_string(),
            payee_account: line.account.reveal(OPEN),
            payee_name: name,
            id_type: line.id_type.to_string(),
            id_no: line.id_number.reveal(OPEN),
            bank_flag: if own { "I" } else { "O" },
            bank_no: line.cnaps_code.as_ref().map_or("", |code| code.as_str()),
            amount: line.amount.yuan(),
            memo,
        });
    }
    let (year, month) = (order.pay_month.year(), order.pay_month.month());
    let moment = moment_text(order.instructed_at);
    Ok(serde_json::to_vec(&Request {
        data: Data {
            batch_no: format!("AX{}{:010}", date_text(order.bank_date), order.file_no),
            payer_account: order.payer_account.reveal(OPEN),
            payer_name: order.payer_name.reveal(OPEN),
            pay_month: format!("{year:04}{month:02}"),
            request_time: moment.get(..14).unwrap_or_default().to_owned(),
            total_count: order.lines.len().to_string(),
            total_amount: total(order)?.yuan(),
            items,
        },
    })?)
}

#[derive(Serialize, Deserialize)]
struct Reply<'t> {
    /// Verified by no key here, by neither of the two.
    #[serde(borrow)]
    sign: Cow<'t, str>,
    #[serde(borrow)]
    code: Cow<'t, str>,
    #[serde(borrow)]
    message: Cow<'t, str>,
    #[serde(borrow)]
    data: Said<'t>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said<'t> {
    #[serde(borrow)]
    batch_no: Cow<'t, str>,
    #[serde(borrow)]
    batch_status: Cow<'t, str>,
    #[serde(borrow)]
    total_count: Cow<'t, str>,
    #[serde(borrow)]
    total_amount: Cow<'t, str>,
    #[serde(borrow)]
    rows: Cow<'t, str>,
    #[serde(borrow)]
    items: Vec<Told<'t>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told<'t> {
    #[serde(borrow)]
    seq_no: Cow<'t, str>,
    #[serde(borrow)]
    payee_account: Cow<'t, str>,
    #[serde(borrow)]
    payee_name: Cow<'t, str>,
    #[serde(borrow)]
    amount: Cow<'t, str>,
    #[serde(borrow)]
    status: Cow<'t, str>,
    #[serde(borrow)]
    fail_code: Cow<'t, str>,
    #[serde(borrow)]
    fail_text: Cow<'t, str>,
    #[serde(borrow)]
    serial_no: Cow<'t, str>,
    #[serde(borrow)]
    original_serial_no: Cow<'t, str>,
    #[serde(borrow)]
    booked_at: Cow<'t, str>,
}

pub fn answer(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let items = order.lines.iter().map(|line| {
        let (status, code, text) = match failed(line.row_no) {
            true => ("FAILED", "R05", "户名不符"),
            false => ("SUCCESS", "", ""),
        };
        Told {
            seq_no: line.row_no.to_string().into(),
            payee_account: line.account.reveal(OPEN).into(),
            payee_name: line.name.reveal(OPEN).into(),
            amount: line.amount.yuan().into(),
            status: status.into(),
            fail_code: code.into(),
            fail_text: text.into(),
            serial_no: format!("2026112300{:010}", line.row_no).into(),
            original_serial_no: "".into(),
            booked_at: "20261123".into(),
        }
    });
    let count = order.lines.len().to_string();
    Ok(serde_json::to_vec(&Reply {
        sign: "07".repeat(64).into(),
        code: "0000".into(),
        message: "交易成功".into(),
        data: Said {
            batch_no: format!("AX20261123{:010}", order.file_no).into(),
            batch_status: "D".into(),
            total_count: count.clone().into(),
            total_amount: total(order)?.yuan().into(),
            rows: count.into(),
            items: items.collect(),
        },
    })?)
}

pub fn decode(bytes: &[u8]) -> Result<Answer, Failure> {
    let reply: Reply<'_> = serde_json::from_slice(bytes)?;
    let data = &reply.data;
    if reply.code != "0000" || !data.batch_no.starts_with("AX") {
        return Err("refused".into());
    }
    if data.rows.parse() != Ok(data.items.len()) {
        return Err("another number of rows".into());
    }
    let mut lines = Vec::with_capacity(data.items.len());
    for item in &data.items {
        let row = Row {
            row_no: &item.seq_no,
            account: &item.payee_account,
            name: &item.payee_name,
            amount: Some(Fen::parse_yuan(&item.amount)?),
            status: &item.status,
            code: &item.fail_code,
            text: &item.fail_text,
            serial: &item.serial_no,
            original_serial: &item.original_serial_no,
            booked_at: &item.booked_at,
        };
        lines.push(row.line(match (row.status, row.code) {
            ("SUCCESS", _) => Outcome::Paid,
            ("FAILED", "R05") => Outcome::Failed(schemas::FailureReason::NameMismatch),
            ("FAILED", _) => REFUSED,
            ("ACCEPTED" | "PROCESSING", _) => Outcome::Accepted,
            ("RETURNED", _) => Outcome::Returned,
            _ => Outcome::Unknown,
        })?);
    }
    let sum = Fen::parse_yuan(&data.total_amount)?.0;
    said(
        lines,
        &[("count", data.total_count.parse()?), ("amount_fen", sum)],
    )
}
