//! Answers of a bank that the gateway never gets, because it never asks so.

use super::dialect::CodeNames;
use crate::wire::Message;
use schemars::JsonSchema;
use serde::Deserialize;

/// What a kept answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeptKind {
    /// How the bank took an instruction.
    Receipt,
    /// What became of it.
    Result,
    /// What the bank sends of itself, whose form on the way is not known.
    Push,
    /// That the bank did not take what it was sent, of whichever kind that was: read only where a
    /// code stands in it that is not zeros.
    Refusal,
}

/// A further answer of the bank, to another question or in another form than ours. It is read for
/// people, where somebody kept it, and never from a channel.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptAnswer {
    /// What it tells.
    pub kind: KeptKind,
    /// The message. A `const` that is empty stands for an element that must not be there.
    pub message: Message,
    /// How its codes are read.
    #[serde(default)]
    pub codes: CodeNames,
}

impl KeptAnswer {
    /// Whether it is read as an answer of this kind.
    #[must_use]
    pub fn is(&self, kind: KeptKind) -> bool {
        let answers = kind != KeptKind::Push;
        self.kind == kind || (answers && self.kind == KeptKind::Refusal)
    }
}
