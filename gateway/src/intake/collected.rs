//! What the reading of a file leaves for its closing.

use super::sink::FINDINGS_IN_ANSWER_MAX;
use crate::book::table::TableRow;
use schemas::value::PaymentId;
use schemas::{Finding, FindingCode, Severity};
use std::collections::BTreeSet;

/// Places of an answer beside those of all findings, for those that no number of others may hide:
/// errors of the file, and what the book says of its lines.
const DECISIVE_IN_ANSWER_MAX: usize = 1_000;

/// Findings by what they stop, all of them, however many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors about the file.
    pub file_errors: u64,
    /// Errors about a line.
    pub line_errors: u64,
    /// Warnings.
    pub warnings: u64,
    /// Notes.
    pub notes: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, finding: &Finding) {
        match (finding.severity, finding.line) {
            (Severity::Error, None) => self.file_errors += 1,
            (Severity::Error, Some(_)) => self.line_errors += 1,
            (Severity::Warning, _) => self.warnings += 1,
            (Severity::Note, _) => self.notes += 1,
        }
    }
}

/// What a reading leaves for its closing.
#[derive(Debug, Default)]
pub struct Collected {
    /// Rows of the tables, in order.
    pub rows: Vec<TableRow>,
    /// Lines that correct earlier payments.
    pub corrects: Vec<(u32, PaymentId)>,
    /// Findings, ordered by row, those of the whole file last; as many as an answer can carry.
    pub findings: Vec<Finding>,
    /// All findings, counted.
    pub counts: Counts,
    /// Code of the first error.
    pub first_error: Option<FindingCode>,
    /// Fields of the head that have an error.
    wrong_fields: BTreeSet<&'static str>,
    /// Lines are not in the journal: the file was refused for certain before its end.
    pub lines_left_out: bool,
    /// The month is assumed: neither the file nor the call states one.
    pub month_assumed: bool,
}

impl Collected {
    /// Counts a finding, whether the list has room for it or not.
    pub fn count(&mut self, finding: &Finding) {
        self.counts.add(finding);
        self.month_assumed |= finding.code == FindingCode::PayMonthAssumed;
        if finding.severity == Severity::Error {
            self.first_error.get_or_insert(finding.code);
        }
        if is_error_of_file(finding) {
            self.wrong_fields.extend(finding.field);
        }
    }

    /// Lists a finding that is counted, where an answer can carry it.
    pub fn list(&mut self, finding: Finding) {
        let is_decisive = is_error_of_file(&finding);
        self.list_within(finding, is_decisive);
    }

    fn list_within(&mut self, finding: Finding, is_decisive: bool) {
        let beside = if is_decisive {
            DECISIVE_IN_ANSWER_MAX
        } else {
            0
        };
        if self.findings.len() < FINDINGS_IN_ANSWER_MAX + beside {
            self.findings.push(finding);
        }
    }

    /// Whether a field of the head has an error.
    pub fn has_error_of(&self, field: &str) -> bool {
        self.wrong_fields.contains(field)
    }

    /// Adds findings of the close in their places.
    pub fn merge(&mut self, late: Vec<Finding>) {
        for finding in late {
            self.count(&finding);
            self.list_within(finding, true);
        }
        // Stable: findings of one row stay in the order in which they were made.
        self.findings
            .sort_by_key(|finding| finding.row.unwrap_or(u32::MAX));
    }
}

fn is_error_of_file(finding: &Finding) -> bool {
    finding.line.is_none() && finding.severity == Severity::Error
}
