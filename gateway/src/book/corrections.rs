//! 补发: a new line that corrects a failed or returned one. At most one lives at a time.

use super::wages::carries_the_wage;
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
    /// Its wage turned out to be paid by another payment since it was approved.
    Elsewhere(PaymentId),
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
            Self::Elsewhere(_) => "paid_elsewhere",
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
        self.family_rests(original, None)
    }

    /// Whether a line may be sent now; of many lines of a batch, ask [`Book::bars`].
    ///
    /// # Errors
    /// Why not.
    pub fn may_intend(&self, payment: PaymentId) -> Result<(), CorrectionConflict> {
        let batch = self.batch(payment.batch);
        let batch = batch.ok_or(CorrectionConflict::Unknown)?;
        self.bars(batch).of(payment.row)
    }

    /// Whether `payment` may still correct `original`.
    pub(super) fn correction_holds(
        &self,
        original: PaymentId,
        payment: PaymentId,
    ) -> Result<(), CorrectionConflict> {
        let own = self.batch(payment.batch);
        let own = own.ok_or(CorrectionConflict::Unknown)?;
        self.correctable(own.head.employer, original)?;
        self.family_rests(original, Some(payment))
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

    /// A wage and all its corrections, their corrections too: of the whole family at most one
    /// lives, and while one is disputed none may be paid.
    fn family_rests(
        &self,
        member: PaymentId,
        except: Option<PaymentId>,
    ) -> Result<(), CorrectionConflict> {
        let root = self.root_of(member);
        let corrections = self.corrections.get(&root).into_iter().flatten().copied();
        for other in std::iter::once(root).chain(corrections) {
            super::visits::count();
            let Some((_, line)) = self.line(other) else {
                continue;
            };
            if line.disputed.is_some() {
                return Err(CorrectionConflict::Disputed);
            }
            if Some(other) != except && carries_the_wage(line.state) {
                return Err(CorrectionConflict::Live(other));
            }
        }
        Ok(())
    }

    /// The first payment of a family.
    pub(super) fn root_of(&self, member: PaymentId) -> PaymentId {
        self.line_of_corrections(member).last().unwrap_or(member)
    }

    /// A payment, the one that it corrects, and so on up to the first.
    pub(super) fn line_of_corrections(&self, last: PaymentId) -> impl Iterator<Item = PaymentId> {
        std::iter::successors(Some(last), |one| {
            super::visits::count();
            let (batch, _) = self.line(*one)?;
            let earlier = *batch.corrects.get(&one.row)?;
            // A correction names a payment of an earlier batch, so the way up ends. By sequence:
            // the day in a number may go back with the clock.
            (earlier.batch.sequence() < one.batch.sequence()).then_some(earlier)
        })
    }

    /// The correction that lives now of a payment itself, or of one that was to correct it.
    #[must_use]
    pub fn corrected_by(&self, payment: PaymentId) -> Option<PaymentId> {
        let live = self.live_correction(payment)?;
        let mut corrected = self.line_of_corrections(live).skip(1);
        corrected.any(|one| one == payment).then_some(live)
    }

    /// The correction of a payment's family that lives now.
    #[must_use]
    pub fn live_correction(&self, original: PaymentId) -> Option<PaymentId> {
        let corrections = self.corrections.get(&self.root_of(original))?;
        corrections
            .iter()
            .rev()
            .find(|id| {
                super::visits::count();
                self.line(**id)
                    .is_some_and(|(_, line)| carries_the_wage(line.state))
            })
            .copied()
    }
}
