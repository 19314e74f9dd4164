//! How old a word is: what we asked before the bank spoke may be answered by what it thought then.

use super::Interpreter;

impl Interpreter<'_> {
    /// Whether what is said now is neither the answer to a question that is older than a record,
    /// nor a message that came before it, or may have come, and could only be read now.
    pub(super) fn is_said_behind(&self, sequence: u64) -> bool {
        let said_at = self.asked_at.or(self.came.map(|came| came.earliest));
        said_at.is_none_or(|said_at| said_at > sequence)
    }

    /// Whether it may have been said behind a record: certainly, or nobody knows the moment.
    pub(super) fn is_perhaps_behind(&self, sequence: u64) -> bool {
        let said_at = self.asked_at.or(self.came.map(|came| came.latest));
        said_at.is_none_or(|said_at| said_at > sequence)
    }

    /// Whether the bank spoke of the file otherwise meanwhile: by itself since it was asked what
    /// it answers now, or its message came before we asked it anew. Which word was its last one
    /// nobody can say, also where the other one moved nothing and left no trace at a line, or where
    /// nobody could read it.
    pub(super) fn is_crossed(&self) -> bool {
        match (self.asked_at, self.came) {
            (Some(asked_at), _) => self.is_unread_beside || self.file.pushed_at > asked_at,
            // What lay in a folder came before the record with its number.
            (None, Some(came)) => self.file.asked_at >= came.earliest,
            (None, None) => false,
        }
    }
}
