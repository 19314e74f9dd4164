//! What an answer says: from named values to outcomes.

mod dated;
mod doubled;
mod line;
mod whole;

use crate::adapter::BankAdapter;
use crate::codes::{Code, CodeTable};
use crate::definition::dialect::{CodeNames, StepRule};
use crate::exchange::{LineOutcome, Outcome, Push, Receipt, ResultFile};
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::order::BANK_BATCH_NO;
use crate::totals;
pub(crate) use dated::Days;
use std::collections::BTreeMap;

impl BankAdapter {
    fn table(&self, name: Option<&toml::Spanned<String>>) -> Option<&CodeTable> {
        self.codes.get(name?.get_ref())
    }

    /// What the request's codes say; `Accepted` where the dialect has none, `Unknown` where two
    /// of them differ.
    pub(crate) fn request_outcome(&self, names: &CodeNames, values: &Values) -> Outcome {
        let said = |name: &Option<toml::Spanned<String>>, field| {
            let table = self.table(name.as_ref())?;
            let code = values.text(field);
            if code.is_none() && values.unsaid {
                return None;
            }
            Some(code.map_or(Outcome::Unknown, |code| table.outcome(code)))
        };
        let code = said(&names.request, Field::ReplyCode);
        match (code, said(&names.flag, Field::ReplyFlag)) {
            (None, None) => Outcome::Accepted,
            (Some(outcome), None) | (None, Some(outcome)) => outcome,
            (Some(code), Some(flag)) if code == flag => code,
            (Some(_), Some(_)) => Outcome::Unknown,
        }
    }

    /// Whether a reference of an answer is kept: every one but captured values that no query
    /// needs, or that it is given anew before it does (a session's token, the password of a file).
    /// A signed form holds the whole file in clear.
    pub(crate) fn keeps(&self, name: &str) -> bool {
        let mut captured = self.dialect.capture.iter().filter(|c| c.name == name);
        // By its number of the batch an answer is recognised.
        let captured = captured.any(|capture| !capture.names_batch);
        let asks = |steps: &[StepRule]| {
            steps.iter().find_map(|step| {
                let given = step.reply.as_ref().is_some_and(|r| r.captures(name));
                match step.request.captures(name) {
                    true => Some(true),
                    false => given.then_some(false),
                }
            })
        };
        let flows = [&self.dialect.query, &self.dialect.returns];
        !captured || flows.into_iter().any(|steps| asks(steps) == Some(true))
    }

    fn batch_outcome(&self, names: &CodeNames, values: &Values) -> Option<Outcome> {
        let table = self.table(names.batch.as_ref())?;
        let code = batch_code(values);
        Some(code.map_or(Outcome::Unknown, |code| table.outcome(&code)))
    }

    /// The receipt that a submission's last reply is. At most accepted: nothing is paid by it.
    pub(crate) fn receipt(&self, names: &CodeNames, values: &Values) -> Receipt {
        let request = self.request_outcome(names, values);
        let outcome = match request {
            Outcome::Accepted | Outcome::Paid => self
                .batch_outcome(names, values)
                .map_or(Outcome::Accepted, whole::of_receipt),
            other @ (Outcome::Failed(_)
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound) => other,
        };
        // Without a table its rows are an echo: they have no outcome.
        let mut lines = match names.line {
            Some(_) => self.lines(names, values, None),
            None => Vec::new(),
        };
        let understood = matches!(
            request,
            Outcome::Accepted | Outcome::Paid | Outcome::Failed(_)
        );
        if !understood {
            nothing_said(&mut lines);
        }
        let table = self.table(names.line.as_ref());
        whole::doubt_rows((table, values), &mut lines);
        self.doubt_unreasoned(names, values, &mut lines);
        let mut flaws = whole::reach_rows(outcome, (table, values), &mut lines);
        flaws.extend(doubled::refuse(&mut lines));
        let outcome = match believed(outcome, &lines) {
            Outcome::Paid | Outcome::Accepted => Outcome::Accepted,
            Outcome::Failed(reason) => Outcome::Failed(reason),
            Outcome::Unknown | Outcome::Returned | Outcome::NotFound => Outcome::Unknown,
        };
        // What it accepts it says of the whole.
        lines.retain(|line| match line.outcome {
            Outcome::Failed(_) | Outcome::Unknown => true,
            Outcome::Paid | Outcome::Accepted | Outcome::Returned | Outcome::NotFound => false,
        });
        Receipt {
            outcome,
            bank_code: first(values, names),
            bank_text: text_of(values),
            references: self.references(values),
            lines,
            flaws,
        }
    }

    /// The result file that a query's last reply is.
    ///
    /// A request that was not answered says nothing of the lines: they are unknown, whatever
    /// stands in them. `days`: without them no date turns a code into paid.
    pub(crate) fn result(
        &self,
        names: &CodeNames,
        values: &Values,
        days: Option<Days>,
    ) -> ResultFile {
        let mut lines = self.lines(names, values, days);
        let request = self.request_outcome(names, values);
        let of_batch = self.batch_outcome(names, values);
        let outcome = match request {
            Outcome::Accepted | Outcome::Paid => of_batch.unwrap_or_else(|| of_the_question(names)),
            Outcome::NotFound => Outcome::NotFound,
            Outcome::Failed(_) | Outcome::Unknown | Outcome::Returned => Outcome::Unknown,
        };
        let answered = matches!(request, Outcome::Accepted | Outcome::Paid);
        if !answered {
            nothing_said(&mut lines);
        }
        self.doubt_unreasoned(names, values, &mut lines);
        let table = self.table(names.line.as_ref());
        let mut flaws = whole::reach_rows(outcome, (table, values), &mut lines);
        flaws.extend(doubled::refuse(&mut lines));
        let totals = totals::stated(values);
        let failures_only = self.capability().failures_only;
        if answered && !lines.is_empty() {
            flaws.extend(totals::check(&totals, &lines, failures_only));
            flaws.extend(totals::exceeding(values, &lines));
        } else if is_failed(outcome) && lines.is_empty() {
            flaws.extend(totals::against_failure(&totals));
        }
        let stated = totals.get("count").copied();
        // Without a stated count the rest may be on another page.
        let complete = stated.is_some_and(|count| usize::try_from(count) == Ok(lines.len()));
        let settled = !lines.is_empty() && complete && lines.iter().all(|l| is_final(l.outcome));
        let said_final = is_final(outcome);
        let outcome = match believed(outcome, &lines) {
            // A batch that is done says nothing of a line that it does not name.
            Outcome::Paid if !failures_only => Outcome::Accepted,
            believed @ (Outcome::Paid
            | Outcome::Failed(_)
            | Outcome::Accepted
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound) => believed,
        };
        let waits = self.waits_for_a_day(names, values, days);
        let said_final = said_final && outcome != Outcome::Unknown && !waits;
        ResultFile {
            outcome,
            of_whole: !answered || of_batch.is_some(),
            knows_file: answered && self.knows_file(names, &totals),
            answered,
            is_final: answered && (settled || said_final),
            failures_only,
            bank_code: result_code(values, names, answered),
            bank_text: text_of(values),
            references: self.references(values),
            lines,
            totals: totals::shown(values),
            flaws,
        }
    }

    /// Whether an answer shows that the bank has the file: it states totals of it, or would have
    /// said by a code of its own that it has none.
    fn knows_file(&self, names: &CodeNames, totals: &BTreeMap<String, i64>) -> bool {
        let mut tables = [&names.request, &names.flag].into_iter();
        let denies = |table: &CodeTable| table.0.iter().any(|c| c.outcome == Outcome::NotFound);
        totals.values().any(|total| *total > 0)
            || tables.any(|name| self.table(name.as_ref()).is_some_and(denies))
    }

    /// What a push says: rows of one file, and totals that are of these rows.
    pub(crate) fn push(&self, names: &CodeNames, values: &Values) -> Push {
        let result = self.result(names, values, None);
        let mut flaws = result.flaws;
        if result.lines.is_empty() {
            // An answer without rows may have none yet; a push tells what it has.
            flaws = totals::check(&result.totals, &result.lines, result.failures_only);
        }
        Push {
            file_no: values.text(Field::FileNo).and_then(|n| n.parse().ok()),
            lines: result.lines,
            totals: result.totals,
            flaws,
        }
    }

    fn lines(&self, names: &CodeNames, values: &Values, days: Option<Days>) -> Vec<LineOutcome> {
        let table = self.table(names.line.as_ref());
        let listed = names.listed.as_ref().map(|s| s.get_ref().as_str());
        let line = |row| {
            let said = dated::Said {
                head: values,
                row,
                days,
            };
            self.line(table, listed, &said)
        };
        // A line is large: growing step by step would move them all again and again.
        let mut lines = Vec::with_capacity(values.rows.len());
        lines.extend(values.rows.iter().map(line));
        lines
    }

    fn line(
        &self,
        table: Option<&CodeTable>,
        listed: Option<&str>,
        said_of: &dated::Said<'_>,
    ) -> LineOutcome {
        let mut line = LineOutcome::of(Outcome::Unknown);
        let (status, code) = line::told(said_of.row, &mut line);
        let said = status.or(listed);
        let entry = said.and_then(|status| table.and_then(|table| table.find(status)));
        let outcome = entry.map_or(Outcome::Unknown, |entry| said_of.outcome(entry));
        let said = self.refine(outcome, code);
        let failure = |code| names_a_failure(code) && !self.says_taken(code);
        let contradicts = said == Outcome::Paid && code.is_some_and(failure);
        let outcome = if contradicts { Outcome::Unknown } else { said };
        line.detail = if contradicts {
            Some(PAID_WITH_FAILURE_CODE.to_owned())
        } else {
            let open = entry.filter(|_| outcome == Outcome::Accepted);
            open.and_then(|entry| entry.detail.clone())
        };
        line.return_reason = code
            .filter(|_| outcome == Outcome::Returned)
            .and_then(|code| self.reasons.reason(code));
        // What the status says the outcome says; the code says why.
        let shown = match outcome {
            Outcome::Failed(_) | Outcome::Returned => code.or(status),
            Outcome::Unknown if contradicts => code,
            Outcome::Paid | Outcome::Accepted | Outcome::Unknown | Outcome::NotFound => {
                status.or(code)
            }
        };
        line.bank_code = shown.map(str::to_owned);
        line.outcome = outcome;
        line
    }

    /// Whether it is the code by which a request is taken: beside a row it names no failure.
    fn says_taken(&self, code: &str) -> bool {
        let steps = self.dialect.steps();
        let mut tables = steps.filter_map(|step| self.table(step.codes.request.as_ref()));
        let taken = |entry: &Code| match entry.outcome {
            Outcome::Accepted | Outcome::Paid => entry.detail.is_none(),
            Outcome::Failed(_) | Outcome::Unknown | Outcome::Returned | Outcome::NotFound => false,
        };
        tables.any(|table| table.find(code).is_some_and(taken))
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

    /// References by name, but for captured values that are not kept.
    fn references(&self, values: &Values) -> BTreeMap<String, String> {
        let mut references = references(values);
        references.retain(|name, _| self.keeps(name));
        references
    }
}

/// The detail of a line that the bank calls paid while it gives a failure's code: nobody knows.
const PAID_WITH_FAILURE_CODE: &str = "paid_with_failure_code";

/// Whether a code of an error names one: zeros alone say that there is none.
pub(crate) fn names_a_failure(code: &str) -> bool {
    !code.bytes().all(|digit| digit == b'0')
}

/// What an answer says of a batch whose code it does not give: that it is asked about. The answer
/// to a sign-in says nothing of any.
fn of_the_question(names: &CodeNames) -> Outcome {
    match names.batch.is_some() || names.line.is_some() {
        true => Outcome::Accepted,
        false => Outcome::Unknown,
    }
}

fn nothing_said(lines: &mut [LineOutcome]) {
    for line in lines {
        line.outcome = Outcome::Unknown;
    }
}

/// A failed batch with a line that did not fail contradicts itself: what it says of the lines
/// that it does not name can't be trusted.
fn believed(outcome: Outcome, lines: &[LineOutcome]) -> Outcome {
    match outcome {
        Outcome::Failed(_) if !lines.iter().all(|line| is_failed(line.outcome)) => Outcome::Unknown,
        Outcome::Paid
        | Outcome::Failed(_)
        | Outcome::Accepted
        | Outcome::Unknown
        | Outcome::Returned
        | Outcome::NotFound => outcome,
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
    let of_batch = || first(values, names);
    of_request.map(str::to_owned).or_else(of_batch)
}

fn first(values: &Values, names: &CodeNames) -> Option<String> {
    let of_batch = names.batch.as_ref().and_then(|_| batch_code(values));
    let of_request = || {
        let code = values.text(Field::ReplyCode);
        code.or_else(|| values.text(Field::ReplyFlag))
            .map(str::to_owned)
    };
    of_batch.or_else(of_request)
}

/// The status of the batch as its table lists it.
pub(crate) fn batch_code(values: &Values) -> Option<String> {
    let code = values.text(Field::BatchCode)?;
    Some(match values.text(Field::BatchResult) {
        Some(result) => format!("{code}/{result}"),
        None => code.to_owned(),
    })
}

fn text_of(values: &Values) -> Option<String> {
    let text = values.text(Field::BatchText);
    text.or_else(|| values.text(Field::ReplyText))
        .map(str::to_owned)
}

fn references(values: &Values) -> BTreeMap<String, String> {
    let named = [
        ("file_no", Field::FileNo),
        ("file_reference", Field::FileReference),
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
