//! Conversations that can't go on.

use schemas::Finding;

/// What a failed conversation means for the lines. Retry reads this and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Nothing that instructs has left.
    NotSent,
    /// The instruction may have left.
    MaybeSent,
    /// Nothing has left and nothing ever can: the order itself does not fit the bank's message.
    Refused,
}

/// A conversation can't go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {what}")]
pub struct ConversationError {
    /// What it means for the lines.
    pub certainty: Certainty,
    /// The step.
    pub step: String,
    /// What happened, without personal values.
    pub what: String,
    /// For the sender, where the order does not fit.
    pub findings: Vec<Finding>,
}
