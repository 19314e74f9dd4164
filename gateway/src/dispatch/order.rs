//! The order of a bank file, made from the intent and the kept lines alone: the same intent
//! always makes the same bytes.

use super::Bank;
use crate::book::BankFile;
use crate::core::{Core, CoreError};
use crate::event::Intent;
use crate::intake::PayerPart;
use crate::intake::lines::{KeptLine, KeptLineError, read_all};
use crate::mandates::Mandates;
use adapters::exchange::{OrderLine, PaymentOrder, PlanLine, StatusQuery};
use adapters::{BankAdapter, ConnectionValues};
use schemas::value::{AccountNo, BatchId, Fen, PayMonth, PersonName, Purpose};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Why an order can't be made: the record lacks something. Ours.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// Journal or vault.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// A kept line can't be read.
    #[error(transparent)]
    Line(#[from] KeptLineError),
    /// Something that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// What.
        what: &'static str,
    },
}

/// The kept lines of these places of a batch, in the order asked for.
///
/// # Errors
/// When a record can't be opened or read, or a line is not in it.
pub fn kept_lines(
    core: &Core,
    batch: BatchId,
    indexes: &[u32],
) -> Result<Vec<KeptLine>, OrderError> {
    let records = {
        let desk = core.desk();
        let batch = desk
            .batch(batch)
            .ok_or(OrderError::Missing { what: "the batch" })?;
        batch.line_records.clone()
    };
    let mut opened: BTreeMap<u64, Vec<KeptLine>> = BTreeMap::new();
    let mut lines = Vec::with_capacity(indexes.len());
    for index in indexes {
        let at = records.partition_point(|(first, _)| first <= index);
        let (_, sequence) =
            at.checked_sub(1)
                .and_then(|at| records.get(at))
                .ok_or(OrderError::Missing {
                    what: "the record of a line",
                })?;
        if !opened.contains_key(sequence) {
            let (record, _) = core.event(*sequence)?;
            opened.insert(*sequence, read_all(&core.personal(&record)?)?);
        }
        let line = opened
            .get(sequence)
            .and_then(|kept| kept.iter().find(|line| line.index == *index))
            .ok_or(OrderError::Missing {
                what: "a kept line",
            })?;
        lines.push(line.clone());
    }
    Ok(lines)
}

/// What of a line decides in which bank file it goes.
#[must_use]
pub fn plan_line(line: &KeptLine, adapter: &BankAdapter) -> PlanLine {
    let charset = adapter.for_payee(line.payee_bank).charset_out();
    let texts = (line.name.reveal(Purpose::Instruction), line.memo.as_deref());
    PlanLine::of((line.payee_bank, line.amount), texts, charset)
}

/// Who pays, from the batch's own record and the mandate.
struct Payer {
    account: AccountNo,
    name: PersonName,
    pay_month: PayMonth,
    connection: ConnectionValues,
}

fn payer(
    core: &Core,
    bank: &Bank,
    mandates: &Mandates,
    batch: BatchId,
) -> Result<Payer, OrderError> {
    let (accepted_at, employer, pay_month) = {
        let desk = core.desk();
        let batch = desk
            .batch(batch)
            .ok_or(OrderError::Missing { what: "the batch" })?;
        (batch.accepted_at, batch.head.employer, batch.head.pay_month)
    };
    let (record, _) = core.event(accepted_at)?;
    let part: PayerPart = serde_json::from_slice(&core.personal(&record)?)
        .map_err(|error| OrderError::Core(error.into()))?;
    let account = AccountNo::parse(&part.payer_account).map_err(|_| OrderError::Missing {
        what: "the payer's account",
    })?;
    // Asked again: a mandate may have been taken back since the batch was accepted.
    let mandate = mandates
        .find(employer, bank.adapter.code(), account)
        .ok_or(OrderError::Missing {
            what: super::hindrance::MANDATE_OF_PAYER,
        })?;
    let stated = part
        .payer_name
        .and_then(|name| PersonName::parse(&name).ok());
    let name = stated.unwrap_or_else(|| mandate.payer_name.clone());
    let mut connection = bank.fields.clone();
    connection.extend(mandate.connection.clone());
    Ok(Payer {
        account,
        name,
        pay_month,
        connection,
    })
}

/// The order of an intent.
///
/// # Errors
/// When the record lacks something of it.
pub fn order_of(
    core: &Core,
    bank: &Bank,
    mandates: &Mandates,
    intent: &Intent,
) -> Result<PaymentOrder, OrderError> {
    let payer = payer(core, bank, mandates, intent.batch)?;
    let lines = kept_lines(core, intent.batch, &intent.lines)?;
    let rows = (1u32..).zip(lines).map(|(row_no, line)| OrderLine {
        row_no,
        name: line.name,
        id_type: line.id_type,
        id_number: line.id_number,
        account: line.account,
        payee_bank: line.payee_bank,
        cnaps_code: line.cnaps_code,
        amount: line.amount,
        memo: line.memo,
    });
    Ok(PaymentOrder {
        file_no: intent.file_no,
        bank_date: bank_date(intent)?,
        instructed_at: moment(intent.instructed_ms)?,
        payer_account: payer.account,
        payer_name: payer.name,
        pay_month: payer.pay_month,
        connection: payer.connection,
        lines: rows.collect(),
    })
}

/// The question about a file.
///
/// # Errors
/// When the record lacks something of it.
pub fn query_of(
    core: &Core,
    bank: &Bank,
    mandates: &Mandates,
    file: &BankFile,
) -> Result<StatusQuery, OrderError> {
    let intent = &file.intent;
    let payer = payer(core, bank, mandates, intent.batch)?;
    Ok(StatusQuery {
        file_no: intent.file_no,
        query_no: file.questions().saturating_add(1),
        bank_date: bank_date(intent)?,
        instructed_at: moment(intent.instructed_ms)?,
        asked_at: core.clock().now(),
        payer_account: payer.account,
        payer_name: payer.name,
        pay_month: payer.pay_month,
        count: u32::try_from(intent.lines.len()).unwrap_or(u32::MAX),
        total: Fen(intent.total_fen),
        connection: payer.connection,
        references: crate::outcome::references(core, file)?,
    })
}

fn bank_date(intent: &Intent) -> Result<time::Date, OrderError> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    time::Date::parse(&intent.bank_date, form).map_err(|_| OrderError::Missing {
        what: "the bank day",
    })
}

/// Unix milliseconds as a moment in +08:00.
///
/// # Errors
/// When no calendar has it.
pub fn moment(unix_ms: i64) -> Result<OffsetDateTime, OrderError> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000)
        .map(|moment| moment.to_offset(crate::clock::CHINA))
        .map_err(|_| OrderError::Missing { what: "a moment" })
}
