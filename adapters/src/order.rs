//! Orders and queries as named values.

use crate::exchange::{OrderLine, PaymentOrder, PushReceipt, StatusQuery};
use crate::layout::field::Field;
use crate::layout::values::{Record, Values};
use schemas::{BankCode, Fen, PayMonth, Purpose};
use time::{Date, OffsetDateTime, UtcOffset};

/// `yyyyMMdd`.
#[must_use]
pub fn date_text(date: Date) -> String {
    let (year, month, day) = date.to_calendar_date();
    format!("{year:04}{:02}{day:02}", u8::from(month))
}

/// `yyyyMMdd` read back.
#[must_use]
pub fn date_of(text: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u16>().ok();
    let month = time::Month::try_from(u8::try_from(number(4..6)?).ok()?).ok()?;
    let day = u8::try_from(number(6..8)?).ok()?;
    Date::from_calendar_date(i32::from(number(0..4)?), month, day).ok()
}

/// `yyyyMMddHHmmssSSS` in +08:00.
#[must_use]
pub fn moment_text(at: OffsetDateTime) -> String {
    let china = UtcOffset::from_hms(8, 0, 0).unwrap_or(UtcOffset::UTC);
    let at = at.to_offset(china);
    let (hour, minute, second, milli) = at.to_hms_milli();
    format!(
        "{}{hour:02}{minute:02}{second:02}{milli:03}",
        date_text(at.date())
    )
}

fn month_text(month: PayMonth) -> String {
    format!("{:04}{:02}", month.year(), month.month())
}

/// The values of an order; `None` where its sum overflows.
#[must_use]
pub fn order_values(order: &PaymentOrder, own: BankCode) -> Option<Values> {
    let total = order.total()?;
    let mut values = Values {
        connection: order.connection.by_name().clone(),
        rows: order.lines.iter().map(|line| row(line, own)).collect(),
        ..Values::default()
    };
    values.set(Field::FileNo, order.file_no.to_string());
    values.set(Field::FileDate, date_text(order.bank_date));
    values.set(Field::FileAt, moment_text(order.instructed_at));
    values.set(Field::FileInstructedAt, moment_text(order.instructed_at));
    values.set(Field::FileCount, order.lines.len().to_string());
    values.set(Field::RowCount, order.lines.len().to_string());
    values.set(Field::FileTotal, total.0.to_string());
    values.set(Field::PartTotal, total.0.to_string());
    for one in [Field::PartNo, Field::PartCount] {
        values.set(one, "1");
    }
    for yes in [Field::PartFirst, Field::PartLast] {
        values.set(yes, "yes");
    }
    values.set(Field::PayMonth, month_text(order.pay_month));
    if let Some(class) = one_class(&values.rows) {
        values.set(Field::FileClass, class);
    }
    payer(
        &mut values,
        order.payer_account.reveal(Purpose::Instruction),
        order.payer_name.reveal(Purpose::Instruction),
    );
    Some(values)
}

/// The class of every row, if it is one.
fn one_class(rows: &[Record]) -> Option<String> {
    let mut classes = rows.iter().map(|row| row.get(&Field::PayeeClass));
    let first = classes.next()??;
    classes
        .all(|class| class == Some(first))
        .then(|| first.clone())
}

fn payer(values: &mut Values, account: &str, name: &str) {
    values.set(Field::PayerAccount, account);
    values.set(Field::PayerName, name);
}

fn row(line: &OrderLine, own: BankCode) -> Record {
    let open = Purpose::Instruction;
    let class = match line.payee_bank {
        Some(bank) if bank != own => "other",
        Some(_) | None => "own",
    };
    let mut row = Record::from([
        (Field::RowNo, line.row_no.to_string()),
        (Field::PayeeName, line.name.reveal(open).to_owned()),
        (Field::PayeeAccount, line.account.reveal(open).to_owned()),
        (Field::PayeeIdNumber, line.id_number.reveal(open).to_owned()),
        (Field::PayeeIdType, line.id_type.to_string()),
        (Field::PayeeClass, class.to_owned()),
        (Field::RowAmount, line.amount.0.to_string()),
    ]);
    if let Some(bank) = line.payee_bank {
        row.insert(Field::PayeeBank, bank.as_str().to_owned());
        if let Some(known) = schemas::codes::bank(bank) {
            let name = &known.name_zh;
            let forms = ["股份有限公司", "有限公司"];
            let bare = forms.iter().find_map(|form| name.strip_suffix(form));
            let name = bare.unwrap_or(name).to_owned();
            row.insert(Field::PayeeBankName, name);
        }
    }
    if let Some(code) = line.cnaps_code {
        row.insert(Field::PayeeCnapsCode, code.as_str().to_owned());
    }
    if let Some(memo) = line.memo.as_ref().filter(|memo| !memo.is_empty()) {
        row.insert(Field::RowMemo, memo.clone());
    }
    row
}

/// The values of a query.
#[must_use]
pub fn query_values(query: &StatusQuery) -> Values {
    let mut values = Values {
        connection: query.connection.by_name().clone(),
        captured: query.references.clone(),
        ..Values::default()
    };
    values.set(Field::FileNo, query.file_no.to_string());
    values.set(Field::QueryNo, query.query_no.to_string());
    values.set(Field::FileDate, date_text(query.bank_date));
    values.set(Field::FileAt, moment_text(query.asked_at));
    values.set(Field::FileInstructedAt, moment_text(query.instructed_at));
    values.set(Field::FileCount, query.count.to_string());
    values.set(Field::FileTotal, query.total.0.to_string());
    values.set(Field::PayMonth, month_text(query.pay_month));
    if let Some(number) = query.references.get(BANK_BATCH_NO) {
        values.set(Field::BankBatchNo, number.clone());
    }
    payer(
        &mut values,
        query.payer_account.reveal(Purpose::Instruction),
        query.payer_name.reveal(Purpose::Instruction),
    );
    values
}

/// Name of the bank's batch number among the references.
pub const BANK_BATCH_NO: &str = "bank_batch_no";

/// The values of a push receipt.
#[must_use]
pub fn receipt_values(receipt: &PushReceipt) -> Values {
    let mut values = Values::default();
    if let Some(number) = receipt.file_no {
        values.set(Field::FileNo, number.to_string());
    }
    let word = if receipt.accepted { "yes" } else { "no" };
    values.set(Field::ReceiptAccepted, word);
    values.set(Field::ReceiptPosition, receipt.position.to_string());
    values.set(Field::FileAt, moment_text(receipt.at));
    values.set(Field::FileDate, date_text(receipt.at.date()));
    values
}

/// An amount of a record, in fen.
#[must_use]
pub fn fen(record: &Record, field: Field) -> Option<Fen> {
    record.get(&field)?.parse().ok().map(Fen)
}
