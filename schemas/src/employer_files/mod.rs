//! Employers' files: csv, xlsx, json and pain.001 into one stream of checked lines, with every
//! finding in one pass (INTERFACE sections 2 and 3).
//!
//! The bytes are walked twice: once for their digest, size and character set, then by the reader
//! of the format. A third walk happens only where two lines share an account or a number, to
//! confirm the suspicion exactly. Memory grows with the file by fixed-size fingerprints only.

mod census;
mod csv;
mod currency;
mod decoded;
mod detect;
mod duplicates;
pub mod entity;
mod grid;
mod head;
mod json;
mod judge;
mod line_numbers;
mod masking;
mod metered;
mod pain_001;
mod payees;
mod raw;
mod reading;
mod spill;
mod spreadsheet;
mod store;
mod template;
mod xlsx;

pub use census::Census;
pub use spill::{MemorySpill, Spill, SpillPlace};

use crate::batch::{BatchHead, HeadDraft, PayLine};
use crate::finding::Finding;
use crate::value::{
    AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, LineNo, PayMonth, PaymentId,
};
use std::io::{Read, Seek};

/// A format of employers' files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// The template as comma-separated text.
    Csv,
    /// The template as a workbook.
    Xlsx,
    /// The object of INTERFACE section 2.
    Json,
    /// ISO 20022 pain.001.001.03, .05, .08, .09, .11 or .12.
    Pain001,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Xlsx, Self::Json, Self::Pain001];

    /// The word of the public contract: `csv`, `xlsx`, `json`, `pain.001`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Pain001 => "pain.001",
        }
    }

    /// Reads the word of the public contract, in any letter case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str().eq_ignore_ascii_case(word.trim()))
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// Limits on what comes from outside. Each has a default that a real file does not reach.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file; 4 GiB.
    pub bytes_max: u64,
    /// Lines of a batch; 1,000,000 by the contract, 2,000,000 by default.
    pub lines_max: u32,
    /// Bytes of one field of a line; 4 KiB.
    pub field_bytes_max: usize,
    /// One payment; 5,000,000.00 yuan.
    pub amount_max: Fen,
    /// Bytes that a workbook may unpack to; 2 GiB.
    pub unpacked_bytes_max: u64,
    /// Findings kept in memory before they go to `ReadOptions::spill`; 20,000.
    pub findings_in_memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes_max: 4 << 30,
            lines_max: 2_000_000,
            field_bytes_max: 4 << 10,
            amount_max: Fen(500_000_000),
            unpacked_bytes_max: 2 << 30,
            findings_in_memory: 20_000,
        }
    }
}

/// What the reader must know besides the bytes.
#[derive(Clone, Copy)]
pub struct ReadOptions<'a> {
    /// Overrides detection.
    pub format: Option<Format>,
    /// The month for which is paid, where the file has no place for it (pain.001). A file that
    /// states another month is refused with `pay_month_invalid`.
    pub pay_month: Option<PayMonth>,
    /// Today in +08:00, for `pay_month_in_future`.
    pub today: time::Date,
    /// Limits.
    pub limits: Limits,
    /// Checks the lines against this bank instead of the head's (`anxin check --bank`).
    pub paying_bank: Option<BankCode>,
    /// What the paying bank's adapter would refuse; `None` checks no bank.
    pub bank_rules: Option<&'a dyn BankRules>,
    /// Where findings go that are too many for memory (`Limits::findings_in_memory`); without it
    /// they stay in memory in their compact form, some 60 bytes each.
    pub spill: Option<&'a dyn SpillPlace>,
}

impl ReadOptions<'_> {
    /// Detects the format, checks against no bank, has the default limits.
    #[must_use]
    pub fn new(today: time::Date) -> Self {
        Self {
            format: None,
            pay_month: None,
            today,
            limits: Limits::default(),
            paying_bank: None,
            bank_rules: None,
            spill: None,
        }
    }
}

/// What one paying bank takes, asked line by line.
pub trait LineRules: Send + Sync {
    /// Adds what the bank would refuse of this line (characters, bytes, amount).
    fn judge(&self, line: &Asked<'_>, findings: &mut Vec<Finding>);
}

/// What a paying bank is asked about a line, whatever else is wrong with it. Absent is what the
/// line does not have or what our own rules refuse already.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The number as written, else the place.
    pub line_no: LineNo,
    /// Place in the file.
    pub row: u32,
    /// Name in clear.
    pub name: Option<&'a str>,
    /// Text in clear.
    pub memo: Option<&'a str>,
    /// What is to be paid.
    pub amount: Option<Fen>,
    /// The payee's account, in clear.
    pub account: Option<AccountNo>,
    /// The payee's bank, where it is stated.
    pub payee_bank: Option<BankCode>,
}

/// The book of paying banks, asked once the head is read.
pub trait BankRules: Send + Sync {
    /// The rules of the paying bank; `None` when it is not in the book.
    fn rules_of(&self, paying_bank: BankCode) -> Option<std::sync::Arc<dyn LineRules>>;
}

/// Receives what is read, in the order of the file.
pub trait Sink {
    /// The head, once, before the first line; [`Sink::draft`] instead where it has errors.
    ///
    /// # Errors
    /// The sink's own trouble (a full disk) stops the reading.
    fn head(&mut self, head: &BatchHead) -> Result<(), SinkError>;
    /// What could be read of a head that has errors, once, before the first line. The lines come
    /// all the same, so that everything that can be asked about them is; none is payable.
    ///
    /// # Errors
    /// As above.
    fn draft(&mut self, _draft: &HeadDraft) -> Result<(), SinkError> {
        Ok(())
    }
    /// A line that has no error of its own.
    ///
    /// # Errors
    /// As above.
    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError>;
    /// What could be read of a line that has an error, right before [`Sink::refused`]. Most
    /// receivers have no use for it.
    ///
    /// # Errors
    /// As above.
    fn unpayable(&mut self, _line: &Unpayable<'_>) -> Result<(), SinkError> {
        Ok(())
    }
    /// A line that has an error and can't be paid: its place.
    ///
    /// # Errors
    /// As above.
    fn refused(&mut self, index: u32, row: u32, line_no: Option<u32>) -> Result<(), SinkError>;
    /// A finding. Findings come ordered by row; those of the whole file last; a warning that
    /// needs the whole file (duplicates) is delivered in its place all the same, because the
    /// reader hands over findings at the end.
    ///
    /// # Errors
    /// As above.
    fn finding(&mut self, finding: Finding) -> Result<(), SinkError>;
}

/// What could be read of a line that has an error: absent is what the file does not have and
/// what its findings are about.
#[derive(Clone, Copy)]
pub struct Unpayable<'a> {
    /// Place among the lines, from 1.
    pub index: u32,
    /// Place in the file.
    pub row: u32,
    /// The number as written, else the place.
    pub line_no: LineNo,
    /// The sender's reference.
    pub reference: Option<&'a str>,
    /// Name.
    pub name: Option<&'a str>,
    /// Kind of document.
    pub id_type: IdType,
    /// Number of the document.
    pub id_number: Option<IdNumber>,
    /// Account.
    pub account: Option<AccountNo>,
    /// Bank of the account.
    pub payee_bank: Option<BankCode>,
    /// Branch of the account.
    pub cnaps_code: Option<CnapsCode>,
    /// What was to be paid.
    pub amount: Option<Fen>,
    /// What was earned.
    pub gross_amount: Option<Fen>,
    /// Text.
    pub memo: Option<&'a str>,
    /// The payment that it corrects.
    pub corrects: Option<PaymentId>,
}

/// The receiver could not take what was read.
#[derive(Debug, thiserror::Error)]
#[error("what was read could not be stored")]
pub struct SinkError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a whole file comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The format found or given; `None` where the file is none of ours.
    pub format: Option<Format>,
    /// The character set found, by its name, also one that is not read (`UTF-16LE`); `None` where
    /// nothing could be told.
    pub encoding: Option<String>,
    /// The head, if nothing of it is wrong.
    pub head: Option<BatchHead>,
    /// What could be read of the head; `None` where the file ended before it.
    pub draft: Option<HeadDraft>,
    /// Lines counted, good and bad.
    pub line_count: u32,
    /// Sum of the amounts that could be read, good lines and bad; `None` where it is larger than
    /// any amount can be, which is the finding `too_large` with the sum.
    pub total: Option<Fen>,
    /// Lines that were read whole and have no error of their own, in every format alike: neither
    /// a finding of the line nor one that refuses it with its row (cells that are not under their
    /// titles, another currency). An error of the file alone (totals, head) changes nothing. A
    /// submission takes off as well what the book refuses.
    pub lines_ok: u32,
    /// Sum of those lines; `None` as above.
    pub total_ok: Option<Fen>,
    /// Findings by severity: errors, warnings, notes.
    pub errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Notes.
    pub notes: u64,
    /// SHA-256 of the bytes as they came.
    pub digest: [u8; 32],
}

/// The file can't be read at all, or its receiver failed.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source of the bytes failed: ours.
    #[error("the file could not be read from its place")]
    Io(#[from] std::io::Error),
    /// The receiver failed: ours.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// Bytes that can be read twice: once in full, again where duplicates must be confirmed.
pub trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// Reads a file of any format. Everything wrong with the file is a finding, `unreadable` and
/// `unsupported_format` included; the summary is always there.
///
/// # Errors
/// Only our own trouble: the source or the sink failed.
pub fn read(
    source: &mut dyn Source,
    options: &ReadOptions<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ReadError> {
    let census = Census::of(source, &options.limits)?;
    read_after(source, &census, options, sink)
}

/// As [`read`], where the census of the same bytes is there already.
///
/// # Errors
/// As for [`read`].
pub fn read_after(
    source: &mut dyn Source,
    census: &Census,
    options: &ReadOptions<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ReadError> {
    reading::read(source, census, options, sink)
}
