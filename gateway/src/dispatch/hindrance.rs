//! What keeps a batch from being worked on is said of the batch (M12), not in the log alone.

use super::order::OrderError;
use super::turn::Work;
use super::{DispatchError, Dispatcher};
use crate::book::{BatchState, Book};
use crate::core::JOURNAL;
use schemas::LineState;
use schemas::value::BatchId;

impl Dispatcher {
    /// Notes of the batch of a piece of work what stopped it, or that nothing does any more.
    pub(super) fn note_hindrance(&self, work: Option<Work>, stopped: Option<&DispatchError>) {
        let Some(work) = work else { return };
        let desk = self.core.desk();
        let id = match work {
            Work::Plan(batch) => Some(batch),
            Work::File(file_no) | Work::Returns(file_no) => {
                desk.file(file_no).map(|file| file.intent.batch)
            }
        };
        let Some(id) = id else { return };
        let still = |one: &Work| (*one != work || stopped.is_some()) && is_due(&desk, id, *one);
        self.core.unhinder(id, still);
        if let Some(error) = stopped.filter(|_| still(&work)) {
            self.core.hinder(id, work, why(error));
        }
    }
}

/// Whether there is still something to do of a piece of work: nothing hinders what has ended.
fn is_due(book: &Book, id: BatchId, work: Work) -> bool {
    let Some(batch) = book.batch(id) else {
        return false;
    };
    match work {
        Work::Plan(_) => batch.sums.of(LineState::Released).count > 0,
        Work::File(file_no) => {
            let mut lines = batch.lines.iter();
            lines.any(|line| line.file_no == file_no && is_open(line.state))
        }
        Work::Returns(_) => !matches!(batch.state(), BatchState::Settled),
    }
}

fn is_open(state: LineState) -> bool {
    match state {
        LineState::Intended | LineState::Accepted | LineState::Unknown | LineState::Released => {
            true
        }
        LineState::Held
        | LineState::Paid
        | LineState::Failed
        | LineState::Returned
        | LineState::Cancelled
        | LineState::Refused => false,
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
