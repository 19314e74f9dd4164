//! How many files of an employer came to nothing on a day: each leaves its bytes in the journal for
//! ever, so that nobody may send them without end.

use super::Book;
use certs::identity::Party;
use schemas::value::Uscc;

/// Files of one employer that became no batch, on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// How many.
    pub uploads: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The last day on which there were any, yyyymmdd.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OfDay {
    day: u32,
    refusals: Refusals,
}

impl OfDay {
    /// One more; the day is that on which it came.
    pub fn add(&mut self, day: u32, bytes: u64) {
        if self.day != day {
            *self = Self {
                day,
                ..Self::default()
            };
        }
        self.refusals.uploads += 1;
        self.refusals.bytes = self.refusals.bytes.saturating_add(bytes);
    }
}

impl Book {
    /// Files of an employer that came on a day (yyyymmdd) and became no batch: refused, in
    /// conflict with a number in use, broken off. The records say so: a restart knows them too.
    #[must_use]
    pub fn refusals(&self, employer: Uscc, day: u32) -> Refusals {
        let last = self.refusals.get(&employer);
        let last = last.filter(|last| last.day == day);
        last.map(|last| last.refusals).unwrap_or_default()
    }
}

/// The employer whose certificate submitted.
pub(super) fn employer_of(submitted_by: &str) -> Option<Uscc> {
    match submitted_by.parse().ok()? {
        Party::Employer { uscc, .. } => Uscc::parse(&uscc).ok(),
        Party::Bank { .. } | Party::Regulator { .. } | Party::Operator { .. } => None,
    }
}
