//! The journal's number of each event.

use super::Event;
use journal::Kind;

impl Event {
    /// The kind of [`Event::Restored`], for whoever sees records without reading them.
    pub const RESTORED: Kind = Kind(18);

    /// The journal kind of the event; the numbers are part of the record's format.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind(match self {
            Self::Started { .. } => 16,
            Self::Refused { .. } => 17,
            Self::Restored { .. } => Self::RESTORED.0,
            Self::BatchOpened { .. } => 20,
            Self::BatchBytes { .. } => 21,
            Self::BatchLines { .. } => 22,
            Self::BatchFindings { .. } => 23,
            Self::BatchAccepted(_) => 24,
            Self::BatchAbandoned { .. } => 25,
            Self::BatchApproved { .. } => 30,
            Self::BatchWithdrawn { .. } => 31,
            Self::LinesWithdrawn { .. } => 32,
            Self::FileIntended(_) => 40,
            Self::MessageLeaving { .. } => 41,
            Self::MessageAnswered { .. } => 42,
            Self::FileReceipt { .. } => 43,
            Self::FileAbandoned { .. } => 44,
            Self::Outcomes { .. } => 45,
            Self::BankMessage { .. } => 50,
            Self::Unmatched { .. } => 51,
            Self::BankMessageClosed { .. } => 52,
            Self::ResolutionProposed { .. } => 60,
            Self::ResolutionConfirmed { .. } => 61,
            Self::Disclosed { .. } => 70,
        })
    }
}
