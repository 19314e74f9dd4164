//! Whose turn it is in the one conversation with a bank, and what is put off.

use super::Decision;
use schemas::value::BatchId;
use std::collections::BTreeMap;

/// Questions after which a submission that is due gets its turn.
pub const QUESTIONS_A_TURN: u32 = 3;

/// How long a piece of work that came to nothing is put off. It holds up nothing else meanwhile.
const PUT_OFF_MS: i64 = 60_000;

/// The same of a question for returns: it has days.
const RETURNS_PUT_OFF_MS: i64 = 3_600_000;

/// Work that may come to nothing: a key or a mandate is gone, a kept line can't be opened, the
/// adapter fits nothing into a file, the bank can't be reached, the book refuses our own fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Work {
    /// Whatever is due of a bank file.
    File(u64),
    /// The question what came back of a bank file.
    Returns(u64),
    /// A new file of a batch.
    Plan(BatchId),
}

impl Work {
    /// The work of a decision; `None` where nothing is done.
    pub(super) fn of(decision: &Decision) -> Option<Self> {
        match decision {
            Decision::Query { file_no }
            | Decision::Resend { file_no }
            | Decision::Abandon { file_no, .. }
            | Decision::GiveUpWaiting { file_no, .. }
            | Decision::LoseTrack { file_no, .. } => Some(Self::File(*file_no)),
            Decision::AskReturns { file_no } => Some(Self::Returns(*file_no)),
            Decision::Plan { batch, .. } => Some(Self::Plan(*batch)),
            Decision::Wait { .. } => None,
        }
    }

    fn put_off_ms(self) -> i64 {
        match self {
            Self::File(_) | Self::Plan(_) => PUT_OFF_MS,
            Self::Returns(_) => RETURNS_PUT_OFF_MS,
        }
    }
}

/// Whose turn it is.
///
/// Evidence comes first, but not for ever: a slow bank with hundreds of open files always has a
/// question that is due, and a new batch would never leave (M12). What comes to nothing is put
/// off: a file that can't be asked about does not keep the others from being asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    questions: u32,
    put_off: BTreeMap<Work, i64>,
}

impl Turn {
    /// Counts a decision that was taken, whatever comes of it.
    pub(super) fn take(&mut self, decision: &Decision) {
        match decision {
            Decision::Query { .. } | Decision::AskReturns { .. } => {
                self.questions = self.questions.saturating_add(1);
            }
            Decision::Plan { .. } | Decision::Resend { .. } => self.questions = 0,
            // These need no conversation.
            Decision::Abandon { .. }
            | Decision::GiveUpWaiting { .. }
            | Decision::LoseTrack { .. }
            | Decision::Wait { .. } => {}
        }
    }

    pub(super) fn put_off(&mut self, work: Work, now_ms: i64) {
        self.put_off.retain(|_, until_ms| *until_ms > now_ms);
        let until_ms = now_ms.saturating_add(work.put_off_ms());
        self.put_off.insert(work, until_ms);
    }

    /// Until when a piece of work is put off, Unix milliseconds; `None` where it is not.
    pub(super) fn off_until(&self, work: Work, now_ms: i64) -> Option<i64> {
        let until_ms = self.put_off.get(&work).copied();
        // Put off further ahead than ever is: the clock was set back meanwhile.
        let ahead = 1..=work.put_off_ms();
        until_ms.filter(|until_ms| ahead.contains(&until_ms.saturating_sub(now_ms)))
    }

    pub(super) fn is_of_submission(&self) -> bool {
        self.questions >= QUESTIONS_A_TURN
    }
}

#[cfg(test)]
mod tests;
