//! The sealed form of a line: one JSON array, so that an auditor reads it without our program.
//!
//! `[index, row, line_no, reference, name, id_type, id_number, account, payee_bank, cnaps_code,
//! amount_fen, gross_fen, memo, corrects]`; what is absent is null. A line that was refused
//! stands as `{"refused": [...]}` with what could be read of it.

mod part;
mod remains;

pub use remains::Remains;

use part::Part;
use schemas::employer_files::Unpayable;
use schemas::value::{
    AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, LineNo, PaymentId, PersonName, Purpose,
};
use schemas::{PayLine, Payee};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A line as it is kept, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLine {
    /// Place among the lines, from 1.
    pub index: u32,
    /// Place in the file.
    pub row: u32,
    /// The number as written.
    pub line_no: LineNo,
    /// The sender's reference.
    pub reference: Option<String>,
    /// Name.
    pub name: PersonName,
    /// Kind of document.
    pub id_type: IdType,
    /// Number of the document.
    pub id_number: IdNumber,
    /// Account.
    pub account: AccountNo,
    /// Bank of the account.
    pub payee_bank: Option<BankCode>,
    /// Branch of the account.
    pub cnaps_code: Option<CnapsCode>,
    /// What is paid.
    pub amount: Fen,
    /// What was earned.
    pub gross_amount: Option<Fen>,
    /// Text.
    pub memo: Option<String>,
    /// The payment that it corrects.
    pub corrects: Option<PaymentId>,
}

impl KeptLine {
    /// The line as it was read: what [`write()`] takes.
    #[must_use]
    pub fn as_line(&self) -> PayLine<'_> {
        PayLine {
            index: self.index,
            row: self.row,
            line_no: self.line_no,
            reference: self.reference.as_deref(),
            payee: Payee {
                name: self.name.reveal(Purpose::Sealing),
                id_type: self.id_type,
                id_number: self.id_number,
                account: self.account,
            },
            payee_bank: self.payee_bank,
            cnaps_code: self.cnaps_code,
            amount: self.amount,
            gross_amount: self.gross_amount,
            memo: self.memo.as_deref(),
            corrects: self.corrects,
        }
    }
}

/// A kept line that can't be read back: a defect, or a journal of another program.
#[derive(Debug, thiserror::Error)]
#[error("a kept line can't be read")]
pub struct KeptLineError(#[source] pub Option<serde_json::Error>);

/// Appends one line as JSON and a line feed: the bytes that `serde_json` would write, at a third
/// of its time, which is paid for every line of every file.
pub fn write(line: &PayLine<'_>, out: &mut Vec<u8>) {
    let payee = &line.payee;
    let mut part = Part::default();
    part.byte(b'[');
    part.number(line.index.into());
    part.number(line.row.into());
    part.number(line.line_no.0.into());
    part.end(out);
    text(line.reference, out);
    text(Some(payee.name), out);
    part.number(payee.id_type.number().into());
    part.code(Some(payee.id_number.reveal_bytes(Purpose::Sealing)));
    part.code(Some(payee.account.reveal_bytes(Purpose::Sealing)));
    part.code(
        line.payee_bank
            .as_ref()
            .map(|bank| bank.as_str().as_bytes()),
    );
    part.code(
        line.cnaps_code
            .as_ref()
            .map(|code| code.as_str().as_bytes()),
    );
    part.amount(Some(line.amount));
    part.amount(line.gross_amount);
    part.end(out);
    text(line.memo, out);
    match line.corrects {
        Some(payment) => quoted(&payment.to_string(), out),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b"]\n");
}

/// A text or null, and the comma behind it.
fn text(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        Some(text) => quoted(text, out),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b',');
}

/// A JSON string (RFC 8259 section 7): a quote, a backslash and control characters escaped.
fn quoted(text: &str, out: &mut Vec<u8>) {
    let plain = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
    out.push(b'"');
    // No branch on each byte: texts without anything to escape are the rule.
    if text
        .as_bytes()
        .iter()
        .fold(true, |all, byte| all & plain(byte))
    {
        out.extend_from_slice(text.as_bytes());
    } else {
        text.bytes().for_each(|byte| escaped(byte, out));
    }
    out.push(b'"');
}

fn escaped(byte: u8, out: &mut Vec<u8>) {
    let hex = |digit: u8| char::from_digit(digit.into(), 16).map_or(b'0', |digit| digit as u8);
    match byte {
        b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
        0x08 => out.extend_from_slice(b"\\b"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        0x0c => out.extend_from_slice(b"\\f"),
        b'\r' => out.extend_from_slice(b"\\r"),
        0..0x20 => {
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[hex(byte >> 4), hex(byte & 15)]);
        }
        // Bytes of a longer character stay as they are: JSON is UTF-8.
        _ => out.push(byte),
    }
}

/// Appends what could be read of a refused line, and a line feed.
///
/// # Errors
/// None in practice: writing into memory.
pub fn write_refused(line: &Unpayable<'_>, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    out.extend_from_slice(b"{\"refused\":");
    serde_json::to_writer(
        &mut *out,
        &(
            line.index,
            line.row,
            line.line_no.0,
            line.reference,
            line.name,
            line.id_type.number(),
            line.id_number
                .as_ref()
                .map(|number| number.reveal(Purpose::Sealing)),
            line.account
                .as_ref()
                .map(|account| account.reveal(Purpose::Sealing)),
            line.payee_bank,
            line.cnaps_code,
            line.amount.map(|amount| amount.0),
            line.gross_amount.map(|amount| amount.0),
            line.memo,
            line.corrects,
        ),
    )?;
    out.extend_from_slice(b"}\n");
    Ok(())
}

/// A line as it stands in the text, payable or refused.
#[derive(Deserialize, PartialEq, Eq)]
pub struct Row<'a>(
    u32,
    u32,
    u32,
    #[serde(borrow)] Option<Cow<'a, str>>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    Option<u8>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    Option<BankCode>,
    Option<CnapsCode>,
    Option<i64>,
    Option<i64>,
    #[serde(borrow)] Option<Cow<'a, str>>,
    Option<PaymentId>,
);

#[derive(Deserialize)]
struct RefusedRow<'a> {
    #[serde(borrow)]
    refused: Row<'a>,
}

impl Row<'_> {
    /// Place among the lines, from 1.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.0
    }

    /// The first field, in the order of the template, in which the same line of two files
    /// differs; where it stands in the file is none.
    #[must_use]
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        let differs = [
            ("line_no", self.2 != other.2),
            ("reference", self.3 != other.3),
            ("name", self.4 != other.4),
            ("id_type", self.5 != other.5),
            ("id_number", self.6 != other.6),
            ("account", self.7 != other.7),
            ("bank", self.8 != other.8),
            ("cnaps_code", self.9 != other.9),
            ("amount", self.10 != other.10),
            ("gross_amount", self.11 != other.11),
            ("memo", self.12 != other.12),
            ("corrects", self.13 != other.13),
        ];
        let first = differs.into_iter().find(|(_, differs)| *differs);
        first.map(|(field, _)| field)
    }
}

const REFUSED: u8 = b'{';

fn texts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

/// Reads every line of a record as it stands there, and whether it was refused.
///
/// # Errors
/// When the text is not what we write.
pub fn read_rows(text: &[u8]) -> Result<Vec<(Row<'_>, bool)>, KeptLineError> {
    let refused = |line: &[u8]| line.first() == Some(&REFUSED);
    texts(text)
        .map(|line| Ok((read_row(line)?, refused(line))))
        .collect()
}

fn read_row(line: &[u8]) -> Result<Row<'_>, KeptLineError> {
    let row = if line.first() == Some(&REFUSED) {
        serde_json::from_slice(line).map(|RefusedRow { refused }| refused)
    } else {
        serde_json::from_slice(line)
    };
    row.map_err(|error| KeptLineError(Some(error)))
}

/// Reads what [`write()`] wrote, many lines. Refused lines are left out: nothing is ever paid by
/// them.
///
/// # Errors
/// When the text is not what we write.
pub fn read_all(text: &[u8]) -> Result<Vec<KeptLine>, KeptLineError> {
    let payable = texts(text).filter(|line| line.first() != Some(&REFUSED));
    payable.map(|line| read(&read_row(line)?)).collect()
}

/// Reads what is left of the refused lines, by index.
///
/// # Errors
/// When the text is not what we write.
pub fn read_refused(text: &[u8]) -> Result<BTreeMap<u32, Remains>, KeptLineError> {
    let refused = texts(text).filter(|line| line.first() == Some(&REFUSED));
    refused
        .map(|line| read_row(line).map(|row| (row.index(), Remains::of(&row))))
        .collect()
}

fn read(row: &Row<'_>) -> Result<KeptLine, KeptLineError> {
    let damaged = |_| KeptLineError(None);
    let missing = || KeptLineError(None);
    let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let id_type = row.5.ok_or_else(missing)?.to_string();
    let id_type = IdType::parse(&id_type).map_err(damaged)?;
    let name = row.4.as_deref().ok_or_else(missing)?;
    let id_number = row.6.as_deref().ok_or_else(missing)?;
    let account = row.7.as_deref().ok_or_else(missing)?;
    Ok(KeptLine {
        index: row.0,
        row: row.1,
        line_no: LineNo(row.2),
        reference: owned(&row.3),
        name: PersonName::parse(name).map_err(damaged)?,
        id_type,
        id_number: IdNumber::parse(id_type, id_number).map_err(damaged)?,
        account: AccountNo::parse(account).map_err(damaged)?,
        payee_bank: row.8,
        cnaps_code: row.9,
        amount: Fen(row.10.ok_or_else(missing)?),
        gross_amount: row.11.map(Fen),
        memo: owned(&row.12),
        corrects: row.13,
    })
}

#[cfg(test)]
mod tests;
