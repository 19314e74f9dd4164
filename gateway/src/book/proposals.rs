//! Resolutions that wait for their second operator.

use super::Book;
use schemas::value::PaymentId;
use schemas::{FailureReason, LineEvent};

/// What was proposed over which evidence: digest, outcome, reason.
pub type Said = (String, LineEvent, Option<FailureReason>);

/// A resolution that waits for its second operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The outcome proposed.
    pub outcome: LineEvent,
    /// Why it failed.
    pub reason: Option<FailureReason>,
    /// Digest of the evidence.
    pub evidence_digest: String,
    /// Who proposed.
    pub operator: String,
    /// When, Unix milliseconds.
    pub time_ms: i64,
    /// Journal sequence of the record, which holds the words.
    pub sequence: u64,
}

impl Book {
    /// The resolution that waits for its second operator.
    #[must_use]
    pub fn proposal(&self, payment: PaymentId) -> Option<&Proposal> {
        self.proposals.get(&payment)
    }

    /// Everything that was proposed for a line since it was last decided, in order.
    #[must_use]
    pub fn proposed(&self, payment: PaymentId) -> &[Said] {
        self.proposed.get(&payment).map_or(&[], Vec::as_slice)
    }

    /// Resolutions that wait for their second operators.
    pub fn proposals(&self) -> impl Iterator<Item = (PaymentId, &Proposal)> {
        self.proposals
            .iter()
            .map(|(payment, proposal)| (*payment, proposal))
    }
}
