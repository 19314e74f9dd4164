//! What those who check are given: the hashes, the last checkpoint, the key.

use crate::command::arguments::{ProofExport, ProofKey};
use crate::command::backup::failure as backup_failure;
use crate::command::terminal::{Colour, grouped, paper};
use crate::command::words::{Ended, Exit, Failure, Words};
use crate::copy::new_folder;
use crate::proof::kept::{Kept, no_evidence};
use crate::proof::known::{Found, KnownKeys, read_vkey, vkey_file};
use crate::proof::note::Checkpoint;
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
    let (note, checkpoint) = &last_signed(&arguments.data)?;
    new_folder(&arguments.to, &arguments.data).map_err(|error| backup_failure(&error))?;
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

/// The last checkpoint, where it and those before it are evidence.
fn last_signed(data: &Path) -> Result<(String, Checkpoint), Failure> {
    let failed = |error| Failure::unreadable_file(data, &error);
    let known = KnownKeys::read(&OsDisk, data).map_err(failed)?;
    let kept = Kept::read_end(&OsDisk, data, &known).map_err(failed)?;
    match (kept.fault, kept.last) {
        (None, Some(last)) => Ok((last.text, last.checkpoint)),
        (None, None) => Err(nothing(data)),
        (Some(_), _) => {
            let fault = no_evidence(&OsDisk, data, &known).map_err(failed)?;
            let failure = Failure::input(
                Words::new(
                    "留存的检查点不能作证,什么也没有导出",
                    "a kept checkpoint is no evidence: nothing was exported",
                ),
                Words::new(
                    "请用 `anxin verify` 核验数据目录。",
                    "Check the data folder with `anxin verify`.",
                ),
            );
            Err(match fault {
                Some(fault) => failure.caused_by(&fault),
                None => failure,
            })
        }
    }
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

fn damaged(file: &Path) -> Failure {
    let file = file.display();
    Failure::input(
        Words::new(
            format!("{file} 已损坏,不是核验公钥"),
            format!("{file} is damaged and no verifier key"),
        ),
        Words::new(
            "请与另处留存的公钥核对。",
            "Compare it with the key that was noted elsewhere.",
        ),
    )
}

/// `anxin proof key`.
pub(super) fn key(arguments: &ProofKey) -> Ended {
    let file = vkey_file(&arguments.data);
    let failed = |error| Failure::unreadable_file(&file, &error);
    let key = match read_vkey(&OsDisk, &arguments.data).map_err(failed)? {
        Found::Key(key) => key.to_string(),
        Found::Nothing => return Err(failed(std::io::ErrorKind::NotFound.into())),
        Found::Damaged => return Err(damaged(&file)),
    };
    let mut paper = paper();
    match arguments.json {
        true => paper.document(&json!({ "key": key }))?,
        false => paper.line(&key)?,
    }
    paper.flush()?;
    Ok(Exit::Done)
}
