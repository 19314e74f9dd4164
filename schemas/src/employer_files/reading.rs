//! The reading of one file from its first byte to its summary.

use super::census::Census;
use super::decoded::Decoded;
use super::detect::{self, Form, Manner};
use super::duplicates::{Late, SecondLook, Suspicions};
use super::head::{self, HeadValues};
use super::judge::{Judge, Values};
use super::raw::{RawHead, RawLine, Receiver, Stop, Tally, yuan};
use super::store::{Counts, Store};
use super::template::Column;
use super::{
    Asked, Format, LineRules, ReadError, ReadOptions, Sink, SinkError, Source, Summary, Unpayable,
    csv, json, pain_001, xlsx,
};
use crate::batch::{PayLine, Payee};
use crate::finding::{Finding, FindingCode, Severity};
use crate::value::{Fen, LineNo};
use std::sync::Arc;

/// Reads a file of any format whose census was taken.
pub(super) fn read(
    source: &mut dyn Source,
    census: &Census,
    options: &ReadOptions<'_>,
    sink: &mut dyn Sink,
) -> Result<Summary, ReadError> {
    let manner = match detect::manner(census, options) {
        Ok(manner) => manner,
        Err(refused) => {
            let mut reading = Reading::new(options, sink, census);
            reading.refuse(*refused.finding);
            return reading.finish(Vec::new(), refused.form, census);
        }
    };
    let mut form = Form {
        format: Some(manner.format),
        encoding: Some(manner.charset.name().to_owned()),
    };
    let mut reading = Reading::new(options, sink, census);
    match parse(source, &manner, options, &mut reading) {
        Ok(()) => reading.compare_totals(),
        Err(Stop::File(finding)) => {
            form.correct(finding.code, options);
            // The rest was not read, so nothing counted can be compared.
            reading.finding_of_stop(*finding)?;
        }
        Err(Stop::Read(error)) => return Err(error),
    }
    let late = match reading.second_look() {
        Some(mut look) => {
            match parse(source, &manner, options, &mut look) {
                Ok(()) | Err(Stop::File(_)) => {}
                Err(Stop::Read(error)) => return Err(error),
            }
            look.late
        }
        None => Vec::new(),
    };
    reading.finish(late, form, census)
}

fn parse(
    source: &mut dyn Source,
    manner: &Manner,
    options: &ReadOptions<'_>,
    to: &mut dyn Receiver,
) -> Result<(), Stop> {
    match manner.format {
        Format::Csv => csv::parse(Decoded::new(source, manner)?, options, to),
        Format::Json => json::parse(source, manner, options, to),
        Format::Pain001 => pain_001::parse(Decoded::new(source, manner)?, options, to),
        Format::Xlsx => xlsx::parse(source, options, to),
    }
}

/// The first walk: judges, counts, hands over.
struct Reading<'a> {
    options: &'a ReadOptions<'a>,
    sink: &'a mut dyn Sink,
    judge: Judge,
    store: Store<'a>,
    suspicions: Option<Suspicions>,
    head: Option<HeadValues>,
    rules: Option<Arc<dyn LineRules>>,
    counted: Tally,
    ok: Tally,
    scratch: Vec<Finding>,
    /// As of [`RawHead`].
    no_titles: bool,
    no_amounts: bool,
    totals_in: Option<[&'static str; 2]>,
}

impl<'a> Reading<'a> {
    fn new(options: &'a ReadOptions<'a>, sink: &'a mut dyn Sink, census: &Census) -> Self {
        Self {
            options,
            sink,
            judge: Judge::new(options),
            store: Store::new(options.limits.findings_in_memory, options.spill),
            suspicions: Some(Suspicions::new(&census.digest)),
            head: None,
            rules: None,
            counted: Tally::default(),
            ok: Tally::default(),
            scratch: Vec::new(),
            no_titles: false,
            no_amounts: false,
            totals_in: None,
        }
    }

    fn refuse(&mut self, finding: Finding) {
        self.store.push_of_end(finding);
    }

    /// A reader that stops may still name the row where it did.
    fn finding_of_stop(&mut self, finding: Finding) -> Result<(), ReadError> {
        match self.store.push(finding) {
            Err(Stop::Read(error)) => Err(error),
            Ok(()) | Err(Stop::File(_)) => Ok(()),
        }
    }

    fn second_look(&mut self) -> Option<SecondLook> {
        let judge = Judge::new(self.options);
        self.suspicions.take()?.second_look(judge)
    }

    /// Names the level of a total where the format has several.
    fn at_the_top(
        &self,
        finding: Finding,
        which: fn([&'static str; 2]) -> &'static str,
    ) -> Finding {
        match self.totals_in.map(which) {
            Some(element) => finding
                .with("element", element)
                .with("reason", "group_header"),
            None => finding,
        }
    }

    fn compare_totals(&mut self) {
        let counted = self.counted;
        if self.no_titles {
            return;
        }
        if counted.lines == 0 {
            return self.refuse(Finding::of_file(FindingCode::EmptyBatch));
        }
        if counted.sum().is_none() {
            let finding = Finding::of_file(FindingCode::TooLarge).field("total_amount");
            let finding = finding
                .with("reason", "sum")
                .with("counted", yuan(counted.fen));
            self.refuse(finding.with("limit", Fen(i64::MAX).yuan()));
        }
        let Some(head) = &self.head else { return };
        let (stated_lines, stated_fen) = (head.draft.line_count, head.draft.total);
        if let Some(stated) = stated_lines.filter(|stated| *stated != counted.lines) {
            let finding = Finding::of_file(FindingCode::ControlCountMismatch).field("line_count");
            let finding = finding.value(stated.to_string()).with("stated", stated);
            let finding = finding.with("counted", counted.lines);
            let finding = self.at_the_top(finding, |[number, _]| number);
            self.refuse(match counted.hidden {
                0 => finding,
                hidden => finding.with("hidden", hidden),
            });
        }
        // What rows with shifted cells pay nobody can say: less than stated follows from them.
        let follows = |stated: Fen| counted.shifted > 0 && i128::from(stated.0) > counted.fen;
        let differs = |stated: &Fen| i128::from(stated.0) != counted.fen && !follows(*stated);
        if let Some(stated) = stated_fen.filter(|stated| !self.no_amounts && differs(stated)) {
            let finding = Finding::of_file(FindingCode::ControlSumMismatch).field("total_amount");
            let finding = finding.value(stated.yuan()).with("stated", stated);
            let finding = finding.with("counted", yuan(counted.fen));
            let finding = self.at_the_top(finding, |[_, sum]| sum);
            self.refuse(match counted.unread {
                0 => finding,
                unread => finding
                    .with("unread", unread)
                    .with("remedy", "amounts_first"),
            });
        }
    }

    fn finish(
        self,
        mut late: Vec<Late>,
        form: Form,
        census: &Census,
    ) -> Result<Summary, ReadError> {
        late.sort_by_key(|late| late.row);
        let Counts {
            errors,
            warnings,
            notes,
        } = self.store.deliver(late, self.sink)?;
        let (head, draft) = self.head.map_or((None, None), |v| (v.head, Some(v.draft)));
        Ok(Summary {
            format: form.format,
            encoding: form.encoding,
            head,
            draft,
            line_count: self.counted.lines,
            total: self.counted.sum(),
            lines_ok: self.ok.lines,
            total_ok: self.ok.sum(),
            errors,
            warnings,
            notes,
            digest: census.digest,
        })
    }

    /// Adds what the paying bank would refuse, also where our own rules refuse another field.
    fn ask_bank(&mut self, values: &Values<'_>, row: u32) {
        let Some(rules) = &self.rules else { return };
        let amount_refused = self
            .scratch
            .iter()
            .any(|finding| is_error(finding) && finding.field == Some(Column::Amount.key()));
        let asked = Asked {
            line_no: LineNo(values.number()),
            row,
            name: values.name,
            memo: values.memo,
            amount: values.amount.filter(|_| !amount_refused),
            account: values.account,
            payee_bank: values.bank,
        };
        rules.judge(&asked, &mut self.scratch);
    }

    fn deliver_line(&mut self, values: &Values<'_>, row: u32, bad: bool) -> Result<(), SinkError> {
        let line = if bad { None } else { pay_line(values, row) };
        match line {
            Some(line) => {
                self.ok.lines += 1;
                self.ok.fen += i128::from(line.amount.0);
                self.sink.line(&line)
            }
            None => {
                let line_no = values.line_no.map(|number| number.0);
                self.sink.unpayable(&unpayable(values, row))?;
                self.sink.refused(values.index, row, line_no)
            }
        }
    }
}

fn is_error(finding: &Finding) -> bool {
    finding.severity == Severity::Error
}

fn pay_line<'v>(values: &Values<'v>, row: u32) -> Option<PayLine<'v>> {
    Some(PayLine {
        index: values.index,
        row,
        line_no: LineNo(values.number()),
        reference: values.reference,
        payee: Payee {
            name: values.name?,
            id_type: values.id_type,
            id_number: values.id_number?,
            account: values.account?,
        },
        payee_bank: values.bank,
        cnaps_code: values.cnaps_code,
        amount: values.amount?,
        gross_amount: values.gross_amount,
        memo: values.memo,
        corrects: values.corrects,
    })
}

fn unpayable<'v>(values: &Values<'v>, row: u32) -> Unpayable<'v> {
    Unpayable {
        index: values.index,
        row,
        line_no: LineNo(values.number()),
        reference: values.reference,
        name: values.name,
        id_type: values.id_type,
        id_number: values.id_number,
        account: values.account,
        payee_bank: values.bank,
        cnaps_code: values.cnaps_code,
        amount: values.amount,
        gross_amount: values.gross_amount,
        memo: values.memo,
        corrects: values.corrects,
    }
}

impl Receiver for Reading<'_> {
    fn head(&mut self, raw: &RawHead) -> Result<(), Stop> {
        (self.no_titles, self.no_amounts) = (raw.no_titles, raw.no_amounts);
        self.totals_in = raw.totals_in;
        let mut findings = Vec::new();
        let values = head::judge(raw, &mut self.judge, self.options, &mut findings);
        for finding in findings {
            self.store.push(finding)?;
        }
        let asked = self.options.paying_bank.or(values.draft.paying_bank);
        self.rules = asked
            .zip(self.options.bank_rules)
            .and_then(|(bank, book)| book.rules_of(bank));
        match &values.head {
            Some(head) => self.sink.head(head)?,
            None => self.sink.draft(&values.draft)?,
        }
        self.head = Some(values);
        Ok(())
    }

    fn line(&mut self, raw: &RawLine<'_>) -> Result<(), Stop> {
        if self.counted.lines >= self.options.limits.lines_max {
            let finding = Finding::of_file(FindingCode::TooManyLines);
            return Err(finding.with("limit", self.options.limits.lines_max).into());
        }
        self.counted.lines += 1;
        self.counted.hidden += u32::from(raw.hidden);
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let values = self.judge.judge(self.counted.lines, raw, &mut scratch);
        self.scratch = scratch;
        match values.amount {
            Some(amount) => self.counted.fen += i128::from(amount.0),
            None => {
                self.counted.unread += 1;
                self.counted.shifted += u32::from(raw.broken);
            }
        }
        let suspicions = self.suspicions.as_mut();
        let repeated = suspicions.is_some_and(|suspicions| suspicions.take(&values));
        self.ask_bank(&values, raw.row);
        let bad = repeated || raw.broken || self.scratch.iter().any(is_error);
        self.deliver_line(&values, raw.row, bad)?;
        if !self.scratch.is_empty() {
            self.scratch
                .sort_by_key(|finding| Column::rank(finding.field));
            for finding in self.scratch.drain(..) {
                self.store.push(finding)?;
            }
        }
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), Stop> {
        self.store.push(finding)
    }

    fn tally(&self) -> Tally {
        self.counted
    }
}
