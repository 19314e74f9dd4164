//! What those who check are given: the hashes, the last checkpoint, the key.

use crate::command::arguments::{ProofExport, ProofKey};
use crate::command::terminal::{Colour, grouped, paper};
use crate::command::words::{Ended, Exit, Failure, Words};
use crate::proof::kept::Kept;
use crate::proof::vkey_file;
use journal::Passed;
use journal::disk::OsDisk;
use journal::tree::leaf::Leaf;
use journal::tree::tiles::Tiles;
use schemas::Lang;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// `anxin proof export`: made from the journal, not from the gateway's own tiles.
pub(super) fn run(arguments: &ProofExport, lang: Lang) -> Ended {
    let kept = Kept::read(&OsDisk, &arguments.data)
        .map_err(|error| Failure::unreadable_file(&arguments.data, &error))?;
    let (note, checkpoint) = kept.last().ok_or_else(|| nothing(&arguments.data))?;
    let mut tiles = Tiles::empty(Arc::new(OsDisk), &arguments.to);
    let mut written = Ok(());
    let folder = arguments.data.join("journal");
    let report = journal::verify_with(&OsDisk, &folder, 0, &mut |passed: Passed<'_>| {
        let is_next = passed.sequence == tiles.size() + 1;
        if written.is_ok() && is_next && tiles.size() < checkpoint.size {
            written = tiles.push(Leaf::of(&passed.source()).hash());
        }
    });
    report.map_err(|error| nothing(&arguments.data).caused_by(&error))?;
    let unwritable = |error| Failure::unwritable(&arguments.to, &error);
    written
        .and_then(|()| tiles.write_unfinished())
        .map_err(unwritable)?;
    let agrees = (tiles.size(), tiles.root()) == (checkpoint.size, checkpoint.root);
    let file = arguments.to.join("checkpoint");
    if agrees {
        crate::command::write_private(&file, note.as_bytes())
            .map_err(|error| Failure::unwritable(&file, &error))?;
    }
    let said = match agrees {
        true => Words::new(
            format!("已导出 {} 条记录的哈希和检查点", grouped(checkpoint.size)),
            format!(
                "hashes of {} records and the checkpoint",
                grouped(checkpoint.size)
            ),
        ),
        false => Words::new(
            "日志与最新检查点不符,没有导出检查点;请用 `anxin verify` 核验",
            "the journal is not that of the last checkpoint, which was not exported; run \
             `anxin verify`",
        ),
    };
    let mut paper = paper();
    if arguments.json {
        paper.document(&json!({
            "exported": agrees,
            "records": tiles.size(),
            "checkpoint": agrees.then_some(note),
            "message": said.in_lang(lang),
        }))?;
    } else {
        let colour = match agrees {
            true => Colour::Green,
            false => Colour::Red,
        };
        paper.coloured_line(said.in_lang(lang), colour)?;
    }
    paper.flush()?;
    Ok(match agrees {
        true => Exit::Done,
        false => Exit::InputErrors,
    })
}

fn nothing(data: &Path) -> Failure {
    let data = data.display();
    Failure::usage(
        Words::new(
            format!("{data} 里没有日志或检查点"),
            format!("there is no journal or no checkpoint in {data}"),
        ),
        Words::new(
            "--data 应指向运行过的网关的数据目录。",
            "--data must name the data folder of a gateway that ran.",
        ),
    )
}

/// `anxin proof key`.
pub(super) fn key(arguments: &ProofKey) -> Ended {
    let file = vkey_file(&arguments.data);
    let key =
        std::fs::read_to_string(&file).map_err(|error| Failure::unreadable_file(&file, &error))?;
    let mut paper = paper();
    match arguments.json {
        true => paper.document(&json!({ "key": key.trim_end() }))?,
        false => paper.line(key.trim_end())?,
    }
    paper.flush()?;
    Ok(Exit::Done)
}
