//! What stands for the parts that these tests are not about, and the files that they send.

use super::{PAYER, hash};
use gateway::api::{BankMessages, Receipted};
use gateway::core::{Core, CoreError, Fact};
use gateway::event::Event;
use schemas::employer_files::{Asked, BankRules, LineRules};
use schemas::value::{BankCode, Purpose, Uscc};
use schemas::{Finding, people};
use std::sync::Arc;

/// Every bank takes every line.
pub struct TakesAll;

impl LineRules for TakesAll {
    fn judge(&self, _line: &Asked<'_>, _findings: &mut Vec<Finding>) {}
}

impl BankRules for TakesAll {
    fn rules_of(&self, _paying_bank: BankCode) -> Option<Arc<dyn LineRules>> {
        Some(Arc::new(Self))
    }
}

/// Stores messages as the gateway does, without an adapter.
pub struct Stores;

impl BankMessages for Stores {
    fn receive(
        &self,
        core: &Core,
        bank: BankCode,
        kind: &str,
        bytes: &[u8],
    ) -> Result<Option<Receipted>, CoreError> {
        let digest = format!("{kind}:{}", hash(bytes));
        let earlier = core
            .desk()
            .pushed(bank, &digest)
            .map(|message| message.sequence);
        let sequence = match earlier {
            Some(sequence) => sequence,
            None => {
                let event = Event::BankMessage {
                    bank,
                    message: kind.to_owned(),
                    digest,
                    reading: "unreadable".to_owned(),
                    file_no: None,
                    again: None,
                    seen_at: None,
                    written_at: None,
                };
                let fact = Fact::sealed(event, &format!("bank:{bank}"), bytes.to_vec());
                let actor = format!("urn:anxin:bank:{bank}");
                let sequence = core.record(&actor, fact)?;
                let closed = Event::BankMessageClosed { message: sequence };
                core.record(&actor, closed.into())?;
                sequence
            }
        };
        Ok(Some(Receipted {
            sequence,
            last_sequence: core.desk().sequence(),
            receipt: format!("RECEIPT|{sequence}").into_bytes(),
            content_type: "application/octet-stream".to_owned(),
            replayed: earlier.is_some(),
        }))
    }
}

/// A wage file of the template; people from index `first` on, 1000.00 yuan and a cent more each.
pub fn wage_file(uscc: Uscc, batch_no: &str, bank: &str, lines: u32, first: u32) -> String {
    let mut total = 0;
    let mut rows = String::new();
    for n in 1..=lines {
        let person = people::person(5, first + n, BankCode::parse("ABC").ok());
        let fen = 100_000 + i64::from(n);
        total += fen;
        rows.push_str(&format!(
            "{n},{},01,{},{},ABC,,{}.{:02},,2026年11月工资\r\n",
            person.name.reveal(Purpose::Matching),
            person.id_number.reveal(Purpose::Matching),
            person.account.reveal(Purpose::Matching),
            fen / 100,
            fen % 100,
        ));
    }
    format!(
        "安薪代发工资表,V1\r\n批次号,{batch_no}\r\n统一社会信用代码,{uscc}\r\n\
         单位名称,杭州样例建设有限公司\r\n工资月份,2026-11\r\n付款银行,{bank}\r\n\
         付款账号,{PAYER}\r\n付款户名,杭州样例建设有限公司\r\n总笔数,{lines}\r\n\
         总金额,{}.{:02}\r\n\r\n\
         序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注\r\n{rows}",
        total / 100,
        total % 100,
    )
}

/// The same with so many short rows of mistakes: what is found in it is many times its size.
pub fn bad_file(uscc: Uscc, batch_no: &str, rows: u32) -> String {
    let mut csv = wage_file(uscc, batch_no, "ICBC", 0, 0);
    for n in 1..=rows {
        csv.push_str(&format!("{n},,01,1,1,x,1,0.00,,\r\n"));
    }
    csv
}

/// Two parts, amounts 10.00, 20.00 and 0 (refused), references that are no line numbers.
pub fn pain_001(uscc: Uscc) -> String {
    let transaction = |n: u32, instruction: &str, end_to_end: &str, amount: &str| {
        let person = people::person(6, n, BankCode::parse("ABC").ok());
        let reveal = Purpose::Matching;
        format!(
            "<CdtTrfTxInf><PmtId>{instruction}<EndToEndId>{end_to_end}</EndToEndId></PmtId>\
             <Amt><InstdAmt Ccy=\"CNY\">{amount}</InstdAmt></Amt>\
             <Cdtr><Nm>{}</Nm><Id><PrvtId><Othr><Id>{}</Id></Othr></PrvtId></Id></Cdtr>\
             <CdtrAcct><Id><Othr><Id>{}</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>",
            person.name.reveal(reveal),
            person.id_number.reveal(reveal),
            person.account.reveal(reveal),
        )
    };
    let part = |id: &str, transactions: String| {
        format!(
            "<PmtInf><PmtInfId>{id}</PmtInfId><PmtMtd>TRF</PmtMtd>\
             <ReqdExctnDt>2026-11-23</ReqdExctnDt><Dbtr><Nm>杭州样例建设有限公司</Nm></Dbtr>\
             <DbtrAcct><Id><Othr><Id>{}</Id></Othr></Id></DbtrAcct>\
             <DbtrAgt><FinInstnId><Nm>ICBC</Nm></FinInstnId></DbtrAgt>{transactions}</PmtInf>",
            PAYER
        )
    };
    let first = transaction(1, "<InstrId>I&amp;1</InstrId>", "007", "10.00")
        + &transaction(2, "", "R-2", "20.00");
    let second = transaction(3, "", "R-3", "0.00");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <p:Document xmlns:p=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.03\">\
         <CstmrCdtTrfInitn><GrpHdr><MsgId>GZ-P</MsgId><CreDtTm>2026-11-23T09:00:00</CreDtTm>\
         <NbOfTxs>3</NbOfTxs><CtrlSum>30.00</CtrlSum><InitgPty><Id><OrgId><Othr><Id>{uscc}</Id>\
         </Othr></OrgId></Id></InitgPty></GrpHdr>{}{}</CstmrCdtTrfInitn></p:Document>",
        part("P-A", first),
        part("P-B", second)
    )
    .replace("<p:Document xmlns:p", "<Document xmlns")
    .replace("</p:Document", "</Document")
}
