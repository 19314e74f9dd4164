//! What was found, on paper and as a document.

use super::index::Found;
use super::verdict::Verdict;
use super::{Judged, checkpoints, words};
use crate::command::terminal::{Align, Cell, Colour, Table, grouped, paper};
use crate::command::words::{Words, pick};
use journal::tree::leaf::seal;
use journal::{Damage, Flaw, Report};
use schemas::Lang;
use serde_json::{Value, json};

/// Prints what was found.
pub(super) fn print(
    judged: &Judged,
    verdict: Verdict,
    (as_json, lang): (bool, Lang),
) -> std::io::Result<()> {
    let Judged { report, found, .. } = judged;
    let mut paper = paper();
    if as_json {
        paper.document(&document(judged, verdict, lang))?;
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
            crate::hex(&seal(&report.head_hash)),
        ))?;
        if !report.damages.is_empty() {
            paper.table(&damage_table(report, lang))?;
        }
        if !found.differences.is_empty() {
            paper.table(&difference_table(found, lang))?;
        }
        for (words, is_damage) in standings(judged) {
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

/// What is said of each, and whether the check fails by it.
fn standings(judged: &Judged) -> [(Words, bool); 4] {
    let Judged {
        report,
        running: _,
        found,
        witnessed,
        sealing,
        keyed,
    } = judged;
    let is_closed = report.closed_cleanly;
    [
        (witnessed.words(), witnessed.is_damage(is_closed)),
        (words::standing(found), found.standing.is_damage(is_closed)),
        (checkpoints::words(sealing), sealing.is_damage()),
        (keyed.words(), keyed.is_damage()),
    ]
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

fn document(judged: &Judged, verdict: Verdict, lang: Lang) -> Value {
    let Judged {
        report,
        running,
        found,
        witnessed,
        sealing,
        keyed,
    } = judged;
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
            "seal": crate::hex(&seal(&report.head_hash)),
        },
        "closed_cleanly": report.closed_cleanly,
        "gateway_running": running,
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
        "checkpoints_unsigned": sealing.unsigned(),
        "keys": keyed.as_str(),
        "keys_message": keyed.words().in_lang(lang),
        "key_file": keyed.file(),
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
