//! How near the journal is to the disk: append and group commit against writing the same bytes
//! raw, with one fdatasync for each group.
//!
//! `cargo run --release -p journal --example durable_rate -- [DIR] [RECORDS] [BYTES] [GROUP]`
#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use journal::disk::OsDisk;
use journal::index::{Change, Index, SledIndex};
use journal::random::SystemRandom;
use journal::seal::Vault;
use journal::{Draft, Journal, Kind, Options};

type Failure = Box<dyn std::error::Error>;

struct Load {
    dir: PathBuf,
    records: u64,
    record_bytes: usize,
    group: u64,
}

fn load() -> Result<Load, Failure> {
    let mut words = std::env::args().skip(1);
    let dir = words
        .next()
        .unwrap_or_else(|| "target/durable_rate".to_owned());
    let mut number = |default: u64| -> Result<u64, Failure> {
        Ok(words.next().map_or(Ok(default), |word| word.parse())?)
    };
    Ok(Load {
        dir: PathBuf::from(dir),
        records: number(1_000_000)?,
        record_bytes: usize::try_from(number(180)?)?,
        group: number(1_000)?.max(1),
    })
}

fn main() -> Result<(), Failure> {
    let load = load()?;
    std::fs::create_dir_all(&load.dir)?;
    for round in 1..=3 {
        let dir = load.dir.join(format!("round-{round}"));
        std::fs::create_dir_all(&dir)?;
        let (frame_bytes, journal_ms) = journal_rate(&load, &dir)?;
        let raw_ms = raw_rate(&load, &dir, frame_bytes)?;
        let rate = |ms: u128| u128::from(load.records) * 1000 / ms.max(1);
        println!(
            "round {round}: {} records of {} bytes ({frame_bytes} framed), groups of {}",
            load.records, load.record_bytes, load.group
        );
        println!("  journal {journal_ms} ms, {} records/s", rate(journal_ms));
        println!("  raw     {raw_ms} ms, {} records/s", rate(raw_ms));
        println!("  journal at {} % of raw", raw_ms * 100 / journal_ms.max(1));
        std::fs::remove_dir_all(&dir)?;
    }
    sealing(&load.dir.join("keys"))?;
    indexing(&load.dir.join("index"))?;
    std::fs::remove_dir_all(&load.dir)?;
    Ok(())
}

/// Waits for each group before the next one, as the raw side does. Gives framed bytes a record
/// and milliseconds.
fn journal_rate(load: &Load, dir: &Path) -> Result<(usize, u128), Failure> {
    let (journal, _) = Journal::open(Arc::new(OsDisk), &dir.join("journal"), Options::default())?;
    let content = vec![0x5a; load.record_bytes];
    let draft = Draft {
        kind: Kind(2),
        time_ms: 1_764_000_000_000,
        actor: "urn:anxin:employer:913301006639233248",
        key_id: "",
        clear: &content,
        sealed: &[],
    };
    let group: Vec<Draft<'_>> = (0..load.group).map(|_| draft).collect();
    let begun = Instant::now();
    for _ in 0..load.records / load.group {
        let appended = journal.append_all(&group)?;
        let last = appended.last().map_or(0, |last| last.sequence);
        journal.wait_durable(last)?;
    }
    let spent = begun.elapsed().as_millis();
    journal.close()?;
    let frame_bytes = journal::record::RECORD_BYTES_MIN + draft.actor.len() + content.len();
    let begun = Instant::now();
    let read = journal.scan(1).filter(Result::is_ok).count();
    println!(
        "  scan {read} records in {} ms",
        begun.elapsed().as_millis()
    );
    drop(journal);
    let begun = Instant::now();
    let (_, recovery) = Journal::open(Arc::new(OsDisk), &dir.join("journal"), Options::default())?;
    println!(
        "  open {} records in {} ms",
        recovery.records,
        begun.elapsed().as_millis()
    );
    Ok((frame_bytes, spent))
}

fn raw_rate(load: &Load, dir: &Path, frame_bytes: usize) -> Result<u128, Failure> {
    let mut file = File::create(dir.join("raw"))?;
    let group = vec![0x5a; frame_bytes * usize::try_from(load.group)?];
    let begun = Instant::now();
    for _ in 0..load.records / load.group {
        file.write_all(&group)?;
        file.sync_data()?;
    }
    Ok(begun.elapsed().as_millis())
}

fn sealing(dir: &Path) -> Result<(), Failure> {
    let vault = Vault::open(
        Arc::new(OsDisk),
        dir,
        &[7; 32],
        Arc::new(SystemRandom::new()),
    )?;
    let chunk = vec![1; 100 << 10];
    let begun = Instant::now();
    let mut sealed_bytes = 0;
    for _ in 0..5_000 {
        sealed_bytes += vault.seal("913301006639233248", b"", &chunk)?.1.len() as u128;
    }
    let rate = sealed_bytes / begun.elapsed().as_micros().max(1);
    println!("sealing chunks of 100 KiB: {rate} MB/s");
    let begun = Instant::now();
    let mut sum = 0_u64;
    for number in 0..2_000_000_u64 {
        let blinded = vault.blind("account", &number.to_be_bytes());
        sum = sum.wrapping_add(u64::from(blinded[0]));
    }
    let rate = 2_000_000_000 / begun.elapsed().as_millis().max(1);
    println!("blind values: {rate}/s (sum {sum})");
    Ok(())
}

fn indexing(dir: &Path) -> Result<(), Failure> {
    let index = SledIndex::open(dir, 256 << 20)?;
    let begun = Instant::now();
    for group in 0..30_u64 {
        let changes: Vec<Change> = (0..10_000_u64)
            .map(|at| Change {
                key: [b"k".as_slice(), &(group * 10_000 + at).to_be_bytes()].concat(),
                value: Some(vec![0x5a; 40]),
            })
            .collect();
        index.apply(&changes, group + 1, &[0; 32])?;
    }
    let rate = 300_000_000 / begun.elapsed().as_millis().max(1);
    println!("sled, groups of 10,000 entries in order: {rate} entries/s");
    Ok(())
}
