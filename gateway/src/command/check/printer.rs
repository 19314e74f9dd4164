//! Findings as they come, for people or as the beginning of a JSON document.

use crate::command::report::{Tally, write_finding};
use crate::command::terminal::Paper;
use crate::command::words::Exit;
use schemas::{Finding, FindingCode, Lang, Severity};
use serde_json::Value;
use std::io::Write;

/// Prints findings as they come: memory does not grow with them.
pub struct Printer<W: Write> {
    pub(super) paper: Paper<W>,
    pub(super) lang: Lang,
    pub(super) json: bool,
    is_begun: bool,
    first: bool,
    pub(super) tally: Tally,
}

impl<W: Write> Printer<W> {
    /// A printer; with `json` the findings stand in a document that [`Printer::close`] ends.
    pub fn new(paper: Paper<W>, json: bool, lang: Lang) -> Self {
        Self {
            paper,
            lang,
            json,
            is_begun: false,
            first: true,
            tally: Tally::default(),
        }
    }

    /// Whether the findings stand in a document.
    pub fn json(&self) -> bool {
        self.json
    }

    /// What was printed so far, by code.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    fn begin(&mut self) -> std::io::Result<()> {
        if self.is_begun {
            return Ok(());
        }
        self.is_begun = true;
        self.paper.raw(b"{\"findings\":[")
    }

    /// Prints a finding.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn print(&mut self, finding: &Finding) -> std::io::Result<()> {
        self.tally.add(finding);
        if !self.json {
            return write_finding(&mut self.paper, finding, self.lang);
        }
        self.begin()?;
        self.paper.raw(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        let text = serde_json::to_vec(&finding.to_json(self.lang))?;
        self.paper.raw(&text)
    }

    /// The rest of the document: a reader of it always finds whole JSON.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn close(&mut self, rest: &Value) -> std::io::Result<()> {
        self.begin()?;
        let text = serde_json::to_string_pretty(rest)?;
        self.paper.raw(b"\n],")?;
        self.paper
            .raw(text.strip_prefix('{').unwrap_or(&text).as_bytes())?;
        self.paper.raw(b"\n")?;
        self.paper.flush()
    }

    /// Hands over what was printed.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.paper.flush()
    }
}

/// 2 where nothing could be read, 1 where something is wrong with what was read.
pub fn exit_of(tally: &Tally) -> Exit {
    let hopeless = [FindingCode::Unreadable, FindingCode::UnsupportedFormat];
    if hopeless.into_iter().any(|code| tally.has(code)) {
        Exit::Usage
    } else if tally.of(Severity::Error) > 0 {
        Exit::InputErrors
    } else {
        Exit::Done
    }
}
