//! A status that depends on the day: a bank that calls a payment open until its settlement date
//! is over, and means paid from then on, without saying another code.

use crate::adapter::BankAdapter;
use crate::codes::Code;
use crate::definition::dialect::CodeNames;
use crate::exchange::Outcome;
use crate::layout::field::Field;
use crate::layout::rows::Row;
use crate::layout::values::Values;
use crate::order::date_of;
use time::Date;

/// The days by which such a status is read; both come from the question, never from the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    /// Bank day of the file: nothing of it is settled before.
    of_file: Date,
    /// Day on which the question was asked, in +08:00.
    asked: Date,
}

impl Days {
    /// The days of a question's values; `None` where one of them is missing.
    pub(crate) fn of(question: &Values) -> Option<Self> {
        let day = |field: Field| date_of(question.text(field)?);
        Some(Self {
            of_file: day(Field::FileDate)?,
            asked: day(Field::FileAt)?,
        })
    }
}

/// A row with what an answer says beside it.
pub(super) struct Said<'a> {
    /// The head.
    pub head: &'a Values,
    /// The row.
    pub row: Row<'a>,
    /// The days of the question.
    pub days: Option<Days>,
}

impl Said<'_> {
    /// What a code of the row means on the day of the question.
    pub(super) fn outcome(&self, entry: &Code) -> Outcome {
        match entry.paid_after {
            Some(field) if self.is_over(field) => Outcome::Paid,
            Some(_) | None => entry.outcome,
        }
    }

    /// Whether the date is over. One that is missing, is no date, or lies before the file says
    /// nothing.
    fn is_over(&self, field: Field) -> bool {
        let text = self.row.get(&field);
        let date = text.or_else(|| self.head.text(field)).and_then(date_of);
        let both = self.days.zip(date);
        both.is_some_and(|(days, date)| days.of_file <= date && date < days.asked)
    }
}

impl BankAdapter {
    /// Whether a row is open until a date is over: a batch that is done is not final then.
    pub(super) fn waits_for_a_day(
        &self,
        names: &CodeNames,
        head: &Values,
        days: Option<Days>,
    ) -> bool {
        let table = self.table(names.line.as_ref());
        let dated = table.is_some_and(|table| table.0.iter().any(|c| c.paid_after.is_some()));
        if !dated {
            return false;
        }
        head.rows.iter().any(|row| {
            let status = row.get(&Field::RowStatus);
            let entry = status.and_then(|status| table?.find(status));
            let open = |entry: &Code| Said { head, row, days }.outcome(entry) != Outcome::Paid;
            entry.is_some_and(|entry| entry.paid_after.is_some() && open(entry))
        })
    }
}

#[cfg(test)]
mod tests;
