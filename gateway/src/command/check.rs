//! `anxin check`: every finding of an employer's file in one pass.

mod document;
mod printer;
mod source;
mod summary;

pub use document::{unopened, unreadable_document};
pub use printer::{Printer, exit_of};
pub use source::open;
pub use summary::{other_bank, write_bank, write_evidence};

use super::arguments::Check;
use super::scratch::Scratch;
use super::terminal::{QUIET, paper, progress};
use super::words::{Ended, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use adapters::Book;
use document::document;
use indicatif::ProgressBar;
use schemas::employer_files::{
    BankRules, Format, ReadError, ReadOptions, Sink, SinkError, Source, Summary, read,
};
use schemas::value::{BankCode, PayMonth};
use schemas::{BatchHead, Finding, Lang, PayLine};
use serde_json::json;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;
use summary::{write_head, write_verdict};

/// The words of `--format`.
pub const FORMATS: [&str; 4] = ["csv", "xlsx", "json", "pain.001"];

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Check, lang: Lang) -> Ended {
    let options = Options::parse(
        arguments.format.as_deref(),
        arguments.pay_month.as_deref(),
        arguments.bank.as_deref(),
    )?;
    let mut source = open_told(&arguments.file, arguments.json, lang)?;
    let paper = paper();
    let length = source.seek(SeekFrom::End(0)).unwrap_or_default();
    source.rewind()?;
    let mut source = Watched {
        inner: source,
        bar: bar(length, lang),
        begun: Instant::now(),
    };
    let mut checking = Checking {
        printer: Printer::new(paper, arguments.json, lang),
        bank: options.bank,
    };
    let summary = options.read(&mut source, &mut checking);
    source.bar.finish_and_clear();
    let mut summary = match summary {
        Ok(summary) => summary,
        Err(error) => {
            checking.interrupt(&error)?;
            return Err(read_failure(&arguments.file, error).documented(arguments.json));
        }
    };
    if let (Some(bank), Some(head)) = (options.bank, &summary.head) {
        for finding in super::order::head_findings(super::adapter::adapter(bank.as_str())?, head)? {
            summary.errors += 1;
            checking.printer.print(&finding)?;
        }
    }
    checking.end(&summary)?;
    Ok(exit_of(checking.printer.tally()))
}

/// Opens an employer's file; where it can't be, `as_json` writes the document of one that can't be
/// read before the failure.
///
/// # Errors
/// As the system says, in words.
pub fn open_told(path: &Path, as_json: bool, lang: Lang) -> Result<Box<dyn Source>, Failure> {
    let error = match open(path) {
        Ok(source) => return Ok(source),
        Err(error) => error,
    };
    if as_json {
        let mut paper = paper();
        paper.document(&unreadable_document(&unopened(&error, lang), lang))?;
        paper.flush()?;
    }
    Err(Failure::unreadable_file(path, &error).documented(as_json))
}

/// What the command line says about reading.
pub struct Options {
    format: Option<Format>,
    pay_month: Option<PayMonth>,
    bank: Option<BankCode>,
    /// Whose rules the lines are held against; the program's own book without it.
    book: Option<&'static Book>,
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// When a word is none of the known ones.
    pub fn parse(
        format: Option<&str>,
        pay_month: Option<&str>,
        bank: Option<&str>,
    ) -> Result<Self, Failure> {
        let format = match format {
            None => None,
            Some("csv") => Some(Format::Csv),
            Some("xlsx") => Some(Format::Xlsx),
            Some("json") => Some(Format::Json),
            Some("pain.001") => Some(Format::Pain001),
            Some(other) => return Err(no_such_format(other)),
        };
        let pay_month = pay_month
            .map(|text| PayMonth::parse(text).map_err(|_| no_such_month(text)))
            .transpose()?;
        let bank = bank.map(bank_of).transpose()?;
        Ok(Self {
            format,
            pay_month,
            bank,
            book: None,
        })
    }

    /// The same by the rules of another book.
    #[must_use]
    pub fn with_book(self, book: &'static Book) -> Self {
        Self {
            book: Some(book),
            ..self
        }
    }

    /// Reads an employer's file into `sink`, with the rules of the paying bank.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self, source: &mut dyn Source, sink: &mut dyn Sink) -> Result<Summary, ReadError> {
        let book = self.book.or_else(|| super::adapter::book().ok());
        let rules = book.map(crate::installation::BookRules);
        let rules = rules.as_ref().filter(|_| self.bank.is_some());
        let scratch = Scratch::new();
        let options = ReadOptions {
            format: self.format,
            pay_month: self.pay_month,
            paying_bank: self.bank,
            bank_rules: rules.map(|rules| rules as &dyn BankRules),
            spill: Some(&scratch),
            ..ReadOptions::new(SystemClock::new().now().date())
        };
        read(source, &options, sink)
    }
}

/// The bank of a code, if it is in the book.
///
/// # Errors
/// When it is not.
pub fn bank_of(text: &str) -> Result<BankCode, Failure> {
    BankCode::parse(text)
        .ok()
        .filter(|code| schemas::codes::bank(*code).is_some())
        .ok_or_else(|| Failure::no_such_bank(text))
}

fn no_such_format(word: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("不认识的格式 {word}"),
            format!("{word} is no known format"),
        ),
        Words::new(
            format!("可用:{}。", FORMATS.join("、")),
            format!("Known are {}.", FORMATS.join(", ")),
        ),
    )
}

fn no_such_month(text: &str) -> Failure {
    Failure::usage(
        Words::new(
            format!("工资月份 {text} 不正确"),
            format!("the pay month {text} is not a month"),
        ),
        Words::new("写成 2026-11 的样子。", "Write it like 2026-11."),
    )
}

/// A failed reading as the command's end: the file's place or our own trouble.
#[must_use]
pub fn read_failure(path: &Path, error: ReadError) -> Failure {
    match error {
        ReadError::Io(error) => Failure::unreadable_file(path, &error),
        ReadError::Sink(SinkError(source)) => match source.downcast::<std::io::Error>() {
            Ok(error) => Failure::from(*error),
            Err(source) => Failure::defect(source.as_ref()),
        },
    }
}

fn bar(length: u64, lang: Lang) -> ProgressBar {
    let template = pick(
        lang,
        "检查 {wide_bar} {bytes}/{total_bytes} 剩余 {eta}",
        "checking {wide_bar} {bytes}/{total_bytes} {eta} left",
    );
    progress(length, template)
}

/// A source whose reading a person can watch once it takes more than a second.
struct Watched {
    inner: Box<dyn Source>,
    bar: ProgressBar,
    begun: Instant,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if self.begun.elapsed() > QUIET {
            self.bar.set_position(self.inner.stream_position()?);
        }
        Ok(count)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

/// The printer as the receiver of a reading.
struct Checking<W: Write> {
    printer: Printer<W>,
    /// The bank of `--bank`.
    bank: Option<BankCode>,
}

impl<W: Write> Checking<W> {
    fn interrupt(&mut self, error: &ReadError) -> std::io::Result<()> {
        if self.printer.json {
            return self.printer.close(&json!({"error": error.to_string()}));
        }
        self.printer.flush()
    }

    fn end(&mut self, summary: &Summary) -> std::io::Result<()> {
        if self.printer.json {
            return self.printer.close(&document(summary, self.bank));
        }
        let lang = self.printer.lang;
        let paper = &mut self.printer.paper;
        if summary.errors + summary.warnings + summary.notes > 0 {
            paper.line("")?;
            paper.table(&self.printer.tally.table(lang))?;
            paper.line("")?;
        }
        if summary.format.is_some() {
            write_head(paper, summary, lang)?;
        }
        write_bank(paper, summary, self.bank, lang)?;
        write_verdict(paper, summary, lang)?;
        paper.flush()
    }
}

impl<W: Write> Sink for Checking<W> {
    fn head(&mut self, _head: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }

    fn line(&mut self, _line: &PayLine<'_>) -> Result<(), SinkError> {
        Ok(())
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        self.printer
            .print(&finding)
            .map_err(|error| SinkError(Box::new(error)))
    }
}
