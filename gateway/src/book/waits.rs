//! What a batch waits for (M12), where the batch alone can't say it.

use super::{Batch, Book, CorrectionConflict, LineState};

const RESOLUTION: &str = "bank_evidence_or_resolution";

impl Book {
    /// What a batch waits for and since when; `None` when it has ended. A line that may not be
    /// sent waits for people, not for the bank, and so does one that is disputed.
    #[must_use]
    pub fn waits_for(&self, batch: &Batch) -> Option<(&'static str, i64)> {
        let Some((what, since_ms)) = batch.waits_for() else {
            let since_ms = batch.disputed_since()?;
            return Some((RESOLUTION, since_ms));
        };
        if what != "dispatch" {
            return Some((what, since_ms));
        }
        let mut bars = self.bars(batch);
        let mut barred = false;
        for (index, line) in (1u32..).zip(&batch.lines) {
            if line.state != LineState::Released || line.disputed.is_some() {
                continue;
            }
            if bars.of(index).is_ok() {
                return Some((what, since_ms));
            }
            barred = true;
        }
        let what = match barred {
            true => "other_payment",
            // All that is left is disputed itself.
            false => RESOLUTION,
        };
        Some((what, since_ms))
    }

    /// Released lines that another payment of the same wage keeps from being sent, in no file, and
    /// why. Those of a disputed twin are free again by themselves when two people have decided.
    #[must_use]
    pub fn barred(&self, batch: &Batch) -> Vec<(u32, CorrectionConflict)> {
        let mut bars = self.bars(batch);
        let free = batch.free_lines();
        free.filter_map(|index| Some((index, bars.of(index).err()?)))
            .collect()
    }
}
