//! 补发: a new line that corrects a failed or returned one. At most one lives at a time.

use super::wages::{Project, Scope, carries_the_wage};
use super::{Book, LineState};
use schemas::value::{BatchId, PaymentId, Uscc};

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
    /// It is older than the restore of the journal from a copy: it may have been sent, or
    /// corrected, since the copy was made.
    Restored,
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
            Self::Restored => "restored",
            Self::Live(_) => "live_correction",
            Self::Elsewhere(_) => "paid_elsewhere",
        }
    }
}

/// What a correction has of those that it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corrects<'b> {
    /// Their family: it is judged by the rules of corrections.
    pub family: PaymentId,
    /// Their project, where the file names none.
    pub project: Option<&'b Project>,
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
            // What the original did after the copy's end is not known: it may have paid it.
            LineState::Failed | LineState::Returned if self.is_set_apart(original.batch) => {
                Err(CorrectionConflict::Restored)
            }
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
        for other in self.family(self.root_of(member)) {
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

    /// Adds the corrections of a new batch to the families of those that they correct.
    pub(super) fn join_families(&mut self, id: BatchId) {
        let Some(batch) = self.batch(id) else {
            return;
        };
        let corrects = batch.corrects.iter();
        let taken: Vec<(u32, PaymentId)> = corrects
            .filter(|(row, _)| {
                let line = batch.line(**row);
                line.is_some_and(|line| line.state != LineState::Refused)
            })
            .map(|(row, original)| (*row, *original))
            .collect();
        for (row, original) in taken {
            let (root, payment) = (self.root_of(original), PaymentId { batch: id, row });
            self.corrections.entry(root).or_default().push(payment);
            if self.may_bar.contains(&root) {
                self.list_may_bar(payment);
            }
        }
    }

    /// A first payment and its corrections, theirs too.
    pub(super) fn family(&self, root: PaymentId) -> impl Iterator<Item = PaymentId> {
        let corrections = self.corrections.get(&root).into_iter().flatten().copied();
        std::iter::once(root).chain(corrections)
    }

    /// The last try of a payment's wage: no correction of its family is newer, but for those that
    /// were taken back.
    #[must_use]
    pub fn last_try(&self, payment: PaymentId) -> Option<PaymentId> {
        let tries = self.family(self.root_of(payment)).filter(|one| {
            super::visits::count();
            let line = self.line(*one);
            line.is_some_and(|(_, line)| line.state != LineState::Cancelled)
        });
        // A family is in the order in which its payments came.
        tries.last()
    }

    /// Whether the correction file of a payment's batch has it: of a wage that failed several times
    /// the last try is offered, in its own batch. Two batches would offer one wage.
    #[must_use]
    pub fn is_offered(&self, payment: PaymentId) -> bool {
        let batch = self.batch(payment.batch);
        batch.is_some_and(|batch| {
            self.may_correct(batch.head.employer, payment).is_ok()
                && self.last_try(payment) == Some(payment)
        })
    }

    /// Every correction of a payment itself and of those that were to correct it, in the order in
    /// which they came, whatever became of them.
    pub fn corrections_of(&self, payment: PaymentId) -> impl Iterator<Item = PaymentId> {
        let family = self.family(self.root_of(payment)).skip(1);
        family.filter(move |one| {
            let mut corrected = self.line_of_corrections(*one).skip(1);
            corrected.any(|of| of == payment)
        })
    }

    /// The first payment of a family.
    pub(crate) fn root_of(&self, member: PaymentId) -> PaymentId {
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

    /// What a correction of a payment has of those that it stands for.
    pub(super) fn correcting(&self, original: PaymentId) -> Corrects<'_> {
        let (mut family, mut project) = (original, None);
        for one in self.line_of_corrections(original) {
            family = one;
            project = project.or_else(|| self.project_named(one));
        }
        Corrects { family, project }
    }

    /// The project that a payment's file names.
    pub(super) fn project_named(&self, payment: PaymentId) -> Option<&Project> {
        let head = &self.batch(payment.batch)?.head;
        head.project_code.as_ref()?;
        let (scope, _) = self.scopes.get_key_value(&Scope::of(head))?;
        Some(&scope.project)
    }

    /// The project of a payment in a scope. A correction that names none is of the one of the
    /// payment that it corrects: that one is known.
    pub(super) fn project_of<'b>(&'b self, scope: &'b Scope, payment: PaymentId) -> &'b Project {
        if scope.project != Project::Unnamed {
            return &scope.project;
        }
        let batch = self.batch(payment.batch);
        let original = batch.and_then(|batch| batch.corrects.get(&payment.row));
        let named = original.and_then(|one| self.correcting(*one).project);
        named.unwrap_or(&scope.project)
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
