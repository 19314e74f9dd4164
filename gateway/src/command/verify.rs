//! `anxin verify`: the journal end to end. It reads and never repairs.

mod checkpoints;
mod index;
mod keys;
mod printed;
mod verdict;
mod witness;
mod words;

use super::arguments::Verify;
use super::terminal::{QUIET, paper, progress};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::proof::held::{Sealed, Sealing};
use checkpoints::elsewhere;
use index::{Found, Index, judge};
use journal::disk::OsDisk;
use journal::index::IndexError;
use journal::{Damage, Flaw, JournalError, Passed, Report};
use keys::{Keyed, Wanted};
use schemas::Lang;
use serde_json::json;
use std::path::Path;
use std::time::Instant;
use verdict::Verdict;
use witness::{Asked, Witnessed};

pub(super) use checkpoints::words as sealing_words;
pub(super) use words::flaw as flaw_words;

/// Runs the command.
///
/// # Errors
/// See [`Failure`]; damages are no failure of the command but its result.
pub fn run(arguments: &Verify, lang: Lang) -> Ended {
    let folder = arguments.data.join("journal");
    let running = is_running(&arguments.data);
    let index = Index::open(&arguments.data.join("index"), running)?;
    let master = arguments.master_key.as_deref().map(keys::master);
    let master = master.transpose()?;
    let mut wanted = Wanted::default();
    let mut witnesses = Asked::of(&arguments.data, arguments.witness.as_deref());
    let kept = arguments.checkpoint.as_deref();
    let kept = kept.map(|file| elsewhere(file, arguments.key.as_deref()));
    let kept = kept.transpose()?;
    let mut sealed = Sealed::of(&arguments.data, kept.as_ref());
    let mut comparison = index.comparison();
    let reading = Reading {
        probe: index.probe(),
        comparison: &mut comparison,
        witnesses: &mut witnesses,
        sealed: &mut sealed,
        wanted: &mut wanted,
    };
    let report = match read(&folder, reading, lang) {
        Ok(report) if report.segments == 0 && report.damages.is_empty() => {
            return Err(nothing(empty(&folder), arguments.json, lang)?);
        }
        Ok(report) => report,
        Err(error) => return Err(nothing(no_journal(&folder, &error), arguments.json, lang)?),
    };
    sealed.end(&report);
    let judged = Judged {
        found: judge(&index, comparison, &report),
        witnessed: witnesses.testify(&report),
        sealing: sealed.judge(),
        // Behind the records: a key is durable before the first of its own.
        keyed: wanted.judge(&arguments.data, master.as_deref()),
        report,
        running,
    };
    let verdict = Verdict::of(&judged);
    printed::print(&judged, verdict, (arguments.json, lang))?;
    Ok(if verdict == Verdict::Sound {
        Exit::Done
    } else {
        Exit::InputErrors
    })
}

/// All that was found.
struct Judged {
    report: Report,
    running: bool,
    found: Found,
    witnessed: Witnessed,
    sealing: Sealing,
    keyed: Keyed,
}

type Compared<'i> = Option<Result<crate::index::Comparison<'i>, IndexError>>;

/// What is held against the journal while it is read.
struct Reading<'r, 'i> {
    probe: u64,
    comparison: &'r mut Compared<'i>,
    witnesses: &'r mut Asked,
    sealed: &'r mut Sealed,
    wanted: &'r mut Wanted,
}

/// Reads the whole journal, and holds index and witnesses against each record that passes.
fn read(folder: &Path, reading: Reading<'_, '_>, lang: Lang) -> Result<Report, JournalError> {
    let Reading {
        probe,
        comparison,
        witnesses,
        sealed,
        wanted,
    } = reading;
    let template = pick(
        lang,
        "核验 {wide_bar} {bytes}/{total_bytes} 剩余 {eta}",
        "verifying {wide_bar} {bytes}/{total_bytes} {eta} left",
    );
    let bar = progress(bytes_in(folder), template);
    let begun = Instant::now();
    let mut bytes = 0;
    let report = journal::verify_with(&OsDisk, folder, probe, &mut |passed: Passed<'_>| {
        bytes += passed.bytes;
        if begun.elapsed() > QUIET {
            bar.set_position(bytes);
        }
        witnesses.see(passed.sequence, passed.hash);
        sealed.see(&passed);
        wanted.see(passed.sequence, passed.key_id);
        let Some(Ok(open)) = comparison else { return };
        if passed.kind.is_reserved() {
            return;
        }
        if let Err(error) = open.record(passed.sequence, passed.clear) {
            *comparison = Some(Err(error));
        }
    });
    bar.finish_and_clear();
    report.map(|report| with_strange_entries(report, folder))
}

/// A folder in the folder of the segments is nobody's, and what a link leads to is elsewhere: a
/// copy of the data folder has it not.
fn with_strange_entries(mut report: Report, folder: &Path) -> Report {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let strange = entries.filter(|entry| {
        let kind = entry.file_type();
        kind.is_ok_and(|kind| kind.is_dir() || kind.is_symlink())
    });
    let mut names: Vec<String> = strange
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.retain(|name| !report.damages.iter().any(|damage| damage.segment == *name));
    report
        .damages
        .extend(names.into_iter().map(|segment| Damage {
            segment,
            offset: 0,
            sequence: 0,
            what: Flaw::Foreign,
        }));
    report
}

/// Bytes of the files of a folder, as far as they can be told.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let lengths = entries.filter_map(|entry| entry.metadata().ok());
    lengths.map(|metadata| metadata.len()).sum()
}

/// Whether a gateway holds the folder. The lock is looked at and not kept.
fn is_running(data: &Path) -> bool {
    let Ok(file) = std::fs::File::open(data.join("lock")) else {
        return false;
    };
    matches!(
        file.try_lock_shared(),
        Err(std::fs::TryLockError::WouldBlock)
    )
}

/// With `--json` also what can't be read at all leaves its document.
fn nothing(failure: Failure, as_json: bool, lang: Lang) -> Result<Failure, Failure> {
    if as_json {
        let mut paper = paper();
        paper.document(&json!({
            "sound": false,
            "verdict": "unreadable",
            "message": failure.text(lang),
            "records": 0,
            "segments": 0,
            "damages": [],
        }))?;
        paper.flush()?;
    }
    Ok(failure.documented(as_json))
}

fn no_journal(folder: &Path, error: &JournalError) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 里读不到日志"),
            format!("no journal can be read in {folder}"),
        ),
        Words::new(
            "--data 应指向含有 journal 目录的数据目录。",
            "--data must name the folder that holds `journal`.",
        ),
    )
    .caused_by(error)
}

fn empty(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 里没有日志段文件"),
            format!("there is no journal segment in {folder}"),
        ),
        Words::new(
            "--data 应指向网关的数据目录。",
            "--data must name the data folder of a gateway.",
        ),
    )
}
