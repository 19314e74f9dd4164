//! Numbers of bank files. Some banks know a file by its number alone, all of them within a day: a
//! number that another journal has given too makes an old payment pass for a new one.

use super::Book;
use time::OffsetDateTime;

/// 2025-01-01 00:00 +08:00.
const SINCE_S: i64 = 1_735_660_800;

/// From which number on bank files are counted on a journal that is new or restored: the seconds
/// since 2025. That is more than a journal of the same customer that began earlier has given, as
/// long as none instructs a file a second for years. Eight digits until 2028, ten until 2341.
#[must_use]
pub fn first_file_no(now: OffsetDateTime) -> u64 {
    u64::try_from(now.unix_timestamp().saturating_sub(SINCE_S)).unwrap_or(0)
}

impl Book {
    /// The next free number of a bank file; numbers are never used again. None that ends in 0000
    /// is given: some banks know a file by the last four digits of its number, of which zeros
    /// alone are no number to them, so that its wages would fail for nothing.
    #[must_use]
    pub fn next_file_no(&self) -> u64 {
        let next = self.file_no_max + 1;
        match next.is_multiple_of(10_000) {
            true => next + 1,
            false => next,
        }
    }

    /// No bank file is given a lower number from here on.
    pub(super) fn count_files_from(&mut self, first_file_no: u64) {
        self.file_no_max = self.file_no_max.max(first_file_no.saturating_sub(1));
    }
}
