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
    let report =
        journal::verify_at(&OsDisk, &folder, probe).map_err(|error| no_journal(&folder, &error))?;
    let standing = index.against(&report);
    if report.segments == 0 && report.damages.is_empty() {
        return Err(empty(&folder));
    }
    let mut paper = paper();
    if arguments.json {
        paper.document(&document(&report, standing))?;
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
        let (text, colour) = verdict(&report, lang);
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

fn verdict(report: &Report, lang: Lang) -> (&'static str, Colour) {
    if report.is_sound() {
        let text = pick(
            lang,
            "日志完整,未被改动",
            "the journal is whole and unchanged",
        );
        return (text, Colour::Green);
    }
    if report.damages.is_empty() {
        let text = pick(
            lang,
            "没有收尾记录:网关正在运行、异常退出,或日志尾部缺失",
            "no closing record: the gateway is running, was killed, or the end is missing",
        );
        return (text, Colour::Yellow);
    }
    (
        pick(
            lang,
            "日志有损坏;请勿修改任何文件,从备份恢复前先保全现场",
            "the journal is damaged; change no file, and keep it before you restore a backup",
        ),
        Colour::Red,
    )
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

fn document(report: &Report, standing: Standing) -> Value {
    let damages: Vec<Value> = report.damages.iter().map(damage_document).collect();
    json!({
        "sound": report.is_sound() && standing != Standing::Foreign,
        "records": report.records,
        "segments": report.segments,
        "head": {
            "sequence": report.head_sequence,
            "hash": crate::hex(&report.head_hash),
        },
        "closed_cleanly": report.closed_cleanly,
        "journal_id": report.journal_id.map(|id| crate::hex(&id)),
        "index": standing.as_str(),
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
