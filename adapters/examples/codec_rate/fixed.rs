//! `synthetic_fixed` by hand: columns of fixed width in bytes, GBK.

use crate::hand::{Answer, Failure, REFUSED, Row, answer as said, check, failed, total};
use adapters::exchange::{Outcome, PaymentOrder};
use adapters::order::date_text;
use schemas::text::Charset::Gbk;
use schemas::{Fen, Purpose};
use std::fmt::Write as _;

const OPEN: Purpose = Purpose::Instruction;
const SEPARATORS: [char; 1] = ['\r'];

/// A text and its spaces.
fn left(text: &mut String, value: &str, width: usize) -> Result<(), Failure> {
    check(value, Gbk, width, &SEPARATORS)?;
    let padding = width - Gbk.byte_len(value)?;
    text.push_str(value);
    text.extend(std::iter::repeat_n(' ', padding));
    Ok(())
}

pub fn encode(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut text = String::with_capacity(256 * (order.lines.len() + 1));
    write!(
        text,
        "AXW100AX{}{:010}",
        date_text(order.bank_date),
        order.file_no
    )?;
    left(&mut text, order.payer_account.reveal(OPEN), 32)?;
    left(&mut text, order.payer_name.reveal(OPEN), 60)?;
    write!(
        text,
        "{:04}{:02}{:08}{:015}\r\n",
        order.pay_month.year(),
        order.pay_month.month(),
        order.lines.len(),
        total(order)?.0,
    )?;
    for line in &order.lines {
        write!(text, "{:08}", line.row_no)?;
        left(&mut text, line.name.reveal(OPEN), 60)?;
        left(&mut text, line.account.reveal(OPEN), 32)?;
        write!(text, "{:<2}", line.id_type.to_string())?;
        left(&mut text, line.id_number.reveal(OPEN), 30)?;
        let branch = line.cnaps_code.as_ref().map_or("", |code| code.as_str());
        left(&mut text, branch, 12)?;
        let own = line.payee_bank.is_none_or(|bank| bank.as_str() == "PSBC");
        text.push(if own { '0' } else { '1' });
        let from = text.len();
        write!(text, "{}.{:02}0", line.amount.0 / 100, line.amount.0 % 100)?;
        let padding = 18usize
            .checked_sub(text.len() - from)
            .ok_or("an amount too long")?;
        text.extend(std::iter::repeat_n(' ', padding));
        left(&mut text, line.memo.as_deref().unwrap_or_default(), 30)?;
        text.push_str("\r\n");
    }
    text.push_str("END\r\n");
    Ok(Gbk.encode(&text)?.into_owned())
}

pub fn answer(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let count = order.lines.len();
    let date = date_text(order.bank_date);
    let mut text = format!("AXW102AX{date}{:010}0000  ", order.file_no);
    left(&mut text, "交易成功", 60)?;
    write!(text, "D {count:08}{count:08}{:015}\r\n", total(order)?.0)?;
    for line in &order.lines {
        let (status, code, words) = match failed(line.row_no) {
            true => ("01", "R05", "户名不符"),
            false => ("00", "", ""),
        };
        write!(text, "{:08}", line.row_no)?;
        left(&mut text, line.account.reveal(OPEN), 32)?;
        left(&mut text, line.name.reveal(OPEN), 60)?;
        write!(text, "{:015}{status}", line.amount.0)?;
        left(&mut text, code, 6)?;
        left(&mut text, words, 60)?;
        left(&mut text, &format!("2026112300{:010}", line.row_no), 32)?;
        left(&mut text, "", 32)?;
        left(&mut text, "20261123", 25)?;
        text.push_str("\r\n");
    }
    text.push_str("END\r\n");
    Ok(Gbk.encode(&text)?.into_owned())
}

/// Cuts off so many bytes of GBK: a character is one or two of them.
fn cut<'t>(rest: &mut &'t str, width: usize) -> Result<&'t str, Failure> {
    let (mut bytes, mut at) = (0, 0);
    for character in rest.chars().take(width) {
        if bytes >= width {
            break;
        }
        bytes += if character.is_ascii() { 1 } else { 2 };
        at += character.len_utf8();
    }
    let (cell, others) = rest.split_at(at);
    if bytes != width {
        return Err("a column ends inside a character".into());
    }
    *rest = others;
    Ok(cell.trim_end_matches(' '))
}

pub fn decode(bytes: &[u8]) -> Result<Answer, Failure> {
    let text = Gbk.decode(bytes)?;
    let text = text.strip_suffix("\r\nEND\r\n").ok_or("cut off")?;
    let mut pieces = text.split("\r\n");
    let head = &mut pieces.next().ok_or("no head")?;
    if cut(head, 6)? != "AXW102" || !cut(head, 20)?.starts_with("AX") {
        return Err("another message".into());
    }
    if cut(head, 6)? != "0000" {
        return Err("refused".into());
    }
    cut(head, 62)?;
    let rows: usize = cut(head, 8)?.parse()?;
    let stated = [
        ("count", cut(head, 8)?.parse()?),
        ("amount_fen", Fen::parse_fen(cut(head, 15)?)?.0),
    ];
    let mut lines = Vec::with_capacity(rows.min(200_000));
    for mut piece in pieces {
        let rest = &mut piece;
        let mut row = Row {
            row_no: cut(rest, 8)?,
            account: cut(rest, 32)?,
            name: cut(rest, 60)?,
            ..Row::default()
        };
        row.amount = Some(Fen::parse_fen(cut(rest, 15)?)?);
        row.status = cut(rest, 2)?;
        row.code = cut(rest, 6)?;
        row.text = cut(rest, 60)?;
        row.serial = cut(rest, 32)?;
        row.original_serial = cut(rest, 32)?;
        row.booked_at = cut(rest, 25)?;
        if !rest.is_empty() {
            return Err("too many columns".into());
        }
        lines.push(row.line(outcome(&row))?);
    }
    if lines.len() != rows {
        return Err("another number of rows".into());
    }
    said(lines, &stated)
}

fn outcome(row: &Row<'_>) -> Outcome {
    use schemas::FailureReason as Why;
    match (row.status, row.code) {
        ("00", _) => Outcome::Paid,
        ("01", "R01") => Outcome::Failed(Why::AccountNotFound),
        ("01", "R02") => Outcome::Failed(Why::AccountClosed),
        ("01", "R03") => Outcome::Failed(Why::AccountFrozen),
        ("01", "R05") => Outcome::Failed(Why::NameMismatch),
        ("01", "R06") => Outcome::Failed(Why::IdMismatch),
        ("01", _) => REFUSED,
        ("02" | "03", _) => Outcome::Accepted,
        ("04", _) => Outcome::Returned,
        _ => Outcome::Unknown,
    }
}
