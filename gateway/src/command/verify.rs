//! `anxin verify`: the journal end to end. It reads and never repairs.

mod checkpoints;
mod index;
mod witness;
mod words;

use super::arguments::Verify;
use super::terminal::{Align, Cell, Colour, QUIET, Table, grouped, paper, progress};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::proof::held::{Sealed, Sealing};
use checkpoints::elsewhere;
use index::{Found, Index, Standing, judge};
use journal::disk::OsDisk;
use journal::index::IndexError;
use journal::{Damage, Flaw, JournalError, Passed, Report};
use schemas::Lang;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;
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
    let mut witnesses = Asked::of(&arguments.data);
    let elsewhere = arguments.checkpoint.as_deref().map(elsewhere).transpose()?;
    let mut sealed = Sealed::of(&arguments.data, elsewhere.as_deref());
    let mut comparison = index.comparison();
    let reading = Reading {
        probe: index.probe(),
        comparison: &mut comparison,
        witnesses: &mut witnesses,
        sealed: &mut sealed,
    };
    let report = match read(&folder, reading, lang) {
        Ok(report) if report.segments == 0 && report.damages.is_empty() => {
            return Err(nothing(empty(&folder), arguments.json, lang)?);
        }
        Ok(report) => report,
        Err(error) => return Err(nothing(no_journal(&folder, &error), arguments.json, lang)?),
    };
    let found = judge(&index, comparison, &report);
    let witnessed = witnesses.testify(&report);
    let sealing = sealed.judge();
    let standings = (found.standing, &witnessed, &sealing);
    let verdict = Verdict::of(&report, running, standings);
    let told = (arguments.json, lang);
    print((&report, &found), (&witnessed, &sealing), verdict, told)?;
    Ok(if verdict == Verdict::Sound {
        Exit::Done
    } else {
        Exit::InputErrors
    })
}

/// Prints what was found.
fn print(
    (report, found): (&Report, &Found),
    (witnessed, sealing): (&Witnessed, &Sealing),
    verdict: Verdict,
    (as_json, lang): (bool, Lang),
) -> std::io::Result<()> {
    let mut paper = paper();
    if as_json {
        paper.document(&document(
            report,
            found,
            (witnessed, sealing),
            verdict,
            lang,
        ))?;
    } else {
        let (records, segments) = (grouped(report.records), grouped(report.segments));
        paper.line(&match lang {
            Lang::Zh => format!("{records} 条记录,{segments} 个段文件"),
            Lang::En => format!("{records} records in {segments} segments"),
        })?;
        paper.line(&format!(
            "{} {} {}",
            pick(lang, "末条记录", "head"),
            report.head_sequence,
            crate::hex(&report.head_hash),
        ))?;
        if !report.damages.is_empty() {
            paper.table(&damage_table(report, lang))?;
        }
        if !found.differences.is_empty() {
            paper.table(&difference_table(found, lang))?;
        }
        let is_closed = report.closed_cleanly;
        for (words, is_damage) in [
            (witnessed.words(), witnessed.is_damage(is_closed)),
            (words::standing(found), found.standing.is_damage(is_closed)),
            (checkpoints::words(sealing), sealing.is_damage()),
        ] {
            let colour = match is_damage {
                true => Colour::Red,
                false => Colour::Green,
            };
            paper.coloured_line(words.in_lang(lang), colour)?;
        }
        let told = words::verdict(verdict);
        paper.coloured_line(told.in_lang(lang), words::colour(verdict))?;
    }
    paper.flush()
}

type Compared<'i> = Option<Result<crate::index::Comparison<'i>, IndexError>>;

/// What is held against the journal while it is read.
struct Reading<'r, 'i> {
    probe: u64,
    comparison: &'r mut Compared<'i>,
    witnesses: &'r mut Asked,
    sealed: &'r mut Sealed,
}

/// Reads the whole journal, and holds index and witnesses against each record that passes.
fn read(folder: &Path, reading: Reading<'_, '_>, lang: Lang) -> Result<Report, JournalError> {
    let Reading {
        probe,
        comparison,
        witnesses,
        sealed,
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
        let Some(Ok(open)) = comparison else { return };
        if passed.kind.is_reserved() {
            return;
        }
        if let Err(error) = open.record(passed.sequence, passed.clear) {
            *comparison = Some(Err(error));
        }
    });
    bar.finish_and_clear();
    report
}

/// Bytes of the files of a folder, as far as they can be told.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let lengths = entries.filter_map(|entry| entry.metadata().ok());
    lengths.map(|metadata| metadata.len()).sum()
}

/// What journal and index are found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Sound,
    /// The journal is whole, the index is not.
    IndexDamaged,
    /// The journal is whole as far as it goes, and its witness knows more or something else.
    SetBack,
    /// The journal is whole as far as it goes, and its witness is missing or can't be read.
    WitnessDamaged,
    /// The journal agrees with itself, and is not the one that was signed.
    CheckpointsDiffer,
    /// The journal is whole, a tile is not.
    TilesDamaged,
    /// Everything up to the head is whole; a gateway holds the folder and writes on.
    Running,
    /// Whole as far as it goes, and nobody says that it ended there.
    NotClosed,
    /// Damage while a gateway writes: the last record may have been half written when it was
    /// read.
    DamagedRunning,
    Damaged,
}

impl Verdict {
    fn of(
        report: &Report,
        running: bool,
        (standing, witnessed, sealing): (Standing, &Witnessed, &Sealing),
    ) -> Self {
        let is_closed = report.closed_cleanly;
        if !report.damages.is_empty() {
            return match running {
                true => Self::DamagedRunning,
                false => Self::Damaged,
            };
        }
        match (witnessed, standing) {
            (Witnessed::SetBack { .. }, _) | (Witnessed::Absent, Standing::Foreign) => {
                Self::SetBack
            }
            (_, _) if matches!(sealing, Sealing::Differs { .. } | Sealing::Unreadable) => {
                Self::CheckpointsDiffer
            }
            (Witnessed::Unreadable(_), _) => Self::WitnessDamaged,
            (_, _) if running && !is_closed => Self::Running,
            (_, _) if !is_closed => Self::NotClosed,
            (_, _) if standing.is_damage(is_closed) => Self::IndexDamaged,
            (_, _) if witnessed.is_damage(is_closed) => Self::WitnessDamaged,
            (_, _) if sealing.is_damage() => Self::TilesDamaged,
            (_, _) => Self::Sound,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::IndexDamaged => "index_damaged",
            Self::SetBack => "set_back",
            Self::WitnessDamaged => "witness_damaged",
            Self::CheckpointsDiffer => "checkpoints_differ",
            Self::TilesDamaged => "tiles_damaged",
            Self::Running => "gateway_running",
            Self::NotClosed => "not_closed",
            Self::DamagedRunning => "damaged_gateway_running",
            Self::Damaged => "damaged",
        }
    }
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

fn damage_table(report: &Report, lang: Lang) -> Table {
    let mut table = Table::new(&[
        (pick(lang, "段文件", "segment"), Align::Left),
        (pick(lang, "偏移", "offset"), Align::Right),
        (pick(lang, "记录号", "sequence"), Align::Right),
        (pick(lang, "损坏", "damage"), Align::Left),
    ]);
    for damage in &report.damages {
        table.push(vec![
            Cell::from(damage.segment.as_str()),
            damage.offset.to_string().into(),
            damage.sequence.to_string().into(),
            Cell::from(words::flaw(&damage.what).1.in_lang(lang)).coloured(Colour::Red),
        ]);
    }
    table
}

fn difference_table(found: &Found, lang: Lang) -> Table {
    let mut table = Table::new(&[
        (pick(lang, "索引", "index"), Align::Left),
        (
            pick(lang, "批次起始记录号", "batch opened at"),
            Align::Right,
        ),
        (pick(lang, "首行", "first line"), Align::Right),
        (pick(lang, "损坏", "damage"), Align::Left),
    ]);
    for difference in &found.differences {
        let (_, place, what) = words::difference(*difference);
        table.push(vec![
            Cell::from("index/db"),
            place.opened.to_string().into(),
            place.first.to_string().into(),
            Cell::from(what.in_lang(lang)).coloured(Colour::Red),
        ]);
    }
    table
}

fn document(
    report: &Report,
    found: &Found,
    (witnessed, sealing): (&Witnessed, &Sealing),
    verdict: Verdict,
    lang: Lang,
) -> Value {
    let damages: Vec<Value> = report
        .damages
        .iter()
        .map(|damage| damage_document(damage, lang))
        .collect();
    let differences = found.differences.iter().map(|difference| {
        let (code, place, what) = words::difference(*difference);
        json!({
            "code": code,
            "entry": place.kind.as_str(),
            "batch_opened": place.opened,
            "first_line": place.first,
            "what": what.in_lang(lang),
        })
    });
    let differences: Vec<Value> = differences.collect();
    json!({
        "sound": verdict == Verdict::Sound,
        "verdict": verdict.as_str(),
        "message": words::verdict(verdict).in_lang(lang),
        "records": report.records,
        "segments": report.segments,
        "head": {
            "sequence": report.head_sequence,
            "hash": crate::hex(&report.head_hash),
        },
        "closed_cleanly": report.closed_cleanly,
        "gateway_running":
            matches!(verdict, Verdict::Running | Verdict::DamagedRunning),
        "journal_id": report.journal_id.map(|id| crate::hex(&id)),
        "index": found.standing.as_str(),
        "index_message": words::standing(found).in_lang(lang),
        "index_error": found.error,
        "index_file": found.file,
        "index_damages": differences,
        "witness": witnessed.as_str(),
        "witness_message": witnessed.words().in_lang(lang),
        "witness_record": witnessed.record(),
        "checkpoints": sealing.as_str(),
        "checkpoints_message": checkpoints::words(sealing).in_lang(lang),
        "checkpoint_records": sealing.records(),
        "damages": damages,
    })
}

fn damage_document(damage: &Damage, lang: Lang) -> Value {
    let (code, what) = words::flaw(&damage.what);
    json!({
        "segment": damage.segment,
        "offset": damage.offset,
        "sequence": damage.sequence,
        "torn_tail": matches!(damage.what, Flaw::TornTail { .. }),
        "code": code,
        "what": what.in_lang(lang),
    })
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
