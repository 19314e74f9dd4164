//! Who spoke last of a line: its bank, or two people over the bank's word.

use super::steps::Said;
use super::{BankFile, Batch, Book, Line};
use crate::event::Event;
use schemas::LineState;

impl Batch {
    /// Journal sequence of the last word of a line that the bank's answers must be newer than; 0
    /// where it said none, or two people have decided since: what was under way then is news to
    /// them.
    #[must_use]
    pub fn bank_told_at(&self, index: u32, line: &Line) -> u64 {
        let disputed_at = self.doubts.disputed_at(index).unwrap_or_default();
        if self.is_decided(index) {
            return disputed_at;
        }
        line.told_at.max(disputed_at)
    }

    /// As [`Batch::bank_told_at`], of a word that may be the bank's last one: of what came between
    /// a message of ours and the answer that failed the line nobody knows which was said last.
    #[must_use]
    pub fn bank_said_after(&self, index: u32, line: &Line, file: &BankFile) -> u64 {
        match file.failed_after.get(&index) {
            Some(after) if line.state == LineState::Failed && !self.is_decided(index) => self
                .doubts
                .disputed_at(index)
                .unwrap_or_default()
                .max(*after),
            Some(_) | None => self.bank_told_at(index, line),
        }
    }

    /// Whether two people decided it, and the bank moved it no more.
    #[must_use]
    pub fn is_decided(&self, index: u32) -> bool {
        self.decided.contains(&index)
    }

    /// A record makes the state of a line: what its display goes back to.
    pub(super) fn told(&mut self, index: u32, sequence: u64) {
        self.decided.remove(&index);
        if let Some(line) = self.line_mut(index) {
            line.told_at = sequence;
        }
    }

    /// Two people decide a line.
    pub(super) fn decide(&mut self, index: u32, sequence: u64) {
        self.told(index, sequence);
        self.decided.insert(index);
    }
}

impl Book {
    /// What a bank, or our channel to it, says of lines; nothing where the event is another one.
    pub(super) fn follow_bank(
        &mut self,
        event: &Event,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let Event::Outcomes {
            file_no,
            origin,
            message,
            is_final,
            moves,
            disputes,
            ..
        } = event
        else {
            return Ok(());
        };
        let said = Said {
            origin: *origin,
            message: *message,
            is_final: *is_final,
            moves,
            disputes,
        };
        self.outcomes(*file_no, &said, sequence, time_ms)
    }
}
