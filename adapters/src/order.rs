//! Orders and queries as named values.

use crate::adapter::BankAdapter;
use crate::exchange::{OrderLine, PaymentOrder, PushReceipt, StatusQuery};
use crate::layout::field::Field;
use crate::layout::listed::Value;
use crate::layout::rows::Row;
use crate::layout::values::Values;
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

/// The values of an order but for its lines, which are looked at where they are written; `None`
/// where its sum overflows.
#[must_use]
pub fn order_values(order: &PaymentOrder, own: &BankAdapter) -> Option<Values> {
    let total = order.total()?;
    let mut values = Values {
        connection: order.connection.by_name().clone(),
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
    if let Some(class) = one_class(&order.lines, own) {
        values.set(Field::FileClass, class);
    }
    payer(
        &mut values,
        order.payer_account.reveal(Purpose::Instruction),
        order.payer_name.reveal(Purpose::Instruction),
    );
    Some(values)
}

fn class(line: &OrderLine, own: &BankAdapter) -> &'static str {
    match line.payee_bank {
        Some(bank) if bank != own.code() => "other",
        Some(_) | None => "own",
    }
}

/// The class of every line, if it is one.
fn one_class(lines: &[OrderLine], own: &BankAdapter) -> Option<&'static str> {
    let mut classes = lines.iter().map(|line| class(line, own));
    let first = classes.next()?;
    classes.all(|class| class == first).then_some(first)
}

fn payer(values: &mut Values, account: &str, name: &str) {
    values.set(Field::PayerAccount, account);
    values.set(Field::PayerName, name);
}

/// What a line says in the place of a field; `None` where it says nothing there.
#[allow(clippy::wildcard_enum_match_arm)] // most of fifty fields are of the head
pub(crate) fn value_of<'a>(
    line: &'a OrderLine,
    own: &'a BankAdapter,
    field: Field,
) -> Option<Value<'a>> {
    let open = Purpose::Instruction;
    Some(Value::Text(match field {
        Field::RowNo => return Some(Value::Number(line.row_no.into())),
        Field::RowAmount => return Some(Value::Number(line.amount.0)),
        Field::PayeeName => line.name.reveal(open),
        Field::PayeeAccount => line.account.reveal(open),
        Field::PayeeIdNumber => line.id_number.reveal(open),
        Field::PayeeIdType => line.id_type.code(),
        Field::PayeeClass => class(line, own),
        Field::PayeeBank => line.payee_bank.as_ref()?.as_str(),
        Field::PayeeBankName => bank_name(line.payee_bank?, own)?,
        Field::PayeeCnapsCode => line.cnaps_code.as_ref()?.as_str(),
        Field::RowMemo => line.memo.as_deref().filter(|memo| !memo.is_empty())?,
        _ => return None,
    }))
}

/// The name of a bank without its legal form.
fn bank_name(bank: BankCode, own: &BankAdapter) -> Option<&str> {
    let known = match bank == own.code() {
        true => own.bank(),
        false => schemas::codes::bank(bank),
    };
    let name = &known?.name_zh;
    let forms = ["股份有限公司", "有限公司"];
    let bare = forms.iter().find_map(|form| name.strip_suffix(form));
    Some(bare.unwrap_or(name))
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

/// An amount of a head or row, in fen.
#[must_use]
pub fn fen(texts: Row<'_>, field: Field) -> Option<Fen> {
    texts.get(&field)?.parse().ok().map(Fen)
}
