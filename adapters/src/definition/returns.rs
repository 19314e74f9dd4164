//! Returns that a bank tells only when it is asked: how often, and the steps of every flow.

use super::dialect::{Dialect, StepRule};
use crate::wire::Message;
use schemars::JsonSchema;
use serde::Deserialize;

/// How often to ask for returns of a file with paid lines. The last question is at most
/// `first_ms` and `count_max` times `interval_ms` after the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnsPace {
    /// Milliseconds from the moment at which we learned of the file's last paid line until the
    /// first question.
    pub first_ms: u64,
    /// Milliseconds between questions.
    pub interval_ms: u64,
    /// Most questions about one file, 100 at most.
    pub count_max: u32,
    /// The question is that of `[[query]]` again, whose rows then say what came back; without it
    /// `[[returns]]` says which it is.
    #[serde(default)]
    pub repeats_query: bool,
}

impl ReturnsPace {
    /// Most questions that a definition may ask for.
    pub const COUNT_LIMIT: u32 = 100;

    /// Milliseconds after the last payment from which nothing is asked any more.
    #[must_use]
    pub fn window_ms(&self) -> u64 {
        let all = self.interval_ms.saturating_mul(u64::from(self.count_max));
        self.first_ms.saturating_add(all)
    }
}

impl Dialect {
    /// The steps of every flow.
    pub fn steps(&self) -> impl Iterator<Item = &StepRule> {
        self.submit.iter().chain(self.asking())
    }

    /// The steps of the flows that ask: for results, and for returns.
    pub fn asking(&self) -> impl Iterator<Item = &StepRule> {
        self.query.iter().chain(&self.returns)
    }

    /// Every message, with what is pushed and what somebody kept, to be changed.
    pub fn messages_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        let asking = self.query.iter_mut().chain(&mut self.returns);
        let steps = self.submit.iter_mut().chain(asking);
        let messages = steps.flat_map(|step| [Some(&mut step.request), step.reply.as_mut()]);
        let kept = self.kept.iter_mut().map(|kept| &mut kept.message);
        messages
            .flatten()
            .chain(self.push.messages_mut())
            .chain(kept)
    }

    /// The steps of every flow, to be changed.
    pub fn steps_mut(&mut self) -> impl Iterator<Item = &mut StepRule> {
        let asking = self.query.iter_mut().chain(&mut self.returns);
        self.submit.iter_mut().chain(asking)
    }
}
