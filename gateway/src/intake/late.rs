//! Findings that need the book: the same wage elsewhere, and corrections.

use crate::book::table::TableRow;
use crate::book::{Beside, Book, CorrectionConflict, InFlight, Scope};
use schemas::value::{BatchId, Fen, PaymentId, Uscc};
use schemas::{Finding, FindingCode, LineState, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of a file as they are compared with the book.
pub(super) struct Wages<'a> {
    /// The number that the batch has or would have.
    pub batch: BatchId,
    /// Who pays.
    pub employer: Uscc,
    /// Employer, month and project; `None` where the file has no month that can be read.
    pub scope: Option<Scope>,
    /// Whether that month was assumed.
    pub month_assumed: bool,
    /// In the order of their indexes, which count from 1 without gaps.
    pub rows: &'a [TableRow],
    /// Lines that correct an earlier payment.
    pub corrects: &'a [(u32, PaymentId)],
}

impl Wages<'_> {
    /// Findings by the index of their line, in the order of the rows.
    pub fn findings(&self, book: &Book) -> Vec<(u32, Finding)> {
        let mut findings = Vec::new();
        // Another employer's payments are not asked about: nothing of them may be told (M6).
        let own = |original: &PaymentId| {
            let batch = book.batch(original.batch);
            batch.is_some_and(|batch| batch.head.employer == self.employer)
        };
        let corrects = self.corrects.iter().copied();
        let corrects: Vec<_> = corrects.filter(|(_, one)| own(one)).collect();
        let scope = self.scope.as_ref();
        for known in book.in_flight(scope, self.month_assumed, self.rows, &corrects) {
            findings.push((known.index, self.in_flight(book, known)));
        }
        let mut first: BTreeMap<PaymentId, u32> = BTreeMap::new();
        for (index, original) in self.corrects {
            // Two lines of one file that correct one wage, by the same payment or by another try of
            // it: the second one loses, for at most one correction lives.
            let row = *first.entry(book.root_of(*original)).or_insert(*index);
            let twin = (row != *index).then_some(CorrectionConflict::Live(PaymentId {
                batch: self.batch,
                row,
            }));
            let refused = book.may_correct(self.employer, *original).err();
            match refused.or(twin) {
                Some(conflict) => {
                    let finding = self
                        .of_line(FindingCode::CorrectionConflict, *index)
                        .field("corrects")
                        .value(original.to_string())
                        .with("reason", conflict.as_str());
                    let told = told_of(book, *original, conflict);
                    findings.push((*index, told.fold(finding, Finding::about)));
                }
                None => self.differences(book, *index, *original, &mut findings),
            }
        }
        let refused = refused_by(&findings);
        self.beside(book, &refused, &mut findings);
        // Stable: of one row, the wage's comes before the correction's.
        findings.sort_by_key(|(_, finding)| finding.row);
        findings
    }

    fn row(&self, index: u32) -> Option<&TableRow> {
        let at = usize::try_from(index.checked_sub(1)?).ok()?;
        self.rows.get(at)
    }

    fn of_line(&self, code: FindingCode, index: u32) -> Finding {
        let row = self.row(index);
        let (line, row) = row.map_or((index, index), |row| (row.line_no, row.row));
        Finding::of_line(code, line, row)
    }

    fn in_flight(&self, book: &Book, known: InFlight) -> Finding {
        let mut finding = self
            .of_line(FindingCode::PayeeInFlight, known.index)
            .field("id_number")
            .with("earlier", known.earlier)
            .with("state", known.state)
            .about(known.earlier);
        // The other batch is the same employer's: its number may be told to it. Who else reads the
        // finding is told only what it sees (M6).
        if let Some((batch, carrier)) = book.line(known.earlier) {
            let (batch_no, line_no) = (&batch.head.batch_no, carrier.line_no);
            finding = finding
                .value(format!("{batch_no} / {line_no}"))
                .with("other_batch", batch_no)
                .with("other_line", line_no);
            if !known.same_month {
                finding = finding.with("month", batch.head.pay_month);
            }
        }
        if known.state == LineState::Paid || !known.same_project || !known.same_month {
            finding.severity = Severity::Warning;
        }
        finding
    }

    /// A wage that the file pays twice: as a correction, and without naming what it corrects. Each
    /// line that is found names the earlier one; what is refused already pays nothing.
    fn beside(&self, book: &Book, refused: &BTreeSet<u32>, findings: &mut Vec<(u32, Finding)>) {
        let Some(scope) = &self.scope else {
            return;
        };
        let rows = self.rows.iter().filter(|row| !row.refused);
        let rows = rows.filter(|row| !refused.contains(&row.index));
        let lines = rows.map(|row| (row.index, (row.person, row.amount_fen)));
        let corrects = self.corrects.iter().copied();
        let corrects = corrects.filter(|(index, _)| !refused.contains(index));
        for known in book.beside((self.batch, scope), lines, &corrects.collect()) {
            findings.push((known.index, self.in_this_file(known)));
        }
    }

    fn in_this_file(&self, known: Beside) -> Finding {
        let mut finding = self
            .of_line(FindingCode::PayeeInFlight, known.index)
            .field("id_number");
        if let Some(earlier) = self.row(known.earlier) {
            finding = finding
                .with("other_line", earlier.line_no)
                .with("first_row", earlier.row);
        }
        if !known.same_project {
            finding.severity = Severity::Warning;
        }
        finding
    }

    /// A correction pays the same person again, to another account as a rule, and not more: what
    /// differs from that a person must have seen (decision 009).
    fn differences(
        &self,
        book: &Book,
        index: u32,
        original: PaymentId,
        findings: &mut Vec<(u32, Finding)>,
    ) {
        let (Some(row), Some((_, line))) = (self.row(index), book.line(original)) else {
            return;
        };
        let differs = || {
            let finding = self.of_line(FindingCode::CorrectionDiffers, index);
            finding.about(original)
        };
        if row.person != line.person {
            let finding = differs().field("id_number").with("earlier", original);
            findings.push((index, finding));
        }
        if row.amount_fen > line.amount_fen {
            let finding = differs()
                .field("amount")
                .value(Fen(row.amount_fen).to_string())
                .with("earlier", original)
                .with("expected", Fen(line.amount_fen));
            findings.push((index, finding));
        }
    }
}

/// The payments that a conflict tells of: the one to correct, and the one that stands against it.
fn told_of(
    book: &Book,
    original: PaymentId,
    conflict: CorrectionConflict,
) -> impl Iterator<Item = PaymentId> {
    let other = match conflict {
        CorrectionConflict::Live(one) | CorrectionConflict::Elsewhere(one) => Some(one),
        CorrectionConflict::Disputed => book.first_disputed(original),
        CorrectionConflict::Unknown
        | CorrectionConflict::State(_)
        | CorrectionConflict::Restored => None,
    };
    std::iter::once(original).chain(other)
}

/// The lines that have an error.
pub(super) fn refused_by(late: &[(u32, Finding)]) -> BTreeSet<u32> {
    let errors = late
        .iter()
        .filter(|(_, finding)| finding.severity == Severity::Error);
    errors.map(|(index, _)| *index).collect()
}

/// Warnings about money in flight, and about another person or more money than a correction is
/// for, must be acknowledged by the approver.
pub(super) fn must_acknowledge(late: &[(u32, Finding)]) -> Vec<String> {
    let codes: BTreeSet<&str> = late
        .iter()
        .map(|(_, finding)| finding)
        .filter(|finding| {
            let weighty = matches!(
                finding.code,
                FindingCode::PayeeInFlight | FindingCode::CorrectionDiffers
            );
            weighty && finding.severity == Severity::Warning
        })
        .map(|finding| finding.code.as_str())
        .collect();
    codes.into_iter().map(str::to_owned).collect()
}
