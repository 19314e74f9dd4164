//! What a simulated world knows by itself: every call with its answer, every message that a bank
//! received or told, crashes, log lines. Nothing here is read from the gateway's own record but
//! journal positions, so that checkers can hold the record against it.

use super::faults::FaultKind;
use adapters::exchange::{LineOutcome, Outcome};
use adapters::{BankAdapter, BankLine, RequestKind};
use schemas::value::{BankCode, Uscc};
use std::collections::BTreeMap;

/// A moment of a world.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The scheduler's step, from 1.
    pub step: u64,
    /// The business clock, Unix milliseconds; it may jump back.
    pub at_ms: i64,
    /// Which life of the gateway, from 1: each crash begins another one.
    pub life: u32,
}

/// Everything that is known outside the gateway.
#[derive(Default)]
pub struct Outside {
    /// Seed of the world.
    pub seed: u64,
    /// Now.
    pub now: Moment,
    /// Every call through the interface, in the order in which they began.
    pub calls: Vec<Call>,
    /// The books of the banks.
    pub banks: BTreeMap<BankCode, BankBook>,
    /// Every crash, in order.
    pub crashes: Vec<Crash>,
    /// Every log line.
    pub log: Vec<LogLine>,
    /// The metrics as an operator read them last.
    pub metrics: String,
    /// How often each fault struck.
    pub struck: BTreeMap<FaultKind, u64>,
    /// The people of the world in clear: what must stand nowhere (M9).
    pub people: Vec<Payee>,
    /// The employers of the world.
    pub employers: Vec<Employer>,
    /// What happened, in short words without personal values, for whoever reads a violation.
    pub story: Vec<Happening>,
}

/// One line of the story.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Moment,
    /// What.
    pub what: String,
}

/// A person who is paid, in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    /// Name.
    pub name: String,
    /// Document number.
    pub id_number: String,
    /// Account.
    pub account: String,
    /// The bank of the account.
    pub bank: BankCode,
}

/// An employer, with the URIs of its certificates.
#[derive(Clone, Debug)]
pub struct Employer {
    /// Its code.
    pub uscc: Uscc,
    /// Who submits: the system, or persons.
    pub makers: Vec<String>,
    /// Who approves.
    pub checkers: Vec<String>,
}

/// One wage of a file that somebody submits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wage {
    /// The person.
    pub payee: Payee,
    /// Amount in fen.
    pub amount_fen: i64,
    /// The payment that it corrects, as text.
    pub corrects: Option<String>,
    /// Something in it is an error, for which the line is refused.
    pub is_flawed: bool,
}

/// What a submission carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The employer named in the file.
    pub employer: String,
    /// Its batch number.
    pub batch_no: String,
    /// The paying bank.
    pub bank: BankCode,
    /// Month of the wages, `2026-11`.
    pub pay_month: String,
    /// Project code, where the file has one.
    pub project: Option<String>,
    /// People's numbers as old papers have them: 15 digits where there are such, a small x, blanks
    /// in accounts.
    pub is_old_spelling: bool,
    /// `policy` as the call has it: `all_or_nothing` or `good_lines`.
    pub policy: &'static str,
    /// The lines, in the file's order; line numbers count from 1.
    pub wages: Vec<Wage>,
}

impl Sheet {
    /// Whether a line of it has an error.
    #[must_use]
    pub fn is_flawed(&self) -> bool {
        self.wages.iter().any(|wage| wage.is_flawed)
    }
}

/// One call through the interface.
#[derive(Clone, Debug)]
pub struct Call {
    /// When it began.
    pub begun: Moment,
    /// URI of the caller's certificate.
    pub caller: String,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// The body as far as the caller sent it.
    pub body: Vec<u8>,
    /// Whether the whole body was sent.
    pub is_whole: bool,
    /// What a submission carries; `None` for any other call.
    pub sheet: Option<Sheet>,
    /// For a bank's message: its place in [`BankBook::told`].
    pub told: Option<usize>,
    /// Last durable record of the journal when it began.
    pub durable: u64,
    /// The answer; `None` while it is awaited, and for ever where a crash came first.
    pub answer: Option<Answer>,
}

/// The answer to a call.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// When it came.
    pub at: Moment,
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Last durable record of the journal when it came.
    pub durable: u64,
}

/// What a bank knows.
#[derive(Clone, Debug, Default)]
pub struct BankBook {
    /// Every message that came, in order. A bank forgets nothing when the gateway crashes.
    pub arrived: Vec<Arrived>,
    /// Everything that it said, in order.
    pub told: Vec<Told>,
    /// The files that it was instructed with, by the number that the message carries.
    pub files: BTreeMap<u64, FileAtBank>,
    /// What it said last of a file's lines in a signed text that nobody has opened yet, and the lie
    /// in it.
    pub sealed: BTreeMap<Option<u64>, (Vec<LineOutcome>, Option<FaultKind>)>,
}

/// A message that came to a bank.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// When.
    pub at: Moment,
    /// The bytes as they came: all of them, or a beginning where the line broke.
    pub bytes: Vec<u8>,
    /// Whether all bytes came.
    pub is_whole: bool,
    /// SHA-256 of the whole message, of which `bytes` may be a beginning; lower hex.
    pub digest: String,
    /// Name of the step; empty where it can't be read.
    pub step: String,
    /// What it asks for; `None` where it can't be read.
    pub kind: Option<RequestKind>,
    /// The file that it is about.
    pub file_no: Option<u64>,
    /// The lines that it carries; of a file in parts with those of the parts before.
    pub lines: Vec<BankLine>,
    /// Whether our own message said that it instructs.
    pub is_flagged: bool,
    /// Algorithms and key slots of the signatures in it that the bank found right, each once;
    /// none where it could not read the message.
    pub signatures: Vec<(String, String)>,
    /// Last record of the journal when the first byte left; others may have added to it since the
    /// record of this message.
    pub head: u64,
    /// Last durable record of the journal when the first byte left.
    pub durable: u64,
    /// A copy that the network made of a message that came before.
    pub is_copy: bool,
}

impl Arrived {
    /// Whether it instructs: as the bank reads it, and where the bank can't, as our message said.
    #[must_use]
    pub fn instructs(&self) -> bool {
        self.kind
            .map_or(self.is_flagged, |kind| kind == RequestKind::Submit)
    }
}

/// A file in a bank's book.
#[derive(Clone, Debug)]
pub struct FileAtBank {
    /// When it was instructed.
    pub at: Moment,
    /// Its lines.
    pub lines: Vec<LineAtBank>,
    /// The bank refused the whole file.
    pub is_refused: bool,
    /// The dialect by which it came.
    pub dialect: &'static BankAdapter,
    /// The bank's day of the file, where its language has one.
    pub bank_date: Option<time::Date>,
}

/// A line in a bank's book, with the decision that the bank made once; twice where it works again
/// on what it refused.
#[derive(Clone, Debug)]
pub struct LineAtBank {
    /// The line as it came.
    pub line: BankLine,
    /// What the bank does with it: paid, failed or returned (paid first).
    pub fate: Outcome,
}

/// The way in which a bank said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// As the answer to a message of ours.
    Answer,
    /// Pushed, with `message=push`.
    Push,
    /// Pushed, with `message=result`.
    Result,
}

/// Something that a bank said.
#[derive(Clone, Debug)]
pub struct Told {
    /// When the bank said it.
    pub at: Moment,
    /// How.
    pub way: Way,
    /// The file that it names.
    pub file_no: Option<u64>,
    /// What it says of the whole file.
    pub whole: Option<Outcome>,
    /// What it says of lines.
    pub lines: Vec<LineOutcome>,
    /// The bytes as they were sent.
    pub bytes: Vec<u8>,
    /// How it differs from the truth or from the form; `None` where it does not.
    pub lie: Option<FaultKind>,
    /// Whether all of it came to the gateway.
    pub has_come: bool,
    /// The beginning that came of an answer whose line broke; else empty.
    pub came_in_part: Vec<u8>,
    /// The file that our receipt for it names, where it was pushed and receipted.
    pub receipt_names: Option<u64>,
}

/// A stop in the middle.
#[derive(Clone, Debug)]
pub struct Crash {
    /// When.
    pub at: Moment,
    /// Last durable record before it.
    pub durable: u64,
    /// Last record after the reopening, before anything was added; `None` where it was refused.
    pub reopened: Option<u64>,
}

/// A log line.
#[derive(Clone, Debug)]
pub struct LogLine {
    /// When.
    pub at: Moment,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: &'static str,
    /// The whole line as it is written for operators.
    pub text: String,
}
