//! How fast employers' files are read, beside a raw scan of the same bytes.
//!
//! `cargo run --release -p schemas --example read_rate [LINES]` writes files of LINES wages
//! (1,000,000), one after the other, and measures each case in a process of its own: seconds,
//! microseconds a line, times of the raw scan, the peak of resident memory, and the processor
//! time of all threads, which says something on a busy machine too. The raw scan is the byte
//! records of the csv crate, or the events of quick-xml. The files lie in memory (/dev/shm)
//! where the machine has that, so that no disk is measured.
#![allow(clippy::print_stdout, clippy::float_arithmetic)] // a report of times for people

mod cases;
mod files;

use std::error::Error;
use std::path::{Path, PathBuf};

pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// Files in the order of the report, each with its cases; a scan comes before what is held
/// against it.
const FILES: [(&str, &[&str]); 6] = [
    (
        "wages.csv",
        &["scan", "bytes", "characters", "digest", "checks", "read"],
    ),
    ("wages_gb18030.csv", &["read"]),
    ("wages_twice.csv", &["read"]),
    ("wages.json", &["read"]),
    (
        "wages.xml",
        &["scan", "bytes", "characters", "digest", "read"],
    ),
    ("wages_gb18030.xml", &["read"]),
];

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("case") => {
            let [_, _, what, path] = &arguments[..] else {
                return Err("case WHAT PATH".into());
            };
            cases::case(what, Path::new(path))
        }
        lines => report(lines.unwrap_or("1000000").parse()?),
    }
}

fn report(lines: u32) -> Outcome {
    let memory = Some(PathBuf::from("/dev/shm")).filter(|folder| folder.is_dir());
    let folder = memory.unwrap_or_else(std::env::temp_dir);
    let folder = folder.join(format!("read_rate_{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    println!(
        "{:28} {:>8} {:>10} {:>7} {:>9} {:>11}",
        "case, the best of five", "s", "us a line", "x scan", "peak MiB", "processor s"
    );
    let mut scan = 1.0;
    let measured = FILES.iter().try_for_each(|(name, whats)| {
        files::write(&folder, name, lines)?;
        let path = folder.join(name);
        let mut parts = Vec::new();
        for what in *whats {
            let (seconds, peak, processor) = best(what, &path)?;
            if *what == "scan" {
                scan = seconds;
            }
            let label = format!("{what} {name}");
            let (each, times) = (seconds * 1e6 / f64::from(lines), seconds / scan);
            print!("{label:28} {seconds:>8.3} {each:>10.3} {times:>7.2} {peak:>9.0}");
            println!(" {processor:>11.2}");
            parts.push((*what, seconds));
        }
        print_parts(&parts);
        std::fs::remove_file(path)?;
        Ok(())
    });
    std::fs::remove_dir_all(&folder)?;
    measured
}

/// The least seconds of a case, memory and processor time of that run.
fn best(what: &str, path: &Path) -> Result<(f64, f64, f64), Box<dyn Error>> {
    let mut best = (f64::MAX, 0.0, 0.0);
    for _ in 0..5 {
        let program = std::env::current_exe()?;
        let mut run = std::process::Command::new(program);
        let run = run.args(["case", what]).arg(path).output()?;
        if !run.status.success() {
            return Err(String::from_utf8(run.stderr)?.into());
        }
        let text = String::from_utf8(run.stdout)?;
        let mut words = text.split_whitespace();
        let mut number = || -> Result<f64, Box<dyn Error>> {
            Ok(words.next().ok_or("no answer of the case")?.parse()?)
        };
        let (seconds, peak, processor) = (number()?, number()?, number()?);
        if seconds < best.0 {
            best = (seconds, peak, processor);
        }
    }
    Ok(best)
}

/// What dominates a reading, by the parts that were measured by themselves.
fn print_parts(parts: &[(&str, f64)]) {
    let of = |what: &str| parts.iter().find(|part| part.0 == what).map(|part| part.1);
    let (Some(read), Some(digest)) = (of("read"), of("digest")) else {
        return;
    };
    let percent = |seconds: f64| 100.0 * seconds / read;
    let mut rest = read;
    print!("  of the reading:");
    for what in ["checks", "bytes", "characters"] {
        if let Some(seconds) = of(what) {
            rest -= seconds;
            print!(" {what} {:.0} %,", percent(seconds));
        }
    }
    println!(
        " rows or events, lines, duplicates and waiting {:.0} %; the digest, {:.0} %, is taken by \
         a second thread while the first walk reads",
        percent(rest),
        percent(digest)
    );
}
