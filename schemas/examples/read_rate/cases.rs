//! What is measured, each case in a process of its own.

use crate::Outcome;
use schemas::employer_files::{ReadOptions, Sink, SinkError, Source, Summary, read};
use schemas::value::{AccountNo, Fen, IdNumber, LineNo, PersonName};
use schemas::{BatchHead, Finding, IdType, PayLine};
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

/// Measures one case; prints its seconds, the peak of resident memory in MiB and the seconds of
/// processor that all its threads took.
pub(crate) fn case(what: &str, path: &Path) -> Outcome {
    let start = Instant::now();
    let mut own = None;
    match what {
        "scan" if path.extension().is_some_and(|name| name == "xml") => scan_xml(path)?,
        "scan" => scan_csv(path)?,
        "bytes" => bytes(path)?,
        "digest" => digest(path)?,
        "characters" => own = Some(characters(path)?),
        "checks" => own = Some(checks(path)?),
        _ => {
            let today = time::Date::from_calendar_date(2026, time::Month::November, 23)?;
            let mut file = File::open(path)?;
            let source: &mut dyn Source = &mut file;
            let summary = read(source, &ReadOptions::new(today), &mut Discard)?;
            check(&summary, path)?;
        }
    }
    let seconds = own.unwrap_or_else(|| start.elapsed().as_secs_f64());
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no VmHWM")?;
    let peak = peak.parse::<f64>()? / 1024.0;
    println!("{seconds} {peak} {}", processor_seconds()?);
    Ok(())
}

/// Of this process so far; Linux counts in hundredths.
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(") ").ok_or("no name in stat")?;
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .ok_or("too few fields")?
            .parse::<f64>()
            .map_err(Box::<dyn Error>::from)
    };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
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

/// The bytes alone, as often as a reading walks them.
fn bytes(path: &Path) -> Outcome {
    let mut block = vec![0; 64 << 10];
    for _ in 0..2 {
        let mut file = File::open(path)?;
        while file.read(&mut block)? > 0 {
            std::hint::black_box(&block);
        }
    }
    Ok(())
}

/// Whether the characters are UTF-8, as often as a reading asks.
fn characters(path: &Path) -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let start = Instant::now();
    for _ in 0..2 {
        for block in text.as_bytes().chunks(64 << 10) {
            std::hint::black_box(schemas::text::Charset::Utf8.decode(block).is_ok());
        }
    }
    Ok(start.elapsed().as_secs_f64())
}

/// The doors of the values alone: what goes on around them is not timed.
fn checks(path: &Path) -> Result<f64, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut seconds = 0.0;
    for some in lines.chunks(10_000) {
        let cells: Vec<Vec<&str>> = some.iter().map(|line| line.split(',').collect()).collect();
        let start = Instant::now();
        for line in &cells {
            let [no, name, kind, id, account, _, _, amount, gross, ..] = line[..] else {
                continue;
            };
            std::hint::black_box((
                LineNo::parse(no).is_ok() && IdType::parse(kind).is_ok(),
                PersonName::check(name).is_ok(),
                IdNumber::parse(IdType::RESIDENT, id).is_ok(),
                AccountNo::parse(account).is_ok_and(|account| account.luhn_suspicious()),
                Fen::parse_yuan(amount).is_ok() && Fen::parse_yuan(gross).is_ok(),
            ));
        }
        seconds += start.elapsed().as_secs_f64();
    }
    Ok(seconds)
}
