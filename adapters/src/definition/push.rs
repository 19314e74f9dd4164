//! Results that a bank sends of itself.

use super::dialect::CodeNames;
use crate::wire::Message;
use schemars::JsonSchema;
use serde::Deserialize;

/// A further message that the bank sends of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlsoPushed {
    /// The message.
    pub message: Message,
    /// How its codes are read.
    pub codes: CodeNames,
}

/// Results that the bank sends of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PushRule {
    /// The pushed message; without it, the last reply of the query.
    pub message: Option<Message>,
    /// How its codes are read.
    pub codes: CodeNames,
    /// Further messages that the bank sends of itself: read, and never written by the sandbox.
    #[serde(default)]
    pub also: Vec<AlsoPushed>,
    /// Our receipt.
    pub receipt: Message,
}

impl PushRule {
    /// The messages that it lists, and our receipt.
    pub fn messages_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        let also = self.also.iter_mut().map(|also| &mut also.message);
        let own = self.message.iter_mut().chain(also);
        own.chain([&mut self.receipt])
    }
}
