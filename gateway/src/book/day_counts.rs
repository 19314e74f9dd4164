//! What of an employer's files came on a day: each leaves its bytes in the journal for ever, and
//! where it was accepted its lines in the book, so that nobody may send them without end.

use super::Book;
use certs::identity::Party;
use schemas::value::Uscc;

/// Files of one employer that came on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCount {
    /// How many.
    pub uploads: u64,
    /// Their lines, good and bad; of files that came to nothing they are not counted.
    pub lines: u64,
    /// Their bytes; of files that came to nothing, all that the journal keeps of them, as far as
    /// their records say it.
    pub bytes: u64,
}

/// The last day on which there were any, yyyymmdd.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfDay {
    day: u32,
    count: DayCount,
}

impl OfDay {
    /// One more; the day is that on which it came.
    pub fn add(&mut self, day: u32, lines: u64, bytes: u64) {
        if self.day != day {
            *self = Self {
                day,
                ..Self::default()
            };
        }
        self.count.uploads += 1;
        self.count.lines = self.count.lines.saturating_add(lines);
        self.count.bytes = self.count.bytes.saturating_add(bytes);
    }

    fn of(self, day: u32) -> DayCount {
        if self.day == day {
            self.count
        } else {
            DayCount::default()
        }
    }
}

impl Book {
    /// Files of an employer that came on a day (yyyymmdd) and became no batch: refused, in
    /// conflict with a number in use, broken off. The records say so: a restart knows them too.
    #[must_use]
    pub fn refusals(&self, employer: Uscc, day: u32) -> DayCount {
        let last = self.refusals.get(&employer).copied();
        last.unwrap_or_default().of(day)
    }

    /// Files of an employer that came on a day and were accepted, whatever became of them since.
    #[must_use]
    pub fn acceptances(&self, employer: Uscc, day: u32) -> DayCount {
        let last = self.acceptances.get(&employer).copied();
        last.unwrap_or_default().of(day)
    }
}

/// The employer whose certificate submitted.
pub(super) fn employer_of(submitted_by: &str) -> Option<Uscc> {
    match submitted_by.parse().ok()? {
        Party::Employer { uscc, .. } => Uscc::parse(&uscc).ok(),
        Party::Bank { .. } | Party::Regulator { .. } | Party::Operator { .. } => None,
    }
}
