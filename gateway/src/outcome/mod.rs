//! 回盘: what banks say becomes steps of lines. Nothing that a bank says is thrown away (M11):
//! what can't be read is kept and listed, what names no line is an unmatched record.

mod code;
mod groups;
pub mod interpret;
mod receive;
pub mod verdict;

pub use interpret::{Interpretation, Interpreter, Words};
pub use receive::{MessageKind, Received, finish_interrupted, receive};
pub(crate) use verdict::tells_of_money;

use crate::book::Book;
use crate::core::{Core, CoreError, Desk, Fact};
use crate::event::{Event, FileWord, Move, Origin};
use crate::intake::short;
use adapters::exchange::{LineOutcome, Outcome, Receipt, ResultFile};
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

/// Where what a bank said comes from.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Kind of the message.
    pub origin: Origin,
    /// Sequence of the message that the bank pushed, if it did.
    pub message: Option<u64>,
    /// Sequence of our message that the bank answers, if it answers one.
    pub asked_at: Option<u64>,
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
    let source = Source {
        origin,
        message,
        asked_at: None,
    };
    apply_from(core, file_no, source, said)
}

/// As [`apply`], where it is known which message of ours the bank answers.
///
/// # Errors
/// Ours only.
pub fn apply_from(
    core: &Core,
    file_no: u64,
    source: Source,
    said: Said<'_>,
) -> Result<u64, CoreError> {
    let Source {
        message, asked_at, ..
    } = source;
    let mut desk = core.desk();
    let Some(mut read) = interpret(core, &desk, file_no, asked_at, said) else {
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
        let Some(again) = interpret(core, &desk, file_no, asked_at, said) else {
            return Ok(desk.sequence());
        };
        read = again;
    }
    record(core, &mut desk, file_no, source, read, said)
}

/// Records what was read, the word about the file first. Gives the last sequence.
fn record(
    core: &Core,
    desk: &mut Desk<'_>,
    file_no: u64,
    source: Source,
    mut read: Read,
    said: Said<'_>,
) -> Result<u64, CoreError> {
    let Source {
        origin, message, ..
    } = source;
    let by = actor(read.bank);
    let mut last = desk.sequence();
    let noted = std::mem::take(&mut read.interpretation.noted);
    let file_word = FileSaid {
        file_no,
        message,
        heard: desk.file(file_no).is_some_and(|file| file.heard),
        passes_over: read.interpretation.passes_over,
    };
    if let Some((receipt, references)) = file_word.event(said, noted) {
        let references = serde_json::to_vec(references)?;
        let fact = core.prepare(Fact::sealed(receipt, read.employer.as_str(), references))?;
        last = desk.record_prepared(&by, &fact)?;
    }
    let Interpretation {
        moves,
        disputes,
        words,
        unmatched: _,
        noted: _,
        passes_over: _,
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

fn interpret(
    core: &Core,
    book: &Book,
    file_no: u64,
    asked_at: Option<u64>,
    said: Said<'_>,
) -> Option<Read> {
    let hash = |account: &AccountNo| account_hash(core, account);
    let file = book.file(file_no)?;
    let batch = book.batch(file.intent.batch)?;
    let interpreter = Interpreter::new(file, batch, &hash).answering(asked_at);
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

    /// What it says of the file as a whole. A question that the bank could not answer says
    /// nothing; any receipt, and any word about a line, says that it has the file.
    fn of_the_file(&self) -> FileWord {
        match self {
            Self::Receipt(_) => FileWord::Known,
            Self::Records([]) => FileWord::Nothing,
            Self::Records(_) => FileWord::Known,
            Self::Result { result, .. } if !result.lines.is_empty() => FileWord::Known,
            Self::Result { result, .. } => match result.outcome {
                Outcome::NotFound => FileWord::NotFound,
                Outcome::Unknown => FileWord::Nothing,
                Outcome::Paid | Outcome::Failed(_) | Outcome::Accepted | Outcome::Returned => {
                    FileWord::Known
                }
            },
        }
    }

    fn is_final(&self) -> bool {
        match self {
            Self::Result { result, .. } => result.is_final,
            Self::Receipt(_) | Self::Records(_) => false,
        }
    }
}

/// What is known of a file when its bank speaks of it.
struct FileSaid {
    file_no: u64,
    message: Option<u64>,
    heard: bool,
    passes_over: bool,
}

impl FileSaid {
    /// The bank's code for the whole, the references that it gave, and what it says of the file.
    fn event<'a>(&self, said: Said<'a>, noted: Vec<Move>) -> Option<(Event, References<'a>)> {
        static NONE: References<'static> = &BTreeMap::new();
        let (bank_code, references) = match said {
            Said::Receipt(receipt) => (receipt.bank_code.as_deref(), &receipt.references),
            Said::Result { result, .. } => (result.bank_code.as_deref(), &result.references),
            Said::Records(_) => (None, NONE),
        };
        let word = said.of_the_file();
        let news = match word {
            FileWord::Nothing => false,
            FileWord::Known => !self.heard,
            FileWord::NotFound => true,
        };
        let says_something = news
            || self.passes_over
            || !noted.is_empty()
            || bank_code.is_some()
            || !references.is_empty();
        let event = Event::FileReceipt {
            file_no: self.file_no,
            bank_code: code::in_clear(bank_code),
            reference_count: u32::try_from(references.len()).unwrap_or(u32::MAX),
            said: word,
            noted,
            message: self.message,
        };
        says_something.then_some((event, references))
    }
}

/// References that a bank gave, by name.
type References<'a> = &'a BTreeMap<String, String>;

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
