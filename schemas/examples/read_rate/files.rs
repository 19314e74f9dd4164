//! The files that are read: wages of invented people.

use crate::Outcome;
use schemas::value::IdNumber;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Invented people, with valid check characters, one by one.
struct Person {
    name: String,
    id_number: String,
    account: String,
    fen: u32,
}

fn person(number: u32) -> Result<Person, Box<dyn Error>> {
    const FAMILY: [&str; 8] = ["张", "王", "李", "赵", "陈", "杨", "黄", "周"];
    const GIVEN: [&str; 8] = ["样一", "样二", "样三", "例", "例四", "样五", "例六", "样"];
    let family = FAMILY[number as usize % 8];
    let given = GIVEN[number as usize / 8 % 8];
    let (day, sequence) = (number / 1000 % 28 + 1, number % 1000);
    let first17 = format!(
        "330110{:04}{:02}{day:02}{sequence:03}",
        1960 + number / 336_000 % 40,
        number / 28_000 % 12 + 1
    );
    let bytes: &[u8; 17] = first17.as_bytes().try_into()?;
    let check = char::from(IdNumber::check_character(bytes));
    let first18 = format!("622202{:012}", u64::from(number) + 1_000_000_000);
    let last = luhn_digit(first18.as_bytes());
    let account = format!("{first18}{last}");
    Ok(Person {
        name: format!("{family}{given}"),
        id_number: format!("{first17}{check}"),
        account,
        fen: 500_000 + number % 300_000,
    })
}

/// The digit that makes a card number of `body`.
fn luhn_digit(body: &[u8]) -> u32 {
    let digits = body.iter().rev().zip([true, false].into_iter().cycle());
    let sum: u32 = digits
        .map(|(byte, doubled)| match u32::from(*byte - b'0') {
            digit if !doubled => digit,
            digit if digit > 4 => digit * 2 - 9,
            digit => digit * 2,
        })
        .sum();
    (10 - sum % 10) % 10
}

fn yuan(fen: u64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn total(lines: u32) -> u64 {
    (0..lines)
        .map(|number| u64::from(500_000 + number % 300_000))
        .sum()
}

/// Writes the file of a name that the report knows.
pub(crate) fn write(folder: &Path, name: &str, lines: u32) -> Outcome {
    let path = folder.join(name);
    let mut to = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    match name {
        "wages.csv" => write_csv(&mut to, lines)?,
        "wages_twice.csv" => write_twice(&mut to, lines)?,
        "wages.json" => write_json(&mut to, lines)?,
        "wages.xml" => write_xml(&mut to, lines)?,
        "wages_gb18030.csv" => {
            let mut utf8 = Vec::new();
            write_csv(&mut utf8, lines)?;
            let text = String::from_utf8(utf8)?;
            to.write_all(&schemas::text::Charset::Gb18030.encode(&text)?)?;
        }
        "wages_gb18030.xml" => {
            let mut utf8 = Vec::new();
            write_xml(&mut utf8, lines)?;
            let text = String::from_utf8(utf8)?.replace("=\"UTF-8\"", "=\"GB18030\"");
            to.write_all(&schemas::text::Charset::Gb18030.encode(&text)?)?;
        }
        _ => return Err(format!("no such file: {name}").into()),
    }
    to.flush()?;
    Ok(())
}

fn write_csv_head(to: &mut impl Write, lines: u32) -> Outcome {
    write!(
        to,
        "安薪代发工资表,V1\n批次号,R-1\n统一社会信用代码,913301006639233248\n工资月份,2026-11\n\
         付款银行,ICBC\n付款账号,1202020009900012345\n总笔数,{lines}\n总金额,{}\n\n\
         序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注\n",
        yuan(total(lines))
    )?;
    Ok(())
}

fn write_csv(to: &mut impl Write, lines: u32) -> Outcome {
    write_csv_head(to, lines)?;
    for number in 0..lines {
        let Person {
            name,
            id_number,
            account,
            fen,
        } = person(number)?;
        let amount = yuan(u64::from(fen));
        writeln!(
            to,
            "{},{name},01,{id_number},{account},ICBC,,{amount},{amount},2026年11月工资",
            number + 1
        )?;
    }
    Ok(())
}

fn write_json(to: &mut impl Write, lines: u32) -> Outcome {
    write!(
        to,
        "{{\"batch_no\":\"R-1\",\"employer_uscc\":\"913301006639233248\",\
        \"employer_name\":\"x\",\"project_code\":\"330110\",\"payer_name\":\"y\",\
        \"pay_month\":\"2026-11\",\"paying_bank\":\"ICBC\",\
        \"payer_account\":\"1202020009900012345\",\"line_count\":{lines},\
        \"total_fen\":{},\"lines\":[",
        total(lines)
    )?;
    for number in 0..lines {
        let Person {
            name,
            id_number,
            account,
            fen,
        } = person(number)?;
        let (comma, amount) = (if number == 0 { "" } else { "," }, yuan(u64::from(fen)));
        write!(
            to,
            "{comma}\n{{\"line_no\":{},\"name\":\"{name}\",\
            \"id_number\":\"{id_number}\",\"account\":\"{account}\",\"bank\":\"ICBC\",\
            \"amount\":\"{amount}\",\"memo\":\"2026年11月工资\"}}",
            number + 1
        )?;
    }
    write!(to, "]}}")?;
    Ok(())
}

fn write_xml(to: &mut impl Write, lines: u32) -> Outcome {
    write_xml_head(to, lines, &yuan(total(lines)))?;
    for number in 0..lines {
        let person = person(number)?;
        let amount = yuan(u64::from(person.fen));
        write_xml_line(to, number + 1, &person, &amount)?;
    }
    writeln!(to, "</PmtInf></CstmrCdtTrfInitn></Document>")?;
    Ok(())
}

/// Every account on two lines of one person with different amounts: the second walk at its worst
/// without a finding.
fn write_twice(twice: &mut impl Write, lines: u32) -> Outcome {
    write_csv_head(twice, lines)?;
    for number in 0..lines {
        let Person {
            name,
            id_number,
            account,
            ..
        } = person(number / 2)?;
        let amount = 500_000 + u64::from(number) % 300_000;
        let amount = format!("{}.{:02}", amount / 100, amount % 100);
        writeln!(
            twice,
            "{},{name},01,{id_number},{account},ICBC,,{amount},,",
            number + 1
        )?;
    }
    Ok(())
}

fn write_xml_head(xml: &mut impl Write, lines: u32, total: &str) -> Outcome {
    write!(
        xml,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\
         <CstmrCdtTrfInitn><GrpHdr><MsgId>R-1</MsgId><CreDtTm>2026-11-23T10:00:00</CreDtTm>\
         <NbOfTxs>{lines}</NbOfTxs>\
         <CtrlSum>{total}</CtrlSum><InitgPty><Nm>样例</Nm></InitgPty></GrpHdr><PmtInf>\
         <PmtInfId>1</PmtInfId>\
         <PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-11-25</Dt></ReqdExctnDt><Dbtr><Nm>样例</Nm>\
         <Id><OrgId><Othr>\
         <Id>913301006639233248</Id></Othr></OrgId></Id></Dbtr><DbtrAcct><Id><Othr>\
         <Id>1202020009900012345</Id>\
         </Othr></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>ICBKCNBJ</BICFI></FinInstnId>\
         </DbtrAgt>\n"
    )?;
    Ok(())
}

fn write_xml_line(xml: &mut impl Write, number: u32, person: &Person, amount: &str) -> Outcome {
    let Person {
        name,
        id_number,
        account,
        ..
    } = person;
    write!(
        xml,
        "<CdtTrfTxInf>\n <PmtId>\n  <EndToEndId>{number}</EndToEndId>\n </PmtId>\n\
        <Amt>\n  <InstdAmt Ccy=\"CNY\">{amount}</InstdAmt>\n\
         </Amt>\n <CdtrAgt>\n  <FinInstnId>\n\
            <BICFI>ICBKCNBJ</BICFI>\n  </FinInstnId>\n </CdtrAgt>\n <Cdtr>\n  <Nm>{name}</Nm>\n\
         <Id>\n   <PrvtId>\n    <Othr>\n     <Id>{id_number}</Id>\n    </Othr>\n\
            </PrvtId>\n  </Id>\n </Cdtr>\n <CdtrAcct>\n\
         <Id>\n   <Othr>\n    <Id>{account}</Id>\n\
            </Othr>\n  </Id>\n </CdtrAcct>\n <RmtInf>\n  <Ustrd>2026年11月工资</Ustrd>\n\
         </RmtInf>\n</CdtTrfTxInf>\n"
    )?;
    Ok(())
}
