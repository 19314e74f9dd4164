//! What keeps a line from being sent though it was released: its wage is elsewhere after all
//! (decision 012).

use super::wages::{Scope, Wage, carries_the_wage};
use super::{Batch, Book, CorrectionConflict};
use schemas::value::PaymentId;
use std::collections::HashMap;

impl Book {
    /// What keeps lines of a batch from being sent.
    #[must_use]
    pub fn bars<'b>(&'b self, batch: &'b Batch) -> Bars<'b> {
        Bars {
            book: self,
            scope: Scope::of(&batch.head),
            batch,
            known: HashMap::new(),
        }
    }
}

/// What keeps the lines of one batch from being sent; a wage that many lines have is looked up
/// once.
#[derive(Debug)]
pub struct Bars<'b> {
    book: &'b Book,
    batch: &'b Batch,
    scope: Scope,
    known: HashMap<Wage, Option<CorrectionConflict>>,
}

impl Bars<'_> {
    /// Whether a line may be sent: asked again before it is, because since it was approved another
    /// payment of the same wage may have become disputed or turned out to be paid.
    ///
    /// # Errors
    /// Why not.
    pub fn of(&mut self, row: u32) -> Result<(), CorrectionConflict> {
        let Some(line) = self.batch.line(row) else {
            return Err(CorrectionConflict::Unknown);
        };
        self.twin((line.person, line.amount_fen))?;
        let Some(original) = self.batch.corrects.get(&row) else {
            return Ok(());
        };
        let payment = PaymentId {
            batch: self.batch.id(),
            row,
        };
        self.book.correction_holds(*original, payment)?;
        // The wages of those that it stands for, submitted again without naming them.
        let family = self.book.root_of(*original);
        for one in self.book.line_of_corrections(*original) {
            if let Some((batch, line)) = self.book.line(one) {
                let (scope, wage) = (Scope::of(&batch.head), (line.person, line.amount_fen));
                self.look(&scope, wage, Some(family)).map_or(Ok(()), Err)?;
            }
        }
        Ok(())
    }

    fn twin(&mut self, wage: Wage) -> Result<(), CorrectionConflict> {
        if let Some(known) = self.known.get(&wage) {
            return known.map_or(Ok(()), Err);
        }
        let found = self.look(&self.scope, wage, None);
        self.known.insert(wage, found);
        found.map_or(Ok(()), Err)
    }

    fn look(
        &self,
        scope: &Scope,
        wage: Wage,
        family: Option<PaymentId>,
    ) -> Option<CorrectionConflict> {
        let near = self.book.scopes_near(scope);
        near.filter_map(|(_, scoped)| Some((scoped, scoped.places.as_ref()?)))
            .flat_map(|(scoped, places)| {
                places.of(wage).filter_map(|(place, row)| {
                    let batch = *scoped.batches.get(usize::try_from(place).ok()?)?;
                    Some(PaymentId { batch, row })
                })
            })
            .filter(|other| other.batch != self.batch.id())
            .filter(|other| family.is_none_or(|root| self.book.root_of(*other) != root))
            .find_map(|other| self.barred_by(other))
    }

    fn barred_by(&self, other: PaymentId) -> Option<CorrectionConflict> {
        let (_, line) = self.book.line(other)?;
        if line.disputed.is_some() {
            return Some(CorrectionConflict::Disputed);
        }
        // Two people said that it is paid after all, and nobody has approved this one since.
        let revived = self.book.revived.get(&other)?;
        let unseen = *revived > self.batch.approved_at && carries_the_wage(line.state);
        unseen.then_some(CorrectionConflict::Elsewhere(other))
    }
}
