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

impl Book {
    /// Decisions about other payments of the wages of a batch's unsent lines that nobody has seen
    /// who approved it: made since the last approval, or since the file came. By line.
    ///
    /// Costs nothing where nothing was decided: people decide seldom.
    #[must_use]
    pub fn revived_unseen(&self, batch: &Batch) -> Vec<Revived> {
        let since = batch.approved_at.max(batch.accepted_at);
        let mut news: HashMap<Wage, Vec<(PaymentId, u64)>> = HashMap::new();
        for (other, decided_at) in &self.revived {
            if *decided_at <= since || other.batch == batch.id() {
                continue;
            }
            if let Some((of, line)) = self.line(*other)
                && of.head.employer == batch.head.employer
                && carries_the_wage(line.state)
            {
                let wage = (line.person, line.amount_fen);
                news.entry(wage).or_default().push((*other, *decided_at));
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
            let mut others = self.near_of(&own, news.get(&wage), None);
            if let Some(original) = batch.corrects.get(&index) {
                // A correction stands for the wages of its family, too.
                let family = Some(self.root_of(*original));
                for one in self.line_of_corrections(*original) {
                    if let Some((of, line)) = self.line(one) {
                        let wage = (line.person, line.amount_fen);
                        let scope = Scope::of(&of.head);
                        others.extend(self.near_of(&scope, news.get(&wage), family));
                    }
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

    /// Those of them that lie near a scope, outside a family.
    fn near_of(
        &self,
        scope: &Scope,
        news: Option<&Vec<(PaymentId, u64)>>,
        family: Option<PaymentId>,
    ) -> Vec<(PaymentId, u64)> {
        let news = news.into_iter().flatten().copied();
        news.filter(|(other, _)| {
            family.is_none_or(|root| self.root_of(*other) != root)
                && self
                    .scopes_near(scope)
                    .any(|(_, near)| near.batches.contains(&other.batch))
        })
        .collect()
    }
}
