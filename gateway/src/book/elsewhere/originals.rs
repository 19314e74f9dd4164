//! Who else carries the wages that corrections stand for.

use super::super::carriers::{Answer, Found, weight};
use super::super::wages::{Scope, Wage};
use super::{Look, Near};
use schemas::value::PaymentId;
use std::collections::HashMap;

/// What is known of the wages of payments that are corrected, by their own scope.
pub(super) struct Originals<'b> {
    near: Vec<Near<'b>>,
    wages: HashMap<Wage, Answer<'b>>,
}

impl<'b> Look<'b, '_> {
    /// Adds for lines that correct others who else carries the wage that they stand for.
    pub(super) fn originals(&mut self, corrects: impl Iterator<Item = (u32, PaymentId)>) {
        for (index, original) in corrects {
            if let Some(found) = self.original(original) {
                self.find_in_month(index, found);
            }
        }
    }

    /// Who carries the wage of a payment that is to be corrected, or of another one of its family,
    /// outside the family: it was submitted again without naming them. Of all of them the
    /// weightiest, of two alike that of the payment itself, then of those that it corrects in turn.
    fn original(&mut self, original: PaymentId) -> Option<Found> {
        let book = self.book;
        let chain: Vec<PaymentId> = book.line_of_corrections(original).collect();
        let root = *chain.last()?;
        let of_family = match self.wages_of.get(&root) {
            Some(known) => *known,
            None => {
                let of_family = self.weightiest(root, None, book.family(root));
                self.wages_of.insert(root, of_family);
                of_family
            }
        };
        self.weightiest(root, of_family, chain.into_iter().rev())
    }

    /// Of what is known and what is found for payments of a family the weightiest, of two alike the
    /// last.
    fn weightiest(
        &mut self,
        root: PaymentId,
        known: Option<Found>,
        members: impl Iterator<Item = PaymentId>,
    ) -> Option<Found> {
        let book = self.book;
        members.fold(known, |known, one| {
            let found = book.line(one).and_then(|(batch, line)| {
                let own = Scope::of(&batch.head);
                let answer = self.of_original(&own, (line.person, line.amount_fen))?;
                answer.outside(book.project_of(&own, one), Some(root))
            });
            if found.map(weight) >= known.map(weight) {
                found
            } else {
                known
            }
        })
    }

    fn of_original(&mut self, own: &Scope, wage: Wage) -> Option<&Answer<'b>> {
        let book = self.book;
        if !self.originals.contains_key(own) {
            let of_scope = Originals {
                near: book.scopes_near(own).collect(),
                wages: HashMap::new(),
            };
            self.originals.insert(own.clone(), of_scope);
        }
        let of_scope = self.originals.get(own)?;
        if !of_scope.wages.contains_key(&wage) {
            let mut answer = Answer::default();
            for near in of_scope.near.clone() {
                // Without a list there is one batch, that of the payment: it is in no second one.
                if let Some(places) = &near.1.places {
                    self.walk(near, places, wage, &mut answer);
                }
            }
            let of_scope = self.originals.get_mut(own)?;
            of_scope.wages.insert(wage, answer);
        }
        self.originals.get(own)?.wages.get(&wage)
    }
}
