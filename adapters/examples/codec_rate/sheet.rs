//! `bocd_ap` written and `mybank_h2h` read by hand: a workbook (xlsx, as MYbank's is read as
//! well), with the libraries that the adapters use.

use crate::hand::{Answer, Failure, REFUSED, Row, answer as said, check, failed};
use adapters::exchange::{Outcome, PaymentOrder};
use calamine::{Data, DataType as _, Reader as _, Xlsx};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use schemas::text::Charset::Utf8;
use schemas::{Fen, Purpose};
use std::io::Cursor;

const OPEN: Purpose = Purpose::Instruction;
const UNPACKED_MAX: u64 = 64 << 20;
const TITLES: [&str; 13] = [
    "收款人账号（必填）",
    "收款人姓名（必填）",
    "收款人开户行名称（必填）",
    "付款金额（单位：元）",
    "开户行联行号",
    "收款人网点名称",
    "身份证号",
    "手机号",
    "支付宝账号",
    "备注",
    "对账ID",
    "交易结果",
    "交易描述",
];

fn workbook() -> Result<Workbook, Failure> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    Ok(book)
}

pub fn encode(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut book = workbook()?;
    let sheet = book.add_worksheet();
    let titles = ["序号", "收款账号", "收款户名", "金额", "摘要"];
    for (column, title) in (0..).zip(titles) {
        sheet.write_string(0, column, title)?;
    }
    for (row, line) in (1..).zip(&order.lines) {
        let name = line.name.reveal(OPEN);
        check(name, Utf8, 120, &[])?;
        sheet.write_string(row, 0, line.row_no.to_string())?;
        sheet.write_string(row, 1, line.account.reveal(OPEN))?;
        sheet.write_string(row, 2, name)?;
        sheet.write_string(row, 3, line.amount.yuan())?;
        if let Some(memo) = &line.memo {
            check(memo, Utf8, 60, &[])?;
            sheet.write_string(row, 4, memo)?;
        }
    }
    Ok(book.save_to_buffer()?)
}

pub fn answer(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut book = workbook()?;
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(TITLES) {
        sheet.write_string(0, column, title)?;
    }
    for (row, line) in (1..).zip(&order.lines) {
        let failed = failed(line.row_no);
        sheet.write_string(row, 0, line.account.reveal(OPEN))?;
        sheet.write_string(row, 1, line.name.reveal(OPEN))?;
        sheet.write_string(row, 2, "浙江网商银行")?;
        sheet.write_string(row, 3, line.amount.yuan())?;
        sheet.write_string(row, 9, "11月工资")?;
        sheet.write_string(row, 10, format!("{:06}", line.row_no))?;
        sheet.write_string(row, 11, if failed { "FAIL" } else { "SUCCESS" })?;
        if failed {
            sheet.write_string(row, 12, "户名不符")?;
        }
    }
    Ok(book.save_to_buffer()?)
}

/// What the archive unpacks to, by unpacking it: its own figures may lie.
fn check_unpacked(bytes: &[u8]) -> Result<(), Failure> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut whole = 0;
    for at in 0..archive.len() {
        let part = std::io::Read::take(archive.by_index(at)?, UNPACKED_MAX);
        whole += std::io::copy(&mut { part }, &mut std::io::sink())?;
        if whole >= UNPACKED_MAX {
            return Err("unpacks to too much".into());
        }
    }
    Ok(())
}

pub fn decode(bytes: &[u8]) -> Result<Answer, Failure> {
    check_unpacked(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let name = book.sheet_names().first().cloned().ok_or("no sheet")?;
    let range = book.worksheet_range(&name)?;
    let mut rows = range.rows();
    let titles = rows.next().ok_or("no titles")?;
    let titles = titles
        .iter()
        .map(|cell| cell.get_string().unwrap_or_default());
    if !titles.eq(TITLES) {
        return Err("other titles".into());
    }
    let mut lines = Vec::with_capacity(range.height());
    for cells in rows {
        let text = |at: usize| match cells.get(at) {
            Some(Data::String(text)) => Ok(text.as_str()),
            Some(Data::Empty) | None => Ok(""),
            Some(_) => Err("a cell that is no text"),
        };
        let row = Row {
            account: text(0)?,
            name: text(1)?,
            amount: Some(Fen::parse_yuan(text(3)?)?),
            row_no: text(10)?,
            status: text(11)?,
            text: text(12)?,
            ..Row::default()
        };
        lines.push(row.line(match row.status {
            "SUCCESS" => Outcome::Paid,
            "FAIL" => REFUSED,
            "ACCEPTED" => Outcome::Accepted,
            _ => Outcome::Unknown,
        })?);
    }
    said(lines, &[])
}
