//! What keeps a batch from being worked on is said of the batch (M12), not in the log alone.

use super::order::OrderError;
use super::turn::Work;
use super::{DispatchError, Dispatcher};
use crate::book::BatchState;
use crate::core::JOURNAL;

impl Dispatcher {
    /// Notes of the batch of a piece of work what stopped it, or that nothing does any more.
    pub(super) fn note_hindrance(&self, work: Option<Work>, stopped: Option<&DispatchError>) {
        let batch = match work {
            Some(Work::Plan(batch)) => Some(batch),
            Some(Work::File(file_no) | Work::Returns(file_no)) => {
                let desk = self.core.desk();
                desk.file(file_no).map(|file| file.intent.batch)
            }
            None => None,
        };
        let Some(batch) = batch else { return };
        let has_ended = {
            let desk = self.core.desk();
            desk.batch(batch)
                .is_none_or(|batch| matches!(batch.state(), BatchState::Settled))
        };
        match stopped.filter(|_| !has_ended) {
            Some(error) => self.core.hinder(batch, why(error)),
            None => self.core.unhinder(batch),
        }
    }
}

/// The word for what is missing.
fn why(error: &DispatchError) -> &'static str {
    match error {
        DispatchError::Message(_) => "key_missing",
        DispatchError::Order(OrderError::Missing {
            what: MANDATE_OF_PAYER,
        }) => "mandate_missing",
        DispatchError::Order(OrderError::Core(_) | OrderError::Line(_))
        | DispatchError::Order(OrderError::Missing { .. }) => "record_unreadable",
        DispatchError::Core(_) => JOURNAL,
    }
}

/// What [`OrderError::Missing`] says of a mandate that was taken back.
pub(super) const MANDATE_OF_PAYER: &str = "the mandate of the payer's account";
