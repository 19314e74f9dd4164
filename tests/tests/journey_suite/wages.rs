//! Wage files as employers' programs write them.

use schemas::people::Person;
use schemas::text::Charset;
use schemas::value::{BankCode, Fen, Purpose, Uscc};
use serde_json::json;
use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub const MONTH: &str = "2026-11";
pub const PAYER: &str = "1202020009900012345";
pub const PAYER_NAME: &str = "样例建设工资专户";

const WORKBOOK: &str = r#"<workbook xmlns="u" xmlns:r="r"><sheets>
<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships>
<Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// One payee.
#[derive(Clone)]
pub struct Row {
    pub name: String,
    pub id_number: String,
    pub account: String,
    pub fen: i64,
}

impl Row {
    pub fn of(person: &Person, fen: i64) -> Self {
        Self {
            name: person.name.reveal(Purpose::Disclosure).to_owned(),
            id_number: person.id_number.reveal(Purpose::Disclosure).to_owned(),
            account: person.account.reveal(Purpose::Disclosure).to_owned(),
            fen,
        }
    }
}

/// One batch.
#[derive(Clone)]
pub struct Wages {
    pub batch_no: String,
    pub uscc: Uscc,
    pub region: &'static str,
    pub bank: BankCode,
    pub rows: Vec<Row>,
}

impl Wages {
    pub fn total(&self) -> i64 {
        self.rows.iter().map(|row| row.fen).sum()
    }

    fn project(&self) -> String {
        format!("{}202611000001", self.region)
    }

    /// The template with Chinese titles.
    pub fn csv(&self) -> String {
        let (total, count) = (Fen(self.total()).yuan(), self.rows.len());
        let mut text = format!(
            "安薪代发工资表,V1\r\n批次号,{}\r\n统一社会信用代码,{}\r\n单位名称,样例建设\r\n\
             项目编码,{}\r\n工资月份,{MONTH}\r\n付款银行,{}\r\n付款账号,{PAYER}\r\n\
             付款户名,{PAYER_NAME}\r\n总笔数,{count}\r\n总金额,{total}\r\n\r\n\
             序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注\r\n",
            self.batch_no,
            self.uscc,
            self.project(),
            self.bank
        );
        for (row, number) in self.rows.iter().zip(1..) {
            let (name, id, account) = (&row.name, &row.id_number, &row.account);
            let (bank, yuan) = (self.bank, Fen(row.fen).yuan());
            text.push_str(&format!(
                "{number},{name},01,{id},{account},{bank},,{yuan},{yuan},11月工资\r\n"
            ));
        }
        text
    }

    /// The same as a spreadsheet program in China writes it.
    pub fn csv_gb18030(&self) -> Vec<u8> {
        let text = self.csv();
        Charset::Gb18030.encode(&text).unwrap().into_owned()
    }

    /// The template as a workbook, every cell a text.
    pub fn xlsx(&self) -> Vec<u8> {
        let mut sheet = String::from("<worksheet><sheetData>");
        for (row, line) in (1..).zip(self.csv().lines()) {
            // The empty row is a gap in the numbers of the rows.
            if line.is_empty() {
                continue;
            }
            sheet += &format!("<row r=\"{row}\">");
            for (cell, column) in line.split(',').zip('A'..) {
                let place = format!("{column}{row}");
                sheet += &format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>");
            }
            sheet += "</row>";
        }
        sheet += "</sheetData></worksheet>";
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let parts = [
            ("xl/workbook.xml", WORKBOOK),
            ("xl/_rels/workbook.xml.rels", RELATIONS),
            ("xl/worksheets/sheet1.xml", &sheet),
        ];
        for (name, text) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    pub fn json(&self) -> Vec<u8> {
        let lines = self.rows.iter().zip(1..).map(|(row, number)| {
            json!({
                "line_no": number, "name": row.name, "id_number": row.id_number,
                "account": row.account, "bank": self.bank.as_str(), "amount_fen": row.fen,
            })
        });
        let document = json!({
            "batch_no": self.batch_no, "employer_uscc": self.uscc.as_str(),
            "project_code": self.project(), "pay_month": MONTH,
            "paying_bank": self.bank.as_str(), "payer_account": PAYER,
            "line_count": self.rows.len(), "total_amount": Fen(self.total()).yuan(),
            "lines": lines.collect::<Vec<_>>(),
        });
        document.to_string().into_bytes()
    }

    /// ISO 20022; the month goes with the call.
    pub fn pain_001(&self) -> Vec<u8> {
        let (number, uscc, bank) = (&self.batch_no, self.uscc, self.bank);
        let (count, sum) = (self.rows.len(), Fen(self.total()).yuan());
        let mut text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\
             <CstmrCdtTrfInitn><GrpHdr><MsgId>{number}</MsgId>\
             <CreDtTm>{MONTH}-20T10:00:00+08:00</CreDtTm><NbOfTxs>{count}</NbOfTxs>\
             <CtrlSum>{sum}</CtrlSum><InitgPty><Nm>{PAYER_NAME}</Nm><Id><OrgId><Othr><Id>{uscc}\
             </Id></Othr></OrgId></Id></InitgPty></GrpHdr><PmtInf><PmtInfId>1</PmtInfId>\
             <PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>\
             <ReqdExctnDt><Dt>{MONTH}-20</Dt></ReqdExctnDt><Dbtr><Nm>{PAYER_NAME}</Nm></Dbtr>\
             <DbtrAcct><Id><Othr><Id>{PAYER}</Id></Othr></Id></DbtrAcct>\
             <DbtrAgt><FinInstnId><Nm>{bank}</Nm></FinInstnId></DbtrAgt>"
        );
        for (row, number) in self.rows.iter().zip(1..) {
            let (name, id, account) = (&row.name, &row.id_number, &row.account);
            let yuan = Fen(row.fen).yuan();
            text.push_str(&format!(
                "<CdtTrfTxInf><PmtId><EndToEndId>{number}</EndToEndId></PmtId>\
                 <Amt><InstdAmt Ccy=\"CNY\">{yuan}</InstdAmt></Amt>\
                 <CdtrAgt><FinInstnId><Nm>{bank}</Nm></FinInstnId></CdtrAgt>\
                 <Cdtr><Nm>{name}</Nm><Id><PrvtId><Othr><Id>{id}</Id></Othr></PrvtId></Id></Cdtr>\
                 <CdtrAcct><Id><Othr><Id>{account}</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>"
            ));
        }
        text.push_str("</PmtInf></CstmrCdtTrfInitn></Document>\n");
        text.into_bytes()
    }
}
