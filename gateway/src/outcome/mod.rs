//! 回盘: what banks say becomes steps of lines. Nothing that a bank says is thrown away (M11):
//! what can't be read is kept and listed, what names no line is an unmatched record.

mod code;
mod groups;
pub mod interpret;
mod mismatch;
mod receive;
mod stray;
mod useless;
pub mod verdict;

pub use interpret::{Interpretation, Interpreter, Words};
pub use mismatch::Mismatch;
pub use receive::{MessageKind, Received, finish_interrupted, read_again, receive, receive_found};
pub use useless::{Useless, useless_answer};

use crate::book::{BankFile, Book, Came};
use crate::core::{Core, CoreError, Desk, Fact};
use crate::event::{Event, FileWord, Move, Origin};
use crate::intake::short;
use adapters::exchange::{Flaw, LineOutcome, Outcome, Receipt, ResultFile};
use journal::seal::SealError;
use mismatch::BANK_BATCH_NO;
use schemas::value::{AccountNo, BankCode, Purpose, Uscc};
use std::collections::BTreeMap;
use stray::Stray;

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
    Records {
        /// The records.
        lines: &'a [LineOutcome],
        /// What is wrong with the message itself.
        flaws: &'a [Flaw],
    },
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
    /// When a message of the bank's own came, if it is one: what it says is no newer than that,
    /// however late it can be read.
    pub came: Option<Came>,
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
        came: message.map(Came::at),
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
    let message = source.message;
    let given = given_before(core, file_no, said)?;
    let mut desk = core.desk();
    let Some(mut read) = interpret(core, &desk, (file_no, source), said, &given) else {
        return Ok(desk.sequence());
    };
    let by = actor(read.bank);
    if !read.interpretation.fits() {
        // First, and in groups outside the lock: what is lost by a crash is told again, because
        // the steps are not recorded yet. They are read anew from the book as it then is.
        let strays = Stray::all(&read.interpretation, Some(file_no), said.lines());
        let news = match message {
            Some(_) => strays,
            None => stray::not_said_before(core, &desk, read.bank, strays),
        };
        drop(desk);
        let events = news
            .into_iter()
            .map(|stray| stray.event(read.bank, message));
        groups::record(core, &by, events)?;
        desk = core.desk();
        let Some(again) = interpret(core, &desk, (file_no, source), said, &given) else {
            return Ok(desk.sequence());
        };
        read = again;
    }
    record(core, &mut desk, file_no, source, read, (said, &given))
}

/// Records what was read, the word about the file first. Gives the last sequence.
fn record(
    core: &Core,
    desk: &mut Desk<'_>,
    file_no: u64,
    source: Source,
    mut read: Read,
    (said, given): (Said<'_>, &BTreeMap<String, String>),
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
    if let Some((receipt, references)) = file_word.event(said, noted, given) {
        let references = serde_json::to_vec(references)?;
        let fact = core.prepare(Fact::sealed(receipt, read.employer.as_str(), references))?;
        last = desk.record_prepared(&by, &fact)?;
    }
    let Interpretation {
        moves,
        disputes,
        words,
        unmatched: _,
        mismatches: _,
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
    (file_no, source): (u64, Source),
    said: Said<'_>,
    given: &BTreeMap<String, String>,
) -> Option<Read> {
    let hash = |account: &AccountNo| account_hash(core, account);
    let file = book.file(file_no)?;
    let batch = book.batch(file.intent.batch)?;
    let bank = file.intent.bank;
    // Asked here, under the lock under which what is said is recorded.
    let is_unread = |since| book.is_unread_since(bank, since);
    let interpreter = Interpreter::new(file, batch, &hash)
        .of(source)
        .beside_unread(source.asked_at.is_some_and(is_unread));
    let interpretation = match said {
        Said::Receipt(receipt) => interpreter.receipt(receipt, given),
        Said::Result {
            result,
            not_found_is_final,
        } => {
            let is_unread = is_unread(file.left_at) || core.has_uncollected(bank);
            interpreter.result(result, not_found_is_final && !is_unread, given)
        }
        Said::Records { lines, flaws } => interpreter.pushed(lines, flaws),
    };
    Some(Read {
        bank,
        employer: batch.head.employer,
        interpretation,
    })
}

impl<'a> Said<'a> {
    /// The references that the message gives; records of a push give none.
    fn references(&self) -> Option<&'a BTreeMap<String, String>> {
        match self {
            Self::Receipt(receipt) => Some(&receipt.references),
            Self::Result { result, .. } => Some(&result.references),
            Self::Records { .. } => None,
        }
    }

    fn bank_code(&self) -> Option<&'a str> {
        match self {
            Self::Receipt(receipt) => receipt.bank_code.as_deref(),
            Self::Result { result, .. } => result.bank_code.as_deref(),
            Self::Records { .. } => None,
        }
    }

    fn lines(&self) -> &[LineOutcome] {
        match self {
            Self::Receipt(receipt) => &receipt.lines,
            Self::Result { result, .. } => &result.lines,
            Self::Records { lines, .. } => lines,
        }
    }

    /// What it says of the file as a whole. A question that the bank could not answer says
    /// nothing; any receipt, and any word about a line, says that it has the file.
    fn of_the_file(&self) -> FileWord {
        match self {
            Self::Receipt(_) => FileWord::Known,
            Self::Records { lines: [], .. } => FileWord::Nothing,
            Self::Records { .. } => FileWord::Known,
            Self::Result { result, .. } if !result.lines.is_empty() => FileWord::Known,
            Self::Result { result, .. } => match result.outcome_of_whole() {
                Outcome::NotFound => FileWord::NotFound,
                Outcome::Unknown if result.knows_file => FileWord::Known,
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
            Self::Receipt(_) | Self::Records { .. } => false,
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
    fn event<'a>(
        &self,
        said: Said<'a>,
        noted: Vec<Move>,
        given: &BTreeMap<String, String>,
    ) -> Option<(Event, References<'a>)> {
        static NONE: References<'static> = &BTreeMap::new();
        let mut references = said.references().unwrap_or(NONE);
        let mut bank_code = said.bank_code();
        let other = mismatch::names_other(references, BANK_BATCH_NO, given.get(BANK_BATCH_NO));
        if other && matches!(said, Said::Result { .. }) {
            // A receipt may number the file anew; a result with another number is perhaps another
            // file's, and we go on asking by the number of the receipt.
            (bank_code, references) = (None, NONE);
        }
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

/// The references that the bank's earlier answers about a file gave, the latest of each name;
/// read only where a message names one that must be the same.
fn given_before(
    core: &Core,
    file_no: u64,
    said: Said<'_>,
) -> Result<BTreeMap<String, String>, CoreError> {
    let named = said.references();
    if !named.is_some_and(|references| references.contains_key(BANK_BATCH_NO)) {
        return Ok(BTreeMap::new());
    }
    let file = core.desk().file(file_no).cloned();
    file.map_or_else(|| Ok(BTreeMap::new()), |file| references(core, &file))
}

/// What the bank's answers gave to be named in questions, the latest of each name. What was
/// erased with the employer's data key is not there.
///
/// # Errors
/// Ours only.
pub fn references(core: &Core, file: &BankFile) -> Result<BTreeMap<String, String>, CoreError> {
    let mut references = BTreeMap::new();
    for sequence in &file.reference_records {
        let (record, _) = core.event(*sequence)?;
        let opened = match core.personal(&record) {
            Err(CoreError::Vault(SealError::KeyDestroyed(_))) => continue,
            opened => opened?,
        };
        let given: BTreeMap<String, String> = serde_json::from_slice(&opened)?;
        references.extend(given);
    }
    Ok(references)
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
