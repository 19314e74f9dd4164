//! The lines of the wage file, and its findings printed as they come.

use crate::command::check::Printer;
use crate::command::terminal::{errors, paper};
use adapters::BankAdapter;
use adapters::exchange::{OrderLine, PlanLine};
use schemas::employer_files::{Sink, SinkError};
use schemas::value::PersonName;
use schemas::{BatchHead, Finding, Lang, PayLine};
use std::io::Write;

/// What was read.
pub(super) struct Trial {
    pub(super) printer: Printer<Box<dyn Write>>,
    lines: Vec<OrderLine>,
    /// 序号 and row of each line in the file.
    places: Vec<(u32, u32)>,
}

impl Trial {
    /// Findings go to stderr, or with `json` into the document on stdout.
    pub(super) fn new(json: bool, lang: Lang) -> Self {
        let paper = match json {
            true => paper().boxed(),
            false => errors().boxed(),
        };
        Self {
            printer: Printer::new(paper, json, lang),
            lines: Vec::new(),
            places: Vec::new(),
        }
    }

    /// What the plan asks of each line.
    pub(super) fn plan_lines(&self, adapter: &BankAdapter) -> Vec<PlanLine> {
        let open = schemas::value::Purpose::Instruction;
        let line = |line: &OrderLine| {
            let charset = adapter.for_payee(line.payee_bank).charset_out();
            let texts = (line.name.reveal(open), line.memo.as_deref());
            PlanLine::of((line.payee_bank, line.amount), texts, charset)
        };
        self.lines.iter().map(line).collect()
    }

    /// The lines of one bank file, numbered in it, with their places in the employer's.
    pub(super) fn file(&self, at: &[usize]) -> (Vec<OrderLine>, Vec<(u32, u32)>) {
        let known = at.iter().filter_map(|at| self.lines.get(*at));
        let numbered = (1u32..).zip(known).map(|(row_no, line)| OrderLine {
            row_no,
            ..line.clone()
        });
        let places = at.iter().filter_map(|at| self.places.get(*at).copied());
        (numbered.collect(), places.collect())
    }
}

impl Sink for Trial {
    fn head(&mut self, _: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        let name = PersonName::parse(line.payee.name);
        let name = name.map_err(|error| SinkError(Box::new(error)))?;
        self.places.push((line.line_no.0, line.row));
        self.lines.push(OrderLine {
            row_no: 0,
            name,
            id_type: line.payee.id_type,
            id_number: line.payee.id_number,
            account: line.payee.account,
            payee_bank: line.payee_bank,
            cnaps_code: line.cnaps_code,
            amount: line.amount,
            memo: line.memo.map(str::to_owned),
        });
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
