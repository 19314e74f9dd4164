//! A month that nobody stated: a pain.001 has no place for it, and where the call names none it is
//! assumed from the day of execution and of today. The same wages sent again after the end of the
//! month are then of the next one (decision 012).

use super::super::carriers::{Carrier, is_open};
use super::super::wages::Scope;
use super::{Asking, Look, Near, Told};

impl<'b> Look<'b, '_> {
    /// Adds where the wages of lines are in the month before and in the one after, as a suspicion:
    /// where one of the two months may have been assumed, and of what is not finished or disputed.
    /// A fixed salary that is paid says nothing of the next one.
    pub(super) fn months_beside(
        &mut self,
        own: &Scope,
        is_own_assumed: bool,
        asking: impl Iterator<Item = Asking<'b>> + Clone,
    ) {
        let (book, counts) = (self.book, self.counts);
        let is_disputed = |carrier: Carrier| {
            let line = book.line(carrier.0);
            line.is_some_and(|(_, line)| line.disputed.is_some())
        };
        let unfinished =
            |carrier: Carrier| (is_open(carrier) || is_disputed(carrier)) && counts(carrier);
        for scope in own.months_beside() {
            let near = book.scopes_near(&scope);
            let near: Vec<Near<'_>> = near
                .filter(|(_, scoped)| is_own_assumed || scoped.may_be_of_other_month)
                .collect();
            if near.is_empty() {
                continue;
            }
            let mut look = Look {
                of_assumed_months: !is_own_assumed,
                ..Look::new(book, &unfinished)
            };
            let answers = look.answers(&near, asking.clone());
            for one in asking.clone() {
                let answer = answers.get(&one.wage);
                let Some((carrier, _)) = answer.and_then(|answer| one.of(own, answer)) else {
                    continue;
                };
                let told = Told {
                    found: (carrier, false),
                    same_month: false,
                };
                self.find(one.index, told);
            }
        }
    }
}
