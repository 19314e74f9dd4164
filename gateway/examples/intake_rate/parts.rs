//! What each part of the work takes by itself, one thread, over the same lines.

use super::{Failure, Load, USCC, open};
use gateway::core::Core;
use gateway::installation::BookRules;
use gateway::intake::lines;
use schemas::employer_files::{ReadOptions, Sink, SinkError, read};
use schemas::value::Purpose;
use schemas::{BatchHead, Finding, PayLine};
use std::io::Cursor;
use std::time::{Duration, Instant};

/// What each part of the work takes by itself, one thread, over the same lines.
pub fn print(load: &Load) -> Result<(), Failure> {
    std::fs::create_dir_all(&load.dir)?;
    let core = open(&load.dir)?;
    let batches = load.batches.min(20);
    let mut sums = [Duration::ZERO; 6];
    for number in 1..=batches {
        let file = load.file(number);
        let mut times = one_parts(&core, &file)?.into_iter();
        for (sum, time) in sums.iter_mut().zip(&mut times) {
            *sum += time;
        }
    }
    println!("  parts, microseconds a line, one thread:");
    let names = [
        "digest",
        "read and judge",
        "lines as JSON",
        "blind",
        "seal",
        "hash chain",
    ];
    for (name, sum) in names.iter().zip(sums) {
        let each = sum.as_secs_f64() * 1e6 / (load.lines * batches) as f64;
        println!("    {name:15} {each:.3}");
    }
    let most = names.iter().zip(sums).max_by_key(|(_, sum)| *sum);
    println!("  most of it: {}", most.map_or("nothing", |(name, _)| name));
    drop(core);
    std::fs::remove_dir_all(&load.dir)?;
    Ok(())
}

fn one_parts(core: &Core, file: &str) -> Result<[Duration; 6], Failure> {
    let begun = Instant::now();
    std::hint::black_box(sha256(file.as_bytes()));
    let digested = begun.elapsed();
    let begun = Instant::now();
    read_into(file, &mut Discard)?;
    let judged = begun.elapsed();
    let mut jotting = Jotting::default();
    read_into(file, &mut jotting)?;
    let kept = lines::read_all(&jotting.text)?;
    let mut text = Vec::new();
    let begun = Instant::now();
    for line in &kept {
        lines::write(&line.as_line(), &mut text);
    }
    let written = begun.elapsed();
    let vault = core.vault();
    let (people, accounts) = (vault.blinder("id_number"), vault.blinder("account"));
    let begun = Instant::now();
    for (person, account) in &jotting.keys {
        std::hint::black_box(people.blind(person.as_bytes()));
        std::hint::black_box(accounts.blind(account.as_bytes()));
    }
    let blinded = begun.elapsed();
    let begun = Instant::now();
    let mut sealed = vec![0; 40 * jotting.keys.len()];
    for plain in [file.as_bytes(), &jotting.text] {
        for part in plain.chunks(128 << 10) {
            sealed.extend(vault.seal(USCC, b"{}", part)?.1);
        }
    }
    let sealing = begun.elapsed();
    let begun = Instant::now();
    std::hint::black_box(sha256(&sealed));
    let chained = begun.elapsed();
    Ok([digested, judged, written, blinded, sealing, chained])
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    certs::digest::digest(certs::digest::DigestAlgorithm::Sha256, bytes)
}

fn read_into(file: &str, sink: &mut dyn Sink) -> Result<(), Failure> {
    let today = time::Date::from_calendar_date(2026, time::Month::November, 23)?;
    let rules = BookRules(adapters::Book::built_in()?);
    let options = ReadOptions {
        bank_rules: Some(&rules),
        ..ReadOptions::new(today)
    };
    read(&mut Cursor::new(file), &options, sink)?;
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
    fn finding(&mut self, _: Finding) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Keeps what the other parts need.
#[derive(Default)]
struct Jotting {
    text: Vec<u8>,
    keys: Vec<(String, String)>,
}

impl Sink for Jotting {
    fn head(&mut self, _: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }
    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        lines::write(line, &mut self.text);
        let person = line.payee.id_number.reveal(Purpose::Matching).to_owned();
        let account = line.payee.account.reveal(Purpose::Matching).to_owned();
        self.keys.push((person, account));
        Ok(())
    }
    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }
    fn finding(&mut self, _: Finding) -> Result<(), SinkError> {
        Ok(())
    }
}
