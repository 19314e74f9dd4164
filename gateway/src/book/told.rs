//! Who spoke last of a line: its bank, or two people over the bank's word.

use super::{Batch, Line};

impl Batch {
    /// Journal sequence of the bank's last word of a line; 0 where it said none.
    #[must_use]
    pub fn bank_told_at(&self, index: u32, line: &Line) -> u64 {
        let stood_at = self.decided.get(&index).copied().unwrap_or(line.told_at);
        let disputed_at = self.disputed_at.get(&index).copied();
        stood_at.max(disputed_at.unwrap_or_default())
    }

    /// A record makes the state of a line: what its display goes back to.
    pub(super) fn told(&mut self, index: u32, sequence: u64) {
        self.decided.remove(&index);
        if let Some(line) = self.line_mut(index) {
            line.told_at = sequence;
        }
    }

    /// Two people decide a line; nothing disputes it any more.
    pub(super) fn decide(&mut self, index: u32, sequence: u64) {
        if let Some(line) = self.line(index) {
            let bank_told_at = self.bank_told_at(index, line);
            self.told(index, sequence);
            self.decided.insert(index, bank_told_at);
            self.disputed_at.remove(&index);
        }
    }
}
