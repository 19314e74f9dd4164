//! How fast employers' files are read, beside a raw scan of the same bytes.
//!
//! `cargo run --release -p schemas --example read_rate [LINES]` writes one csv and one pain.001
//! of LINES wages (1,000,000) to a temporary folder and measures each case in a process of its
//! own: seconds, microseconds a line, times of the raw scan, and the peak of resident memory.
#![allow(clippy::print_stdout, clippy::float_arithmetic)] // a report of times for people

use schemas::employer_files::{ReadOptions, Sink, SinkError, Source, Summary, read};
use schemas::value::{AccountNo, IdNumber, PersonName};
use schemas::{BatchHead, Finding, IdType, PayLine};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

type Outcome = Result<(), Box<dyn Error>>;

/// Cases in the order of the report; each scan comes before the reads that are compared with it.
const CASES: [(&str, &str); 10] = [
    ("scan-csv", "wages.csv"),
    ("digest", "wages.csv"),
    ("checks", "wages.csv"),
    ("read", "wages.csv"),
    ("read", "wages_gb18030.csv"),
    ("read", "wages_twice.csv"),
    ("read", "wages.json"),
    ("scan-xml", "wages.xml"),
    ("read", "wages.xml"),
    ("read", "wages_gb18030.xml"),
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("case") => {
            let [_, _, what, path] = &arguments[..] else {
                return Err("case WHAT PATH".into());
            };
            case(what, Path::new(path))
        }
        lines => report(lines.unwrap_or("1000000").parse()?),
    }
}

fn report(lines: u32) -> Outcome {
    let folder = std::env::temp_dir().join(format!("read_rate_{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    write_files(&folder, lines)?;
    println!(
        "{:22} {:>8} {:>10} {:>9} {:>9}",
        "case", "s", "us a line", "x scan", "peak MiB"
    );
    let mut scan = 1.0;
    for (what, name) in CASES {
        let mut best = (f64::MAX, 0.0);
        for _ in 0..3 {
            let program = std::env::current_exe()?;
            let path = folder.join(name);
            let run = std::process::Command::new(program)
                .args(["case", what])
                .arg(path)
                .output()?;
            let text = String::from_utf8(run.stdout)?;
            let mut words = text.split_whitespace();
            let seconds: f64 = words.next().ok_or("no answer of the case")?.parse()?;
            let peak: f64 = words.next().ok_or("no answer of the case")?.parse()?;
            if seconds < best.0 {
                best = (seconds, peak);
            }
        }
        if what.starts_with("scan") {
            scan = best.0;
        }
        let label = format!("{what} {name}");
        let each = best.0 * 1e6 / f64::from(lines);
        let (seconds, times, peak) = (best.0, best.0 / scan, best.1);
        println!("{label:28} {seconds:>8.3} {each:>6.3} {times:>9.2} {peak:>9.0}");
    }
    println!("digest: SHA-256 of the same bytes; checks: the read less what the scan also does.");
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

fn case(what: &str, path: &Path) -> Outcome {
    let start = Instant::now();
    match what {
        "scan-csv" => scan_csv(path)?,
        "scan-xml" => scan_xml(path)?,
        "digest" => digest(path)?,
        "checks" => checks(path)?,
        _ => {
            let today = time::Date::from_calendar_date(2026, time::Month::November, 23)?;
            let mut file = File::open(path)?;
            let source: &mut dyn Source = &mut file;
            let summary = read(source, &ReadOptions::new(today), &mut Discard)?;
            check(&summary, path)?;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no VmHWM")?;
    println!("{seconds} {}", peak.parse::<f64>()? / 1024.0);
    Ok(())
}

/// A wrong reading must not look fast.
fn check(summary: &Summary, path: &Path) -> Outcome {
    if summary.errors > 0 || summary.lines_ok == 0 {
        return Err(format!("{}: {summary:?}", path.display()).into());
    }
    Ok(())
}

struct Discard;

impl Sink for Discard {
    fn head(&mut self, _: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        std::hint::black_box(line);
        Ok(())
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        std::hint::black_box(finding);
        Ok(())
    }
}

fn scan_csv(path: &Path) -> Outcome {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_path(path)?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        std::hint::black_box(record.len());
    }
    Ok(())
}

fn scan_xml(path: &Path) -> Outcome {
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(File::open(path)?));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer)?;
        if matches!(std::hint::black_box(event), quick_xml::events::Event::Eof) {
            return Ok(());
        }
    }
}

fn digest(path: &Path) -> Outcome {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut file = File::open(path)?;
    let mut block = vec![0; 64 << 10];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            break;
        }
        context.update(block.get(..count).unwrap_or_default());
    }
    std::hint::black_box(context.finish());
    Ok(())
}

/// The doors of the values alone, over the lines split at commas.
fn checks(path: &Path) -> Outcome {
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let cells: Vec<&str> = line.split(',').collect();
        let [_, name, _, id, account, _, _, amount, ..] = cells[..] else {
            continue;
        };
        std::hint::black_box((
            PersonName::check(name).is_ok(),
            IdNumber::parse(IdType::RESIDENT, id).is_ok(),
            AccountNo::parse(account).is_ok_and(|account| account.luhn_suspicious()),
            schemas::Fen::parse_yuan(amount).is_ok(),
        ));
    }
    Ok(())
}

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
    let account = (0..10)
        .map(|digit| format!("{first18}{digit}"))
        .find(|account| AccountNo::parse(account).is_ok_and(|a| !a.luhn_suspicious()))
        .ok_or("one of ten digits fits")?;
    Ok(Person {
        name: format!("{family}{given}"),
        id_number: format!("{first17}{check}"),
        account,
        fen: 500_000 + number % 300_000,
    })
}

fn write_files(folder: &Path, lines: u32) -> Outcome {
    let total: u64 = (0..lines)
        .map(|number| u64::from(500_000 + number % 300_000))
        .sum();
    let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let (mut csv, mut twice) = (create("wages.csv")?, create("wages_twice.csv")?);
    let (mut json, mut xml) = (create("wages.json")?, create("wages.xml")?);
    let head = |count: u32, total: u64| {
        format!(
            "安薪代发工资表,V1\n批次号,R-1\n统一社会信用代码,913301006639233248\n工资月份,2026-11\n\
             付款银行,ICBC\n付款账号,1202020009900012345\n总笔数,{count}\n总金额,{}\n\n\
             序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注\n",
            yuan(total)
        )
    };
    write!(csv, "{}", head(lines, total))?;
    write!(twice, "{}", head(lines, total))?;
    write!(
        json,
        "{{\"batch_no\":\"R-1\",\"employer_uscc\":\"913301006639233248\",\
        \"employer_name\":\"x\",\"project_code\":\"330110\",\"payer_name\":\"y\",\
        \"pay_month\":\"2026-11\",\"paying_bank\":\"ICBC\",\
        \"payer_account\":\"1202020009900012345\",\"line_count\":{lines},\
        \"total_fen\":{total},\"lines\":["
    )?;
    write_xml_head(&mut xml, lines, &yuan(total))?;
    for number in 0..lines {
        let person = person(number)?;
        let Person {
            name,
            id_number,
            account,
            fen,
        } = &person;
        let amount = yuan(u64::from(*fen));
        let number = number + 1;
        writeln!(
            csv,
            "{number},{name},01,{id_number},{account},ICBC,,{amount},{amount},2026年11月工资"
        )?;
        let comma = if number == 1 { "" } else { "," };
        write!(
            json,
            "{comma}\n{{\"line_no\":{number},\"name\":\"{name}\",\
            \"id_number\":\"{id_number}\",\"account\":\"{account}\",\"bank\":\"ICBC\",\
            \"amount\":\"{amount}\",\"memo\":\"2026年11月工资\"}}"
        )?;
        write_xml_line(&mut xml, number, &person, &amount)?;
    }
    write!(json, "]}}")?;
    writeln!(xml, "</PmtInf></CstmrCdtTrfInitn></Document>")?;
    write_twice(&mut twice, lines)?;
    for file in [csv, twice, json, xml] {
        file.into_inner()?.sync_all()?;
    }
    for (name, gb) in [
        ("wages.csv", "wages_gb18030.csv"),
        ("wages.xml", "wages_gb18030.xml"),
    ] {
        recode(&folder.join(name), &folder.join(gb))?;
    }
    Ok(())
}

/// Every account on two lines of one person with different amounts: the second walk at its worst
/// without a finding.
fn write_twice(twice: &mut impl Write, lines: u32) -> Outcome {
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

/// The same text in GB18030.
fn recode(from: &Path, to: &PathBuf) -> Outcome {
    let mut file = File::open(from)?;
    file.seek(SeekFrom::Start(0))?;
    let mut out = BufWriter::new(File::create(to)?);
    for line in BufReader::new(file).lines() {
        let line = line?.replace("encoding=\"UTF-8\"", "encoding=\"GB18030\"");
        out.write_all(&schemas::text::Charset::Gb18030.encode(&line)?)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
