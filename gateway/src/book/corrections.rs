//! 补发: a new line that corrects a failed or returned one. At most one lives at a time.

use super::{Book, LineState};
use schemas::value::{PaymentId, Uscc};

/// Why a line can't be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrectionConflict {
    /// No such payment of this employer.
    Unknown,
    /// It is neither failed nor returned.
    State(LineState),
    /// It is disputed: the two operators first.
    Disputed,
    /// Another correction of it is alive.
    Live(PaymentId),
}

impl CorrectionConflict {
    /// A word for the finding.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown_payment",
            Self::State(state) => state.as_str(),
            Self::Disputed => "disputed",
            Self::Live(_) => "live_correction",
        }
    }
}

impl Book {
    /// Whether `employer` may correct `original` now.
    ///
    /// # Errors
    /// Why not.
    pub fn may_correct(
        &self,
        employer: Uscc,
        original: PaymentId,
    ) -> Result<(), CorrectionConflict> {
        self.correctable(employer, original)?;
        match self.live_correction(original) {
            Some(live) => Err(CorrectionConflict::Live(live)),
            None => Ok(()),
        }
    }

    /// Checked again when a correction is intended: its original may have become disputed, or
    /// turned out to be paid, since.
    ///
    /// # Errors
    /// Why not.
    pub fn may_intend(&self, payment: PaymentId) -> Result<(), CorrectionConflict> {
        let Some((batch, _)) = self.line(payment) else {
            return Err(CorrectionConflict::Unknown);
        };
        let Some(original) = batch.corrects.get(&payment.row) else {
            return Ok(());
        };
        self.correctable(batch.head.employer, *original)?;
        match self.live_correction(*original) {
            Some(live) if live != payment => Err(CorrectionConflict::Live(live)),
            Some(_) | None => Ok(()),
        }
    }

    fn correctable(&self, employer: Uscc, original: PaymentId) -> Result<(), CorrectionConflict> {
        let Some((batch, line)) = self.line(original) else {
            return Err(CorrectionConflict::Unknown);
        };
        if batch.head.employer != employer {
            return Err(CorrectionConflict::Unknown);
        }
        if line.disputed.is_some() {
            return Err(CorrectionConflict::Disputed);
        }
        match line.state {
            LineState::Failed | LineState::Returned => Ok(()),
            state @ (LineState::Held
            | LineState::Released
            | LineState::Intended
            | LineState::Accepted
            | LineState::Paid
            | LineState::Unknown
            | LineState::Cancelled
            | LineState::Refused) => Err(CorrectionConflict::State(state)),
        }
    }

    /// The correction of a line that has not failed, returned or been cancelled itself.
    #[must_use]
    pub fn live_correction(&self, original: PaymentId) -> Option<PaymentId> {
        let correction = *self.corrections.get(&original)?;
        let (_, line) = self.line(correction)?;
        match line.state {
            LineState::Failed | LineState::Returned | LineState::Cancelled | LineState::Refused => {
                None
            }
            LineState::Held
            | LineState::Released
            | LineState::Intended
            | LineState::Accepted
            | LineState::Paid
            | LineState::Unknown => Some(correction),
        }
    }
}
