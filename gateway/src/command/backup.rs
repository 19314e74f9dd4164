//! `anxin backup` and `anxin restore`: a copy of a gateway's record, and a data folder made of it.

mod words;

pub(super) use words::remedy;

use super::arguments::{Backup, Restore};
use super::terminal::{Colour, Paper, QUIET, grouped, paper, progress};
use super::verify::sealing_words;
use super::words::{Ended, Exit, pick};
use crate::clock::{Clock, SystemClock};
use crate::copy::{BackupError, Manifest, back_up, confirm, restore};
use crate::proof::held::Sealing;
use crate::query::moment;
use journal::tree::leaf::seal;
use schemas::Lang;
use serde_json::json;
use std::path::Path;
use std::time::Instant;

/// Every byte is read, copied, and read back.
const PASSES: u64 = 3;

/// Runs `anxin backup`.
///
/// # Errors
/// See [`super::words::Failure`].
pub fn run(arguments: &Backup, lang: Lang) -> Ended {
    let now = crate::clock::unix_ms(SystemClock::new().now());
    let bytes = bytes_in(&arguments.data.join("journal"));
    let template = pick(
        lang,
        "备份 {wide_bar} {bytes}/{total_bytes} 剩余 {eta}",
        "copying {wide_bar} {bytes}/{total_bytes} {eta} left",
    );
    let made = watched(bytes, template, |tell| {
        back_up(&arguments.data, &arguments.to, &moment(now), tell)
    });
    let made = made.map_err(|error| words::failure(&error))?;
    let (manifest, sealing) = (&made.manifest, &made.sealing);
    let mut paper = paper();
    if arguments.json {
        let mut document = document(manifest, sealing, &arguments.to);
        document["master_key_included"] = false.into();
        paper.document(&document)?;
    } else {
        paper.line(&counted(manifest, lang))?;
        paper.line(&end(manifest, lang))?;
        checkpoints(&mut paper, sealing, lang)?;
        let line = words::backup_told().in_lang(lang).to_owned();
        paper.coloured_line(&line, Colour::Yellow)?;
    }
    paper.flush()?;
    Ok(Exit::Done)
}

/// Runs `anxin restore`.
///
/// # Errors
/// See [`super::words::Failure`].
pub fn run_restore(arguments: &Restore, lang: Lang) -> Ended {
    let data = &arguments.data;
    match (&arguments.from, arguments.confirm) {
        (Some(from), _) => restored(from, data, arguments.json, lang),
        (None, Some(record)) => confirmed(data, record, arguments.json, lang),
        // The parser asks for one of them.
        (None, None) => Ok(Exit::Usage),
    }
}

fn restored(from: &Path, data: &Path, as_json: bool, lang: Lang) -> Ended {
    let now = SystemClock::new().now();
    let template = pick(
        lang,
        "恢复 {wide_bar} {bytes}/{total_bytes} 剩余 {eta}",
        "restoring {wide_bar} {bytes}/{total_bytes} {eta} left",
    );
    let bytes = bytes_in(&from.join("journal"));
    let made = watched(bytes, template, |tell| restore(from, data, now, tell));
    let restored = made.map_err(|error| words::failure(&error))?;
    let (manifest, sealing) = (&restored.manifest, &restored.sealing);
    let mut paper = paper();
    if as_json {
        let mut document = document(manifest, sealing, data);
        document["head"] = json!({
            "sequence": restored.sequence,
            "seal": crate::hex(&seal(&restored.hash)),
        });
        document["first_file_no"] = restored.first_file_no.into();
        document["waits_for_confirmation"] = true.into();
        paper.document(&document)?;
    } else {
        paper.line(&counted(manifest, lang))?;
        paper.line(&end(manifest, lang))?;
        checkpoints(&mut paper, sealing, lang)?;
        for line in words::restore_told(manifest, data) {
            paper.coloured_line(line.in_lang(lang), Colour::Yellow)?;
        }
    }
    paper.flush()?;
    Ok(Exit::Done)
}

fn confirmed(data: &Path, record: u64, as_json: bool, lang: Lang) -> Ended {
    let mark = confirm(data, record).map_err(|error| words::failure(&error))?;
    let mut paper = paper();
    if as_json {
        paper.document(&json!({
            "folder": data.display().to_string(),
            "confirmed": true,
            "end": { "sequence": mark.record },
        }))?;
    } else {
        paper.line(words::confirmed_told().in_lang(lang))?;
    }
    paper.flush()?;
    Ok(Exit::Done)
}

/// Works with a bar on a terminal once it takes longer.
fn watched<T>(
    bytes: u64,
    template: &str,
    work: impl FnOnce(&mut dyn FnMut(u64)) -> Result<T, BackupError>,
) -> Result<T, BackupError> {
    let bar = progress(bytes.saturating_mul(PASSES), template);
    let begun = Instant::now();
    let mut done = 0;
    let made = work(&mut |bytes| {
        done += bytes;
        if begun.elapsed() > QUIET {
            bar.set_position(done);
        }
    });
    bar.finish_and_clear();
    made
}

/// Bytes of the files of a folder, as far as they can be told.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let lengths = entries.filter_map(|entry| entry.metadata().ok());
    lengths.map(|metadata| metadata.len()).sum()
}

/// How the checkpoints stand, in the words of `anxin verify`.
fn checkpoints<W: std::io::Write>(
    paper: &mut Paper<W>,
    sealing: &Sealing,
    lang: Lang,
) -> std::io::Result<()> {
    let said = sealing_words(sealing);
    match sealing.is_damage() {
        true => paper.coloured_line(said.in_lang(lang), Colour::Red),
        false => paper.line(said.in_lang(lang)),
    }
}

fn document(manifest: &Manifest, sealing: &Sealing, folder: &Path) -> serde_json::Value {
    json!({
        "folder": folder.display().to_string(),
        "taken_at": manifest.taken_at,
        "journal_id": manifest.journal_id,
        "end": { "sequence": manifest.end.sequence, "seal": manifest.end.seal },
        "is_closed": manifest.is_closed,
        "files": manifest.files.len(),
        "bytes": manifest.bytes(),
        "checkpoints": sealing.as_str(),
        "checkpoints_unsigned": sealing.unsigned(),
    })
}

fn counted(manifest: &Manifest, lang: Lang) -> String {
    let (records, files) = (grouped(manifest.end.sequence), manifest.files.len());
    let (bytes, at) = (grouped(manifest.bytes()), &manifest.taken_at);
    match lang {
        Lang::Zh => format!("{records} 条记录,{files} 个文件,{bytes} 字节,备份时间 {at}"),
        Lang::En => format!("{records} records, {files} files, {bytes} bytes, taken at {at}"),
    }
}

fn end(manifest: &Manifest, lang: Lang) -> String {
    format!(
        "{} {} {}",
        pick(lang, "末条记录", "last record"),
        manifest.end.sequence,
        manifest.end.seal,
    )
}
