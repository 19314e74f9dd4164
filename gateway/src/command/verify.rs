//! `anxin verify`: the journal end to end. It reads and never repairs.

use super::arguments::Verify;
use super::terminal::{Align, Cell, Colour, Table, grouped, paper};
use super::words::{Ended, Exit, Failure, Words, pick};
use journal::disk::OsDisk;
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
    let report = journal::verify(&OsDisk, &folder).map_err(|error| no_journal(&folder, &error))?;
    if report.segments == 0 && report.damages.is_empty() {
        return Err(empty(&folder));
    }
    let mut paper = paper();
    if arguments.json {
        paper.document(&document(&report))?;
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
        let (text, colour) = verdict(&report, lang);
        paper.coloured_line(text, colour)?;
    }
    paper.flush()?;
    let sound = report.is_sound();
    Ok(if sound { Exit::Done } else { Exit::InputErrors })
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

fn document(report: &Report) -> Value {
    let damages: Vec<Value> = report.damages.iter().map(damage_document).collect();
    json!({
        "sound": report.is_sound(),
        "records": report.records,
        "segments": report.segments,
        "head": {
            "sequence": report.head_sequence,
            "hash": crate::hex(&report.head_hash),
        },
        "closed_cleanly": report.closed_cleanly,
        "journal_id": report.journal_id.map(|id| crate::hex(&id)),
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
