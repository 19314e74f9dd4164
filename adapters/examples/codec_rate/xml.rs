//! `citic_dl` by hand: an element for each row, GBK out and GB18030 back.

use crate::hand::{
    Answer, Failure, REFUSED, Row, answer as said, check, connection, failed, total,
};
use adapters::exchange::{LineOutcome, Outcome, PaymentOrder};
use adapters::order::date_text;
use quick_xml::Reader;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesRef, Event};
use schemas::text::Charset::{Gb18030, Gbk};
use schemas::{Fen, Purpose};
use std::fmt::Write as _;

const OPEN: Purpose = Purpose::Instruction;

pub fn encode(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut text = String::with_capacity(256 * (order.lines.len() + 2));
    let (year, month) = (order.pay_month.year(), order.pay_month.month());
    write!(
        text,
        "<?xml version=\"1.0\" encoding=\"GBK\"?><stream><action>DLSALIMP</action>\
         <userName>{}</userName><clientID>PK{}{:06}</clientID><totalNumber>{}</totalNumber>\
         <totalAmount>{}</totalAmount><payAccountNo>{}</payAccountNo>\
         <abstract>{year:04}年{month:02}月工资</abstract><msgAbstract>1</msgAbstract>\
         <preFlg>0</preFlg><preDate></preDate><preTime></preTime>\
         <yearMonth>{year:04}{month:02}</yearMonth><list name=\"userDataList\">",
        partial_escape(connection(order, "user_name")?),
        date_text(order.bank_date),
        order.file_no,
        order.lines.len(),
        total(order)?.yuan(),
        order.payer_account.reveal(OPEN),
    )?;
    for line in &order.lines {
        let name = line.name.reveal(OPEN);
        check(name, Gbk, 42, &[])?;
        // Answers come in GB18030, which has every character.
        if line.account.digits() > 19 {
            return Err("an account too long".into());
        }
        if line.payee_bank.is_some_and(|bank| bank.as_str() != "CITIC") {
            return Err("another bank".into());
        }
        write!(
            text,
            "<row><employeeNo>{:05}</employeeNo><employeeName>{}</employeeName>\
             <recAccountNo>{}</recAccountNo><tranAmount>{}.{:02}</tranAmount><wagDetl></wagDetl>\
             </row>",
            line.row_no,
            partial_escape(name),
            line.account.reveal(OPEN),
            line.amount.0 / 100,
            line.amount.0 % 100,
        )?;
    }
    text.push_str("</list></stream>");
    Ok(Gbk.encode(&text)?.into_owned())
}

pub fn answer(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let count = order.lines.len();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"GBK\"?><stream><status>AAAAAAA</status>\
         <statusText>交易成功</statusText><payAccountNo>3300000000000000019</payAccountNo>\
         <totalRecords>{count}</totalRecords><returnRecords>{count}</returnRecords>\
         <list name=\"userDataList\">"
    );
    for line in &order.lines {
        let (status, words) = match failed(line.row_no) {
            true => ("ED02093", "户名不符"),
            false => ("AAAAAAA", "交易成功"),
        };
        write!(
            text,
            "<row><employeeNo>{:05}</employeeNo><employeeName>{}</employeeName>\
             <recAccountNo>{}</recAccountNo><tranAmount>{}</tranAmount><wagDetl></wagDetl>\
             <status>{status}</status><statusText>{words}</statusText></row>",
            line.row_no,
            line.name.reveal(OPEN),
            line.account.reveal(OPEN),
            line.amount.yuan(),
        )?;
    }
    text.push_str("</list></stream>");
    Ok(Gb18030.encode(&text)?.into_owned())
}

/// The character of a reference.
pub fn character(reference: &BytesRef<'_>) -> Result<char, Failure> {
    if let Some(character) = reference.resolve_char_ref()? {
        return Ok(character);
    }
    Ok(match reference.as_ref() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return Err("unknown reference".into()),
    })
}

/// The texts of one row, each at most once.
#[derive(Default)]
struct Texts {
    cells: [Option<String>; 7],
}

const CELLS: [&str; 7] = [
    "employeeNo",
    "employeeName",
    "recAccountNo",
    "tranAmount",
    "wagDetl",
    "status",
    "statusText",
];

impl Texts {
    fn keep(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let Some(at) = CELLS.iter().position(|own| *own == name) else {
            return Ok(());
        };
        match self.cells[at].replace(text.to_owned()) {
            Some(_) => Err("an element stands twice".into()),
            None => Ok(()),
        }
    }

    fn line(&self) -> Result<LineOutcome, Failure> {
        let text = |at: usize| self.cells[at].as_deref().unwrap_or_default();
        let row = Row {
            row_no: text(0),
            name: text(1),
            account: text(2),
            amount: Some(Fen::parse_yuan(text(3))?),
            status: text(5),
            text: text(6),
            ..Row::default()
        };
        row.line(match row.status {
            "AAAAAAA" => Outcome::Paid,
            "ED02093" | "ED02086" | "ED02100" => REFUSED,
            _ => Outcome::Unknown,
        })
    }
}

pub fn decode(bytes: &[u8]) -> Result<Answer, Failure> {
    let text = Gb18030.decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    let (mut depth, mut roots, mut own) = (0, 0, String::new());
    let (mut in_list, mut row) = (false, Texts::default());
    let (mut status, mut rows, mut count) = (None, None, None);
    let mut lines = Vec::new();
    loop {
        match reader.read_event()? {
            Event::Start(tag) => {
                depth += 1;
                own.clear();
                match (depth, tag.name().as_ref()) {
                    (1, "stream") => roots += 1,
                    (1, _) => return Err("another root".into()),
                    (2, name) => in_list = name == "list",
                    (3, "row") if in_list => row = Texts::default(),
                    (33.., _) => return Err("too deep".into()),
                    _ => {}
                }
            }
            Event::End(tag) => {
                match (depth, tag.name().as_ref()) {
                    (2, "status") => status = Some(own.clone()),
                    (2, "totalRecords") => count = Some(own.parse::<i64>()?),
                    (2, "returnRecords") => rows = Some(own.parse::<usize>()?),
                    (3, "row") if in_list => lines.push(row.line()?),
                    (4, name) if in_list => row.keep(name, &own)?,
                    _ => {}
                }
                depth -= 1;
                own.clear();
            }
            Event::Text(part) => own.push_str(part.as_ref()),
            Event::CData(part) => own.push_str(part.as_ref()),
            Event::GeneralRef(reference) => own.push(character(&reference)?),
            Event::DocType(_) => return Err("a document type".into()),
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    if depth != 0 || roots != 1 || rows != Some(lines.len()) {
        return Err("cut off, or another number of rows".into());
    }
    if status.as_deref() != Some("AAAAAAA") {
        return Err("refused".into());
    }
    said(lines, &[("count", count.ok_or("no count")?)])
}
