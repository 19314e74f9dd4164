//! To which batch a record belongs.

use super::Entry;
use crate::book::Book;
use crate::event::Event;
use schemas::value::BatchId;
use std::collections::BTreeMap;

/// Files that came, by the sequences of their opening records.
#[derive(Debug, Default)]
pub(super) struct Arrivals(BTreeMap<u64, BatchId>);

impl Arrivals {
    /// Takes the next record.
    pub(super) fn see(&mut self, event: &Event, sequence: u64) {
        if let Event::BatchOpened { day, .. } = event {
            self.0.insert(sequence, BatchId::new(*day, sequence));
        }
    }

    /// The batch of a record that was seen; none where it is about no batch.
    pub(super) fn batch_of(&self, book: &Book, event: &Event, entry: &Entry) -> Option<BatchId> {
        if let Some(file) = entry.file_no.and_then(|file_no| book.file(file_no)) {
            return Some(file.intent.batch);
        }
        match event {
            Event::BatchOpened { .. } => self.0.get(&entry.sequence).copied(),
            Event::BatchBytes { opened, .. }
            | Event::BatchLines { opened, .. }
            | Event::BatchFindings { opened, .. }
            | Event::BatchAbandoned { opened, .. } => self.0.get(opened).copied(),
            Event::BatchAccepted(head) => Some(head.batch),
            Event::BatchApproved { batch, .. }
            | Event::BatchWithdrawn { batch, .. }
            | Event::LinesWithdrawn { batch, .. } => Some(*batch),
            Event::ResolutionProposed { payment, .. }
            | Event::ResolutionConfirmed { payment, .. } => Some(payment.batch),
            Event::Started { .. }
            | Event::Restored { .. }
            | Event::Refused { .. }
            | Event::FileIntended(_)
            | Event::MessageLeaving { .. }
            | Event::MessageAnswered { .. }
            | Event::FileReceipt { .. }
            | Event::FileAbandoned { .. }
            | Event::Outcomes { .. }
            | Event::BankMessage { .. }
            | Event::BankMessageClosed { .. }
            | Event::Unmatched { .. }
            | Event::Disclosed { .. } => None,
        }
    }
}
