//! A line's outcome with nothing beside it.

use super::{LineOutcome, Outcome};

impl LineOutcome {
    /// This outcome of a line of which the message says nothing else.
    #[must_use]
    pub const fn of(outcome: Outcome) -> Self {
        Self {
            row_no: None,
            reference: None,
            account: None,
            name: None,
            amount: None,
            outcome,
            return_reason: None,
            detail: None,
            bank_code: None,
            bank_text: None,
            bank_serial: None,
            original_bank_serial: None,
            booked_at: None,
        }
    }
}
