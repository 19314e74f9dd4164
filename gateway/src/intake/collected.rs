//! What the reading of a file leaves for its closing.

use crate::book::table::TableRow;
use schemas::value::PaymentId;
use schemas::{Finding, Severity};

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
    /// Findings, ordered by row, those of the whole file last.
    pub findings: Vec<Finding>,
    /// All findings, counted.
    pub counts: Counts,
    /// Lines are not in the journal: the file was refused for certain before its end.
    pub lines_left_out: bool,
}

impl Collected {
    /// Whether a field of the head has an error. Those of the file are all in the list.
    pub fn has_error_of(&self, field: &str) -> bool {
        self.findings.iter().any(|finding| {
            let of_file = finding.line.is_none() && finding.severity == Severity::Error;
            of_file && finding.field == Some(field)
        })
    }

    /// Adds findings of the close in their places.
    pub fn merge(&mut self, mut late: Vec<Finding>) {
        for finding in &late {
            self.counts.add(finding);
        }
        self.findings.append(&mut late);
        // Stable: findings of one row stay in the order in which they were made.
        self.findings
            .sort_by_key(|finding| finding.row.unwrap_or(u32::MAX));
    }
}
