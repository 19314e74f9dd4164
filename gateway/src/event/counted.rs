//! How much one record says of a line, said by each part of it: whoever is shown one part knows
//! whether he was shown all.

use super::Event;
use std::collections::BTreeMap;

/// Whether a count is missing, as in older records.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes a reference
pub(super) fn is_not_said(count: &u32) -> bool {
    *count == 0
}

impl Event {
    /// The event with the counts of its lines ([`super::Move::of_line`]), as it is recorded.
    #[must_use]
    pub fn counted(mut self) -> Self {
        if let Self::Outcomes {
            moves, disputes, ..
        } = &mut self
        {
            let mut counts = BTreeMap::<u32, u32>::new();
            let moved = moves.iter().map(|step| step.index);
            let disputed = disputes.iter().map(|(index, ..)| *index);
            for index in moved.chain(disputed) {
                *counts.entry(index).or_default() += 1;
            }
            let count = |index| counts.get(&index).copied().unwrap_or_default();
            for step in moves {
                step.of_line = count(step.index);
            }
            for (index, _, step) in disputes {
                step.of_line = count(*index);
            }
        }
        self
    }
}
