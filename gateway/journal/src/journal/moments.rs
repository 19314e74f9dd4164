//! Which records were made before a moment of the wall clock.

use super::Journal;
use crate::error::JournalError;
use crate::state::lock;

impl Journal {
    /// The sequence of the first record whose time is `time_ms` (Unix milliseconds UTC) or later;
    /// that of the next record where there is none. Where the clock was set back, a time comes
    /// twice and the first one counts: what happened then is no older than this says.
    ///
    /// Reads a record for each halving of the journal, and one for each time that the clock was
    /// set back.
    ///
    /// # Errors
    /// `Damaged` where a record's checksum fails now, `Io`.
    pub fn first_since(&self, time_ms: i64) -> Result<u64, JournalError> {
        let (set_back, last) = {
            let state = lock(&self.shared.state);
            (state.set_back.clone(), state.last())
        };
        // In order of time from one to the next.
        let ends = set_back.iter().map(|sequence| sequence.saturating_sub(1));
        let mut begin = 1;
        for end in ends.chain([last]) {
            if begin <= end && self.time_of(end)? >= time_ms {
                return self.first_in_order(time_ms, (begin, end));
            }
            begin = end.saturating_add(1);
        }
        Ok(begin)
    }

    /// The same between two records that are in order of time, the last of which is late enough.
    fn first_in_order(
        &self,
        time_ms: i64,
        (mut begin, mut end): (u64, u64),
    ) -> Result<u64, JournalError> {
        while begin < end {
            let middle = begin.midpoint(end);
            if self.time_of(middle)? < time_ms {
                begin = middle.saturating_add(1);
            } else {
                end = middle;
            }
        }
        Ok(end)
    }

    fn time_of(&self, sequence: u64) -> Result<i64, JournalError> {
        Ok(self.read_sequence(sequence)?.time_ms)
    }
}

#[cfg(test)]
mod tests;
