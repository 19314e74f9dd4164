//! The sealed form of a line: one JSON array, so that an auditor reads it without our program.
//!
//! `[index, row, line_no, reference, name, id_type, id_number, account, payee_bank, cnaps_code,
//! amount_fen, gross_fen, memo, corrects]`; what is absent is null.

use schemas::PayLine;
use schemas::value::{
    AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, LineNo, PaymentId, PersonName, Purpose,
};
use serde::Deserialize;

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

/// A kept line that can't be read back: a defect, or a journal of another program.
#[derive(Debug, thiserror::Error)]
#[error("a kept line can't be read")]
pub struct KeptLineError(#[source] pub Option<serde_json::Error>);

/// Appends one line as JSON and a line feed.
///
/// # Errors
/// None in practice: writing into memory.
pub fn write(line: &PayLine<'_>, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let payee = &line.payee;
    serde_json::to_writer(
        &mut *out,
        &(
            line.index,
            line.row,
            line.line_no.0,
            line.reference,
            payee.name,
            payee.id_type.number(),
            payee.id_number.reveal(Purpose::Sealing),
            payee.account.reveal(Purpose::Sealing),
            line.payee_bank,
            line.cnaps_code,
            line.amount.0,
            line.gross_amount.map(|amount| amount.0),
            line.memo,
            line.corrects,
        ),
    )?;
    out.push(b'\n');
    Ok(())
}

#[derive(Deserialize)]
struct Row<'a>(
    u32,
    u32,
    u32,
    Option<String>,
    #[serde(borrow)] std::borrow::Cow<'a, str>,
    u8,
    #[serde(borrow)] std::borrow::Cow<'a, str>,
    #[serde(borrow)] std::borrow::Cow<'a, str>,
    Option<BankCode>,
    Option<CnapsCode>,
    i64,
    Option<i64>,
    Option<String>,
    Option<PaymentId>,
);

/// Reads what [`write()`] wrote, many lines.
///
/// # Errors
/// When the text is not what we write.
pub fn read_all(text: &[u8]) -> Result<Vec<KeptLine>, KeptLineError> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(read)
        .collect()
}

fn read(line: &[u8]) -> Result<KeptLine, KeptLineError> {
    let row: Row<'_> = serde_json::from_slice(line).map_err(|error| KeptLineError(Some(error)))?;
    let damaged = |_| KeptLineError(None);
    let id_type = IdType::parse(&row.5.to_string()).map_err(damaged)?;
    Ok(KeptLine {
        index: row.0,
        row: row.1,
        line_no: LineNo(row.2),
        reference: row.3,
        name: PersonName::parse(&row.4).map_err(damaged)?,
        id_type,
        id_number: IdNumber::parse(id_type, &row.6).map_err(damaged)?,
        account: AccountNo::parse(&row.7).map_err(damaged)?,
        payee_bank: row.8,
        cnaps_code: row.9,
        amount: Fen(row.10),
        gross_amount: row.11.map(Fen),
        memo: row.12,
        corrects: row.13,
    })
}
