//! What an answer says: from named values to outcomes.

use crate::adapter::BankAdapter;
use crate::codes::CodeTable;
use crate::definition::dialect::CodeNames;
use crate::exchange::{DisbursementRecord, LineOutcome, Outcome, Receipt, ResultFile};
use crate::layout::field::Field;
use crate::layout::values::{Record, Values};
use crate::order::{BANK_BATCH_NO, fen};
use schemas::{AccountNo, Finding, FindingCode, PersonName};
use std::collections::BTreeMap;

impl BankAdapter {
    fn table(&self, name: Option<&toml::Spanned<String>>) -> Option<&CodeTable> {
        self.codes.get(name?.get_ref())
    }

    /// What the request code says; `Accepted` where the dialect has none.
    pub(crate) fn request_outcome(&self, names: &CodeNames, values: &Values) -> Outcome {
        match self.table(names.request.as_ref()) {
            None => Outcome::Accepted,
            Some(table) => values
                .text(Field::ReplyCode)
                .map_or(Outcome::Unknown, |code| table.outcome(code)),
        }
    }

    /// Whether a reference of a receipt is kept: every one but captured values that no query
    /// needs. A signed form holds the whole file in clear.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        let captured = self.dialect.capture.iter().any(|c| c.name == name);
        let asked = self
            .dialect
            .query
            .iter()
            .any(|step| step.request.captures(name));
        !captured || asked
    }

    fn batch_outcome(&self, names: &CodeNames, values: &Values) -> Option<Outcome> {
        let table = self.table(names.batch.as_ref())?;
        Some(
            values
                .text(Field::BatchCode)
                .map_or(Outcome::Unknown, |code| table.outcome(code)),
        )
    }

    /// The receipt that a submission's last reply is. At most accepted: nothing is paid by it.
    pub(crate) fn receipt(&self, names: &CodeNames, values: &Values) -> Receipt {
        let outcome = match self.request_outcome(names, values) {
            Outcome::Accepted | Outcome::Paid => self
                .batch_outcome(names, values)
                .unwrap_or(Outcome::Accepted),
            other @ (Outcome::Failed(_)
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound) => other,
        };
        let outcome = match outcome {
            Outcome::Paid | Outcome::Accepted => Outcome::Accepted,
            Outcome::Failed(reason) => Outcome::Failed(reason),
            Outcome::Unknown | Outcome::Returned | Outcome::NotFound => Outcome::Unknown,
        };
        let lines = self.lines(names, values);
        let mut references = references(values);
        references.retain(|name, _| self.keeps(name));
        Receipt {
            outcome,
            bank_code: first(values, [Field::BatchCode, Field::ReplyCode], names),
            bank_text: text_of(values),
            references,
            lines: lines
                .into_iter()
                .filter(|line| is_failed(line.outcome))
                .collect(),
        }
    }

    /// The result file that a query's last reply is.
    ///
    /// A request that was not answered says nothing of the lines: they are unknown, whatever
    /// stands in them.
    pub(crate) fn result(&self, names: &CodeNames, values: &Values) -> ResultFile {
        let mut lines = self.lines(names, values);
        let request = self.request_outcome(names, values);
        let outcome = match request {
            Outcome::Accepted | Outcome::Paid => self
                .batch_outcome(names, values)
                .unwrap_or(Outcome::Accepted),
            Outcome::NotFound => Outcome::NotFound,
            Outcome::Failed(_) | Outcome::Unknown | Outcome::Returned => Outcome::Unknown,
        };
        let answered = matches!(request, Outcome::Accepted | Outcome::Paid);
        if !answered {
            for line in &mut lines {
                line.outcome = Outcome::Unknown;
            }
        }
        let mut findings = Vec::new();
        self.refuse_doubled(&mut lines, &mut findings);
        let totals = totals(values);
        if answered && !values.rows.is_empty() {
            check_totals(
                &totals,
                &lines,
                self.capability().failures_only,
                &mut findings,
            );
        }
        let stated = totals.get("count").copied();
        // Without a stated count the rest may be on another page.
        let complete = stated.is_some_and(|count| usize::try_from(count) == Ok(lines.len()));
        let settled = !lines.is_empty() && complete && lines.iter().all(|l| is_final(l.outcome));
        let said_final = is_final(outcome);
        let outcome = match outcome {
            // A batch that is done says nothing of a line that it does not name.
            Outcome::Paid if !self.capability().failures_only => Outcome::Accepted,
            // A failed batch with a line that did not fail contradicts itself: what it says of
            // the lines that it does not name can't be trusted.
            Outcome::Failed(_) if !lines.iter().all(|l| is_failed(l.outcome)) => Outcome::Unknown,
            Outcome::Paid
            | Outcome::Failed(_)
            | Outcome::Accepted
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound => outcome,
        };
        let said_final = said_final && outcome != Outcome::Unknown;
        ResultFile {
            outcome,
            is_final: answered && (settled || said_final),
            failures_only: self.capability().failures_only,
            bank_code: result_code(values, names, answered),
            bank_text: text_of(values),
            references: references(values),
            lines,
            totals,
            findings,
        }
    }

    /// The records of a push.
    pub(crate) fn records(&self, names: &CodeNames, values: &Values) -> Vec<DisbursementRecord> {
        let file_no = values.text(Field::FileNo).and_then(|n| n.parse().ok());
        let result = self.result(names, values);
        result
            .lines
            .into_iter()
            .map(|line| DisbursementRecord { file_no, line })
            .collect()
    }

    fn lines(&self, names: &CodeNames, values: &Values) -> Vec<LineOutcome> {
        let table = self.table(names.line.as_ref());
        values
            .rows
            .iter()
            .map(|row| self.line(table, row))
            .collect()
    }

    fn line(&self, table: Option<&CodeTable>, row: &Record) -> LineOutcome {
        let text = |field: Field| row.get(&field).cloned();
        let status = text(Field::RowStatus);
        let code = text(Field::RowCode);
        let entry = status
            .as_deref()
            .and_then(|status| table.and_then(|table| table.find(status)));
        let outcome = self.refine(
            entry.map_or(Outcome::Unknown, |e| e.outcome),
            code.as_deref(),
        );
        let shown = match outcome {
            Outcome::Failed(_) => code.or(status),
            Outcome::Paid
            | Outcome::Accepted
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound => status.or(code),
        };
        LineOutcome {
            row_no: row
                .get(&Field::RowNo)
                .and_then(|number| number.parse().ok()),
            reference: None,
            account: row
                .get(&Field::PayeeAccount)
                .and_then(|account| AccountNo::parse(account).ok()),
            name: row
                .get(&Field::PayeeName)
                .and_then(|name| PersonName::parse(name).ok()),
            amount: fen(row, Field::RowAmount),
            outcome,
            detail: entry.and_then(|entry| entry.detail.clone()),
            bank_code: shown,
            bank_text: text(Field::RowText),
            bank_serial: text(Field::RowSerial),
            original_bank_serial: text(Field::RowOriginalSerial),
            booked_at: text(Field::RowBookedAt),
        }
    }

    /// A failed line's own code may tell the reason.
    pub(crate) fn refine(&self, outcome: Outcome, code: Option<&str>) -> Outcome {
        match outcome {
            Outcome::Failed(reason) => {
                let finer = code.and_then(|code| self.reasons.reason(code));
                Outcome::Failed(finer.unwrap_or(reason))
            }
            Outcome::Paid
            | Outcome::Accepted
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound => outcome,
        }
    }

    /// One row twice is a finding; if the two differ, nobody knows which is true.
    fn refuse_doubled(&self, lines: &mut [LineOutcome], findings: &mut Vec<Finding>) {
        let mut first_of: BTreeMap<u32, usize> = BTreeMap::new();
        for at in 0..lines.len() {
            let Some(row_no) = lines.get(at).and_then(|line| line.row_no) else {
                continue;
            };
            let Some(before) = first_of.get(&row_no).copied() else {
                first_of.insert(row_no, at);
                continue;
            };
            findings.push(Finding::of_line(
                FindingCode::LineNoDuplicate,
                row_no,
                row_no,
            ));
            if lines.get(before) != lines.get(at) {
                for place in [before, at] {
                    if let Some(line) = lines.get_mut(place) {
                        line.outcome = Outcome::Unknown;
                    }
                }
            }
        }
    }
}

fn is_final(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Paid | Outcome::Failed(_) | Outcome::Returned => true,
        Outcome::Accepted | Outcome::Unknown | Outcome::NotFound => false,
    }
}

fn is_failed(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Failed(_))
}

/// The code that a result stands on: where the request was not answered, that is the request's
/// own, whatever stands in the place of the batch's.
fn result_code(values: &Values, names: &CodeNames, answered: bool) -> Option<String> {
    let of_request = values.text(Field::ReplyCode).filter(|_| !answered);
    let of_batch = || first(values, [Field::BatchCode, Field::ReplyCode], names);
    of_request.map(str::to_owned).or_else(of_batch)
}

fn first(values: &Values, fields: [Field; 2], names: &CodeNames) -> Option<String> {
    let [batch, request] = fields;
    let of_batch = names.batch.as_ref().and_then(|_| values.text(batch));
    of_batch.or_else(|| values.text(request)).map(str::to_owned)
}

fn text_of(values: &Values) -> Option<String> {
    let text = values.text(Field::BatchText);
    text.or_else(|| values.text(Field::ReplyText))
        .map(str::to_owned)
}

fn references(values: &Values) -> BTreeMap<String, String> {
    let named = [
        ("file_no", Field::FileNo),
        ("file_date", Field::FileDate),
        (BANK_BATCH_NO, Field::BankBatchNo),
    ];
    let mut references = values.captured.clone();
    for (name, field) in named {
        if let Some(text) = values.text(field) {
            references.insert(name.to_owned(), text.to_owned());
        }
    }
    references
}

fn totals(values: &Values) -> BTreeMap<String, i64> {
    [
        ("count", Field::FileCount),
        ("amount_fen", Field::FileTotal),
        ("paid_count", Field::PaidCount),
        ("paid_fen", Field::PaidTotal),
        ("failed_count", Field::FailedCount),
        ("failed_fen", Field::FailedTotal),
    ]
    .into_iter()
    .filter_map(|(name, field)| Some((name.to_owned(), values.number(field)?)))
    .collect()
}

/// What the bank states against what its rows add up to.
fn check_totals(
    totals: &BTreeMap<String, i64>,
    lines: &[LineOutcome],
    failures_only: bool,
    findings: &mut Vec<Finding>,
) {
    type Pick = fn(Outcome) -> bool;
    let all: Pick = |_| true;
    let paid: Pick = |o| matches!(o, Outcome::Paid);
    let failed: Pick = is_failed;
    let groups = [
        ("count", "amount_fen", all),
        ("paid_count", "paid_fen", paid),
        ("failed_count", "failed_fen", failed),
    ];
    let groups = groups.into_iter().skip(if failures_only { 2 } else { 0 });
    for (count_name, sum_name, pick) in groups {
        let picked = || lines.iter().filter(move |line| pick(line.outcome));
        let mut check = |name: &str, code, counted: Option<i64>| {
            let stated = totals.get(name).copied();
            if let (Some(stated), Some(counted)) = (stated, counted)
                && stated != counted
            {
                let finding = Finding::of_file(code);
                findings.push(finding.with("stated", stated).with("counted", counted));
            }
        };
        let count = i64::try_from(picked().count()).ok();
        check(count_name, FindingCode::ControlCountMismatch, count);
        let sum = picked().try_fold(0i64, |sum, line| sum.checked_add(line.amount?.0));
        check(sum_name, FindingCode::ControlSumMismatch, sum);
    }
}
