//! How near durable intake is to the disk: files submitted and waited for until they survive a
//! loss of power, against writing the same journal bytes raw with as many fdatasyncs.
//!
//! `cargo run --release -p gateway --example intake_rate --
//! [DIR] [LINES] [BATCHES] [THREADS] [PROJECTS]`
//! Without LINES: batches of 100, 1,000 (each of a project of its own, then all of one), 10,000
//! and 100,000 lines; two threads. Five rounds of each load, and the middle one counts: a disk
//! that others use spoils single ones.
#![allow(clippy::print_stdout, clippy::float_arithmetic)] // a report of times for people

mod parts;
mod wages;

use gateway::clock::SystemClock;
use gateway::core::Core;
use gateway::event::Policy;
use gateway::installation::BookRules;
use gateway::intake::{AcceptanceLimits, RefusalLimits, Rules, Submission, Submitted, submit};
use gateway::mandates::{Mandate, Mandates};
use gateway::serving::open_data;
use schemas::employer_files::Limits;
use schemas::value::{AccountNo, BankCode, PersonName, Uscc};
use std::error::Error;
use std::fs::File;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

type Failure = Box<dyn Error + Send + Sync>;

const USCC: &str = "913301006639233248";
const MAKER: &str = "urn:anxin:employer:913301006639233248:person:maker";
const ACCOUNT: &str = "1202020009900012345";

#[derive(Clone)]
struct Load {
    dir: PathBuf,
    lines: u64,
    batches: u64,
    threads: u64,
    /// Batches go to so many projects in turn: within one, every wage is compared with those of
    /// the earlier batches (M14).
    projects: u64,
}

impl Load {
    fn file(&self, number: u64) -> String {
        wages::file(number, self.lines, number % self.projects.max(1))
    }
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let dir = words.first().map_or("target/intake_rate", String::as_str);
    let number = |at: usize, default: u64| -> Result<u64, Failure> {
        Ok(words.get(at).map_or(Ok(default), |word| word.parse())?)
    };
    let load = |lines, batches, threads, projects| Load {
        dir: PathBuf::from(dir),
        lines,
        batches,
        threads,
        projects,
    };
    let loads = match words.len() {
        0 | 1 => vec![
            load(100, 2_000, 2, 2_000),
            load(1_000, 200, 2, 200),
            load(1_000, 200, 2, 1),
            load(10_000, 40, 2, 40),
            load(100_000, 12, 2, 12),
        ],
        _ => {
            let batches = number(2, 100)?;
            let projects = number(4, batches)?;
            vec![load(number(1, 1_000)?, batches, number(3, 2)?, projects)]
        }
    };
    for load in loads {
        println!(
            "{} batches of {} lines, {} projects, {} threads",
            load.batches, load.lines, load.projects, load.threads
        );
        let ratios: Result<Vec<f64>, Failure> = (0..ROUNDS).map(|_| one_round(&load)).collect();
        let mut ratios = ratios?;
        ratios.sort_by(f64::total_cmp);
        if let [lowest, _, median, _, highest] = ratios.as_slice() {
            println!(
                "  intake to raw: lowest {lowest:.2}, median {median:.2}, highest {highest:.2} \
                 (target 0.33)"
            );
        }
        parts::print(&load)?;
    }
    Ok(())
}

const ROUNDS: usize = 5;

/// One round; gives the rate of the intake as a part of the raw rate.
fn one_round(load: &Load) -> Result<f64, Failure> {
    if load.dir.exists() {
        std::fs::remove_dir_all(&load.dir)?;
    }
    std::fs::create_dir_all(&load.dir)?;
    let files: Vec<String> = (1..=load.batches).map(|n| load.file(n)).collect();
    let core = open(&load.dir)?;
    let before = processor_time()?;
    let spent = intake(&core, load, &files)?;
    let worked = processor_time()?.saturating_sub(before);
    core.journal().close()?;
    drop(core);
    let bytes = journal_bytes(&load.dir.join("data/journal"))?;
    let groups = groups(&bytes);
    let raw = raw(&load.dir.join("raw"), &bytes, groups)?;
    let total = load.lines * load.batches;
    let per_second = |time: Duration| total as f64 / time.as_secs_f64();
    let ratio = raw.as_secs_f64() / spent.as_secs_f64();
    println!(
        "  {ratio:.2} of raw: intake {spent:.0?}, {:.0} lines/s, processor time of all threads \
         {:.2} us a line; raw {raw:.0?}, {:.0} lines/s; {} bytes a line, {groups} groups",
        per_second(spent),
        worked.as_secs_f64() * 1e6 / total as f64,
        per_second(raw),
        bytes.len() as u64 / total
    );
    std::fs::remove_dir_all(&load.dir)?;
    Ok(ratio)
}

fn open(dir: &Path) -> Result<Arc<Core>, Failure> {
    let clock = Arc::new(SystemClock::new());
    let data = dir.join("data");
    let options = journal::Options::default();
    let opened = open_data(
        &data,
        None,
        &dir.join("master"),
        true,
        clock,
        options,
        &mut |_| {},
    )?;
    Ok(opened.core)
}

/// Each thread submits its batches one after the other, each to durable.
fn intake(core: &Arc<Core>, load: &Load, files: &[String]) -> Result<Duration, Failure> {
    let mandates = mandates()?;
    // The adapter book is read once, before the clock runs.
    let rules = BookRules(adapters::Book::built_in()?);
    let next = AtomicU64::new(0);
    let work = || -> Result<(), Failure> {
        loop {
            let at = usize::try_from(next.fetch_add(1, Ordering::Relaxed))?;
            let Some(file) = files.get(at) else {
                return Ok(());
            };
            one_batch(core, &mandates, &rules, file)?;
        }
    };
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..load.threads).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().map_err(|_| "a thread ended by a defect")??;
        }
        Ok(begun.elapsed())
    })
}

fn one_batch(
    core: &Core,
    mandates: &Mandates,
    rules: &BookRules,
    file: &str,
) -> Result<(), Failure> {
    let rules = Rules {
        limits: Limits::default(),
        mandates,
        banks: rules,
        spill: None,
        calendar: schemas::codes::BankCalendar::built_in(),
        refusals: RefusalLimits::default(),
        acceptances: AcceptanceLimits::default(),
    };
    let submission = Submission {
        employer: Uscc::parse(USCC)?,
        submitted_by: MAKER,
        policy: Policy::AllOrNothing,
        format: None,
        pay_month: None,
    };
    let submitted = submit(core, &rules, &submission, &mut Cursor::new(file))?;
    if let Submitted::Accepted(receipt) = &submitted {
        return Ok(core.wait_durable(receipt.sequence)?);
    }
    // A wrong taking must not look fast.
    Err(format!("not accepted: {submitted:?}").into())
}

/// What the machine gave this process so far, in hundredths of a second (Linux).
fn processor_time() -> Result<Duration, Failure> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind_name = stat.rsplit(')').next().ok_or("no such process")?;
    let words = behind_name.split_whitespace().skip(11).take(2);
    let ticks: Result<Vec<u64>, _> = words.map(str::parse).collect();
    Ok(Duration::from_millis(ticks?.iter().sum::<u64>() * 10))
}

/// Groups that the journal committed, each with one fdatasync: a group begins where a record
/// names itself (FORMAT section 2).
fn groups(bytes: &[u8]) -> u64 {
    let number = |at: usize| {
        let eight = bytes.get(at..at + 8)?;
        Some(u64::from_be_bytes(eight.try_into().ok()?))
    };
    let (mut at, mut groups) = (0, 0);
    while let (Some(first), Some(group), Some(own)) = (number(at), number(at + 8), number(at + 16))
    {
        groups += u64::from(group == own);
        at += (first >> 32) as usize;
    }
    groups
}

fn journal_bytes(dir: &Path) -> Result<Vec<u8>, Failure> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut bytes = Vec::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        bytes.extend(std::fs::read(path)?);
    }
    Ok(bytes)
}

fn raw(path: &Path, bytes: &[u8], groups: u64) -> Result<Duration, Failure> {
    let mut file = File::create(path)?;
    let part = bytes.len().div_ceil(usize::try_from(groups.max(1))?);
    let begun = Instant::now();
    for part in bytes.chunks(part.max(1)) {
        file.write_all(part)?;
        file.sync_data()?;
    }
    Ok(begun.elapsed())
}

fn mandates() -> Result<Mandates, Failure> {
    let mut mandates = Mandates::default();
    let bank = BankCode::parse("HXB")?;
    let key = (Uscc::parse(USCC)?, bank, AccountNo::parse(ACCOUNT)?);
    let mandate = Mandate {
        payer_name: PersonName::parse("杭州样例建设有限公司农民工工资专用账户")?,
        connection: adapters::ConnectionValues::default(),
    };
    mandates.register(key, mandate);
    Ok(mandates)
}
