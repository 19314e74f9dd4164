//! The bank days by which a story says what comes next.

use schemas::codes::BankCalendar;
use time::OffsetDateTime;

/// On which days banks work, as far as it is known here, and from when on is looked ahead.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a> {
    /// The days.
    pub calendar: &'a BankCalendar,
    /// Those of the gateway's own folder are among them; else it may know more than this program.
    pub of_gateway: bool,
    /// Now.
    pub now: OffsetDateTime,
}
