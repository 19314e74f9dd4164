//! How long lines have been in their states.

use super::LineState;
use std::collections::BTreeMap;

/// Since when lines are in their states: how many entered a state at a moment, so that nobody
/// searches all lines for the oldest. Lines move in groups; a batch has few moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ages(BTreeMap<(usize, i64), u32>);

impl Ages {
    pub(super) fn put(&mut self, state: LineState, since_ms: i64) {
        *self.0.entry((state as usize, since_ms)).or_default() += 1;
    }

    pub(super) fn take(&mut self, state: LineState, since_ms: i64) {
        let key = (state as usize, since_ms);
        if let Some(count) = self.0.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&key);
            }
        }
    }

    /// When the line that has been in a state for the longest entered it.
    #[must_use]
    pub fn oldest(&self, state: LineState) -> Option<i64> {
        let moments = (state as usize, i64::MIN)..=(state as usize, i64::MAX);
        self.0.range(moments).next().map(|((_, since), _)| *since)
    }

    /// When the line that has been in a state for the shortest entered it.
    #[must_use]
    pub fn newest(&self, state: LineState) -> Option<i64> {
        let moments = (state as usize, i64::MIN)..=(state as usize, i64::MAX);
        let last = self.0.range(moments).next_back();
        last.map(|((_, since), _)| *since)
    }
}
