//! The first reading: errors, printed as they come, and what the plan needs of each line.

use crate::command::check::Printer;
use crate::command::terminal::{errors, paper};
use adapters::BankAdapter;
use adapters::exchange::PlanLine;
use schemas::employer_files::{Sink, SinkError};
use schemas::{BatchHead, Finding, Lang, PayLine, Severity};
use std::io::Write;

/// Which bank file each line goes to.
pub(super) struct Plan {
    /// Place of the bank file by place of the line; lines that the plan left out have none.
    pub(super) file_of: Vec<Option<u32>>,
    /// Lines of each bank file.
    pub(super) lines_of: Vec<usize>,
}

/// Takes of a file what is needed to cut it.
pub(super) struct Survey<'a> {
    adapter: &'a BankAdapter,
    pub(super) printer: Printer<Box<dyn Write>>,
    lines: Vec<PlanLine>,
    pub(super) head: Option<BatchHead>,
}

impl<'a> Survey<'a> {
    /// Errors go to stderr, or with `json` into the document on stdout.
    pub(super) fn new(adapter: &'a BankAdapter, json: bool, lang: Lang) -> Self {
        let paper = if json {
            paper().boxed()
        } else {
            errors().boxed()
        };
        Self {
            adapter,
            printer: Printer::new(paper, json, lang),
            lines: Vec::new(),
            head: None,
        }
    }

    /// Cuts the batch.
    pub(super) fn plan(&self) -> Plan {
        let files = self.adapter.plan(&self.lines);
        let mut file_of = vec![None; self.lines.len()];
        for (file, places) in (0u32..).zip(&files) {
            for place in places {
                if let Some(own) = file_of.get_mut(*place) {
                    *own = Some(file);
                }
            }
        }
        Plan {
            file_of,
            lines_of: files.iter().map(Vec::len).collect(),
        }
    }
}

impl Sink for Survey<'_> {
    fn head(&mut self, head: &BatchHead) -> Result<(), SinkError> {
        self.head = Some(head.clone());
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        let charset = self.adapter.for_payee(line.payee_bank).charset_out();
        let of = (line.payee_bank, line.amount);
        let texts = (line.payee.name, line.memo);
        self.lines.push(PlanLine::of(of, texts, charset));
        Ok(())
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), SinkError> {
        if finding.severity != Severity::Error {
            return Ok(());
        }
        self.printer
            .print(&finding)
            .map_err(|error| SinkError(Box::new(error)))
    }
}
