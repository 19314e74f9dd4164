//! What turned out to be paid after all since a batch was last approved: what its approver must
//! have seen (M13, decision 012).

use super::wages::{Scope, Wage, carries_the_wage};
use super::{Batch, Book, LineState};
use schemas::value::PaymentId;
use std::collections::HashMap;

/// Another payment of a line's wage that two people called paid after all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revived {
    /// The line, by index.
    pub index: u32,
    /// The other payment.
    pub other: PaymentId,
    /// Journal sequence of the decision.
    pub decided_at: u64,
}

/// A payment of a wage, in whose family one was called paid.
struct New {
    twin: PaymentId,
    family: PaymentId,
    /// That one, and at which record.
    decided: (PaymentId, u64),
}

impl Book {
    /// Decisions about other payments of the wages of a batch's unsent lines that nobody has seen
    /// who approved it: made since the last approval, or since the file came. By line.
    ///
    /// Costs nothing where nothing was decided: people decide seldom.
    #[must_use]
    pub fn revived_unseen(&self, batch: &Batch) -> Vec<Revived> {
        let since = batch.approved_at.max(batch.accepted_at);
        let mut news: HashMap<Wage, Vec<New>> = HashMap::new();
        for (other, decided_at) in &self.revived {
            let Some((of, line)) = self.line(*other) else {
                continue;
            };
            let is_new = *decided_at > since && carries_the_wage(line.state);
            if !is_new || of.head.employer != batch.head.employer {
                continue;
            }
            let family = self.root_of(*other);
            for twin in self.family(family) {
                if let Some((of, line)) = self.line(twin)
                    && of.id() != batch.id()
                {
                    let wage = (line.person, line.amount_fen);
                    news.entry(wage).or_default().push(New {
                        twin,
                        family,
                        decided: (*other, *decided_at),
                    });
                }
            }
        }
        if news.is_empty() {
            return Vec::new();
        }
        let own = Scope::of(&batch.head);
        let mut found = Vec::new();
        for (index, line) in (1u32..).zip(&batch.lines) {
            if !matches!(line.state, LineState::Held | LineState::Released) {
                continue;
            }
            let wage = (line.person, line.amount_fen);
            // Its own family is judged by the rules of corrections.
            let original = batch.corrects.get(&index);
            let family = original.map(|original| self.root_of(*original));
            let mut others = self.near_of(&own, news.get(&wage), family);
            // A correction stands for the wages of its family, too.
            for one in family.into_iter().flat_map(|root| self.family(root)) {
                if let Some((of, line)) = self.line(one) {
                    let wage = (line.person, line.amount_fen);
                    let scope = Scope::of(&of.head);
                    others.extend(self.near_of(&scope, news.get(&wage), family));
                }
            }
            others.sort_unstable();
            others.dedup();
            found.extend(others.into_iter().map(|(other, decided_at)| Revived {
                index,
                other,
                decided_at,
            }));
        }
        found
    }

    /// Those of them of which a payment of the wage lies near a scope, outside a family.
    fn near_of(
        &self,
        scope: &Scope,
        news: Option<&Vec<New>>,
        family: Option<PaymentId>,
    ) -> Vec<(PaymentId, u64)> {
        let news = news.into_iter().flatten();
        let near = news.filter(|new| {
            Some(new.family) != family
                && self
                    .scopes_near(scope)
                    .any(|(_, near)| near.batches.contains(&new.twin.batch))
        });
        near.map(|new| new.decided).collect()
    }
}
