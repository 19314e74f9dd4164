//! `anxin proof`: checking without the gateway, and what is given to those who check.

mod export;
mod words;

use super::arguments::{Proof, ProofConsistency, ProofVerify};
use super::terminal::{Align, Colour, Table, grouped, paper, yuan};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::proof::check::{Checked, Fault, anchored, checkpoint, consistent, payment};
use crate::proof::document::{ConsistencyProof, PaymentProof};
use crate::proof::note::{Checkpoint, VerifierKey};
use schemas::{Lang, LineState};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`]; a proof that does not hold is no failure of the command but its result.
pub fn run(command: &Proof, lang: Lang) -> Ended {
    match command {
        Proof::Verify(arguments) => verify(arguments, lang),
        Proof::Consistency(arguments) => consistency(arguments, lang),
        Proof::Export(arguments) => export::run(arguments, lang),
        Proof::Key(arguments) => export::key(arguments),
    }
}

fn verify(arguments: &ProofVerify, lang: Lang) -> Ended {
    let proof: PaymentProof = document(&arguments.file)?;
    let keys = keys(&arguments.key)?;
    let kept = arguments.checkpoint.as_deref().map(read).transpose()?;
    let between = arguments.consistency.as_deref();
    let between: Option<ConsistencyProof> = between.map(document).transpose()?;
    let mut checked = payment(&proof, &keys);
    let kept = kept.map(|note| checkpoint(&note, &keys)).transpose();
    let vouched = kept.and_then(|kept| {
        let elsewhere = kept.as_ref().map(|kept| (kept, between.as_ref()));
        anchored(&checked, !keys.is_empty(), elsewhere)
    });
    checked.faults.extend(vouched.err());
    let mut paper = paper();
    if arguments.json {
        paper.document(&told(&proof, &checked, !keys.is_empty(), lang))?;
    } else {
        let state = LineState::parse(&proof.state);
        let state = state.map_or(proof.state.as_str(), |state| state.text(lang));
        let disputed = match proof.disputed {
            true => pick(lang, ",有争议", ", disputed"),
            false => "",
        };
        let amount = yuan(proof.amount_fen);
        paper.line(&format!(
            "{}  {amount}  {state}{disputed}",
            proof.payment_id
        ))?;
        if !checked.steps.is_empty() {
            paper.table(&steps(&checked, lang))?;
        }
        if let Some(checkpoint) = &checked.checkpoint {
            paper.line(&head(checkpoint, lang))?;
        }
        for fault in &checked.faults {
            paper.coloured_line(words::fault(*fault).in_lang(lang), Colour::Red)?;
        }
        let colour = match checked.faults.is_empty() {
            true => Colour::Green,
            false => Colour::Red,
        };
        paper.coloured_line(words::verdict(&checked.faults).in_lang(lang), colour)?;
    }
    paper.flush()?;
    Ok(exit(&checked.faults))
}

fn consistency(arguments: &ProofConsistency, lang: Lang) -> Ended {
    let keys = keys(&arguments.key)?;
    let (old, new) = (read(&arguments.old)?, read(&arguments.new)?);
    let proof = arguments.proof.as_deref().map(document).transpose()?;
    let checked = (|| {
        let (old, new) = (checkpoint(&old, &keys)?, checkpoint(&new, &keys)?);
        consistent(&old, &new, proof.as_ref())?;
        Ok((old, new))
    })();
    let faults: Vec<Fault> = checked.as_ref().err().copied().into_iter().collect();
    let mut paper = paper();
    if arguments.json {
        let sizes = checked.as_ref().ok().map(|(old, new)| (old.size, new.size));
        paper.document(&json!({
            "consistent": faults.is_empty(),
            "from": sizes.map(|(from, _)| from),
            "to": sizes.map(|(_, to)| to),
            "faults": faults_told(&faults, lang),
        }))?;
    } else {
        match &checked {
            Ok((old, new)) => {
                let (old, new) = (grouped(old.size), grouped(new.size));
                let said = words::continues(&old, &new);
                paper.coloured_line(said.in_lang(lang), Colour::Green)?;
            }
            Err(fault) => paper.coloured_line(words::fault(*fault).in_lang(lang), Colour::Red)?,
        }
    }
    paper.flush()?;
    Ok(exit(&faults))
}

fn exit(faults: &[Fault]) -> Exit {
    match faults.is_empty() {
        true => Exit::Done,
        false => Exit::InputErrors,
    }
}

fn told(proof: &PaymentProof, checked: &Checked, is_signed: bool, lang: Lang) -> Value {
    let steps = checked.steps.iter().map(|step| {
        json!({
            "sequence": step.sequence,
            "time": crate::query::moment(step.time_ms),
            "event": step.event,
        })
    });
    let checkpoint = checked.checkpoint.as_ref().map(|checkpoint| {
        json!({
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": crate::hex(&checkpoint.root),
        })
    });
    json!({
        "proved": checked.faults.is_empty(),
        "message": words::verdict(&checked.faults).in_lang(lang),
        "payment_id": proof.payment_id,
        "state": proof.state,
        "disputed": proof.disputed,
        "amount_fen": proof.amount_fen,
        "key_given": is_signed,
        "checkpoint": checkpoint,
        "steps": steps.collect::<Vec<Value>>(),
        "faults": faults_told(&checked.faults, lang),
    })
}

fn faults_told(faults: &[Fault], lang: Lang) -> Vec<Value> {
    let faults = faults.iter().map(|fault| {
        json!({
            "code": fault.code(),
            "record": fault.record(),
            "message": words::fault(*fault).in_lang(lang),
        })
    });
    faults.collect()
}

fn steps(checked: &Checked, lang: Lang) -> Table {
    let mut table = Table::new(&[
        (pick(lang, "记录号", "record"), Align::Right),
        (pick(lang, "时间", "time"), Align::Left),
        (pick(lang, "事件", "event"), Align::Left),
    ]);
    for step in &checked.steps {
        table.push(vec![
            step.sequence.to_string().into(),
            crate::query::moment(step.time_ms).into(),
            words::event(&step.event).in_lang(lang).to_owned().into(),
        ]);
    }
    table
}

fn head(checkpoint: &Checkpoint, lang: Lang) -> String {
    let Checkpoint { origin, size, root } = checkpoint;
    let (size, root) = (grouped(*size), crate::hex(root));
    match lang {
        Lang::Zh => format!("检查点 {origin}:{size} 条记录,根 {root}"),
        Lang::En => format!("checkpoint {origin}: {size} records, root {root}"),
    }
}

/// Longer than any proof, checkpoint or key that a gateway gives.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The text of a file, which may stand behind a byte order mark.
fn read(file: &Path) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| Failure::unreadable_file(file, &error);
    // What is no file might never end, nor begin.
    let about = std::fs::metadata(file).map_err(unreadable)?;
    if !about.is_file() || about.len() > FILE_BYTES_MAX {
        let why = "no file, or a file of more than 256 MiB";
        return Err(unreadable(std::io::Error::other(why)));
    }
    let text = std::fs::read_to_string(file).map_err(unreadable)?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

fn document<T: DeserializeOwned>(file: &Path) -> Result<T, Failure> {
    let text = read(file)?;
    serde_json::from_str(&text).map_err(|error| {
        let file = file.display();
        Failure::usage(
            Words::new(
                format!("{file} 不是这种证明"),
                format!("{file} is no such proof"),
            ),
            Words::new(
                "请给出网关答复的原文(JSON)。",
                "Give the gateway's answer as it came (JSON).",
            ),
        )
        .caused_by(&error)
    })
}

/// Keys in the command line itself, or in files.
fn keys(given: &[String]) -> Result<Vec<VerifierKey>, Failure> {
    given.iter().map(|one| key(one)).collect()
}

/// A key in the command line itself, or in a file.
///
/// # Errors
/// When it is neither.
pub(super) fn key(given: &str) -> Result<VerifierKey, Failure> {
    if let Ok(key) = VerifierKey::parse(given) {
        return Ok(key);
    }
    // Whoever mistypes a key is not told that a file is missing.
    let is_file = Path::new(given).exists() || !given.contains('+') && !given.is_empty();
    let text = match is_file {
        true => read(Path::new(given))?,
        false => given.to_owned(),
    };
    VerifierKey::parse(&text).map_err(|error| {
        Failure::usage(
            Words::new(
                format!("{given} 不是核验公钥"),
                format!("{given} is no verifier key"),
            ),
            Words::new(
                "公钥形如 name+hash+key;`anxin proof key` 可显示。",
                "It looks like name+hash+key; `anxin proof key` shows it.",
            ),
        )
        .caused_by(&error)
    })
}
