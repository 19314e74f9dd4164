//! `hxb_xhj` by hand: columns by separators, GBK.

use crate::hand::{
    Answer, Failure, REFUSED, Row, answer as said, check, connection, failed, total,
};
use adapters::exchange::{Outcome, PaymentOrder};
use adapters::order::date_text;
use schemas::text::Charset::Gbk;
use schemas::{Fen, Purpose};
use std::fmt::Write as _;

const SEPARATORS: [char; 2] = ['|', '#'];
const OPEN: Purpose = Purpose::Instruction;

pub fn encode(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut text = String::with_capacity(128 * (order.lines.len() + 1));
    write!(
        text,
        "xhj2001#{}#{}{}{:06}#{}#{}#{}#工资#",
        connection(order, "operator")?,
        connection(order, "company_no")?,
        date_text(order.bank_date),
        order.file_no,
        order.payer_account.reveal(OPEN),
        total(order)?.yuan(),
        order.lines.len(),
    )?;
    for line in &order.lines {
        let name = line.name.reveal(OPEN);
        let memo = line.memo.as_deref().unwrap_or_default();
        check(name, Gbk, 60, &SEPARATORS)?;
        check(memo, Gbk, 60, &SEPARATORS)?;
        write!(
            text,
            "{}|{}|{}|{name}|C200|02001|工资|{}.{:02}|{memo}|#",
            line.row_no,
            line.cnaps_code.as_ref().map_or("", |code| code.as_str()),
            line.account.reveal(OPEN),
            line.amount.0 / 100,
            line.amount.0 % 100,
        )?;
    }
    text.push_str("@@@@\r\n");
    Ok(Gbk.encode(&text)?.into_owned())
}

pub fn answer(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let (sum, count) = (total(order)?.yuan(), order.lines.len());
    let (day, company) = (date_text(order.bank_date), connection(order, "company_no")?);
    let number = format!("{company}{day}{:06}", order.file_no);
    let mut text = format!("000000#{number}#{sum}#{count}#####{count}#");
    for line in &order.lines {
        let (status, words) = match failed(line.row_no) {
            true => ("09", "户名不符"),
            false => ("01", ""),
        };
        write!(
            text,
            "{}|||||6|{}|{}|||{}|工资|{status}||{words}|||||#",
            line.row_no,
            line.account.reveal(OPEN),
            line.name.reveal(OPEN),
            line.amount.yuan(),
        )?;
    }
    text.push_str("@@@@\r\n");
    Ok(Gbk.encode(&text)?.into_owned())
}

pub fn decode(bytes: &[u8]) -> Result<Answer, Failure> {
    let text = Gbk.decode(bytes)?;
    let text = text.strip_suffix("#@@@@\r\n").ok_or("cut off")?;
    let mut pieces = text.split('#');
    let mut head = [""; 9];
    for place in &mut head {
        *place = pieces.next().ok_or("a short head")?;
    }
    let [code, _, sum, count, _, _, _, _, rows] = head;
    if code != "000000" {
        return Err("refused".into());
    }
    let rows: usize = rows.parse()?;
    let mut lines = Vec::with_capacity(rows.min(200_000));
    for piece in pieces {
        let piece = piece.strip_suffix('|').ok_or("no last separator")?;
        let mut cells = [""; 19];
        let mut found = piece.split('|');
        for cell in &mut cells {
            *cell = found.next().ok_or("too few columns")?;
        }
        if found.next().is_some() {
            return Err("too many columns".into());
        }
        let row = Row {
            row_no: cells[0],
            account: cells[6],
            name: cells[7],
            amount: Some(Fen::parse_yuan(cells[10])?),
            status: cells[12],
            code: cells[13],
            text: cells[14],
            ..Row::default()
        };
        lines.push(row.line(match cells[12] {
            "01" => Outcome::Paid,
            "09" => REFUSED,
            "05" | "06" => Outcome::Accepted,
            _ => Outcome::Unknown,
        })?);
    }
    if lines.len() != rows {
        return Err("another number of rows".into());
    }
    let stated = [
        ("count", count.parse()?),
        ("amount_fen", Fen::parse_yuan(sum)?.0),
    ];
    said(lines, &stated)
}
