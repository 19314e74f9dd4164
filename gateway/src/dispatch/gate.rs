//! The last gates before money moves: asked when an intent is recorded, and again under the lock
//! under which the record of the paying message is written. Opening, signing, uploads, polls and
//! the pace of the connection lie between, and what a bank says meanwhile counts (M1).

use super::{Dispatcher, decision};
use crate::book::{Book, FileState};
use crate::event::Intent;
use schemas::LineState;

impl Dispatcher {
    /// Whether the bank still takes instructions for the day of an intent.
    pub(super) fn is_bank_day(&self, intent: &Intent) -> bool {
        let now = self.core.clock().now();
        decision::window(self.bank.adapter, &self.calendar, now)
            .is_ok_and(|day| day.to_string() == intent.bank_date)
    }

    /// Whether the message that instructs a file may leave now.
    ///
    /// # Errors
    /// Why not, in a word for the record. This message has then certainly not left.
    pub(super) fn may_leave(&self, book: &Book, file_no: u64) -> Result<(), &'static str> {
        let file = book.file(file_no).ok_or("no_such_file")?;
        match file.state {
            FileState::Intended => {}
            FileState::Leaving => return Err("instructed_before"),
            FileState::AtBank => return Err("bank_spoke_first"),
            FileState::NotSent | FileState::Abandoned => return Err("no_intent"),
        }
        if !lines_hold(book, &file.intent, LineState::Intended) {
            return Err("lines_barred");
        }
        if !self.is_bank_day(&file.intent) {
            return Err("bank_day_over");
        }
        Ok(())
    }
}

/// Whether every line of an intent that is not recorded yet is still released, undisputed, and
/// carried by no other file.
pub(super) fn still_free(book: &Book, intent: &Intent) -> bool {
    lines_hold(book, intent, LineState::Released)
}

fn lines_hold(book: &Book, intent: &Intent, state: LineState) -> bool {
    let Some(batch) = book.batch(intent.batch) else {
        return false;
    };
    let mut bars = book.bars(batch);
    intent.lines.iter().all(|index| {
        batch.line(*index).is_some_and(|line| {
            line.state == state
                && line.disputed.is_none()
                && (line.file_no == 0 || line.file_no == intent.file_no)
        }) && bars.of(*index).is_ok()
    })
}
