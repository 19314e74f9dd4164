//! What a batch waits for (M12), where the batch alone can't say it.
//!
//! To say it, all lines of a batch may have to be looked at, under the lock. Who asks often does
//! not pay for it again: what a look came to stands until a line of the employer changes.

use super::{Bar, Bars, Batch, Book, CorrectionConflict, FileState, LineState, Recorded};
use crate::event::Event;
use schemas::value::BatchId;

/// What looks at all lines of a batch came to.
#[derive(Clone, Copy, Default)]
pub(super) struct Looked {
    /// The employer's last change when they were made.
    at: u64,
    may_leave: Option<bool>,
    has_free: Option<bool>,
    barred_since: Option<Option<i64>>,
    is_elsewhere: Option<bool>,
}

impl std::fmt::Debug for Looked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Who asked before is no part of what the records tell.
        f.write_str("Looked")
    }
}

const RESOLUTION: &str = "bank_evidence_or_resolution";

impl Book {
    /// What a batch waits for and since when; `None` when it has ended. People come before what
    /// goes on by itself: operators where a line is unknown or disputed, whatever has become of
    /// it, then whoever decides about a line that may not be sent.
    #[must_use]
    pub fn waits_for(&self, batch: &Batch) -> Option<(&'static str, i64)> {
        if let Some(disputed_ms) = batch.disputed_since() {
            let unknown_ms = batch.ages.oldest(LineState::Unknown);
            let since_ms = unknown_ms.map_or(disputed_ms, |known| known.min(disputed_ms));
            return Some((RESOLUTION, since_ms));
        }
        let (what, since_ms) = batch.waits_for()?;
        if let Some(restored_ms) = self.withdrawal_wanted(batch).filter(|_| what != RESOLUTION) {
            return Some(("withdrawal", restored_ms));
        }
        let goes_on = matches!(what, "bank_result" | "bank_answer" | "dispatch");
        let has_released = batch.sums.of(LineState::Released).count > 0;
        if goes_on
            && has_released
            && let Some(barred_ms) = self.barred_since(batch)
        {
            return Some(("other_payment", barred_ms));
        }
        if what == "bank_answer" && self.is_about_to_leave(batch) {
            return Some(("dispatch", batch.released_ms.unwrap_or(since_ms)));
        }
        let may_leave = || self.once(batch, |of| &mut of.may_leave, |book| book.may_leave(batch));
        if what == "dispatch" && !may_leave() {
            // All that is left is in files that were not sent, with lines that may not be.
            return Some((RESOLUTION, since_ms));
        }
        Some((what, since_ms))
    }

    /// The same of one line by its index: what of its batch's waits is its own. `None` when it has
    /// ended, whatever the other lines wait for. `bars` are those of the batch.
    pub fn line_waits_for(
        &self,
        batch: &Batch,
        index: u32,
        bars: &mut Bars<'_>,
    ) -> Option<(&'static str, i64)> {
        let line = batch.line(index)?;
        if line.disputed.is_some() {
            let since_ms = batch.doubts.disputed_ms(index);
            return Some((RESOLUTION, since_ms.unwrap_or(line.since_ms)));
        }
        let waits_here = matches!(line.state, LineState::Held | LineState::Released);
        if let Some(restored_ms) = self.withdrawal_wanted(batch).filter(|_| waits_here) {
            return Some(("withdrawal", restored_ms));
        }
        let released_ms = batch.released_ms.unwrap_or(line.since_ms);
        let file = self.file(line.file_no);
        let what = match line.state {
            LineState::Held => "approval",
            LineState::Released => match bars.bar(index) {
                None => return Some(("dispatch", released_ms)),
                Some(bar) if line.file_no == 0 => return Some(("other_payment", bar.since_ms)),
                Some(_) => RESOLUTION,
            },
            LineState::Unknown => RESOLUTION,
            LineState::Intended if file.is_some_and(|file| file.state == FileState::Intended) => {
                return Some(("dispatch", released_ms));
            }
            LineState::Intended => "bank_answer",
            LineState::Accepted => "bank_result",
            LineState::Paid
            | LineState::Failed
            | LineState::Returned
            | LineState::Cancelled
            | LineState::Refused => return None,
        };
        Some((what, line.since_ms))
    }

    /// Whether no byte of what is intended has left.
    fn is_about_to_leave(&self, batch: &Batch) -> bool {
        let files = batch.files.iter().filter_map(|file_no| self.file(*file_no));
        let unsent = files.filter(|file| file.state == FileState::Intended);
        let lines: usize = unsent.map(|file| file.intent.lines.len()).sum();
        usize::try_from(batch.sums.of(LineState::Intended).count) == Ok(lines)
    }

    /// Whether a released line may leave, by itself or with its file. Of a batch without disputes.
    fn may_leave(&self, batch: &Batch) -> bool {
        let mut bars = self.bars(batch);
        (1u32..).zip(&batch.lines).any(|(index, line)| {
            super::visits::count();
            line.state == LineState::Released && bars.of(index).is_ok()
        })
    }

    /// Whether a batch has a free line that nothing bars.
    #[must_use]
    pub fn has_free_line(&self, batch: &Batch) -> bool {
        self.once(
            batch,
            |of| &mut of.has_free,
            |book| {
                let mut bars = book.bars(batch);
                batch.free_lines().any(|index| bars.of(index).is_ok())
            },
        )
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

    /// The same with the payment that bars each, and since when.
    pub fn bars_on<'b>(&'b self, batch: &'b Batch) -> impl Iterator<Item = (u32, Bar)> + 'b {
        let mut bars = self.bars(batch);
        let free = batch.free_lines();
        free.filter_map(move |index| Some((index, bars.bar(index)?)))
    }

    /// Since when the first of them is barred, Unix milliseconds; `None` where none is.
    fn barred_since(&self, batch: &Batch) -> Option<i64> {
        self.once(
            batch,
            |of| &mut of.barred_since,
            |book| book.bars_on(batch).map(|(_, bar)| bar.since_ms).min(),
        )
    }

    /// Whether [`Book::barred`] finds any.
    #[must_use]
    pub fn is_barred(&self, batch: &Batch) -> bool {
        self.barred_since(batch).is_some()
    }

    /// Whether [`Book::elsewhere_of`] finds any, or two lines of the batch itself pay one wage
    /// ([`Book::beside`]).
    #[must_use]
    pub fn is_elsewhere(&self, batch: &Batch) -> bool {
        self.once(
            batch,
            |of| &mut of.is_elsewhere,
            |book| !book.elsewhere_of(batch).is_empty() || book.has_beside(batch),
        )
    }

    /// What a look came to since the employer's last change, else looks.
    fn once<T: Copy>(
        &self,
        batch: &Batch,
        place: impl Fn(&mut Looked) -> &mut Option<T>,
        look: impl FnOnce(&Self) -> T,
    ) -> T {
        let at = self.moved.get(&batch.head.employer).copied();
        let at = at.unwrap_or_default();
        let mut looked = batch.looked.get();
        if looked.at != at {
            looked = Looked {
                at,
                ..Looked::default()
            };
        }
        let known = *place(&mut looked).get_or_insert_with(|| look(self));
        batch.looked.set(looked);
        known
    }

    /// Notes whose lines a record may have changed, and counts their batch anew. What bars a line
    /// is its own employer's.
    pub(super) fn note_moved(&mut self, recorded: Recorded<'_>) {
        let Some(id) = self.moved_by(recorded.event) else {
            return;
        };
        if let Some(batch) = self.batches.get(&id) {
            self.moved.insert(batch.head.employer, recorded.sequence);
        }
        self.recount(id);
    }

    fn moved_by(&self, event: &Event) -> Option<BatchId> {
        Some(match event {
            Event::Started { .. }
            | Event::Restored { .. }
            | Event::Disclosed { .. }
            | Event::Refused { .. }
            | Event::BatchOpened { .. }
            | Event::BatchBytes { .. }
            | Event::BatchLines { .. }
            | Event::BatchFindings { .. }
            | Event::BatchAbandoned { .. }
            | Event::BankMessage { .. }
            | Event::BankMessageClosed { .. }
            | Event::Unmatched { .. } => return None,
            Event::BatchAccepted(head) => head.batch,
            Event::BatchApproved { batch, .. }
            | Event::BatchWithdrawn { batch, .. }
            | Event::LinesWithdrawn { batch, .. } => *batch,
            Event::FileIntended(intent) => intent.batch,
            Event::MessageLeaving { file_no, .. }
            | Event::MessageAnswered { file_no, .. }
            | Event::FileReceipt { file_no, .. }
            | Event::FileAbandoned { file_no, .. }
            | Event::Outcomes { file_no, .. } => self.files.get(file_no)?.intent.batch,
            Event::ResolutionProposed { payment, .. }
            | Event::ResolutionConfirmed { payment, .. } => payment.batch,
        })
    }
}
