//! Returns that a bank tells only when it is asked.

use crate::adapter::BankAdapter;
use crate::definition::dialect::StepRule;
use crate::definition::returns::ReturnsPace;
use crate::exchange::StatusQuery;
use crate::explain::{Said, said};
use crate::flow::{Conversation, FlowKind};
use crate::order::query_values;

impl BankAdapter {
    /// How often to ask for returns; `None` where the dialect has no such question.
    #[must_use]
    pub fn returns_pace(&self) -> Option<ReturnsPace> {
        self.dialect.returns_pace
    }

    /// A question for what came back after payment. Its answer is a result whose rows count, each
    /// as if the bank had pushed it; of the file as a whole it says nothing.
    ///
    /// Where the dialect has no such question ([`Self::returns_pace`]), its first message fails.
    #[must_use]
    pub fn ask_returns<'a>(&'a self, query: &'a StatusQuery) -> Conversation<'a> {
        Conversation::new(self, FlowKind::Returns, (Some(query_values(query)), &[]))
    }

    /// The steps of the question for returns; none where there is no such question.
    pub(crate) fn returns_steps(&self) -> &[StepRule] {
        match self.dialect.returns_pace {
            Some(pace) if pace.repeats_query => &self.dialect.query,
            Some(_) | None => &self.dialect.returns,
        }
    }

    pub(crate) fn explain_returns(&self) -> Vec<Said> {
        let pace = self.dialect.returns_pace.iter();
        let values = pace.flat_map(|pace| {
            [
                said("returns_pace.first_ms", pace.first_ms, false),
                said("returns_pace.interval_ms", pace.interval_ms, false),
                said("returns_pace.count_max", pace.count_max, false),
            ]
        });
        values.collect()
    }
}

impl Conversation<'_> {
    /// Whether it asks for returns after payment.
    #[must_use]
    pub fn asks_returns(&self) -> bool {
        self.kind() == FlowKind::Returns
    }
}
