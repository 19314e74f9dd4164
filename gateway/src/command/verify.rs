//! `anxin verify`: the journal end to end. It reads and never repairs.

use super::arguments::Verify;
use super::terminal::{Align, Cell, Colour, Table, grouped, paper};
use super::words::{Ended, Exit, Failure, Words, pick};
use journal::disk::OsDisk;
use journal::index::{Index as _, IndexError, SledIndex};
use journal::{Damage, Flaw, Report};
use schemas::Lang;
use serde_json::{Value, json};
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`]; damages are no failure of the command but its result.
pub fn run(arguments: &Verify, lang: Lang) -> Ended {
    let folder = arguments.data.join("journal");
    let index = index_head(&arguments.data.join("index"));
    let probe = match &index {
        IndexHead::At { position, .. } => *position,
        IndexHead::Absent | IndexHead::NotReadable(_) => 0,
    };
    let running = is_running(&arguments.data);
    let report = match journal::verify_at(&OsDisk, &folder, probe) {
        Ok(report) if report.segments == 0 && report.damages.is_empty() => {
            return Err(nothing(empty(&folder), arguments.json, lang)?);
        }
        Ok(report) => report,
        Err(error) => return Err(nothing(no_journal(&folder, &error), arguments.json, lang)?),
    };
    let standing = index.against(&report);
    let verdict = Verdict::of(&report, running);
    let mut paper = paper();
    if arguments.json {
        paper.document(&document(&report, &index, standing, verdict, lang))?;
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
            paper.table(&damage_table(&report, lang))?;
        }
        let (text, colour) = standing.words(lang);
        paper.coloured_line(text, colour)?;
        let (text, colour) = verdict.words(lang);
        paper.coloured_line(text, colour)?;
    }
    paper.flush()?;
    let sound = report.is_sound() && standing != Standing::Foreign;
    Ok(if sound { Exit::Done } else { Exit::InputErrors })
}

/// Up to where the index says that it is, and by which hash.
enum IndexHead {
    Absent,
    NotReadable(String),
    At {
        position: u64,
        hash: journal::chain::Hash,
    },
}

/// The index against the journal. It is never the truth: damage here costs a rebuild.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Absent,
    InUse,
    Agrees,
    /// It knows records that this journal does not have: the journal lost its end, was set back,
    /// or is another one.
    Foreign,
}

const CACHE_BYTES: u64 = 16 * 1024 * 1024;

fn index_head(folder: &Path) -> IndexHead {
    if !folder.join("db").exists() {
        return IndexHead::Absent;
    }
    let read = || {
        let index = SledIndex::open(folder, CACHE_BYTES)?;
        Ok::<_, IndexError>((index.position()?, index.head()?))
    };
    match read() {
        Ok((position, Some(hash))) => IndexHead::At { position, hash },
        Ok((_, None)) => IndexHead::Absent,
        Err(error) => IndexHead::NotReadable(error.to_string()),
    }
}

impl IndexHead {
    fn against(&self, report: &Report) -> Standing {
        match self {
            Self::Absent => Standing::Absent,
            Self::NotReadable(why) => {
                tracing::debug!(why, "the index is not compared");
                Standing::InUse
            }
            Self::At { hash, .. } if report.probed == Some(*hash) => Standing::Agrees,
            Self::At { .. } => Standing::Foreign,
        }
    }
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::InUse => "not_compared",
            Self::Agrees => "agrees",
            Self::Foreign => "foreign",
        }
    }

    fn words(self, lang: Lang) -> (&'static str, Colour) {
        match self {
            Self::Absent => (
                pick(
                    lang,
                    "没有索引;启动时由日志重建",
                    "no index; a start rebuilds it",
                ),
                Colour::Yellow,
            ),
            Self::InUse => (
                pick(
                    lang,
                    "索引正在使用或读不出,未比对",
                    "the index is in use or unreadable",
                ),
                Colour::Yellow,
            ),
            Self::Agrees => (
                pick(lang, "索引与日志一致", "the index agrees with the journal"),
                Colour::Green,
            ),
            Self::Foreign => (
                pick(
                    lang,
                    "索引所记的记录日志里没有:日志尾部缺失、被回退,或不是同一日志",
                    "the index knows a record that the journal lacks: its end is missing, it was \
                     set back, or it is another one",
                ),
                Colour::Red,
            ),
        }
    }
}

/// What the journal is found to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Sound,
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
    fn of(report: &Report, running: bool) -> Self {
        match (report.is_sound(), report.damages.is_empty(), running) {
            (true, _, _) => Self::Sound,
            (false, true, true) => Self::Running,
            (false, true, false) => Self::NotClosed,
            (false, false, true) => Self::DamagedRunning,
            (false, false, false) => Self::Damaged,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Running => "gateway_running",
            Self::NotClosed => "not_closed",
            Self::DamagedRunning => "damaged_gateway_running",
            Self::Damaged => "damaged",
        }
    }

    fn words(self, lang: Lang) -> (&'static str, Colour) {
        match self {
            Self::Sound => (
                pick(
                    lang,
                    "日志完整,未被改动",
                    "the journal is whole and unchanged",
                ),
                Colour::Green,
            ),
            Self::Running => (
                pick(
                    lang,
                    "网关正在运行并占用此目录:到末条记录为止完整、未被改动;收尾记录要等正常停止后才有,\
                     请停止后再核验一次",
                    "a gateway is running on this folder: whole and unchanged up to the head; the \
                     closing record comes with its stop, verify again then",
                ),
                Colour::Yellow,
            ),
            Self::NotClosed => (
                pick(
                    lang,
                    "没有收尾记录:网关异常退出,或日志尾部缺失",
                    "no closing record: the gateway was killed, or the end is missing",
                ),
                Colour::Yellow,
            ),
            Self::DamagedRunning => (
                pick(
                    lang,
                    "网关正在运行并占用此目录,读到的日志有损坏:若只是尾部,可能是正在写入;\
                     请停止网关后再核验",
                    "a gateway is running on this folder and the journal reads as damaged: if it \
                     is the tail alone, it may be a record being written; stop it and verify again",
                ),
                Colour::Red,
            ),
            Self::Damaged => (
                pick(
                    lang,
                    "日志有损坏;请勿修改任何文件,从备份恢复前先保全现场",
                    "the journal is damaged; change no file, and keep it before you restore a \
                     backup",
                ),
                Colour::Red,
            ),
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
            Cell::from(damage.what.to_string()).coloured(Colour::Red),
        ]);
    }
    table
}

fn document(
    report: &Report,
    index: &IndexHead,
    standing: Standing,
    verdict: Verdict,
    lang: Lang,
) -> Value {
    let damages: Vec<Value> = report.damages.iter().map(damage_document).collect();
    let why = match index {
        IndexHead::NotReadable(why) => Some(why),
        IndexHead::Absent | IndexHead::At { .. } => None,
    };
    json!({
        "sound": report.is_sound() && standing != Standing::Foreign,
        "verdict": verdict.as_str(),
        "message": verdict.words(lang).0,
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
        "index": standing.as_str(),
        "index_message": standing.words(lang).0,
        "index_error": why,
        "damages": damages,
    })
}

fn damage_document(damage: &Damage) -> Value {
    json!({
        "segment": damage.segment,
        "offset": damage.offset,
        "sequence": damage.sequence,
        "torn_tail": matches!(damage.what, Flaw::TornTail { .. }),
        "what": damage.what.to_string(),
    })
}

fn no_journal(folder: &Path, error: &journal::JournalError) -> Failure {
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
