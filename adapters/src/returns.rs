//! Returns that a bank tells only when it is asked.

use crate::adapter::BankAdapter;
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
        Conversation::new(self, FlowKind::Returns, Some(query_values(query)))
    }

    /// Whether a step of this name asks for returns.
    #[must_use]
    pub fn is_of_returns(&self, step: &str) -> bool {
        self.dialect.returns.iter().any(|own| own.name == step)
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
