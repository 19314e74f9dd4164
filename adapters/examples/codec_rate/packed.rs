//! `cmbc_xfer` by hand: the rows are one text in XML, UTF-8 out and GBK back.

use crate::hand::{
    Answer, Failure, REFUSED, Row, answer as said, check, connection, failed, total,
};
use crate::xml::character;
use adapters::exchange::{Outcome, PaymentOrder};
use adapters::order::date_text;
use quick_xml::Reader;
use quick_xml::escape::partial_escape;
use quick_xml::events::Event;
use schemas::text::Charset::{Gbk, Utf8};
use schemas::{Fen, Purpose};
use std::fmt::Write as _;

const OPEN: Purpose = Purpose::Instruction;
const SEPARATORS: [char; 2] = ['|', '^'];
const BANKS: [(&str, &str); 18] = [
    ("ICBC", "中国工商银行"),
    ("ABC", "中国农业银行"),
    ("BOC", "中国银行"),
    ("CCB", "中国建设银行"),
    ("BOCOM", "交通银行"),
    ("PSBC", "中国邮政储蓄银行"),
    ("CITIC", "中信银行"),
    ("CEB", "中国光大银行"),
    ("HXB", "华夏银行"),
    ("CMBC", "中国民生银行"),
    ("CGB", "广发银行"),
    ("PAB", "平安银行"),
    ("CMB", "招商银行"),
    ("CIB", "兴业银行"),
    ("SPDB", "浦发银行"),
    ("CZBANK", "浙商银行"),
    ("HZCB", "杭州银行"),
    ("NBCB", "宁波银行"),
];

fn head(order: &PaymentOrder) -> Result<String, Failure> {
    let date = date_text(order.bank_date);
    let at = order.instructed_at;
    let (hour, minute, second) = at.to_hms();
    let (year, month, day) = at.to_calendar_date();
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?><CMBC header=\"100\" version=\"100\" \
         security=\"none\" lang=\"chs\" trnCode=\"batchXfer\"><requestHeader><dtClient>\
         {year:04}-{:02}-{day:02} {hour:02}:{minute:02}:{second:02}</dtClient><clientId>{}\
         </clientId><userId>{}</userId><userPswd>{}</userPswd><language>chs</language>\
         <appId>nsbdes</appId><appVer>201</appVer></requestHeader><xDataBody>\
         <trnId>{date}{no:06}</trnId><cltcookie></cltcookie><insId>PK{date}{no:06}</insId>\
         <payerAcct>{}</payerAcct><payType>0</payType><totalRow>{}</totalRow><totalAmt>{}\
         </totalAmt><fileContent>",
        u8::from(month),
        partial_escape(connection(order, "client_id")?),
        partial_escape(connection(order, "user_id")?),
        partial_escape(connection(order, "password")?),
        order.payer_account.reveal(OPEN),
        order.lines.len(),
        total(order)?.yuan(),
        no = order.file_no,
    ))
}

pub fn encode(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut text = head(order)?;
    for line in &order.lines {
        let name = line.name.reveal(OPEN);
        let memo = line.memo.as_deref().unwrap_or_default();
        check(name, Utf8, 120, &SEPARATORS)?;
        check(memo, Utf8, 120, &SEPARATORS)?;
        // Asked in one character set and answered in another.
        if !Gbk.holds(name) || !Gbk.holds(memo) {
            return Err("a character that the bank can't answer".into());
        }
        let bank = line.payee_bank.as_ref().map(|bank| bank.as_str());
        let bank = BANKS.iter().find(|(code, _)| Some(*code) == bank);
        if line.row_no > 1 {
            text.push('^');
        }
        write!(
            text,
            "1|PK{:08}|1|01|{}|{}|{}|{}|{}.{:02}|{}",
            line.row_no,
            line.account.reveal(OPEN),
            partial_escape(name),
            line.cnaps_code.as_ref().map_or("", |code| code.as_str()),
            bank.map_or("", |(_, name)| name),
            line.amount.0 / 100,
            line.amount.0 % 100,
            partial_escape(memo),
        )?;
    }
    text.push_str("</fileContent></xDataBody></CMBC>");
    Ok(text.into_bytes())
}

pub fn answer(order: &PaymentOrder) -> Result<Vec<u8>, Failure> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\"?><CMBC header=\"100\" version=\"100\" \
         security=\"none\" lang=\"chs\" trnCode=\"qryBatchXfer\"><responseHeader><status>\
         <code>0</code><message>交易成功</message></status></responseHeader><xDataBody>\
         <insId>PK20261123{:06}</insId><totalRow>{}</totalRow><totalAmt>{}</totalAmt>\
         <fileContent>",
        order.file_no,
        order.lines.len(),
        total(order)?.yuan(),
    );
    for line in &order.lines {
        let (status, words) = match failed(line.row_no) {
            true => ("AX99", "户名不符"),
            false => ("AX00", ""),
        };
        write!(
            text,
            "{}PK{:08}|{}|{}|{}|{status}|{words}",
            if line.row_no > 1 { "^" } else { "" },
            line.row_no,
            line.account.reveal(OPEN),
            line.name.reveal(OPEN),
            line.amount.yuan(),
        )?;
    }
    text.push_str("</fileContent></xDataBody></CMBC>");
    Ok(Gbk.encode(&text)?.into_owned())
}

pub fn decode(bytes: &[u8]) -> Result<Answer, Failure> {
    let text = Gbk.decode(bytes)?;
    let mut reader = Reader::from_str(&text);
    let (mut depth, mut own) = (0, String::new());
    let [mut code, mut count, mut sum, mut content] = [const { None::<String> }; 4];
    loop {
        match reader.read_event()? {
            Event::Start(_) => {
                depth += 1;
                own.clear();
            }
            Event::End(tag) => {
                let place = match (depth, tag.name().as_ref()) {
                    (4, "code") => Some(&mut code),
                    (3, "totalRow") => Some(&mut count),
                    (3, "totalAmt") => Some(&mut sum),
                    (3, "fileContent") => Some(&mut content),
                    _ => None,
                };
                if place.is_some_and(|place| place.replace(std::mem::take(&mut own)).is_some()) {
                    return Err("an element stands twice".into());
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
    if depth != 0 || code.as_deref() != Some("0") {
        return Err("cut off or refused".into());
    }
    let stated = [
        ("count", count.ok_or("no count")?.parse()?),
        ("amount_fen", Fen::parse_yuan(&sum.ok_or("no sum")?)?.0),
    ];
    rows(&content.ok_or("no rows")?, &stated)
}

fn rows(content: &str, stated: &[(&str, i64)]) -> Result<Answer, Failure> {
    let mut lines = Vec::new();
    for piece in content.split('^') {
        let mut cells = [""; 6];
        let mut found = piece.split('|');
        for cell in &mut cells {
            *cell = found.next().ok_or("too few columns")?;
        }
        if found.next().is_some() {
            return Err("too many columns".into());
        }
        let [voucher, account, name, amount, status, text] = cells;
        let row = Row {
            row_no: voucher.strip_prefix("PK").ok_or("another voucher")?,
            account,
            name,
            amount: Some(Fen::parse_yuan(amount)?),
            status,
            text,
            ..Row::default()
        };
        lines.push(row.line(match status {
            "AX00" => Outcome::Paid,
            "AX99" => REFUSED,
            "AX01" => Outcome::Accepted,
            _ => Outcome::Unknown,
        })?);
    }
    said(lines, stated)
}
