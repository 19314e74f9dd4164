//! `anxin check`: every finding of an employer's file in one pass.

mod document;
mod summary;

pub use document::unopened;

use super::arguments::Check;
use super::report::{Tally, write_finding};
use super::scratch::Scratch;
use super::terminal::{Colour, Paper, QUIET, grouped, paper, progress};
use super::words::{Ended, Exit, Failure, Words, pick};
use crate::clock::{Clock, SystemClock};
use document::{document, unreadable_document};
use indicatif::ProgressBar;
use schemas::employer_files::{
    BankRules, Format, ReadError, ReadOptions, Sink, SinkError, Source, Summary, read,
};
use schemas::value::{BankCode, PayMonth};
use schemas::{BatchHead, Finding, FindingCode, Lang, PayLine};
use serde_json::{Value, json};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;
use summary::{write_bank, write_head};

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
    let mut paper = paper();
    let mut source = match open(&arguments.file) {
        Ok(source) => source,
        Err(error) => {
            if arguments.json {
                let finding = unopened(&error);
                paper.document(&unreadable_document(&finding, lang))?;
                paper.flush()?;
            }
            let failure = Failure::unreadable_file(&arguments.file, &error);
            return Err(failure.documented(arguments.json));
        }
    };
    let length = source.seek(SeekFrom::End(0)).unwrap_or_default();
    source.rewind()?;
    let mut source = Watched {
        inner: source,
        bar: bar(length, lang),
        begun: Instant::now(),
    };
    let mut printer = Printer {
        paper,
        lang,
        json: arguments.json,
        first: true,
        tally: Tally::default(),
        bank: options.bank,
    };
    printer.begin()?;
    let summary = options.read(&mut source, &mut printer);
    source.bar.finish_and_clear();
    let summary = match summary {
        Ok(summary) => summary,
        Err(error) => {
            printer.interrupt(&error)?;
            return Err(read_failure(&arguments.file, error).documented(arguments.json));
        }
    };
    printer.end(&summary)?;
    Ok(exit_of(&printer.tally))
}

/// 2 where nothing could be read, 1 where something is wrong with what was read.
fn exit_of(tally: &Tally) -> Exit {
    let hopeless = [FindingCode::Unreadable, FindingCode::UnsupportedFormat];
    if hopeless.into_iter().any(|code| tally.has(code)) {
        Exit::Usage
    } else if tally.of(schemas::Severity::Error) > 0 {
        Exit::InputErrors
    } else {
        Exit::Done
    }
}

/// What the command line says about reading.
pub struct Options {
    format: Option<Format>,
    pay_month: Option<PayMonth>,
    bank: Option<BankCode>,
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
        })
    }

    /// Reads an employer's file into `sink`, with the rules of the paying bank.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&self, source: &mut dyn Source, sink: &mut dyn Sink) -> Result<Summary, ReadError> {
        let rules = super::adapter::book()
            .ok()
            .map(crate::installation::BookRules);
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

/// Opens a file, or all of standard input for `-`.
///
/// # Errors
/// As the system says; a folder is no file.
pub fn open(path: &Path) -> std::io::Result<Box<dyn Source>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(Box::new(std::io::Cursor::new(bytes)));
    }
    let file = std::fs::File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    Ok(Box::new(file))
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

/// Prints findings as they come: memory does not grow with them.
struct Printer<W: Write> {
    paper: Paper<W>,
    lang: Lang,
    json: bool,
    first: bool,
    tally: Tally,
    /// The bank of `--bank`.
    bank: Option<BankCode>,
}

impl<W: Write> Printer<W> {
    fn begin(&mut self) -> std::io::Result<()> {
        if self.json {
            self.paper.raw(b"{\"findings\":[")?;
        }
        Ok(())
    }

    fn print(&mut self, finding: &Finding) -> std::io::Result<()> {
        self.tally.add(finding);
        if !self.json {
            return write_finding(&mut self.paper, finding, self.lang);
        }
        self.paper.raw(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        let text = serde_json::to_vec(&finding.to_json(self.lang))?;
        self.paper.raw(&text)
    }

    /// The rest of the document: a reader of it always finds whole JSON.
    fn close(&mut self, rest: &Value) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(rest)?;
        self.paper.raw(b"\n],")?;
        self.paper
            .raw(text.strip_prefix('{').unwrap_or(&text).as_bytes())?;
        self.paper.raw(b"\n")?;
        self.paper.flush()
    }

    fn interrupt(&mut self, error: &ReadError) -> std::io::Result<()> {
        if self.json {
            self.close(&json!({"error": error.to_string()}))?;
        }
        self.paper.flush()
    }

    fn end(&mut self, summary: &Summary) -> std::io::Result<()> {
        if self.json {
            let mut document = document(summary, self.bank);
            if self.tally.has(FindingCode::UnsupportedFormat) {
                // The reader must take it for something; a program is not told a guess.
                document["format"] = Value::Null;
                document["encoding"] = Value::Null;
            }
            return self.close(&document);
        }
        let lang = self.lang;
        let paper = &mut self.paper;
        if summary.errors + summary.warnings + summary.notes > 0 {
            paper.line("")?;
            paper.table(&self.tally.table(lang))?;
            paper.line("")?;
        }
        write_head(paper, summary, lang)?;
        write_bank(paper, summary, self.bank, lang)?;
        let verdict = match (summary.errors, lang) {
            (0, Lang::Zh) => "检查通过".to_owned(),
            (0, Lang::En) => "no errors".to_owned(),
            (errors, Lang::Zh) => format!("{} 个错误", grouped(errors)),
            (errors, Lang::En) => format!("{} errors", grouped(errors)),
        };
        let rest = match lang {
            Lang::Zh => format!(",{} 个警告,{} 个提示", summary.warnings, summary.notes),
            Lang::En => format!(", {} warnings, {} notes", summary.warnings, summary.notes),
        };
        let colour = if summary.errors == 0 {
            Colour::Green
        } else {
            Colour::Red
        };
        paper.coloured_line(&format!("{verdict}{rest}"), colour)?;
        paper.flush()
    }
}

impl<W: Write> Sink for Printer<W> {
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
        self.print(&finding)
            .map_err(|error| SinkError(Box::new(error)))
    }
}
