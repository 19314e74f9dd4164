//! What a bank's message states of the whole, against the rows that stand in it.

use crate::exchange::{LineOutcome, Outcome};
use crate::layout::field::Field;
use crate::layout::values::Values;
use schemas::{FailureReason, Fen, Finding, FindingCode};
use std::collections::BTreeMap;

/// What is wrong with a bank's message itself, readable though it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// A stated number of lines is not that of the rows.
    Count {
        /// Name of the total, as in `ResultFile.totals`.
        total: &'static str,
        /// As the bank states it.
        stated: i64,
        /// As its rows make it.
        counted: i64,
    },
    /// A stated sum is not that of the rows; both in fen.
    Sum {
        /// Name of the total, as in `ResultFile.totals`.
        total: &'static str,
        /// As the bank states it.
        stated: i64,
        /// As its rows make it.
        counted: i64,
    },
    /// A row of the file stands there once more.
    RowTwice {
        /// Its number.
        row_no: u32,
    },
    /// A reference that is not our number stands there once more; places of the rows, from 1.
    ReferenceTwice {
        /// Where it stands first.
        first: u32,
        /// Where it stands again.
        row: u32,
    },
    /// A row that did not fail, in a batch that did; its place, from 1.
    RowAgainstBatch {
        /// The place.
        row: u32,
    },
    /// Rows that name their line by account and amount only, and say different things of it.
    PayeeTwice {
        /// Place of the first, from 1.
        first: u32,
        /// Place of the one that differs.
        row: u32,
    },
}

impl Flaw {
    /// The finding for people.
    #[must_use]
    pub fn finding(&self) -> Finding {
        match *self {
            Self::Count {
                stated, counted, ..
            } => Finding::of_file(FindingCode::ControlCountMismatch)
                .with("stated", stated)
                .with("counted", counted),
            Self::Sum {
                stated, counted, ..
            } => Finding::of_file(FindingCode::ControlSumMismatch)
                .with("stated", Fen(stated))
                .with("counted", Fen(counted)),
            Self::RowTwice { row_no } => {
                Finding::of_line(FindingCode::LineNoDuplicate, row_no, row_no)
                    .value(row_no.to_string())
            }
            Self::ReferenceTwice { first, row } => {
                Finding::of_line(FindingCode::LineNoDuplicate, row, row).with("first_row", first)
            }
            Self::RowAgainstBatch { row } => {
                Finding::of_line(FindingCode::AnswerContradictory, row, row)
            }
            Self::PayeeTwice { first, row } => {
                Finding::of_line(FindingCode::AnswerContradictory, row, row)
                    .with("first_row", first)
                    .with("row", row)
            }
        }
    }
}

/// Lines of a kind: how many the bank says there are, and what they make.
pub(crate) struct Group {
    pub(crate) count: (&'static str, Field),
    pub(crate) sum: Option<(&'static str, Field)>,
    pub(crate) has: fn(Outcome) -> bool,
}

/// All lines, the paid ones, the failed ones, and those that are neither.
pub(crate) const GROUPS: [Group; 4] = [
    Group {
        count: ("count", Field::FileCount),
        sum: Some(("amount_fen", Field::FileTotal)),
        has: |_| true,
    },
    Group {
        count: ("paid_count", Field::PaidCount),
        sum: Some(("paid_fen", Field::PaidTotal)),
        has: |outcome| matches!(outcome, Outcome::Paid),
    },
    Group {
        count: ("failed_count", Field::FailedCount),
        sum: Some(("failed_fen", Field::FailedTotal)),
        has: |outcome| matches!(outcome, Outcome::Failed(_)),
    },
    Group {
        count: ("open_count", Field::OpenCount),
        sum: None,
        has: |outcome| {
            use Outcome::{Accepted, NotFound, Unknown};
            matches!(outcome, Accepted | Unknown | NotFound)
        },
    },
];

impl Group {
    /// Its totals: name, and place in a message.
    pub(crate) fn totals(&self) -> impl Iterator<Item = (&'static str, Field)> {
        std::iter::once(self.count).chain(self.sum)
    }

    /// How many rows are of the group.
    pub(crate) fn counted(&self, lines: &[LineOutcome]) -> Option<i64> {
        let own = lines.iter().filter(|line| (self.has)(line.outcome));
        i64::try_from(own.count()).ok()
    }

    /// What they make in fen; `None` where a row states no amount.
    pub(crate) fn summed(&self, lines: &[LineOutcome]) -> Option<i64> {
        let mut own = lines.iter().filter(|line| (self.has)(line.outcome));
        own.try_fold(0i64, |sum, line| sum.checked_add(line.amount?.0))
    }
}

/// The totals that a message states, by name.
pub(crate) fn stated(values: &Values) -> BTreeMap<String, i64> {
    let named = GROUPS.iter().flat_map(Group::totals);
    named
        .filter_map(|(name, field)| Some((name.to_owned(), values.number(field)?)))
        .collect()
}

/// The totals as a message states them; of a kept one also those of lines that are not known, for
/// people to read. The gateway holds what is stated against its file, and those are not of it.
pub(crate) fn shown(values: &Values) -> BTreeMap<String, i64> {
    let mut shown = stated(values);
    if !values.kept {
        return shown;
    }
    let count = values.number(Field::StatedCount);
    let count = count.or_else(|| values.number(Field::RowCount));
    let total = values.number(Field::StatedTotal);
    for (name, stated) in [("count", count), ("amount_fen", total)] {
        if let Some(stated) = stated {
            shown.entry(name.to_owned()).or_insert(stated);
        }
    }
    shown
}

/// Every total that its rows do not bear out. Where only failures are listed, the rows say
/// nothing of the file and of what is paid. Whether a bank counts what was cancelled or expired
/// among its failures is public of none: both are borne out.
pub(crate) fn check(
    totals: &BTreeMap<String, i64>,
    lines: &[LineOutcome],
    failures_only: bool,
) -> Vec<Flaw> {
    let mut flaws = wrong(totals, lines, failures_only);
    if flaws.is_empty() || !lines.iter().any(|line| is_over(line.outcome)) {
        return flaws;
    }
    let refused: Vec<LineOutcome> = lines
        .iter()
        .filter(|l| !is_over(l.outcome))
        .cloned()
        .collect();
    let less = wrong(totals, &refused, failures_only);
    let of_failures = |flaw: &Flaw| match flaw {
        Flaw::Count { total, .. } | Flaw::Sum { total, .. } => total.starts_with("failed"),
        Flaw::RowTwice { .. }
        | Flaw::ReferenceTwice { .. }
        | Flaw::RowAgainstBatch { .. }
        | Flaw::PayeeTwice { .. } => false,
    };
    flaws.retain(|flaw| !of_failures(flaw) || less.iter().any(of_failures));
    flaws
}

/// Totals that speak against a word by which the whole file failed, where no row stands beside it:
/// what is paid, or is still open, was not refused. Of what failed only the file knows how much it
/// should be.
pub(crate) fn against_failure(totals: &BTreeMap<String, i64>) -> Vec<Flaw> {
    let [_, paid, _, open] = &GROUPS;
    differing([paid, open], totals, &[])
}

/// Totals of which nobody knows which lines they count: failures may be taken out of them, and
/// nothing comes to them that is no row.
pub(crate) fn exceeding(values: &Values, lines: &[LineOutcome]) -> Vec<Flaw> {
    let [all, ..] = &GROUPS;
    let beyond = |field, counted: Option<i64>| {
        let (stated, counted) = (values.number(field)?, counted?);
        (stated > counted).then_some((stated, counted))
    };
    let count = beyond(Field::StatedCount, all.counted(lines));
    let count = count.map(|(stated, counted)| Flaw::Count {
        total: "count",
        stated,
        counted,
    });
    let sum = beyond(Field::StatedTotal, all.summed(lines));
    let sum = sum.map(|(stated, counted)| Flaw::Sum {
        total: "amount_fen",
        stated,
        counted,
    });
    count.into_iter().chain(sum).collect()
}

fn is_over(outcome: Outcome) -> bool {
    use FailureReason::{CancelledAtBank, ExpiredAtBank};
    matches!(outcome, Outcome::Failed(CancelledAtBank | ExpiredAtBank))
}

fn wrong(totals: &BTreeMap<String, i64>, lines: &[LineOutcome], failures_only: bool) -> Vec<Flaw> {
    let groups = if failures_only { 2..3 } else { 0..GROUPS.len() };
    differing(GROUPS.get(groups).unwrap_or_default(), totals, lines)
}

fn differing<'g>(
    groups: impl IntoIterator<Item = &'g Group>,
    totals: &BTreeMap<String, i64>,
    lines: &[LineOutcome],
) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for group in groups {
        // The rows are walked for what is stated alone.
        let (total, _) = group.count;
        if let Some(stated) = totals.get(total).copied()
            && let Some(counted) = group.counted(lines).filter(|own| *own != stated)
        {
            flaws.push(Flaw::Count {
                total,
                stated,
                counted,
            });
        }
        if let Some((total, _)) = group.sum
            && let Some(stated) = totals.get(total).copied()
            && let Some(counted) = group.summed(lines).filter(|own| *own != stated)
        {
            flaws.push(Flaw::Sum {
                total,
                stated,
                counted,
            });
        }
    }
    flaws
}

#[cfg(test)]
#[test]
fn what_was_cancelled_may_be_among_the_failed_or_not() {
    let line = |reason| LineOutcome::of(Outcome::Failed(reason));
    let lines = [
        line(FailureReason::RefusedByBank),
        line(FailureReason::CancelledAtBank),
        line(FailureReason::ExpiredAtBank),
    ];
    for (stated, right) in [(0, false), (1, true), (2, false), (3, true), (4, false)] {
        let totals = BTreeMap::from([("failed_count".to_owned(), stated)]);
        assert_eq!(check(&totals, &lines, false).is_empty(), right, "{stated}");
    }
}

#[cfg(test)]
#[test]
fn what_is_paid_or_open_was_not_refused() {
    let stated = |name: &str, stated: i64| {
        let totals = BTreeMap::from([(name.to_owned(), stated)]);
        against_failure(&totals)
    };
    for name in ["paid_count", "paid_fen", "open_count"] {
        assert_eq!(stated(name, 0), [], "{name}");
        assert_eq!(stated(name, 1).len(), 1, "{name}");
    }
    for name in ["count", "amount_fen", "failed_count", "failed_fen"] {
        assert_eq!(stated(name, 1), [], "{name}");
    }
    let flaw = Flaw::Count {
        total: "open_count",
        stated: 2,
        counted: 0,
    };
    assert_eq!(stated("open_count", 2), [flaw]);
}
