//! 回盘: what banks say becomes steps of lines. Nothing that a bank says is thrown away (M11):
//! what can't be read is kept and listed, what names no line is an unmatched record.

mod code;
mod groups;
pub mod interpret;
mod receive;

pub use interpret::{Interpretation, Interpreter, Words};
pub use receive::{MessageKind, Received, finish_interrupted, read_again, receive};

use crate::book::Book;
use crate::core::{Core, CoreError, Fact};
use crate::event::{Event, Origin};
use crate::intake::short;
use adapters::exchange::{LineOutcome, Receipt, ResultFile};
use schemas::value::{AccountNo, BankCode, Purpose, Uscc};
use std::collections::BTreeMap;

/// What a file's bank said, read.
#[derive(Clone, Copy, Debug)]
pub enum Said<'a> {
    /// Answer to the submission.
    Receipt(&'a Receipt),
    /// Answer to a query, or a pushed result.
    Result {
        /// The result.
        result: &'a ResultFile,
        /// The dialect declares its "not found" definitive by now.
        not_found_is_final: bool,
    },
    /// Pushed records.
    Records(&'a [LineOutcome]),
}

/// Records what a bank said of one of its files. Gives the last sequence.
///
/// # Errors
/// Ours only.
pub fn apply(
    core: &Core,
    file_no: u64,
    origin: Origin,
    message: Option<u64>,
    said: Said<'_>,
) -> Result<u64, CoreError> {
    let mut desk = core.desk();
    let Some(mut read) = interpret(core, &desk, file_no, said) else {
        return Ok(desk.sequence());
    };
    let by = actor(read.bank);
    if !read.interpretation.unmatched.is_empty() {
        // First, and in groups outside the lock: what is lost by a crash is told again, because
        // the steps are not recorded yet. They are read anew from the book as it then is.
        let unmatched = std::mem::take(&mut read.interpretation.unmatched);
        let stray = |(place, why)| Stray {
            place,
            file_no: Some(file_no),
            why,
            record: record_at(said.lines(), place),
            said: 0,
        };
        let strays = unmatched.into_iter().map(stray);
        let news = match message {
            Some(_) => strays.collect(),
            None => not_said_before(core, &desk, read.bank, strays),
        };
        drop(desk);
        let events = news
            .into_iter()
            .map(|stray| stray.event(read.bank, message));
        groups::record(core, &by, events)?;
        desk = core.desk();
        let Some(again) = interpret(core, &desk, file_no, said) else {
            return Ok(desk.sequence());
        };
        read = again;
    }
    let mut last = desk.sequence();
    if let Some((receipt, references)) = receipt_event(file_no, said) {
        let references = serde_json::to_vec(references)?;
        let fact = core.prepare(Fact::sealed(receipt, read.employer.as_str(), references))?;
        last = desk.record_prepared(&by, &fact)?;
    }
    let Interpretation {
        moves,
        disputes,
        words,
        unmatched: _,
    } = read.interpretation;
    let is_final = said.is_final();
    let news = !moves.is_empty() || !disputes.is_empty() || is_final || !words.is_empty();
    if news || origin == Origin::Receipt {
        let why = None;
        let event = Event::Outcomes {
            file_no,
            origin,
            message,
            why,
            is_final,
            moves,
            disputes,
        };
        let words = serde_json::to_vec(&words)?;
        let fact = core.prepare(Fact::sealed(event, read.employer.as_str(), words))?;
        last = desk.record_prepared(&by, &fact)?;
    }
    Ok(last)
}

/// What a message comes to, and whose it is.
struct Read {
    bank: BankCode,
    employer: Uscc,
    interpretation: Interpretation,
}

fn interpret(core: &Core, book: &Book, file_no: u64, said: Said<'_>) -> Option<Read> {
    let hash = |account: &AccountNo| account_hash(core, account);
    let file = book.file(file_no)?;
    let batch = book.batch(file.intent.batch)?;
    let interpreter = Interpreter::new(file, batch, &hash);
    let interpretation = match said {
        Said::Receipt(receipt) => interpreter.receipt(receipt),
        Said::Result {
            result,
            not_found_is_final,
        } => interpreter.result(result, not_found_is_final),
        Said::Records(lines) => interpreter.pushed(lines),
    };
    Some(Read {
        bank: file.intent.bank,
        employer: batch.head.employer,
        interpretation,
    })
}

impl Said<'_> {
    fn lines(&self) -> &[LineOutcome] {
        match self {
            Self::Receipt(receipt) => &receipt.lines,
            Self::Result { result, .. } => &result.lines,
            Self::Records(lines) => lines,
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Result { result, .. } => result.is_final,
            Self::Receipt(_) | Self::Records(_) => false,
        }
    }
}

/// The bank's code for the whole and the references that it gave.
fn receipt_event(file_no: u64, said: Said<'_>) -> Option<(Event, &BTreeMap<String, String>)> {
    let (bank_code, references) = match said {
        Said::Receipt(receipt) => (&receipt.bank_code, &receipt.references),
        Said::Result { result, .. } => (&result.bank_code, &result.references),
        Said::Records(_) => return None,
    };
    let says_something = bank_code.is_some() || !references.is_empty();
    let event = Event::FileReceipt {
        file_no,
        bank_code: code::in_clear(bank_code.as_deref()),
        reference_count: u32::try_from(references.len()).unwrap_or(u32::MAX),
    };
    says_something.then_some((event, references))
}

fn record_at(lines: &[LineOutcome], place: u32) -> Option<&LineOutcome> {
    lines.get(usize::try_from(place).ok()?)
}

/// A record of a bank that names no line of ours.
struct Stray<'a> {
    place: u32,
    file_no: Option<u64>,
    why: &'a str,
    record: Option<&'a LineOutcome>,
    said: u64,
}

impl Stray<'_> {
    fn event(&self, bank: BankCode, message: Option<u64>) -> Event {
        Event::Unmatched {
            bank,
            message: message.unwrap_or_default(),
            place: self.place,
            file_no: self.file_no,
            why: self.why.to_owned(),
            reported_fen: self.record.and_then(|line| Some(line.amount?.0)),
            said: self.said,
        }
    }
}

/// The records that no earlier answer held.
fn not_said_before<'a>(
    core: &Core,
    book: &Book,
    bank: BankCode,
    strays: impl Iterator<Item = Stray<'a>>,
) -> Vec<Stray<'a>> {
    let hashed = strays.map(|stray| Stray {
        said: record_hash(core, stray.record),
        ..stray
    });
    hashed
        .filter(|stray| !book.knows_answer(bank, stray.file_no, stray.said))
        .collect()
}

/// What a record says, hashed under a key of the vault: it holds a name and an account.
fn record_hash(core: &Core, record: Option<&LineOutcome>) -> u64 {
    let Some(line) = record else { return 0 };
    let texts = [
        line.row_no.map(|row_no| row_no.to_string()),
        line.reference.clone(),
        line.account
            .map(|account| account.reveal(Purpose::Matching).to_owned()),
        line.name
            .as_ref()
            .map(|name| name.reveal(Purpose::Matching).to_owned()),
        line.amount.map(|amount| amount.0.to_string()),
        Some(format!("{:?}", line.outcome)),
        line.bank_serial.clone(),
        line.original_bank_serial.clone(),
    ];
    let text = texts.map(Option::unwrap_or_default).join("\0");
    short(core.vault().blinder("bank_record").blind(text.as_bytes()))
}

/// The bank as an actor of the journal.
#[must_use]
pub fn actor(bank: BankCode) -> String {
    format!("urn:anxin:bank:{bank}")
}

fn account_hash(core: &Core, account: &AccountNo) -> u64 {
    short(
        core.vault()
            .blind("account", account.reveal(Purpose::Matching).as_bytes()),
    )
}
