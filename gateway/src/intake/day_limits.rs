//! How much of one employer is taken in a day. What is taken is kept for ever.

use super::{Rules, Submitted, day_number};
use crate::book::DayCount;
use crate::core::Core;
use schemas::value::Uscc;
use time::OffsetDateTime;

/// How many files of one employer may come to nothing in a day, and what is kept of them for ever.
/// Who has reached one of them is told to come again tomorrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalLimits {
    /// Files. 10,000.
    pub uploads_max: u64,
    /// Bytes of them in the journal, with those of their lines and findings. 4 GiB.
    pub bytes_max: u64,
}

impl Default for RefusalLimits {
    fn default() -> Self {
        Self {
            uploads_max: 10_000,
            bytes_max: 4 << 30,
        }
    }
}

impl RefusalLimits {
    fn are_reached(self, so_far: DayCount) -> bool {
        so_far.uploads >= self.uploads_max || so_far.bytes >= self.bytes_max
    }
}

/// How many files of one employer are accepted in a day, with their lines and bytes. The last one
/// may go over it: what is asked is whether it is reached before the file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptanceLimits {
    /// Files. 10,000.
    pub uploads_max: u64,
    /// Their lines, refused ones too. 10,000,000.
    pub lines_max: u64,
    /// Their bytes. 16 GiB.
    pub bytes_max: u64,
}

impl Default for AcceptanceLimits {
    fn default() -> Self {
        Self {
            uploads_max: 10_000,
            lines_max: 10_000_000,
            bytes_max: 16 << 30,
        }
    }
}

impl AcceptanceLimits {
    fn are_reached(self, so_far: DayCount) -> bool {
        so_far.uploads >= self.uploads_max
            || so_far.lines >= self.lines_max
            || so_far.bytes >= self.bytes_max
    }
}

const DAY_S: u32 = 24 * 60 * 60;

/// The answer to a further file, where the employer has had its day's share.
pub(super) fn reached(
    core: &Core,
    rules: &Rules<'_>,
    employer: Uscc,
    now: OffsetDateTime,
) -> Option<Submitted> {
    let day = day_number(now.date());
    let desk = core.desk();
    let (refused, accepted) = (
        desk.refusals(employer, day),
        desk.acceptances(employer, day),
    );
    drop(desk);
    let (hours, minutes, seconds) = now.time().as_hms();
    let passed = (u32::from(hours) * 60 + u32::from(minutes)) * 60 + u32::from(seconds);
    let wait_s = DAY_S.saturating_sub(passed);
    if rules.refusals.are_reached(refused) {
        return Some(Submitted::TooManyRefused { wait_s });
    }
    let full = rules.acceptances.are_reached(accepted);
    full.then_some(Submitted::TooManyAccepted { wait_s })
}
