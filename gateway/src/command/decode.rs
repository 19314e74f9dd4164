//! `anxin decode`: a bank's answer or pushed file as canonical JSON (INTERFACE section 6).

mod answered;
mod booked;
mod cut;
mod dialects;
mod keys;
mod sibling;
mod speaker;
mod unread;

use super::arguments::{Decode, MessageWord};
use super::report::{Tally, write_finding};
use super::terminal::{Align, Cell, Colour, Paper, Table, paper, yuan};
use super::words::{Ended, Exit, Failure, pick};
use adapters::BankAdapter;
use adapters::exchange::{Flaw, LineOutcome, Outcome, Unreadable};
use keys::Keys;
use schemas::value::{Fen, Purpose};
use schemas::{FailureReason, Finding, Lang, Severity};
use serde_json::{Map, Value, json};
use speaker::{called, code, speaker};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// A message as read, whichever of the three it is.
struct Decoded {
    /// The other dialect of the bank whose message it is.
    sibling: Option<&'static BankAdapter>,
    /// Of the whole: of a receipt, and of a result without lines.
    outcome: Option<Outcome>,
    bank_code: Option<String>,
    bank_text: Option<String>,
    references: BTreeMap<String, String>,
    lines: Vec<LineOutcome>,
    totals: BTreeMap<String, i64>,
    findings: Vec<Finding>,
}

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Decode, lang: Lang) -> Ended {
    let adapter = speaker(&arguments.bank)?;
    let mut bytes = Vec::new();
    let keys = Keys::of(arguments, adapter, lang)?;
    let opened =
        super::check::open(&arguments.file).and_then(|mut source| source.read_to_end(&mut bytes));
    let decoded = match opened {
        Ok(_) => dialects::read(adapter, arguments.message, &bytes, &keys),
        Err(error) => {
            if arguments.json {
                let nothing = nothing(arguments.message, super::check::unopened(&error, lang));
                print_json(adapter, arguments.message, &nothing, None, &keys, lang)?;
            }
            let failure = Failure::unreadable_file(&arguments.file, &error);
            return Err(failure.documented(arguments.json));
        }
    };
    match decoded {
        Ok((adapter, decoded)) => {
            if arguments.json {
                print_json(adapter, arguments.message, &decoded, None, &keys, lang)?;
            } else {
                print_text(adapter, arguments.message, &decoded, &keys, lang)?;
            }
            let mut tally = Tally::default();
            decoded
                .findings
                .iter()
                .for_each(|finding| tally.add(finding));
            let wrong = tally.of(Severity::Error) > 0;
            Ok(if wrong { Exit::InputErrors } else { Exit::Done })
        }
        Err(unreadable) => {
            if arguments.json {
                let nothing = nothing(arguments.message, unread::finding(&unreadable, lang));
                let tried = Some(unread::attempts(&unreadable, lang));
                print_json(adapter, arguments.message, &nothing, tried, &keys, lang)?;
            }
            if keys.are_placeholders() && unreadable.is_sealed() {
                return Err(unread::sealed(adapter).documented(arguments.json));
            }
            let other = reads_as(adapter, arguments.message, &bytes, &keys);
            Err(unread::failure(adapter, &unreadable, other).documented(arguments.json))
        }
    }
}

fn decode(
    adapter: &BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Result<Decoded, Unreadable> {
    Ok(match message {
        MessageWord::Receipt => {
            let receipt = adapter.kept_receipt(bytes, keys)?;
            Decoded {
                sibling: None,
                outcome: Some(receipt.outcome),
                bank_code: receipt.bank_code,
                bank_text: receipt.bank_text,
                references: receipt.references,
                lines: receipt.lines,
                totals: BTreeMap::new(),
                findings: receipt.flaws.iter().map(Flaw::finding).collect(),
            }
        }
        MessageWord::Result => {
            let result = adapter.kept_result(bytes, keys)?;
            let mut findings: Vec<Finding> = result.flaws.iter().map(Flaw::finding).collect();
            findings.extend(answered::lacking(&result));
            // Where lines are, they say what became of it.
            let said = match result.of_whole {
                true => result.outcome,
                false => Outcome::Unknown,
            };
            let whole = result.lines.is_empty().then_some(said);
            Decoded {
                sibling: None,
                outcome: whole,
                bank_code: result.bank_code,
                bank_text: result.bank_text,
                references: result.references,
                lines: result.lines,
                totals: result.totals,
                findings,
            }
        }
        MessageWord::Push => {
            let push = adapter.kept_push(bytes, keys)?;
            let named = push
                .file_no
                .map(|number| ("file_no".to_owned(), number.to_string()));
            Decoded {
                sibling: None,
                outcome: None,
                bank_code: None,
                bank_text: None,
                references: named.into_iter().collect(),
                lines: push.lines,
                totals: push.totals,
                findings: push.flaws.iter().map(Flaw::finding).collect(),
            }
        }
    })
}

fn nothing(message: MessageWord, finding: Finding) -> Decoded {
    Decoded {
        sibling: None,
        outcome: (message == MessageWord::Receipt).then_some(Outcome::Unknown),
        bank_code: None,
        bank_text: None,
        references: BTreeMap::new(),
        lines: Vec::new(),
        totals: BTreeMap::new(),
        findings: vec![finding],
    }
}

/// The word of the contract and the reason; "not found" leaves a line unknown.
fn outcome_words(outcome: Outcome) -> (&'static str, Option<FailureReason>) {
    match outcome {
        Outcome::Paid => ("paid", None),
        Outcome::Failed(reason) => ("failed", Some(reason)),
        Outcome::Accepted => ("accepted", None),
        Outcome::Unknown | Outcome::NotFound => ("unknown", None),
        Outcome::Returned => ("returned", None),
    }
}

/// One line of a message as a document.
pub(super) fn line_document(line: &LineOutcome) -> Value {
    let (outcome, reason) = outcome_words(line.outcome);
    let reason = reason.or(line.return_reason);
    let (booked_at, bank_text) = booked::shown(line);
    let not_found = matches!(line.outcome, Outcome::NotFound).then(|| "not_found".to_owned());
    json!({
        "line_no": line.row_no,
        "reference": line.reference,
        "account": line.account.map(|account| account.reveal(Purpose::Disclosure).to_owned()),
        "name": line.name.as_ref().map(|name| name.reveal(Purpose::Disclosure)),
        "amount_fen": line.amount.map(|Fen(fen)| fen),
        "outcome": outcome,
        "reason": reason.map(FailureReason::as_str),
        "detail": line.detail.clone().or(not_found),
        "bank_code": line.bank_code,
        "bank_text": bank_text,
        "bank_serial": line.bank_serial,
        "original_bank_serial": line.original_bank_serial,
        "booked_at": booked_at,
    })
}

fn print_json(
    adapter: &BankAdapter,
    message: MessageWord,
    decoded: &Decoded,
    attempts: Option<Value>,
    keys: &Keys,
    lang: Lang,
) -> Result<(), Failure> {
    let mut totals = Map::new();
    totals.insert("count".to_owned(), Value::Null);
    totals.insert("amount_fen".to_owned(), Value::Null);
    for (name, value) in &decoded.totals {
        totals.insert(name.clone(), (*value).into());
    }
    let lines: Vec<Value> = decoded.lines.iter().map(line_document).collect();
    let findings = decoded.findings.iter().map(|finding| finding.to_json(lang));
    let findings: Vec<Value> = findings.collect();
    let spoken = decoded.sibling.unwrap_or(adapter);
    let mut document = json!({
        "bank": code(adapter),
        "message": word(message),
        "dialect": spoken.dialect(),
        "evidence": spoken.evidence().as_str(),
        "references": decoded.references,
        "bank_code": decoded.bank_code,
        "bank_text": decoded.bank_text,
        "lines": lines,
        "totals": totals,
        "findings": findings,
        "signature_checked": keys.signature_checked(adapter.is_signed(cut::answer(message))),
    });
    if let (Some(object), Some(attempts)) = (document.as_object_mut(), attempts) {
        object.insert("attempts".to_owned(), attempts);
    }
    if let (Some(object), Some(outcome)) = (document.as_object_mut(), decoded.outcome) {
        let (outcome, reason) = outcome_words(outcome);
        object.insert("outcome".to_owned(), outcome.into());
        object.insert(
            "reason".to_owned(),
            reason.map(FailureReason::as_str).into(),
        );
    }
    let mut paper = paper();
    paper.document(&document)?;
    paper.flush()?;
    Ok(())
}

fn print_text(
    adapter: &BankAdapter,
    message: MessageWord,
    decoded: &Decoded,
    keys: &Keys,
    lang: Lang,
) -> Result<(), Failure> {
    let mut paper = paper();
    let spoken = decoded.sibling.unwrap_or(adapter);
    paper.coloured_line(
        &format!(
            "{} {} ({})",
            called(adapter),
            spoken.dialect(),
            spoken.evidence().as_str()
        ),
        Colour::Bold,
    )?;
    if let Some(outcome) = decoded.outcome {
        paper.coloured_line(&outcome_text(outcome, lang), outcome_colour(outcome))?;
    }
    for (name, value) in &decoded.references {
        paper.line(&format!("{name}: {value}"))?;
    }
    for (name, value) in [
        ("bank_code", &decoded.bank_code),
        ("bank_text", &decoded.bank_text),
    ] {
        if let Some(value) = value {
            paper.line(&format!("{name}: {value}"))?;
        }
    }
    for (name, value) in &decoded.totals {
        let value = if name.ends_with("fen") {
            yuan(*value)
        } else {
            value.to_string()
        };
        paper.line(&format!("{name}: {value}"))?;
    }
    print_lines(&mut paper, &decoded.lines, lang)?;
    for finding in &decoded.findings {
        write_finding(&mut paper, finding, lang)?;
    }
    let signed = adapter.is_signed(cut::answer(message));
    if let Some(unchecked) = keys.unchecked(signed, lang) {
        paper.coloured_line(unchecked, Colour::Yellow)?;
    }
    paper.flush()?;
    Ok(())
}

/// The lines of a message as a table.
///
/// # Errors
/// When the output is closed.
pub(super) fn print_lines<W: Write>(
    paper: &mut Paper<W>,
    lines: &[LineOutcome],
    lang: Lang,
) -> std::io::Result<()> {
    let mut table = Table::new(&[
        (pick(lang, "序号", "line"), Align::Right),
        (pick(lang, "姓名", "name"), Align::Left),
        (pick(lang, "账号", "account"), Align::Left),
        (pick(lang, "金额(元)", "yuan"), Align::Right),
        (pick(lang, "结果", "outcome"), Align::Left),
        (pick(lang, "银行代码", "bank code"), Align::Left),
        (pick(lang, "银行说明", "bank text"), Align::Left),
        (pick(lang, "流水号", "serial"), Align::Left),
    ]);
    for line in lines {
        table.push(vec![
            line.row_no
                .map_or_else(String::new, |row| row.to_string())
                .into(),
            line.name
                .as_ref()
                .map(|name| name.masked())
                .unwrap_or_default()
                .into(),
            line.account
                .map(|account| account.masked())
                .unwrap_or_default()
                .into(),
            line.amount
                .map(|amount| yuan(amount.0))
                .unwrap_or_default()
                .into(),
            Cell::from(outcome_text(line.outcome, lang)).coloured(outcome_colour(line.outcome)),
            line.bank_code.clone().unwrap_or_default().into(),
            line.bank_text.clone().unwrap_or_default().into(),
            line.bank_serial.clone().unwrap_or_default().into(),
        ]);
    }
    if lines.is_empty() {
        return Ok(());
    }
    paper.table(&table)
}

/// An outcome in words.
pub(super) fn outcome_text(outcome: Outcome, lang: Lang) -> String {
    let word = match outcome {
        Outcome::Paid => pick(lang, "已付", "paid"),
        Outcome::Failed(reason) => {
            let reason = schemas::codes::reason_text(reason, lang);
            return format!("{}{reason}", pick(lang, "失败:", "failed: "));
        }
        Outcome::Accepted => pick(lang, "已受理", "accepted"),
        Outcome::Unknown => pick(lang, "支付不明", "unknown"),
        Outcome::Returned => pick(lang, "退汇", "returned"),
        Outcome::NotFound => pick(lang, "银行查无此笔", "not found at the bank"),
    };
    word.to_owned()
}

fn outcome_colour(outcome: Outcome) -> Colour {
    match outcome {
        Outcome::Paid => Colour::Green,
        Outcome::Failed(_) => Colour::Red,
        Outcome::Accepted => Colour::Plain,
        Outcome::Unknown | Outcome::Returned | Outcome::NotFound => Colour::Yellow,
    }
}

/// Another kind of message that the bytes are, if there is one.
fn reads_as(
    adapter: &BankAdapter,
    asked: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Option<&'static str> {
    [MessageWord::Receipt, MessageWord::Result, MessageWord::Push]
        .into_iter()
        .filter(|kind| *kind != asked)
        .find(|kind| {
            let mut dialects = adapter.by_dialect();
            dialects.any(|own| decode(own, *kind, bytes, keys).is_ok())
        })
        .map(word)
}

fn word(message: MessageWord) -> &'static str {
    match message {
        MessageWord::Receipt => "receipt",
        MessageWord::Result => "result",
        MessageWord::Push => "push",
    }
}
